import fc from 'fast-check';

import { markdownOf, quoted, type Block } from '../../../nodes/Emnify/report/blocks';
import { htmlOf } from '../../../nodes/Emnify/report/emailHtml';
import { fuzzRuns } from '../../fuzz';
import { HOSTILE, hostileText, tagsOf, textOf } from './hostile';

const message = (who: string): Block[] => [
	{ kind: 'headline', tone: 'attention', words: ['Audit: findings on 2 of 14 devices'] },
	{ kind: 'paragraph', words: ['Workspace ', ...(quoted(who) ?? ['7'])] },
	{ kind: 'paragraph', lead: 'Warning:', words: ['not read: ', ...(quoted(who) ?? ['user 7'])] },
	{
		kind: 'table',
		columns: [
			{ label: 'User', before: '' },
			{ label: 'Device', before: ', ' },
			{ label: 'Findings', before: ': ' },
		],
		rows: [
			[quoted(who) ?? ['user 7'], ['Firefox'], ['age, browser']],
			[['user 8'], quoted(who) ?? ['device 9'], ['age']],
		],
		more: 12,
	},
];

const withoutHeads = (html: string) => html.replace(/<thead>.*?<\/thead>/gs, '');
const wordsOf = (text: string) => text.match(/[\p{L}\p{N}@.]+/gu);

describe('the HTML of a message', () => {
	test('says the same as its Markdown, in the same order', () => {
		const blocks = message('otis.berg@acme-fleet.example');
		const html = htmlOf(blocks);
		expect(wordsOf(textOf(withoutHeads(html)))).toEqual(wordsOf(markdownOf(blocks)));
		expect(textOf(html)).toMatch(/User +Device +Findings/);
	});

	test('holds nothing but tables, cells and bold text, and fetches nothing', () => {
		const html = htmlOf(message('Otis'));
		const names = new Set(html.match(/(?<=<\/?)[a-z]+/g));
		expect([...names].sort()).toEqual(['b', 'table', 'tbody', 'td', 'th', 'thead', 'tr']);
		expect(html).not.toMatch(/url\(|href|src=|class=|flex|grid|<style/);
	});

	test('keeps its tags whatever somebody calls himself', () => {
		const tags = tagsOf(htmlOf(message('Otis')));
		fc.assert(
			fc.property(hostileText, (who) => {
				const html = htmlOf(message(who));
				expect(tagsOf(html)).toEqual(tags);
				expect(html).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
			}),
			{ ...fuzzRuns(200), examples: HOSTILE.map((who) => [who]) },
		);
	});

	test.each([
		['https://evil.example/login', 'https:∕∕evil․example/login'],
		['Log in at evil.example', 'Log in at evil․example'],
		['Firefox 125.0', 'Firefox 125.0'],
		['otis.berg@acme-fleet.example', 'otis.berg@acme-fleet.example'],
	])('makes no link of %s', (who, shown) => {
		expect(textOf(htmlOf(message(who)))).toContain(`Workspace ${shown}`);
	});
});
