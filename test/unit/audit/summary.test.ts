import fc from 'fast-check';

import type { TrustedDevice } from '../../../nodes/Emnify/api/types';
import type { AuditedDevice, AuditedUser } from '../../../nodes/Emnify/domain/auditUser';
import { auditUser } from '../../../nodes/Emnify/domain/auditUser';
import type { AuditPolicy } from '../../../nodes/Emnify/domain/policy';
import { rulesInForce } from '../../../nodes/Emnify/domain/policy';
import type { AuditScope } from '../../../nodes/Emnify/domain/coverage';
import type { Circumstances, UnreadableUser } from '../../../nodes/Emnify/domain/summary';
import { SummaryBuilder } from '../../../nodes/Emnify/domain/summary';
import { writeSummary } from '../../../nodes/Emnify/report/summary';
import { before, DAY, devices, frozen, NOW, policy, shuffled, user } from './arbitraries';

const person = (id: number, username: string | null = `user${id}@a.example`): AuditedUser => ({
	id,
	username,
	name: null,
	status: 'Active',
});
const device = (id: number, age: number, changes: Partial<TrustedDevice> = {}): TrustedDevice => ({
	id,
	operating_system: 'Windows 7',
	browser: 'Opera 9',
	activation_date: before(age * DAY),
	...changes,
});

const circumstances: Circumstances = {
	scope: { which: 'all' },
	workspace: { id: 1, name: 'Acme' },
	startedAt: NOW,
};

/** The line of a text that says what was audited, for so many users and devices. */
const audited = (users: string, devices: string) =>
	`Workspace \`Acme\` (ID 1) · All users · 1 Mar 2026 at 12:00 UTC · ${users} read · ${devices}`;

function summarise(
	rules: AuditPolicy,
	users: Array<[AuditedUser, TrustedDevice[]]>,
	failed: UnreadableUser[] = [],
	changes: Partial<Circumstances> = {},
) {
	const builder = new SummaryBuilder(rules);
	for (const [someone, theirs] of users) {
		builder.addUser(auditUser(someone, theirs, rules, NOW));
	}
	for (const one of failed) builder.addFailedUser(one);
	return writeSummary(builder.build({ ...circumstances, ...changes }), rules);
}

const unreadable = (id: number): UnreadableUser => ({
	user: person(id),
	message: `emnify has no user ${id}`,
});

describe('a summary', () => {
	const rules = { maxAgeDays: 60, allowedBrowsers: ['Firefox*'], flagMissingData: true };

	test('counts, names the oldest device, and reads like a message', () => {
		const users: Array<[AuditedUser, TrustedDevice[]]> = [
			[person(1), [device(11, 75), device(12, 10, { browser: 'Firefox 125' })]],
			[person(2), []],
			[person(3), [device(31, 5)]],
		];
		expect(summarise(rules, users)).toEqual({
			html: expect.stringContaining('findings on 2 of 3 devices') as string,
			complete: true,
			gaps: [],
			workspace: { id: 1, name: 'Acme' },
			organisations: [],
			checked_at: '2026-03-01T12:00:00.000Z',
			scope: 'All users',
			users_listed: 3,
			users_checked: 3,
			users_failed: 0,
			devices: 3,
			devices_with_findings: 2,
			findings: 3,
			by_severity: { critical: 0, high: 0, medium: 3, low: 0, info: 0 },
			by_rule: { maxAgeDays: 1, allowedBrowsers: 2, flagMissingData: 0 },
			oldest_device: {
				user: person(1),
				device: device(11, 75),
				age_days: 75,
				trusted_until: '2026-03-16T12:00:00.000Z',
			},
			failed_users: [],
			text: `*Trusted-device audit: findings on 2 of 3 devices*

${audited('3 of 3 users', '3 devices')}

- Trusted for too long (more than 60 days, or since an unknown date): 1 device
- Browser (not on the list, or unknown): 2 devices

Devices with findings, oldest first:

- \`user1@a.example\`, \`Opera 9 on Windows 7\`, activated 16 Dec 2025: trusted for 75 days, more than 60; browser is not on the list
- \`user3@a.example\`, \`Opera 9 on Windows 7\`, activated 24 Feb 2026: browser is not on the list`,
		});
	});

	test('has words for every rule, and for a device of which nothing is known', () => {
		const everything: AuditPolicy = {
			maxAgeDays: 1,
			expiringWithinDays: 90,
			allowedOperatingSystems: ['x'],
			allowedBrowsers: ['x'],
			maxDevicesPerUser: 0,
			flagInactiveUsers: true,
			activatedAfter: new Date('2025-12-01T00:00:00Z'),
			flagMissingData: true,
		};
		const gone = { ...person(1, null), status: 'Gone' };
		const { text } = summarise(everything, [[gone, [device(5, 80), { id: 6 }]]]);
		expect(text).toBe(`*Trusted-device audit: findings on 2 of 2 devices*

${audited('1 of 1 user', '2 devices')}

- Trusted for too long (more than 1 day, or since an unknown date): 2 devices
- Trust ending (within 90 days): 1 device
- Operating system (not on the list, or unknown): 2 devices
- Browser (not on the list, or unknown): 2 devices
- Too many devices (more than 0 for a user): 2 devices
- Inactive user (not active, or unknown): 2 devices
- New device (activated after 1 Dec 2025 at 00:00 UTC): 1 device
- Missing data (no browser, operating system or activation date, or a date in the future): 1 device

Devices with findings, oldest first:

- user 1, device 6, activation date unknown: trusted since an unknown date; operating system is unknown; browser is unknown; user has 2 devices, more than 0, and this one is among the 2 oldest; user is Gone; no operating system, no browser, no activation date
- user 1, \`Opera 9 on Windows 7\`, activated 11 Dec 2025: trusted for 80 days, more than 1; trust ends on 11 Mar 2026, in 10 days; operating system is not on the list; browser is not on the list; user has 2 devices, more than 0, and this one is among the 2 oldest; user is Gone; activated on 11 Dec 2025 at 12:00, after 1 Dec 2025 at 00:00 UTC`);
	});

	test('shows what is known of a device', () => {
		const half = [device(1, 80, { browser: ' ' }), device(2, 70, { operating_system: undefined })];
		const { text } = summarise({ maxDevicesPerUser: 0 }, [[person(1), half]]);
		expect(text).toContain('`user1@a.example`, `Windows 7`, activated');
		expect(text).toContain('`user1@a.example`, `Opera 9`, activated');
	});

	test('is glad of an audit without findings', () => {
		const users: Array<[AuditedUser, TrustedDevice[]]> = [[person(1), [device(1, 3)]]];
		expect(summarise({ maxAgeDays: 60 }, users).text).toBe(
			`*Trusted-device audit: no findings*\n\n${audited('1 of 1 user', '1 device')}\n\nNothing found: every device meets the policy.`,
		);
		expect(summarise({ maxAgeDays: 60 }, [[person(1), []]]).text).toContain(
			'Nothing found: there are no trusted devices.',
		);
	});

	const filtered: AuditScope = { which: 'filtered', criteria: 'username:nobody,status:1' };
	test.each<[AuditScope, string, string]>([
		[{ which: 'all' }, 'emnify listed no user', 'All users'],
		[filtered, 'no user fits the filters', 'Users that fit `username:nobody,status:1`'],
		[
			{ which: 'input', items: 2, unusableItems: 0 },
			'no item names a user',
			'0 users of the input, 2 items',
		],
	])('of nobody says first that nothing was checked because %j', (scope, reason, inWords) => {
		const summary = summarise({ maxAgeDays: 60 }, [], [], { scope });
		expect(summary).toMatchObject({
			complete: false,
			gaps: [`Nothing was checked because ${reason}`],
			scope: inWords,
			users_listed: 0,
			users_checked: 0,
			devices: 0,
			by_rule: { maxAgeDays: 0 },
			oldest_device: null,
		});
		expect(summary.text).toBe(`*Trusted-device audit: nothing was checked because ${reason}*

Workspace \`Acme\` (ID 1) · ${inWords} · 1 Mar 2026 at 12:00 UTC · 0 of 0 users read · 0 devices

*Warning:* of whoever was meant, nothing is known.`);
	});

	test('of users none of whom could be read says first that nothing was checked', () => {
		const { text, ...summary } = summarise({ maxAgeDays: 60 }, [], [unreadable(1), unreadable(2)]);
		const gap = 'Nothing was checked because none of 2 users could be read';
		expect(summary).toMatchObject({ complete: false, gaps: [gap], users_listed: 2 });
		expect(text).toMatch(
			/^\*Trusted-device audit: nothing was checked because none of 2 users could be read\*\n/,
		);
		expect(text).toContain(
			'*Warning:* the devices of 2 users could not be read: `user1@a.example`',
		);
	});

	test('says first that items of the input named nobody', () => {
		const scope: AuditScope = { which: 'input', items: 3, unusableItems: 2 };
		const users: Array<[AuditedUser, TrustedDevice[]]> = [[person(1), [device(1, 3)]]];
		const summary = summarise({ maxAgeDays: 60 }, users, [], { scope });
		expect(summary).toMatchObject({
			complete: false,
			gaps: ['2 of 3 items named no user'],
			scope: '1 user of the input, 3 items',
		});
		expect(summary.text).toMatch(
			/^\*Trusted-device audit incomplete: 2 of 3 items named no user; 1 device judged, the rest is unknown\*\n/,
		);
		expect(summary.text).not.toContain('Nothing found');
	});

	test.each([
		[{ id: 7, name: null }, /Workspace 7 · /],
		[{ id: 7, name: '<!channel>' }, /Workspace `‹!channel›` \(ID 7\) · /],
		[null, /Workspace unknown: its name could not be read · All users/],
	])('names the Workspace %j, or says that it could not', (workspace, shown) => {
		const summary = summarise({ maxAgeDays: 60 }, [[person(1), []]], [], { workspace });
		expect(summary.workspace).toEqual(workspace);
		expect(summary.text).toMatch(shown);
	});

	test('names the organisations where there are others than the Workspace', () => {
		const summaryOf = (organisations: number[], workspace: Circumstances['workspace']) => {
			const builder = new SummaryBuilder({ maxAgeDays: 60 });
			for (const id of organisations)
				builder.addUser([], { id, name: id === 9 ? null : `Org ${id}` });
			builder.addFailedUser(unreadable(9), null);
			return writeSummary(builder.build({ ...circumstances, workspace }), { maxAgeDays: 60 });
		};
		const own = { id: 1, name: 'Acme' };
		expect(summaryOf([1, 1], own).text).not.toContain('Users of');
		const { organisations, text } = summaryOf([2, 1, 2, 9], own);
		expect(organisations).toEqual([
			{ id: 1, name: 'Org 1', users: 1 },
			{ id: 2, name: 'Org 2', users: 2 },
			{ id: 9, name: null, users: 1 },
		]);
		expect(text).toContain(' · Users of `Org 1` (ID 1): 1, `Org 2` (ID 2): 2, 9: 1 · All users');
		expect(summaryOf([1], null).text).toContain(
			'Workspace unknown: its name could not be read · Users of `Org 1` (ID 1): 1 ·',
		);
		const many = summaryOf(
			Array.from({ length: 120 }, (_, index) => index + 1),
			own,
		);
		expect(many.organisations).toHaveLength(100);
		expect(many.text).toMatch(/`Org 5` \(ID 5\): 1, 95 more · All users/);
	});

	test('does not pretend to have judged without a rule', () => {
		const off = { flagMissingData: false, allowedBrowsers: [] };
		const summary = summarise(off, [[person(1), [device(1, 300)]]]);
		expect(summary).toMatchObject({ findings: 0, by_rule: {} });
		expect(summary.text).toMatch(/^\*Trusted-device audit: 1 device counted, not judged\*\n/);
		expect(summary.text).toContain('No rule is set: the devices were counted, not judged.');
		expect(summary.text).not.toContain('Nothing found');
	});

	test('warns of users whose devices could not be read, and then never says that all is fine', () => {
		const users: Array<[AuditedUser, TrustedDevice[]]> = [[person(1), [device(1, 3)]]];
		const summary = summarise({ maxAgeDays: 60 }, users, [unreadable(3), unreadable(2)]);
		expect(summary).toMatchObject({
			users_checked: 1,
			users_failed: 2,
			failed_users: [
				{ id: 2, username: 'user2@a.example', message: 'emnify has no user 2' },
				{ id: 3, username: 'user3@a.example', message: 'emnify has no user 3' },
			],
		});
		expect(summary.text).toBe(
			`*Trusted-device audit incomplete: 2 of 3 users could not be read; 1 device judged, the rest is unknown*

${audited('1 of 3 users', '1 device')}

*Warning:* the devices of 2 users could not be read: \`user2@a.example\`, \`user3@a.example\``,
		);
		const withFindings = summarise({ maxAgeDays: 1 }, users, [unreadable(2)]).text;
		expect(withFindings).toContain(
			'*Trusted-device audit incomplete: 1 of 2 users could not be read; findings on 1 of 1 device*',
		);
		expect(withFindings).toContain('*Warning:* the devices of 1 user could not be read');
	});

	test('names some of many', () => {
		const many = Array.from({ length: 250 }, (_, index) => unreadable(250 - index));
		const theirs = Array.from({ length: 13 }, (_, index) => device(index + 1, 70 + index));
		const summary = summarise({ maxAgeDays: 60 }, [[person(1), theirs]], many);
		expect(summary.users_failed).toBe(250);
		expect(summary.failed_users.map(({ id }) => id)).toEqual(
			Array.from({ length: 100 }, (_, index) => index + 1),
		);
		const lines = summary.text.split('\n');
		expect(lines.filter((line) => line.startsWith('- `user1@'))).toHaveLength(10);
		expect(lines.at(-1)).toBe('- and 3 more');
		const withEleven = summarise({ maxAgeDays: 60 }, [[person(1), theirs.slice(0, 11)]]).text;
		expect(withEleven.split('\n').at(-1)).toBe('- and 1 more');
		const withTen = summarise({ maxAgeDays: 60 }, [[person(1), theirs.slice(0, 10)]]).text;
		expect(withTen.split('\n').at(-1)).toContain('`user1@a.example`');
		expect(summary.text).toContain('`user5@a.example`, 245 more');
	});

	test('names the oldest first, then goes by user and by device', () => {
		const users: Array<[AuditedUser, TrustedDevice[]]> = [
			[person(2, null), [device(4, 70), device(3, 70)]],
			[person(1, null), [device(9, 70), device(10, 70), device(8, 80), { id: 7 }]],
		];
		const blank = { browser: '', operating_system: '' };
		const unnamed = users.map(([someone, theirs]): [AuditedUser, TrustedDevice[]] => [
			someone,
			theirs.map((one) => ({ ...one, ...blank })),
		]);
		const { text, oldest_device } = summarise({ maxAgeDays: 1 }, unnamed);
		expect(text.match(/^- user \d+, device \d+/gm)).toEqual([
			'- user 1, device 7',
			'- user 1, device 8',
			'- user 1, device 9',
			'- user 1, device 10',
			'- user 2, device 3',
			'- user 2, device 4',
		]);
		expect(oldest_device?.device.id).toBe(8);
	});

	test('has words for a user whom emnify did not name', () => {
		const someone = { id: null, username: null, name: null, status: null };
		const failed = { user: someone, message: 'emnify is busy' };
		const users: Array<[AuditedUser, TrustedDevice[]]> = [
			[person(1), [device(1, 70)]],
			[someone, [device(2, 70)]],
		];
		const summary = summarise({ maxAgeDays: 60 }, users, [unreadable(1), failed]);
		expect(summary.failed_users[0]).toEqual({
			id: null,
			username: null,
			message: 'emnify is busy',
		});
		expect(summary.oldest_device?.user).toEqual(someone);
		expect(summary.text).toContain('- a user without a name, `Opera 9 on Windows 7`');
		expect(summary.text).toContain('read: a user without a name, `user1@a.example`');
	});

	test('can be built at any time, and again', () => {
		const builder = new SummaryBuilder({ maxAgeDays: 1 });
		const empty = builder.build(circumstances);
		builder.addUser(auditUser(person(1), [device(1, 9)], { maxAgeDays: 1 }, NOW));
		expect(empty).toMatchObject({ devices: 0, by_rule: { maxAgeDays: 0 }, oldest_device: null });
		expect(builder.build(circumstances)).toMatchObject({ devices: 1, by_rule: { maxAgeDays: 1 } });
		expect(builder.build(circumstances)).toEqual(builder.build(circumstances));
	});
});

describe('for any audit, a summary', () => {
	const someUsers = fc.uniqueArray(fc.tuple(user, devices), {
		selector: ([{ id }]) => id,
		maxLength: 12,
	});
	const someFailed = fc.uniqueArray(fc.record({ user, message: fc.string() }), {
		selector: (failed) => failed.user.id,
		maxLength: 8,
	});
	/** Users that were read, and users that were not, in the order in which they come. */
	const audits = (rules: AuditPolicy) =>
		fc.tuple(someUsers, someFailed).map(([read, failed]) => [
			...read.map(([someone, theirs]) => ({
				audited: frozen(auditUser(someone, theirs, rules, NOW)),
				failed: undefined,
			})),
			...failed.map((one) => ({ audited: undefined, failed: frozen(one) })),
		]);
	type Outcome = { audited?: AuditedDevice[]; failed?: UnreadableUser };

	const summaryOf = (
		rules: AuditPolicy,
		outcomes: Outcome[],
		changes: Partial<Circumstances> = {},
	) => {
		const builder = new SummaryBuilder(rules);
		for (const { audited, failed } of outcomes) {
			if (audited) builder.addUser(audited);
			if (failed) builder.addFailedUser(failed);
		}
		return writeSummary(builder.build({ ...circumstances, ...changes }), rules);
	};

	const anyScope: fc.Arbitrary<AuditScope> = fc.oneof(
		fc.constant<AuditScope>({ which: 'all' }),
		fc.string().map((criteria): AuditScope => ({ which: 'filtered', criteria })),
		fc.tuple(fc.nat(5), fc.nat(5)).map(([usable, unusableItems]): AuditScope => ({
			which: 'input',
			items: usable + unusableItems,
			unusableItems,
		})),
	);

	test('says in its first line what was not read, and only then that nothing was found', () => {
		const given = policy.chain((rules) =>
			fc.tuple(fc.constant(rules), audits(rules), anyScope, fc.boolean()),
		);
		fc.assert(
			fc.property(given, ([rules, outcomes, scope, isKnown]) => {
				const workspace = isKnown ? circumstances.workspace : null;
				const summary = summaryOf(rules, outcomes, { scope, workspace });
				const read = outcomes.filter(({ audited }) => audited).length;
				const unusable = scope.which === 'input' ? scope.unusableItems : 0;
				const isComplete = read > 0 && read === outcomes.length && unusable === 0;
				const [firstLine = ''] = summary.text.split('\n');
				expect(summary.complete).toBe(isComplete);
				expect(summary.gaps.length === 0).toBe(isComplete);
				expect(/ incomplete:| nothing was checked/.test(firstLine)).toBe(!isComplete);
				expect(firstLine.includes('nothing was checked')).toBe(read === 0);
				expect(summary.text.includes(`${read} of ${outcomes.length} user`)).toBe(true);
				if (!isComplete)
					expect(summary.text).not.toMatch(/nothing found|no findings|every device/i);
			}),
			{ numRuns: 500 },
		);
	});

	test('does not depend on the order of users, nor of their devices', () => {
		const inTwoOrders = policy.chain((rules) =>
			audits(rules).chain((outcomes) =>
				fc.tuple(fc.constant(rules), fc.constant(outcomes), shuffled(outcomes)),
			),
		);
		fc.assert(
			fc.property(inTwoOrders, ([rules, outcomes, shuffledOutcomes]) => {
				const turned = shuffledOutcomes.map(({ audited, failed }) => ({
					audited: audited && [...audited].reverse(),
					failed,
				}));
				expect(summaryOf(rules, turned)).toEqual(summaryOf(rules, outcomes));
			}),
			{ numRuns: 300 },
		);
	});

	test('counts what a recount counts', () => {
		const given = policy.chain((rules) => fc.tuple(fc.constant(rules), audits(rules)));
		fc.assert(
			fc.property(given, ([rules, outcomes]) => {
				const summary = summaryOf(rules, outcomes);
				const all = outcomes.flatMap(({ audited }) => audited ?? []);
				const found = all.flatMap(({ findings }) => findings.map(({ rule }) => rule));
				const ages = all.flatMap(({ age_days }) => age_days ?? []);
				const listed = summary.text.split('\n').filter((line) => line.includes(', activat'));
				expect(summary).toMatchObject({
					users_checked: outcomes.filter(({ audited }) => audited).length,
					users_failed: outcomes.filter(({ failed }) => failed).length,
					devices: all.length,
					devices_with_findings: all.filter(({ compliant }) => !compliant).length,
				});
				expect(summary.by_rule).toMatchObject(
					Object.fromEntries(
						rulesInForce(rules).map((rule) => [rule, found.filter((one) => one === rule).length]),
					),
				);
				const { findings, by_rule, by_severity, users_failed } = summary;
				const gaps = (by_rule.nothing_checked ?? 0) + (by_rule.mostly_unreadable ?? 0);
				expect(findings).toBe(found.length + users_failed + gaps);
				const sum = Object.values(by_severity).reduce((total, one) => total + one, 0);
				expect(sum).toBe(findings);
				expect(summary.oldest_device?.age_days).toBe(
					ages.length === 0 ? undefined : Math.max(...ages),
				);
				expect(listed).toHaveLength(Math.min(10, summary.devices_with_findings));
				expect(summary.text.includes('Nothing found')).toBe(
					found.length === 0 && summary.complete && rulesInForce(rules).length > 0,
				);
			}),
			{ numRuns: 300 },
		);
	});

	test('holds nothing of the devices but those it shows', () => {
		const rules = { maxAgeDays: 1 };
		const builder = new SummaryBuilder(rules);
		for (let id = 1; id <= 500; id++) {
			builder.addUser(auditUser(person(id), [device(id, id % 90)], rules, NOW));
			builder.addFailedUser(unreadable(id));
		}
		const held = JSON.stringify(builder);
		expect(held.match(/"trusted_until"/g)?.length).toBeLessThanOrEqual(11);
		expect(held.match(/emnify has no user/g)?.length).toBeLessThanOrEqual(100);
	});
});

describe('what others call themselves', () => {
	const rules: AuditPolicy = { maxDevicesPerUser: 0 };
	const textWith = (name: string) =>
		summarise(
			rules,
			[[person(1, name), [device(1, 1, { browser: name, operating_system: name })]]],
			[{ user: person(2, name), message: name }],
		).text;

	/** What is left when every code span is taken out. */
	const outsideCode = (text: string) => text.replace(/`[^`\n]*`/g, '');
	const plain = outsideCode(textWith('Plain'));

	test.each([
		['bold', 'a *b* c', '`a *b* c`'],
		['code', 'a ` b', '`a ’ b`'],
		['a fence', '```', '`’’’`'],
		['a Slack mention', '<!channel>', '`‹!channel›`'],
		['a Slack mention by name', '@here', '`＠here`'],
		['a Slack link', '<https://evil.example|click>', '`‹https://evil.example|click›`'],
		['a tag', '<img src=x>', '`‹img src=x›`'],
		['a new line', 'a\r\n- b\u2028c', '`a - b c`'],
		['text from right to left', 'a\u202Eb', '`a b`'],
		['half a character', 'a\uD83D', '`a`'],
		['an address', 'ada@a.example', '`ada@a.example`'],
		['an ampersand', 'R&D', '`R&D`'],
		['a long name', 'x'.repeat(500), `\`${'x'.repeat(79)}…\``],
	])('cannot format the text: %s', (_what, name, shown) => {
		const text = textWith(name);
		expect(text).toContain(`- ${shown}, `);
		expect(outsideCode(text)).toBe(plain);
	});

	test('cannot, whatever it is', () => {
		const hostile = fc.string({
			unit: fc.oneof(
				fc.constantFrom(...'*_~`<>[]()!@#|&:\\-', '\n', '\r', '\t', '\u2028', '\u200b', '\u202e'),
				fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
			),
			maxLength: 120,
		});
		fc.assert(
			fc.property(hostile, (name) => {
				const text = textWith(name);
				const withFallbacks = plain
					.replace('read: ', /read: (?:user 2)?/.exec(outsideCode(text))?.[0] ?? '')
					.replace('- , , ', /- (?:user 1)?, (?:device 1)?, /.exec(outsideCode(text))?.[0] ?? '');
				expect(outsideCode(text)).toBe(withFallbacks);
				expect(text).not.toMatch(/[<>\r\t\u2028\u2029\u202a-\u202e]/);
				expect(text).not.toMatch(/(?:^|[^\p{L}\p{N}])@/u);
			}),
			{ numRuns: 1000 },
		);
	});
});
