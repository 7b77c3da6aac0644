import { createHash } from 'node:crypto';

import fc from 'fast-check';

import { reportHtml } from '../../../nodes/Emnify/report/reportHtml';
import { STYLE, STYLE_HASH } from '../../../nodes/Emnify/report/reportStyle';
import { fuzzRuns } from '../../fuzz';
import { HOSTILE, hostileText, tagsOf, textOf } from './hostile';
import { finding, report, reportOf } from './reports';

/** The text that the page shows, on one line. */
const shownBy = (changes: Parameters<typeof report>[0]) =>
	textOf(reportHtml(report(changes)).replace(/<style>.*?<\/style>/s, ''))
		.replace(/\s+/g, ' ')
		.trim();

const user = (id: number) => ({ id, username: `user${id}`, name: null, status: 'Active' });

describe('the report page', () => {
	test('says first what was not read, then what to do, then all findings, the worst first', () => {
		const text = shownBy({
			complete: false,
			gaps: ['1 of 3 users could not be read'],
			users_listed: 3,
			users_failed: 1,
			failed_users: [{ id: 7, username: 'pia', message: 'emnify did not answer' }],
			findings: [
				finding(),
				finding({
					id: 'y',
					severity: 'high',
					rule: 'flagInactiveUsers',
					reason: 'User is Suspended',
				}),
				finding({ id: 'z', reason: 'Trusted for 9 days, more than 8' }),
			],
		});
		const order = [
			'Incomplete: 3 findings, 1 of them high',
			'Workspace Acme Fleet (ID 1) · All users · 1 Mar 2026 at 12:00 UTC · 2 of 3 users read · 3 devices',
			'Not everything was read',
			'1 of 3 users could not be read.',
			'pia : emnify did not answer',
			'What to do first',
			'High Inactive user 1 finding Revoke it now. otis.berg@acme.example',
			'Medium Age 2 findings Revoke the trust.',
			'Findings by severity',
			'Ages of trusted devices',
			'All findings',
			'User is Suspended',
			'Trusted for 9 days, more than 8',
			'Trusted for 75 days, more than 60',
			'What was checked',
			'Age more than 60 days 2',
		];
		const places = order.map((words) => text.indexOf(words));
		expect(places).not.toContain(-1);
		expect(places).toEqual([...places].sort((a, b) => a - b));
	});

	test('names the three rules to begin with, and three users of each', () => {
		const rules = ['a', 'b', 'c', 'd'] as const;
		const findings = rules.flatMap((rule, index) =>
			Array.from({ length: 5 + index }, (_, id) =>
				finding({ rule, id: `${rule}:${id}`, user: user(id) }),
			),
		);
		const text = shownBy({ findings });
		expect(text).toContain('D 8 findings user0 , user1 , user2 and 5 more');
		expect(text).toContain('Then the findings of 1 other rule, below.');
	});

	test.each([
		['nothing found', {}, 'Nothing found', 'Nothing. Every check below was passed.'],
		['no rule', { checks: [] }, '3 devices counted, not judged', 'No rule is set.'],
		[
			'nobody read',
			{ complete: false, users_checked: 0, gaps: ['Nothing was checked because no user fits'] },
			'Nothing was checked',
			'See to it that the users can be read',
		],
		[
			'nothing found in a part',
			{ complete: false, gaps: ['1 of 2 users could not be read'] },
			'Incomplete: nothing found in what was read',
			'See to what was not read',
		],
		['one finding', { findings: [finding()] }, '1 finding, medium', 'Revoke the trust.'],
		[
			'findings of one kind',
			{ findings: [finding(), finding({ id: 'x' })] },
			'2 findings, all of them medium',
			'Revoke the trust.',
		],
	])('gives its verdict: %s', (_what, changes, verdict, toDo) => {
		const text = shownBy(changes);
		expect(text).toContain(`Trusted-device audit ${verdict} Workspace`);
		expect(text).toContain(toDo);
	});

	test('describes its charts in words', () => {
		const page = reportHtml(
			report({ findings: [finding()], device_ages: [0, 14, 15, 89, 90, 91, 400, null] }),
		);
		expect(page).toContain('Critical: 0, High: 0, Medium: 1, Low: 0, Info: 0.</desc>');
		expect(page).toContain(
			'0–14 days: 2, 15–29 days: 1, 30–44 days: 0, 45–59 days: 0, 60–74 days: 0, 75–90 days: 2, over 90 days: 2, unknown: 1.</desc>',
		);
		expect(page.match(/<svg/g)).toHaveLength(2);
		expect(reportHtml(report({ device_ages: [] }))).not.toContain('<svg');
	});

	test('shows what was accepted, what is a sheet, and what there is to note', () => {
		const text = shownBy({
			accepted: [
				{ ...finding(), accepted: { reason: 'Kiosk', until: '2026-06-01T00:00:00.000Z' } },
			],
			notes: ['1 exception matches nothing'],
			sheet: {
				title: 'Access review',
				columns: [{ key: 'user.username', label: 'User' }],
				rows: [{ user: { username: 'tara' } }],
			},
		});
		expect(text).toContain('Access review User tara');
		expect(text).toMatch(/Accepted Finding User .* Kiosk 1 Jun 2026/);
		expect(text).toContain('1 exception matches nothing');
	});

	test('shows what became of a device, what is new, and when trust ended', () => {
		const text = shownBy({
			findings: [
				finding({
					change: 'new',
					revocation: { outcome: 'would_be_revoked' },
					trusted_until: '2026-02-28T00:00:00.000Z',
				}),
				finding({ id: 'x', rule: 'admin_mfa_missing', device: null }),
			],
		});
		expect(text).toContain('Trusted for 75 days, more than 60 New Would be revoked Age');
		expect(text).toContain('75 days ended 28 Feb 2026');
		expect(text).toContain('Admin mfa missing');
	});

	test('allows its own style, and nothing else', () => {
		expect(STYLE_HASH).toBe(createHash('sha256').update(STYLE).digest('base64'));
		const page = reportHtml(report());
		expect(page).toContain(`<style>${STYLE}</style>`);
		expect(page).toContain(`style-src &#39;sha256-${STYLE_HASH}&#39;`);
		expect(page).not.toMatch(
			/<script|<link|<img|<iframe|\shref=|\ssrc=|\son\w+=|\sstyle=|@import|url\(/,
		);
	});

	test('keeps its tags whatever somebody calls himself', () => {
		const tags = tagsOf(reportHtml(reportOf('Otis')));
		fc.assert(
			fc.property(
				hostileText.filter((text) => text.replace(/[\s\p{Cc}\p{Cf}\p{Cs}]/gu, '') !== ''),
				(text) => {
					const page = reportHtml(reportOf(text));
					expect(tagsOf(page)).toEqual(tags);
					expect(page).not.toMatch(/[\p{Cf}\p{Cs}]|(?![\n\t])\p{Cc}/u);
				},
			),
			{ ...fuzzRuns(200), examples: HOSTILE.map((text) => [text]) },
		);
	});
});
