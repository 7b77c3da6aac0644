import { ExecuteContext } from 'n8n-core';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Finding } from '../../nodes/Emnify/domain/finding';
import { createWorld, seed, userStatuses, type Fault } from '../../simulator';
import {
	AT_ONCE,
	byId,
	byUsername,
	everythingStored,
	failureOf,
	inputAfter,
	itemsOf,
	LOGIN,
	pair,
	pairedItems,
	times,
	until,
	useEmnify,
	VALUE,
	type Bench,
} from './support';
import type { NodeRun } from './engine';

const USERS = 'GET /api/v1/user';
const USER = 'GET /api/v1/user/{user_id}';
const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const DELETE = 'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}';

const { engine, start } = useEmnify();
const { administrator, suspendedUser, ids, observer } = seed;

const audit = (fields: INodeParameters = {}) =>
	pair('trustedDevice', 'audit', {
		scope: 'all',
		policy: { maxAgeDays: 59 },
		output: 'findings',
		...fields,
	});

interface DeviceItem {
	user: IDataObject;
	device: { id: number };
	findings: Array<{ rule: string; reason: string }>;
	revocation?: { outcome: string; message?: string };
	compliant: boolean;
}

const devicesIn = (json: IDataObject[]) => json as unknown as DeviceItem[];
const findingsIn = (json: IDataObject[]) => json as unknown as Finding[];
const deviceIds = (json: IDataObject[]) => devicesIn(json).map(({ device }) => device?.id);

/** The ids of all devices that the users of Acme Fleet and of its child have in the simulator. */
const allDevices = ({ simulator }: Bench) =>
	[...simulator.world.users.values()]
		.filter(({ organisationId }) => simulator.world.sees(ids.acme, organisationId))
		.flatMap(({ trustedDevices }) => trustedDevices.map(({ id }) => id));

/** An emnify of so many users with two devices each, whose pages hold 100. */
const large = async (users: number, devicesPerUser = 2, limits = {}) => {
	const now = new Date();
	const world = createWorld({ users, devicesPerUser, now });
	return await start({ world, startsAt: now, limits: { requestsPerWindow: 1e9, ...limits } });
};

describe('output', () => {
	test('findings: an item for each rule that a device breaks, and the node does it by default', async () => {
		const { run, simulator } = await start();
		const result = await run({ policy: { maxAgeDays: 59 } });
		expect(result.error).toBeUndefined();
		expect(deviceIds(result.json)).toEqual([
			11051,
			ids.expiredDevice,
			ids.deviceWithoutOperatingSystem,
			ids.deviceWithoutActivation,
			11082,
			11107,
			11108,
			11109,
			11110,
		]);
		expect(result.json[0]).toEqual({
			id: 'maxAgeDays:11051',
			reason: `Trusted for 89 days, more than 59: Edge 141 on Windows 11 of ${observer.username}`,
			severity: 'medium',
			rule: 'maxAgeDays',
			user: {
				id: observer.id,
				username: observer.username,
				name: 'Otis Berg',
				status: 'Active',
			},
			device: {
				id: 11051,
				operating_system: 'Windows 11',
				browser: 'Edge 141',
				activation_date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
			},
			age_days: 89,
			trusted_until: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
		});
		expect(Object.keys(result.json[0] ?? {}).slice(0, 4)).toEqual([
			'id',
			'reason',
			'severity',
			'rule',
		]);
		expect(simulator.count(LOGIN)).toBe(1);
		expect(simulator.count(USERS)).toBe(1);
		expect(simulator.count(DEVICES)).toBe(14);
		expect(simulator.count()).toBe(16);
	});

	test('devices: an item for each device, compliant or not', async () => {
		const bench = await start();
		const { json } = await bench.run(audit({ output: 'devices' }));
		expect(deviceIds(json)).toEqual(allDevices(bench));
		expect(devicesIn(json).filter(({ compliant }) => compliant)).toHaveLength(14);
		for (const { compliant, findings } of devicesIn(json)) {
			expect(compliant).toBe(findings.length === 0);
		}
	});

	test('summary: one item with the counts, the oldest device and a text', async () => {
		const { run } = await start();
		const { json } = await run(
			audit({ output: 'summary', policy: { maxAgeDays: 59, flagInactiveUsers: true } }),
		);
		expect(json).toEqual([
			{
				complete: true,
				gaps: [],
				workspace: { id: ids.acme, name: 'Acme Fleet' },
				organisations: [
					{ id: ids.acme, name: 'Acme Fleet', users: 13 },
					{ id: ids.nordic, name: 'Acme Fleet Nordic', users: 1 },
				],
				checked_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
				scope: 'All users',
				users_listed: 14,
				users_checked: 14,
				users_failed: 0,
				devices: 23,
				devices_with_findings: 10,
				findings: 12,
				by_severity: { critical: 0, high: 3, medium: 9, low: 0, info: 0 },
				by_rule: { maxAgeDays: 9, flagInactiveUsers: 3 },
				oldest_device: expect.objectContaining({
					device: expect.objectContaining({ id: 11110 }),
					age_days: 400,
				}),
				failed_users: [],
				text: expect.stringMatching(/findings on 10 of 23 devices/),
				html: expect.stringMatching(/findings on 10 of 23 devices/),
			},
		]);
		expect(Object.keys(json[0] ?? {}).slice(0, 5)).toEqual([
			'text',
			'html',
			'workspace',
			'checked_at',
			'scope',
		]);
	});

	test('every rule is checked as it is set', async () => {
		const { run } = await start();
		const rules: Record<string, [setting: unknown, devices: number[]]> = {
			maxAgeDays: [87, [11051, 11052, ids.deviceWithoutActivation, 11108, 11109, 11110]],
			expiringWithinDays: [1, [11051]],
			allowedOperatingSystems: ['windows*, MACOS 15 ,Ubuntu*,android*', [11061]],
			allowedBrowsers: [['safari*', 'EDGE*', '*fox 14*', 'chrome*', '*explorer*'], [11053]],
			maxDevicesPerUser: [9, [11110]],
			flagInactiveUsers: [true, [11081, 11082, 11121]],
			activatedAfter: ['={{ $now.minus({ days: 1, hours: 1 }) }}', [11011, 11101, 11102]],
			flagMissingData: [true, [11053, 11061, 11081]],
		};
		for (const [rule, [setting, devices]] of Object.entries(rules)) {
			const result = await run(audit({ policy: { [rule]: setting } as INodeParameters }));
			expect([rule, result.error, deviceIds(result.json)]).toEqual([rule, undefined, devices]);
			for (const finding of findingsIn(result.json)) expect(finding.rule).toBe(rule);
		}
	});

	test('a date without a zone is meant in the workflow’s time zone', async () => {
		// The engine's workflows have n8n's default, America/New_York: 4 or 5 hours behind UTC.
		const startsAt = new Date('2026-06-15T12:00:00Z');
		const { run, simulator } = await start({ startsAt });
		const { trustedDevices } = simulator.world.user(ids.userWithoutDevices);
		for (const [id, time] of [
			[1, '03:59:59'],
			[2, '04:00:01'],
		] as const) {
			trustedDevices.push({
				...simulator.world.user(administrator.id).trustedDevices[0],
				id,
				activatedAt: new Date(`2026-06-15T${time}Z`),
			} as (typeof trustedDevices)[number]);
		}
		const policy = { activatedAfter: '2026-06-15T00:00:00' };
		const found = deviceIds((await run(audit({ policy }))).json);
		expect(found).toContain(2);
		expect(found).not.toContain(1);
	});

	test('the age goes by emnify’s clock', async () => {
		const { run, simulator } = await start();
		simulator.clock.advance({ days: 16 });
		const { json } = await run(audit({ policy: { maxAgeDays: 89 } }));
		expect(deviceIds(json)).toContain(11082);
	});
});

describe('scope', () => {
	test('filtered users, by what emnify filters by', async () => {
		const { run, calls } = await start();
		const deactivated = await run(
			audit({ scope: 'filtered', filters: { status: 2 }, output: 'devices' }),
		);
		expect(deviceIds(deactivated.json)).toEqual([11081, 11082, 11121]);
		expect(calls()[0]?.path).toMatch(/[?&]q=status(:|%3A)2/);
		const one = await run(
			audit({
				scope: 'filtered',
				filters: { username: observer.username, name: 'Otis' },
				output: 'devices',
			}),
		);
		expect(deviceIds(one.json)).toEqual([11051, 11052, 11053]);
	});

	test('the users of the input, each once, paired with their items', async () => {
		const { run, simulator } = await start();
		const users = [observer.id, administrator.id, observer.id, ids.userWithoutDevices];
		const result = await run(
			audit({ scope: 'input', user: byId(VALUE), output: 'devices', policy: {} }),
			{ items: itemsOf(users) },
		);
		expect(result.error).toBeUndefined();
		expect(deviceIds(result.json)).toEqual([11051, 11052, 11053, 11011, 11012]);
		expect(result.items.map(({ pairedItem }) => pairedItem)).toEqual([
			[{ item: 0 }, { item: 2 }],
			[{ item: 0 }, { item: 2 }],
			[{ item: 0 }, { item: 2 }],
			{ item: 1 },
			{ item: 1 },
		]);
		expect(simulator.count(DEVICES)).toBe(3);
		expect(simulator.count(USERS)).toBe(0);
		expect(inputAfter(result)).toEqual(itemsOf(users));
	});

	test('a user named in several ways is audited once', async () => {
		const bench = await start({ user: seed.userWithoutMfa });
		const { id } = seed.userWithoutMfa;
		const { json, items } = await bench.run(
			audit({
				scope: 'input',
				user: byId(VALUE),
				output: 'devices',
				policy: { maxDevicesPerUser: 0 },
				revoke: 'revoke',
				revokeRules: ['maxDevicesPerUser'],
				maxRevocations: 10,
			}),
			{ items: itemsOf(['my', id]) },
		);
		expect(deviceIds(json)).toEqual([ids.deviceWithoutOperatingSystem]);
		expect(items[0]?.pairedItem).toEqual([{ item: 0 }, { item: 1 }]);
		expect(bench.simulator.count(DELETE)).toBe(1);
	});

	test('the users of the input by username, and the credential’s own user', async () => {
		const bench = await start({ user: seed.userWithoutMfa });
		const own = await bench.run(
			audit({ scope: 'input', user: byId('my'), output: 'devices', policy: {} }),
		);
		expect(deviceIds(own.json)).toEqual([ids.deviceWithoutOperatingSystem]);
		const { run } = await start();
		const named = await run(
			audit({ scope: 'input', user: byUsername(VALUE), output: 'devices', policy: {} }),
			{ items: itemsOf([observer.username]) },
		);
		expect(deviceIds(named.json)).toEqual([11051, 11052, 11053]);
		expect(devicesIn(named.json)[0]?.user).toMatchObject({ id: observer.id, name: 'Otis Berg' });
	});

	test('all users are audited once, however many items come in', async () => {
		const { run, simulator } = await start();
		const { items } = await run(audit(), { items: times(5) });
		expect(simulator.count(DEVICES)).toBe(14);
		expect(new Set(pairedItems(items))).toEqual(new Set([0]));
	});

	test('who is no administrator is told that only administrators can list users', async () => {
		const { run } = await start({ applicationToken: seed.observerApplicationToken });
		expect(failureOf(await run(audit()))).toMatchObject({
			message: expect.stringMatching(/^Could not list the users: emnify does not allow it/),
			description: expect.stringMatching(/Only administrators can list users/),
		});
	});
});

describe('nothing to find', () => {
	test('a workspace without devices gives no findings, no devices and a friendly summary', async () => {
		const { run, simulator } = await start();
		for (const user of simulator.world.users.values()) user.trustedDevices = [];
		expect((await run(audit())).json).toEqual([]);
		expect((await run(audit({ output: 'devices' }))).json).toEqual([]);
		expect((await run(audit({ output: 'summary' }))).json).toMatchObject([
			{
				users_checked: 14,
				devices: 0,
				oldest_device: null,
				text: expect.stringMatching(/Nothing found/),
			},
		]);
	});
});

describe('what was not looked at comes first', () => {
	const firstLine = (json: IDataObject | undefined) => String(json?.text).split('\n')[0];
	const notAnAllClear = (json: IDataObject | undefined) => {
		expect(json?.complete).toBe(false);
		expect(json?.text).not.toMatch(/nothing found|no findings|every device meets/i);
	};
	/** By the output, the item on what was not checked. */
	const gap = (rule: string, scope: string, reason: string, output = 'findings') => {
		const finding = { id: `${rule}:${scope}`, reason, severity: 'high', rule };
		const noDevice = { user: null, device: null, age_days: null, trusted_until: null };
		if (output === 'findings') return { ...finding, ...noDevice };
		return { ...noDevice, compliant: false, findings: [finding] };
	};
	const hintsOf = ({ stored }: NodeRun) =>
		stored.data.resultData.runData.Emnify?.[0]?.hints?.map(({ message }) => message);

	const nobody = { scope: 'filtered', filters: { username: 'nobody@acme-fleet.example' } };
	test.each(['findings', 'devices'])('no user fits the filters, among the %s', async (output) => {
		const { run } = await start();
		const result = await run(audit({ ...nobody, output }));
		const message = 'Nothing was checked because no user fits the filters';
		expect(result.json).toEqual([
			gap('nothing_checked', 'filtered:username:nobody@acme-fleet.example', message, output),
		]);
		expect(pairedItems(result.items)).toEqual([0]);
		expect(hintsOf(result)).toEqual([`${message}.`]);
	});

	test('no user fits the filters, in the summary', async () => {
		const { run } = await start();
		const { json } = await run(audit({ ...nobody, output: 'summary' }));
		expect(json).toMatchObject([
			{
				gaps: ['Nothing was checked because no user fits the filters'],
				scope: 'Users that fit `username:nobody@acme-fleet.example`',
				users_listed: 0,
				users_checked: 0,
				users_failed: 0,
				devices: 0,
			},
		]);
		expect(firstLine(json[0])).toBe(
			'*Trusted-device audit: nothing was checked because no user fits the filters*',
		);
		notAnAllClear(json[0]);
	});

	test('emnify lists no user', async () => {
		const { run, simulator, logIn } = await start();
		const message = 'Nothing was checked because emnify listed no user';
		await logIn();
		for (const user of simulator.world.users.values()) user.organisationId = ids.cargo;
		expect((await run(audit())).json).toEqual([gap('nothing_checked', 'all', message)]);
		const { json } = await run(audit({ output: 'summary' }));
		expect(json).toMatchObject([{ gaps: [message], users_listed: 0, scope: 'All users' }]);
		notAnAllClear(json[0]);
	});

	test('nobody’s devices may be read', async () => {
		const { run, simulator } = await start();
		const refuse = () =>
			simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: DEVICES, times: 100 });
		refuse();
		const message = 'Nothing was checked because none of 14 users could be read';
		const findings = (await run(audit())).json;
		expect(findings[0]).toEqual(gap('nothing_checked', 'all', message));
		expect(findings).toHaveLength(15);
		expect(findingsIn(findings).every(({ severity }) => severity === 'high')).toBe(true);
		const { json } = await run(audit({ output: 'summary' }));
		expect(json).toMatchObject([
			{ gaps: [message], users_listed: 14, users_checked: 0, users_failed: 14 },
		]);
		expect(firstLine(json[0])).toBe(`*Trusted-device audit: n${message.slice(1)}*`);
		notAnAllClear(json[0]);
	});

	test('half of the users cannot be read', async () => {
		const { run } = await start();
		const half = { scope: 'input', user: byId(VALUE), policy: { maxAgeDays: 9999 } };
		const items = itemsOf([observer.id, 999, ids.foreignUser, administrator.id]);
		const found = await run(audit(half), { items });
		expect(found.json).toMatchObject([
			gap('mostly_unreadable', 'input', '2 of 4 users could not be read'),
			{ id: 'unreadable:user:999', rule: 'unreadable', user: { id: 999 } },
			{ user: { id: ids.foreignUser }, rule: 'unreadable' },
		]);
		const { json } = await run(audit({ ...half, output: 'summary' }), { items });
		expect(firstLine(json[0])).toBe(
			'*Trusted-device audit incomplete: 2 of 4 users could not be read; 5 devices judged, the rest is unknown*',
		);
		notAnAllClear(json[0]);
	});

	test('items that name no user', async () => {
		const { run, simulator } = await start();
		const parameters = audit({ scope: 'input', user: byId(VALUE), output: 'summary' });
		const stopped = await run(parameters, { items: itemsOf([undefined, undefined]) });
		expect(failureOf(stopped)).toMatchObject({ message: 'User is empty', itemIndex: 0 });
		expect(simulator.requests).toEqual([]);

		const continued = { onError: 'continueRegularOutput' } as const;
		const nothing = await run(parameters, { items: itemsOf([undefined, null]), ...continued });
		expect(nothing.json).toEqual([{ error: 'User is empty' }, { error: 'User is empty' }]);

		const items = itemsOf([undefined, ids.userWithoutDevices, '']);
		const { json } = await run(parameters, { items, ...continued });
		const summary = json.find(({ text }) => text !== undefined);
		expect(json).toHaveLength(3);
		expect(summary).toMatchObject({
			gaps: ['2 of 3 items named no user'],
			scope: '1 user of the input, 3 items',
			users_listed: 1,
			users_checked: 1,
		});
		expect(firstLine(summary)).toMatch(/incomplete: 2 of 3 items named no user/);
		notAnAllClear(summary);
	});

	test('a user whom emnify lists without an ID passes for nothing', async () => {
		const { run, simulator } = await start();
		(simulator.world.user(observer.id) as { id?: number }).id = undefined;
		const result = await run(audit({ output: 'summary', options: AT_ONCE }));
		// The list as a whole may be refused; what must not happen is a request for “undefined”, or an all-clear.
		if (!result.error) notAnAllClear(result.json[0]);
		expect(simulator.requests.map(({ path }) => path).join()).not.toMatch(/undefined|null|NaN/);
	});

	test('many items that name one and the same user are warned of', async () => {
		const { run } = await start();
		const one = audit({ scope: 'input', user: byId(observer.id), output: 'summary' });
		const result = await run(one, { items: times(13) });
		expect(hintsOf(result)).toEqual([
			'All 13 items name the same user. If that is not meant, enter an expression in User, such as {{ $json.id }}.',
		]);
		expect(result.json[0]).toMatchObject({ scope: '1 user of the input, 13 items' });
	});
});

describe('the Workspace', () => {
	const WORKSPACE = 'GET /api/v1/organisation/my';
	const summary = audit({ output: 'summary', options: AT_ONCE });

	test('is asked for once, for a summary only', async () => {
		const { run, simulator } = await start();
		await run(audit());
		expect(simulator.count(WORKSPACE)).toBe(0);
		const { json } = await run(summary);
		expect(simulator.count(WORKSPACE)).toBe(1);
		expect(json[0]).toMatchObject({ workspace: { id: ids.acme, name: 'Acme Fleet' } });
		expect(json[0]?.text).toMatch(
			/\nWorkspace `Acme Fleet` \(ID 1\) · Users of `Acme Fleet` \(ID 1\): 13, `Acme Fleet Nordic` \(ID 4\): 1 · All users · \d+ \w+ \d{4} at \d\d:\d\d UTC · 14 of 14 users read · 23 devices\n/,
		);
	});

	test.each<[string, Fault]>([
		['403', { kind: 'status', status: 403 }],
		['404', { kind: 'status', status: 404 }],
		['500', { kind: 'status', status: 500 }],
		['a cut answer', { kind: 'truncate' }],
		['a page of HTML', { kind: 'html' }],
		['no connection', { kind: 'reset' }],
		['a list', { kind: 'status', status: 200, body: [] }],
		['nothing of use', { kind: 'status', status: 200, body: { id: null, name: null } }],
	])('may be unreadable (%s), which fails nothing and is said', async (_what, fault) => {
		const { run, simulator } = await start();
		simulator.faults.next(fault, { endpoint: WORKSPACE, times: 10 });
		const { json, error } = await run(audit({ output: 'summary' }));
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ complete: true, workspace: null, users_checked: 14 });
		expect(json[0]?.text).toContain(
			'Workspace unknown: its name could not be read · Users of `Acme Fleet` (ID 1): 13,',
		);
		expect(simulator.count(WORKSPACE)).toBe(1);
	});

	test('and the time are emnify’s', async () => {
		const startsAt = new Date('2031-05-05T05:05:00Z');
		const { run } = await start({ startsAt });
		const { json } = await run(summary);
		const checkedAt = Date.parse(String(json[0]?.checked_at));
		expect(Math.abs(checkedAt - startsAt.getTime())).toBeLessThan(10_000);
		expect(json[0]?.text).toMatch(/ · 5 May 2031 at 05:0[45] UTC · /);
	});
});

describe('a status that emnify does not tell', () => {
	const inactive = { flagInactiveUsers: true };

	/** emnify's answer on one user, with this status. */
	const withStatus = async (status: unknown, fields: INodeParameters = {}) => {
		const bench = await start();
		const body = { id: observer.id, username: observer.username, name: null, status };
		bench.simulator.faults.next({ kind: 'status', status: 200, body }, { endpoint: USER });
		const parameters = audit({
			scope: 'input',
			user: byId(observer.id),
			policy: inactive,
			...fields,
		} as INodeParameters);
		return { ...(await bench.run(parameters)), simulator: bench.simulator };
	};

	test.each([null, undefined, {}, { id: null, description: null }, { description: '' }])(
		'%j does not pass for active',
		async (status) => {
			const { json, error } = await withStatus(status);
			expect(error).toBeUndefined();
			expect(devicesIn(json)).toHaveLength(3);
			for (const { user, rule, reason } of findingsIn(json)) {
				expect(user?.status).toBeNull();
				expect(rule).toBe('flagInactiveUsers');
				expect(reason).toMatch(/^Status of the user is unknown: /);
			}
		},
	);

	test.each([
		[{ id: 1 }, []],
		[{ id: 1, description: 'Aktiv' }, []],
		[{ id: 2 }, ['User is Suspended']],
		[{ id: 0, description: null }, ['User is Activation pending']],
		[{ id: 2, description: 'Active' }, ['User is Suspended']],
	])('%j is judged by its ID', async (status, messages) => {
		const { json } = await withStatus(status);
		const found = findingsIn(json).map(({ reason }) => reason.split(':')[0]);
		expect([...new Set(found)]).toEqual(messages);
	});

	test('is no reason to revoke, while another rule is', async () => {
		const revoking = { revoke: 'revoke', maxRevocations: 10, output: 'devices' };
		const kept = await withStatus(null, { ...revoking, revokeRules: ['flagInactiveUsers'] });
		expect(devicesIn(kept.json).map(({ revocation }) => revocation?.outcome)).toEqual([
			'none',
			'none',
			'none',
		]);
		expect(kept.simulator.count(DELETE)).toBe(0);
		const old = await withStatus(null, {
			...revoking,
			policy: { ...inactive, maxAgeDays: 90 },
			revokeRules: ['flagInactiveUsers', 'maxAgeDays'],
		});
		expect(old.simulator.count(DELETE)).toBe(1);
	});

	test('null in every other field crashes nothing', async () => {
		const { run } = await start({ dialects: ['nulls'] });
		for (const output of ['findings', 'devices', 'summary']) {
			const { json, error } = await run(
				audit({ output, policy: { maxAgeDays: 59, flagMissingData: true, ...inactive } }),
			);
			expect(error).toBeUndefined();
			expect(json.length).toBeGreaterThan(0);
			expect(JSON.stringify(json)).not.toMatch(/1970|NaN|Invalid|undefined/);
		}
	});
});

describe('a user whose devices cannot be read', () => {
	const failing = { endpoint: DEVICES };
	const fault = { kind: 'status', status: 403 } as const;

	test.each(['findings', 'devices'])('is an item of its own among the %s', async (output) => {
		const { run, simulator } = await start();
		simulator.faults.next(fault, failing);
		const { json, error, stored } = await run(audit({ output, policy: { maxAgeDays: 9999 } }));
		expect(error).toBeUndefined();
		const finding = {
			id: expect.stringMatching(/^unreadable:user:\d+$/),
			reason: expect.stringMatching(
				/^Could not list the trusted devices of user \S+@\S+: emnify does not allow it/,
			),
			severity: 'high',
			rule: 'unreadable',
		};
		const subject = {
			user: expect.objectContaining({ id: expect.any(Number), username: expect.any(String) }),
			device: null,
			age_days: null,
			trusted_until: null,
		};
		expect(json.filter(({ device }) => device === null)).toEqual([
			output === 'findings'
				? { ...finding, ...subject }
				: { ...subject, compliant: false, findings: [finding] },
		]);
		const [task] = stored.data.resultData.runData.Emnify ?? [];
		expect(task?.hints?.[0]?.message).toMatch(/of 1 of 14 users could not be read/);
	});

	test('stands in the summary, which does not say that all is well', async () => {
		const { run, simulator } = await start();
		for (const user of simulator.world.users.values()) user.trustedDevices = [];
		simulator.faults.next(fault, failing);
		const { json } = await run(audit({ output: 'summary' }));
		expect(json[0]).toMatchObject({
			users_checked: 13,
			users_failed: 1,
			failed_users: [{ message: expect.stringMatching(/does not allow it/) }],
			text: expect.stringMatching(/incomplete[^]*could not be read/),
		});
		expect(json[0]?.text).not.toMatch(/Nothing found/);
	});

	test('of the input, and an unknown one, are told by what the item says', async () => {
		const { run } = await start();
		const result = await run(
			audit({ scope: 'input', user: byId(VALUE), policy: { maxAgeDays: 9999 } }),
			{ items: itemsOf([999, ids.foreignUser, administrator.id]) },
		);
		expect(result.json.slice(1)).toMatchObject([
			{ user: { id: 999, username: null }, rule: 'unreadable' },
			{ user: { id: ids.foreignUser }, rule: 'unreadable' },
		]);
		expect(pairedItems(result.items.slice(1))).toEqual([0, 1]);
	});

	test('stops the audit where that is chosen', async () => {
		const { run, simulator } = await start();
		simulator.faults.next(fault, failing);
		const result = await run(audit({ stopAtUnreadable: true }));
		expect(failureOf(result).message).toMatch(/^Could not list the trusted devices of user \S+@/);
	});

	test('a user who was deleted after emnify listed them is reported', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'stall' }, { ...failing, times: 10 });
		const result = run(audit({ policy: { maxAgeDays: 9999 } }));
		await until(() => simulator.faults.stalled === 10);
		simulator.world.users.delete(113);
		simulator.faults.release();
		expect((await result).json).toMatchObject([
			{ user: { id: suspendedUser.id } },
			{
				user: { id: 113, username: 'newt.fresh@acme-fleet.example' },
				rule: 'unreadable',
				reason: expect.stringMatching(/does not find it/),
			},
		]);
	});

	test('who could not be read for some time is read at the end', async () => {
		const { run, simulator } = await large(60, 1);
		const failing = [...simulator.world.users.keys()].slice(0, 5);
		const push = simulator.requests.push.bind(simulator.requests);
		let asked = 0;
		simulator.requests.push = (...requests) => {
			const isFailing = requests.some(({ endpoint, path }) =>
				failing.some((id) => endpoint === DEVICES && path.includes(`/user/${id}/`)),
			);
			// One attempt for each, and one more at the end.
			if (isFailing && ++asked <= 5) {
				simulator.faults.next({ kind: 'status', status: 503 }, { endpoint: DEVICES });
			}
			return push(...requests);
		};
		const { json } = await run(audit({ output: 'summary', options: { retries: 0 } }));
		expect(json[0]).toMatchObject({ users_checked: 60, users_failed: 0, devices: 60 });
		expect(asked).toBe(10);
	});

	test('many who can never be read among others are reported, and end nothing', async () => {
		const { run, simulator } = await large(80, 1);
		const failing = [...simulator.world.users.keys()].filter((id) => id % 2 === 1 && id > 1000);
		const push = simulator.requests.push.bind(simulator.requests);
		simulator.requests.push = (...requests) => {
			const [request] = requests;
			if (failing.some((id) => request?.path.includes(`/user/${id}/`))) {
				simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: DEVICES });
			}
			return push(...requests);
		};
		const { json, error } = await run(audit({ output: 'summary', options: AT_ONCE }));
		expect(error).toBeUndefined();
		expect(failing.length).toBeGreaterThan(30);
		expect(json[0]).toMatchObject({
			users_checked: 80 - failing.length,
			users_failed: failing.length,
		});
	});

	test('an outage in the middle is waited for', async () => {
		const { run, simulator } = await large(300, 1);
		const push = simulator.requests.push.bind(simulator.requests);
		let asked = 0;
		simulator.requests.push = (...requests) => {
			// As many as ten workers would use up their retries with, and more.
			if (requests.some(({ endpoint }) => endpoint === DEVICES) && ++asked > 100 && asked <= 116) {
				simulator.faults.next({ kind: 'status', status: 503 }, { endpoint: DEVICES });
			}
			return push(...requests);
		};
		const { json, error } = await run(audit({ output: 'summary', options: { retries: 1 } }));
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ users_checked: 300, users_failed: 0, devices: 300 });
	});

	test.each<[string, Fault]>([
		['no content', { kind: 'status', status: 204 }],
		['another address', { kind: 'status', status: 302 }],
		['a list that holds nothing', { kind: 'status', status: 200, body: [null] }],
		['a device without an ID', { kind: 'status', status: 200, body: [{ browser: 'Edge' }] }],
	])('%s for one user’s devices is of that user alone', async (_what, fault) => {
		const { run, simulator } = await start();
		simulator.faults.next(fault, { endpoint: DEVICES, times: 1 });
		const { json, error } = await run(audit({ output: 'summary', options: AT_ONCE }));
		expect(error).toBeUndefined();
		const { users_checked, users_failed } = json[0] as Record<string, number>;
		expect(users_checked).toBeGreaterThanOrEqual(13);
		expect(Number(users_checked) + Number(users_failed)).toBe(14);
	});

	test('emnify down for 25 users in a row ends the audit', async () => {
		const { run, simulator } = await large(200);
		simulator.faults.next({ kind: 'status', status: 503 }, { ...failing, times: 1000 });
		const result = await run(audit({ options: AT_ONCE }));
		expect(failureOf(result).message).toMatch(
			/^Could not list the trusted devices of user \S+: .*\(HTTP 503\)/,
		);
		expect(simulator.count(DEVICES)).toBeLessThan(50);
	});
});

describe('is refused before any request is sent:', () => {
	const revoking = { revoke: 'revoke', revokeRules: ['maxAgeDays'], maxRevocations: 10 };

	test.each<[string, INodeParameters, RegExp]>([
		['a policy without rules for findings', { policy: {} }, /^Policy has no rule/],
		['an empty filter', { scope: 'filtered', filters: {} }, /^Filters is empty, .* all users$/],
		[
			'an empty expression',
			{ scope: 'filtered', filters: { name: '={{ undefined }}' } },
			/^Name is empty/,
		],
		[
			'a filter with a comma',
			{ scope: 'filtered', filters: { name: 'Berg, Otis' } },
			/comma or a colon/,
		],
		[
			'an age of -1',
			{ policy: { maxAgeDays: -1 } },
			/^Max Age \(Days\) “-1” is not a whole number/,
		],
		['an age of 1.5', { policy: { maxAgeDays: 1.5 } }, /^Max Age \(Days\) “1.5” is not/],
		[
			'an age without result',
			{ policy: { maxAgeDays: '={{ undefined }}' } },
			/^Max Age \(Days\) is empty/,
		],
		['no allowed browser', { policy: { allowedBrowsers: ' , ' } }, /^Allowed Browsers is empty/],
		[
			'a date that is none',
			{ policy: { activatedAfter: 'last week' } },
			/^Activated After is not a date/,
		],
		[
			'a day that is none',
			{ policy: { activatedAfter: '2026-02-31T25:00:00' } },
			/^Activated After .* is not a date/,
		],
		['no date', { policy: { activatedAfter: '' } }, /^Activated After is empty/],
		['an unknown scope', { scope: '={{ "some" }}', user: byId(1) }, /^Users “some” is not one of/],
		['an unknown output', { output: '={{ "csv" }}' }, /^Output “csv” is not one of/],
		[
			'a rule switched on by a word',
			{ policy: { flagInactiveUsers: '={{ "yes" }}' } },
			/^Flag Inactive Users “yes” is not true or false/,
		],
		[
			'a rule switched on by nothing',
			{ policy: { flagMissingData: '={{ undefined }}' } },
			/^Flag Missing Data is empty/,
		],
		[
			'an unknown Stop at First Unreadable User',
			{ stopAtUnreadable: '={{ "perhaps" }}' },
			/^Stop at First Unreadable User is not true or false/,
		],
		['an unknown Revoke', { ...revoking, revoke: '={{ "Revoke" }}' }, /^Revoke is not one of/],
		[
			'revoking by no rule',
			{ ...revoking, revokeRules: '={{ [] }}' },
			/^Rules That Revoke is empty/,
		],
		[
			'revoking by a rule that is not in force',
			{ ...revoking, revokeRules: ['flagInactiveUsers'] },
			/^Rules That Revoke names Flag Inactive Users, which is not in Policy/,
		],
		[
			'a cap of 0',
			{ ...revoking, maxRevocations: 0 },
			/^Max Revocations “0” is not a whole number above 0/,
		],
	])('%s', async (_what, fields, message) => {
		const { run, simulator } = await start();
		const result = await run(audit(fields));
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message: expect.stringMatching(message),
		});
		expect(simulator.requests).toEqual([]);
	});

	test('one bad user among the items, with its index', async () => {
		const { run, simulator } = await start();
		const result = await run(audit({ scope: 'input', user: byId(VALUE) }), {
			items: itemsOf([1, 2, '../../x']),
		});
		expect(failureOf(result)).toMatchObject({
			message: expect.stringMatching(/^User is not/),
			itemIndex: 2,
		});
		expect(simulator.requests).toEqual([]);
	});

	test('and with Continue On Fail the others are audited', async () => {
		const { run } = await start();
		const result = await run(audit({ scope: 'input', user: byId(VALUE) }), {
			items: itemsOf([observer.id, 'abc']),
			onError: 'continueRegularOutput',
		});
		expect(deviceIds(result.json.slice(0, -1))).toEqual([11051, 11052]);
		expect(result.json.at(-1)).toEqual({ error: expect.stringMatching(/^User “abc” is not/) });
		expect(pairedItems(result.items)).toEqual([0, 0, 1]);
	});
});

describe('revoking', () => {
	const revoking = (fields: INodeParameters = {}) =>
		audit({
			policy: { maxAgeDays: 59, flagInactiveUsers: true },
			revoke: 'revoke',
			revokeRules: ['maxAgeDays'],
			maxRevocations: 100,
			...fields,
		});
	const outcomes = (json: IDataObject[]) =>
		Object.fromEntries(
			devicesIn(json).map(({ device, revocation }) => [device.id, revocation?.outcome]),
		);
	const old = [11051, 11052, 11061, 11081, 11082, 11107, 11108, 11109, 11110];

	test('is off by default', async () => {
		const bench = await start();
		const before = allDevices(bench);
		const { json } = await bench.run(audit());
		expect(allDevices(bench)).toEqual(before);
		expect(json[0]).not.toHaveProperty('revocation');
	});

	test('in a dry run nothing is revoked, and each device tells whether it would be', async () => {
		const bench = await start();
		const before = allDevices(bench);
		const { json } = await bench.run(revoking({ revoke: 'dryRun', output: 'devices' }));
		expect(outcomes(json)).toEqual(
			Object.fromEntries(before.map((id) => [id, old.includes(id) ? 'would_be_revoked' : 'none'])),
		);
		expect(allDevices(bench)).toEqual(before);
		expect(bench.simulator.count(DELETE)).toBe(0);
	});

	test('revokes exactly the devices that break the chosen rules, one request each', async () => {
		const bench = await start();
		const before = allDevices(bench);
		const { json, error } = await bench.run(revoking());
		expect(error).toBeUndefined();
		expect(outcomes(json)).toEqual({
			...Object.fromEntries(old.map((id) => [id, 'revoked'])),
			11121: 'none',
		});
		expect(allDevices(bench)).toEqual(before.filter((id) => !old.includes(id)));
		expect(bench.simulator.count(DELETE)).toBe(old.length);
	});

	test('stops at the cap, the oldest first, and says which were left', async () => {
		const bench = await start();
		const { json } = await bench.run(revoking({ maxRevocations: 3 }));
		expect(outcomes(json)).toEqual({
			...Object.fromEntries(old.map((id) => [id, 'over_limit'])),
			11081: 'revoked',
			11109: 'revoked',
			11110: 'revoked',
			11121: 'none',
		});
		expect(bench.simulator.count(DELETE)).toBe(3);
	});

	test('the summary counts what was done', async () => {
		const { run } = await start();
		const { json } = await run(revoking({ output: 'summary', maxRevocations: 5 }));
		expect(json[0]).toMatchObject({
			revocations: { revoked: 5, over_limit: 4 },
			text: expect.stringMatching(/\*Revocation:\* 5 revoked, 4 left for the next run/),
		});
	});

	test('one that emnify refuses does not keep the others', async () => {
		const { run, simulator } = await start();
		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: DELETE });
		simulator.faults.next({ kind: 'status', status: 404 }, { endpoint: DELETE });
		const { json, error } = await run(revoking());
		expect(error).toBeUndefined();
		const counted = Object.values(outcomes(json));
		expect(counted.filter((outcome) => outcome === 'failed')).toHaveLength(1);
		expect(counted.filter((outcome) => outcome === 'gone_already')).toHaveLength(1);
		expect(counted.filter((outcome) => outcome === 'revoked')).toHaveLength(old.length - 2);
		const failed = devicesIn(json).find(({ revocation }) => revocation?.outcome === 'failed');
		expect(failed?.revocation?.message).toMatch(/^Could not delete trusted device/);
	});

	test.each([
		['was done', { kind: 'resetAfter' }, 'revoked'],
		['was not done', { kind: 'reset' }, 'failed'],
		['was not done', { kind: 'status', status: 500 }, 'failed'],
	] as const)(
		'a write without an answer that %s (%p) is looked after, and not sent again',
		async (_what, fault, outcome) => {
			const bench = await start();
			bench.simulator.faults.next(fault, { endpoint: DELETE });
			const { json } = await bench.run(revoking());
			expect(outcomes(json)[11081]).toBe(outcome);
			expect(bench.simulator.count(DELETE)).toBe(old.length);
			expect(allDevices(bench).includes(11081)).toBe(outcome === 'failed');
		},
	);

	test('a 429 is waited for, and the write repeated, for it was surely not done', async () => {
		const bench = await start();
		bench.simulator.faults.next({ kind: 'status', status: 429 }, { endpoint: DELETE, times: 2 });
		const { json } = await bench.run(revoking());
		for (const id of old) expect(outcomes(json)[id]).toBe('revoked');
		expect(bench.simulator.count(DELETE)).toBe(old.length + 2);
	});

	test('a failure half-way tells what was revoked and what was not', async () => {
		const bench = await start();
		const { faults } = bench.simulator;
		faults.next({ kind: 'stall', ms: 0 }, { endpoint: DELETE, times: 2 });
		faults.next({ kind: 'status', status: 429 }, { endpoint: DELETE, times: 100 });
		const result = await bench.run(revoking({ options: AT_ONCE }));
		const { message, description } = failureOf(result);
		expect(message).toMatch(
			/rate limit is reached.*\. 2 of 9 devices were revoked before this: 11081 of user 108, 11110 of user 110$/,
		);
		expect(description).toMatch(
			/Not revoked: 11109 of user 110, .* and|Not revoked: 11109 of user 110, /,
		);
		for (const id of old.filter((device) => ![11081, 11110].includes(device))) {
			expect(description).toContain(`${id} of user`);
			expect(allDevices(bench)).toContain(id);
		}
	});

	test('Retry On Fail goes on where it ended, and the output tells of both tries', async () => {
		const bench = await start();
		const { faults } = bench.simulator;
		faults.next({ kind: 'stall', ms: 0 }, { endpoint: DELETE, times: 2 });
		faults.next({ kind: 'status', status: 429 }, { endpoint: DELETE });
		const parameters = revoking({ options: AT_ONCE });
		const { json, error } = await bench.run(parameters, { retryOnFail: true });
		expect(error).toBeUndefined();
		for (const id of old) expect(outcomes(json)[id]).toBe('revoked');
		expect(new Set(deviceIds(json)).size).toBe(old.length + 1);
		expect(bench.simulator.count(DELETE)).toBe(old.length + 1);
	});

	test('and the cap holds for both tries together', async () => {
		const bench = await start();
		const { faults } = bench.simulator;
		faults.next({ kind: 'stall', ms: 0 }, { endpoint: DELETE, times: 2 });
		faults.next({ kind: 'status', status: 429 }, { endpoint: DELETE });
		const parameters = revoking({ maxRevocations: 3, options: AT_ONCE });
		const { json, error } = await bench.run(parameters, { retryOnFail: true });
		expect(error).toBeUndefined();
		const done = bench.simulator.requests.filter(
			({ endpoint, status }) => endpoint === DELETE && status === 204,
		);
		expect(done).toHaveLength(3);
		expect(Object.values(outcomes(json)).filter((it) => it === 'revoked')).toHaveLength(3);
	});

	test('and the account of a failure tells of both tries, and of what nobody knows', async () => {
		const bench = await start();
		const { faults } = bench.simulator;
		faults.next({ kind: 'stall', ms: 0 }, { endpoint: DELETE });
		faults.next({ kind: 'status', status: 429 }, { endpoint: DELETE });
		// The second try: one is carried out, but nobody hears of it. The third finds that it is gone.
		faults.next({ kind: 'resetAfter' }, { endpoint: DELETE });
		faults.next({ kind: 'status', status: 429 }, { endpoint: DELETE, times: 100 });
		const push = bench.simulator.requests.push.bind(bench.simulator.requests);
		bench.simulator.requests.push = (...requests) => {
			// The look after the one without an answer fails as well.
			if (bench.simulator.count(DELETE) === 2 && requests[0]?.endpoint === DELETE) {
				faults.next({ kind: 'status', status: 403 }, { endpoint: DEVICES });
			}
			return push(...requests);
		};
		const parameters = revoking({ options: AT_ONCE });
		const result = await bench.run(parameters, { retryOnFail: true });
		const { message, description } = failureOf(result);
		expect(message).toMatch(
			/\. 2 of 9 devices were revoked before this: 11081 of user 108, 11110 of user 110$/,
		);
		expect(description).toMatch(/ Not revoked: (\d+ of user \d+(, )?){7}\./);
		expect(allDevices(bench)).not.toContain(11110);
	});

	test('and without a retry it tells which were refused, and which were gone', async () => {
		const bench = await start();
		const { faults } = bench.simulator;
		faults.next({ kind: 'status', status: 403 }, { endpoint: DELETE });
		faults.next({ kind: 'status', status: 404 }, { endpoint: DELETE });
		faults.next({ kind: 'status', status: 429 }, { endpoint: DELETE, times: 100 });
		const { message, description } = failureOf(await bench.run(revoking({ options: AT_ONCE })));
		expect(message).toMatch(/\. 0 of 9 devices were revoked before this: none$/);
		expect(description).toMatch(/ Could not be revoked: 11081 of user 108\./);
		expect(description).toMatch(/ Gone already: 11110 of user 110\./);
		expect(description).toMatch(/ Not revoked: (\d+ of user \d+(, )?){7}\./);
	});

	test('Stop in n8n ends it between two devices', async () => {
		const bench = await start();
		await bench.logIn();
		const { faults } = bench.simulator;
		const before = allDevices(bench);
		faults.next({ kind: 'stall', ms: 0 }, { endpoint: DELETE, times: 2 });
		faults.next({ kind: 'stall' }, { endpoint: DELETE });
		const thirdCame = until(() => bench.simulator.count(DELETE) === 3);
		await bench.run(revoking(), { stopWhen: thirdCame });
		faults.release();
		// Whatever were to follow would have come before the end of this.
		await bench.run(pair('mfaKey', 'getStatuses'), { items: times(20) });
		expect(bench.simulator.count(DELETE)).toBe(3);
		expect(before.length - allDevices(bench).length).toBeLessThanOrEqual(3);
	});
});

describe('any number of users', () => {
	test('1,000 users: one login, the pages and a request for each user, and every device; n8n’s log says how far it is', async () => {
		const { run, simulator } = await large(1000);
		const lines: string[] = [];
		const logger = { info: (line: string) => lines.push(line), error: () => {} };
		jest
			.spyOn(ExecuteContext.prototype as unknown as { logger: object }, 'logger', 'get')
			.mockReturnValue(logger);
		const { json } = await run(audit({ output: 'devices', policy: {} }));
		expect(json).toHaveLength(2000);
		expect(new Set(deviceIds(json)).size).toBe(2000);
		expect(simulator.count(LOGIN)).toBe(1);
		// Ten pages, the first of them twice.
		expect(simulator.count(USERS)).toBe(11);
		expect(simulator.count(DEVICES)).toBe(1000);
		expect(simulator.count()).toBe(1012);
		expect(lines).toContainEqual(
			expect.stringMatching(
				/^Audited 500 of 1,000 users\. Requests left in emnify’s five minutes: 1,\d{3}\. Time to go: about \d+ seconds?\.$/,
			),
		);
		expect(lines).toContainEqual(
			expect.stringMatching(/Audited 1000 users, 0 of them could not be read/),
		);
	});

	// More than a call of a function takes arguments.
	const many = Array.from({ length: 130_000 }, (_, index) => ({ id: index + 1 }));
	test.each([
		['users of one page', USERS, pair('user', 'getAll', { returnAll: true })],
		['devices of one user', DEVICES, audit({ scope: 'input', user: byId(1), output: 'devices' })],
	])('130,000 %s', async (_what, endpoint, parameters) => {
		const bench = await start();
		bench.simulator.world.addUser({ id: 1, username: 'x', name: 'x', organisationId: ids.acme });
		bench.simulator.faults.next({ kind: 'status', status: 200, body: many }, { endpoint });
		const { items, error } = await bench.run(parameters);
		expect(error).toBeUndefined();
		expect(items).toHaveLength(many.length);
	});

	test('many users under every fault lose no device', async () => {
		const { run, simulator } = await large(1_000, 1);
		const { faults } = simulator;
		let asked = 0;
		const trouble = [
			{ kind: 'status', status: 500 },
			{ kind: 'reset' },
			{ kind: 'status', status: 429 },
			{ kind: 'truncate' },
			{ kind: 'status', status: 502, html: true },
			{ kind: 'resetAfter' },
			{ kind: 'status', status: 429, retryAfter: 0 },
			{ kind: 'stall', ms: 30 },
		] as const;
		// Every 50th request meets trouble, and each kind of it comes twice and more.
		const push = simulator.requests.push.bind(simulator.requests);
		simulator.requests.push = (...requests) => {
			asked += requests.length;
			if (asked % 50 === 0) faults.next(trouble[(asked / 50) % trouble.length] ?? trouble[0]);
			if (asked === 500) simulator.revokeTokens();
			return push(...requests);
		};
		const { json, error } = await run(audit({ output: 'summary' }));
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ users_checked: 1_000, users_failed: 0, devices: 1_000 });
		expect(simulator.count(LOGIN)).toBeLessThanOrEqual(4);
		expect(asked).toBeGreaterThan(1_000);
	});

	test('beyond the rate limit it waits, all together, and goes on', async () => {
		const { run, simulator } = await large(300, 1, { requestsPerWindow: 120, windowSeconds: 2 });
		const { json } = await run(audit({ output: 'summary' }));
		expect(json[0]).toMatchObject({ users_checked: 300, users_failed: 0, devices: 300 });
		const refused = simulator.requests.filter(({ status }) => status === 429);
		// Ten at most are under way when the limit is reached; after that only one asks.
		expect(refused.length).toBeLessThan(100);
		expect(simulator.count(LOGIN)).toBe(1);
	});

	test('users who leave or join between two pages take no other user with them', async () => {
		const { run, simulator } = await large(350, 1);
		const { users } = simulator.world;
		const stayed = new Set(users.keys());
		const push = simulator.requests.push.bind(simulator.requests);
		let pages = 0;
		simulator.requests.push = (...requests) => {
			if (requests.some(({ endpoint }) => endpoint === USERS) && ++pages > 1) {
				const first = [...users.keys()].find((id) => id !== administrator.id) ?? 0;
				users.delete(first);
				stayed.delete(first);
				simulator.world.addUser({
					username: `new${pages}@acme-fleet.example`,
					name: 'New',
					organisationId: ids.acme,
				} as Parameters<typeof simulator.world.addUser>[0]);
			}
			return push(...requests);
		};
		const { json } = await run(audit({ output: 'devices', policy: {} }));
		expect(pages).toBeGreaterThanOrEqual(4);
		const audited = devicesIn(json).map(({ user }) => Number(user.id));
		expect(new Set(audited).size).toBe(audited.length);
		for (const id of stayed) expect(audited).toContain(id);
	});

	test('with filters, a user who joins while another leaves takes nobody out of sight', async () => {
		const { run, simulator } = await large(350, 1);
		const { active, suspended } = userStatuses;
		const users = [...simulator.world.users.values()]
			.filter(({ organisationId }) => simulator.world.sees(ids.acme, organisationId))
			.sort((a, b) => a.id - b.id);
		const [joins, leaves] = [users[3], users.at(-1)];
		if (!joins || !leaves) throw new RangeError('There are too few users');
		joins.statusId = suspended.id;
		const stayed = users.filter(
			(user) => user.statusId === active.id && user !== joins && user !== leaves,
		);
		const push = simulator.requests.push.bind(simulator.requests);
		let pages = 0;
		simulator.requests.push = (...requests) => {
			if (requests.some(({ endpoint }) => endpoint === USERS) && ++pages === 2) {
				joins.statusId = active.id;
				leaves.statusId = suspended.id;
			}
			return push(...requests);
		};
		const { json } = await run(
			audit({
				scope: 'filtered',
				filters: { status: active.id },
				output: 'devices',
				policy: {},
			}),
		);
		const audited = devicesIn(json).map(({ user }) => Number(user.id));
		expect(new Set(audited).size).toBe(audited.length);
		for (const { id } of stayed) expect(audited).toContain(id);
	});

	test('Stop in n8n ends the reading', async () => {
		const { run, simulator } = await large(400, 1);
		const halfWay = until(() => simulator.count(DEVICES) >= 50);
		await run(audit({ output: 'summary' }), { stopWhen: halfWay });
		await run(pair('mfaKey', 'getStatuses'), { items: times(20) });
		expect(simulator.count(DEVICES)).toBeLessThan(100);
	});

	test('a token that expires in the middle costs one login', async () => {
		const { run, simulator } = await large(300, 1);
		const push = simulator.requests.push.bind(simulator.requests);
		simulator.requests.push = (...requests) => {
			if (simulator.requests.length === 150) simulator.revokeTokens();
			return push(...requests);
		};
		const { json } = await run(audit({ output: 'summary' }));
		expect(json[0]).toMatchObject({ users_checked: 300, users_failed: 0, devices: 300 });
		expect(simulator.count(LOGIN)).toBe(2);
	});

	test('the audit leaves no secret behind', async () => {
		const bench = await start();
		bench.simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: DEVICES });
		const result = await bench.run(audit({ output: 'devices' }));
		const { sessionToken } = engine().storedCredential(bench.credential);
		expect(String(sessionToken)).toMatch(/^eyJ/);
		expect(everythingStored(result)).not.toContain(String(sessionToken));
		expect(everythingStored(result)).not.toContain(seed.applicationToken);
	});

	test('what is asked of a user goes to that user', async () => {
		const { run, calls } = await start();
		await run(audit({ scope: 'input', user: byId(VALUE), output: 'devices', policy: {} }), {
			items: itemsOf([suspendedUser.id]),
		});
		expect(calls().map(({ path }) => path)).toEqual([
			`/api/v1/user/${suspendedUser.id}`,
			`/api/v1/user/${suspendedUser.id}/mfa/trusted_device`,
		]);
		expect(calls()[0]?.endpoint).toBe(USER);
	});
});
