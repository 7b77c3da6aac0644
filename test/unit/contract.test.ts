/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { facts } from '../../tools/probe/facts';

// docs/emnify-api.md is the contract that the code cites: what is cited is there, and what is uncertain is asked by the probe.

const checkout = path.resolve(__dirname, '../..');

const textIn = (file: string) => readFileSync(path.join(checkout, file), 'utf8');

const contract = textIn('docs/emnify-api.md');

const sections = [...contract.matchAll(/^## (\d+)\. /gm)].map(([, number]) => number);

/** The text of a section, up to the next one. */
const section = (number: number) =>
	contract.split(/^## (?=\d+\. )/m).find((part) => part.startsWith(`${number}. `)) ?? '';

const endpointNumbers = [...section(1).matchAll(/^\| (\d+) +\| `/gm)].map(([, number]) => number);

const commentsIn = (text: string): string[] => {
	// Most files need no look: parsing takes long.
	if (!/\bcontract\b/i.test(text)) return [];
	const found = new Set<string>();
	const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.ES2022, true);
	const visit = (node: ts.Node): void => {
		for (const { pos, end } of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) {
			found.add(text.slice(pos, end).replace(/\s*\n\s*(?:\/\/|\*(?!\/))?\s*/g, ' '));
		}
		node.getChildren(source).forEach(visit);
	};
	visit(source);
	return [...found];
};

/** What a text cites that is not in the contract. Sections of an RFC are not meant. */
function breachesIn(text: string): string[] {
	const unknownSections = [...text.matchAll(/(RFC \d+ )?§(\d*)(?: (?:and|to) §?(\d+))?/g)]
		.filter(([, rfc]) => rfc === undefined)
		.flatMap(([, , first, second]) => (second === undefined ? [first] : [first, second]))
		.filter((number) => !sections.includes(number ?? ''))
		.map((number) => `§${number}`);
	const unknownEndpoints = [...text.matchAll(/\bendpoints? (\d+(?:(?:, | and |, and )\d+)*)/gi)]
		.flatMap(([, list = '']) => list.match(/\d+/g) ?? [])
		.filter((number) => !endpointNumbers.includes(number))
		.map((number) => `endpoint ${number}`);
	const pointless = commentsIn(text).filter(
		(comment) => /\bcontract\b/i.test(comment) && !/§|docs\/emnify-api\.md/.test(comment),
	);
	return [...unknownSections, ...unknownEndpoints, ...pointless];
}

const sources = ['nodes', 'credentials', 'simulator', 'test', 'tools']
	.flatMap((folder) =>
		readdirSync(path.join(checkout, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
			path.posix.join(folder, ...file.split(path.sep)),
		),
	)
	.filter((file) => file.endsWith('.ts') && !file.includes('node_modules/'));

test('every section and endpoint that the code cites is in the contract', () => {
	expect(sections).toEqual(['1', '2', '3', '4', '5', '6']);
	expect(endpointNumbers).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
	const cited = sources.filter((file) => textIn(file).includes('§'));
	expect(cited.length).toBeGreaterThan(50);
	const breaches = sources
		.filter((file) => !__filename.endsWith(path.basename(file)))
		.flatMap((file) => breachesIn(textIn(file)).map((breach) => `${file}: ${breach}`));
	expect(breaches).toEqual([]);
});

test.each([
	['a section that is not there', '/** Waits (§7). */'],
	['the second of two', '/** Waits (§2 and §9). */'],
	['no number', '/** Waits (§). */'],
	['an endpoint that is not there', '// endpoint 9 wants it so\nrun();'],
	['one of several', '/** Endpoints 4, 7 and 12 take no username. */'],
	['a contract that is nowhere', '/** As the contract has it. */\nconst a = 1;'],
])('the check finds %s', (_what, text) => {
	expect(breachesIn(text)).toHaveLength(1);
});

test('the check finds nothing wrong with sections of others, and with what is there', () => {
	expect(breachesIn('/** RFC 6238 §5.2 */ /** The contract (docs/emnify-api.md). */')).toEqual([]);
	expect(breachesIn('/** Endpoint 3 (contract §1): §2 and §3. */')).toEqual([]);
});

test('every uncertain fact has a name, and the probe has a record for each', () => {
	const graded = [1, 2, 3, 4, 5, 6].flatMap((number) =>
		[...section(number).matchAll(/\[([RDIU])(?: ([a-z0-9-]+))?\]/g)].map(
			([, grade = '', id = '']) => ({ section: number, grade, id }),
		),
	);
	expect(graded.filter(({ grade, id }) => 'IU'.includes(grade) && id === '')).toEqual([]);
	const named = graded.filter(({ id }) => id !== '');
	const key = ({ section, grade, id }: (typeof named)[number]) => `${section} ${grade} ${id}`;
	expect(facts.map(key).sort()).toEqual(named.map(key).sort());
});
