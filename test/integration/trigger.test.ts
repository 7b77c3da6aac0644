import type { INodeParameters } from 'n8n-workflow';

import { MOST_AT_ONCE } from '../../nodes/Emnify/api/adaptiveConcurrency';
import {
	applicationTokenStatuses,
	createWorld,
	eventSeverities,
	eventTypes,
	seed,
	type Described,
	type Duration,
} from '../../simulator';
import { activateInAnotherProcess, PollingWorkflow } from './polling';
import { byId, byUsername, pair, until, useEmnify, type Bench } from './support';

// The trigger's promises, one by one, through n8n's own poll functions.

const USERS = 'GET /api/v1/user';
const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const EVENTS = 'GET /api/v1/event';

const { administrator, emailMfaUser, ids, observer, totpUser } = seed;
const { engine, start } = useEmnify();

const everything = [
	'application_login_failed',
	'application_token_expiring',
	'mfa_key_removed',
	'support_access',
	'trusted_device_added',
	'trusted_device_expiring',
	'trusted_device_removed',
	'user_login_failed',
];

interface Watched {
	workflow: PollingWorkflow;
	/** Lets time pass, and a poll time come; gives the items of the execution that it starts, if any. */
	poll(after?: Duration): Promise<Item[]>;
	/** The IDs of the items of {@link Watched.poll}. */
	reported(after?: Duration): Promise<string[]>;
}

interface Item {
	id: string;
	event: string;
	occurred_at: string;
	user: { id: number; username: string | null; name: string | null } | null;
	[name: string]: unknown;
}

/** The active workflow, after its first poll. */
async function watch(bench: Bench, parameters: INodeParameters): Promise<Watched> {
	const workflow = new PollingWorkflow(engine(), bench.credential, parameters);
	await workflow.activate();
	expect(workflow.takeItems()).toEqual([]);
	bench.simulator.forget();
	const poll = async (after: Duration = { minutes: 1 }) => {
		bench.simulator.clock.advance(after);
		await workflow.tick();
		return workflow.takeItems() as Item[];
	};
	return { workflow, poll, reported: async (after) => (await poll(after)).map(({ id }) => id) };
}

const now = ({ simulator }: Bench) => simulator.clock.now();
const earlier = (bench: Bench, { minutes = 0, days = 0 }) =>
	new Date(now(bench).getTime() - (minutes + days * 1440) * 60_000);

/** Trusts a device, just now unless it is reported when. */
function addDevice(bench: Bench, user: number, activatedAt = now(bench)): string {
	const { id } = bench.simulator.world.addTrustedDevice(user, {
		operatingSystem: 'Windows 11',
		browser: 'Edge 141',
		activatedAt,
	});
	return `${user}:${id}`;
}

function removeDevices(bench: Bench, user: number): string[] {
	const { trustedDevices } = bench.simulator.world.user(user);
	return trustedDevices.splice(0).map(({ id }) => `trusted_device_removed:${user}:${id}`);
}

/** Writes an event into emnify's log, a failed login of just now unless it is reported otherwise. */
function addEvent(
	bench: Bench,
	{
		type = eventTypes.userAuthenticationFailed,
		timestamp = now(bench),
		userId,
	}: { type?: Described; timestamp?: Date; userId?: number } = {},
): string {
	const { id } = bench.simulator.world.addEvent({
		organisationId: ids.acme,
		timestamp,
		type,
		severity: eventSeverities.warn,
		description: 'Something happened',
		...(userId !== undefined && { userId }),
	});
	return `event:${id}`;
}

const DAY = { days: 1 };

/** The fields that choose these users. */
const chosen = (...users: INodeParameters[]) => ({
	scope: 'chosen',
	chosenUsers: { users: users.map((user) => ({ user })) },
});

/** What is reported after the fields were changed while the workflow was off for a day. */
async function change(
	bench: Bench,
	{ workflow }: Watched,
	parameters: INodeParameters,
): Promise<string[]> {
	await workflow.deactivate();
	workflow.parameters = parameters;
	bench.simulator.clock.advance(DAY);
	await workflow.activate();
	return (workflow.takeItems() as Item[]).map(({ id }) => id);
}

describe('each event becomes an item', () => {
	const startsAt = new Date('2026-03-01T12:00:00Z');
	const soon = expect.stringMatching(/^2026-03-01T12:0[0-2]:\d\dZ$/);
	const tara = {
		id: seed.trustedDeviceUser.id,
		username: seed.trustedDeviceUser.username,
		name: 'Tara Novak',
	};
	const ada = { id: administrator.id, username: administrator.username, name: 'Ada Lindqvist' };

	test('trusted device added', async () => {
		const bench = await start({ startsAt });
		const { poll } = await watch(bench, { events: everything });
		const [, id] = addDevice(bench, tara.id).split(':');
		expect(await poll()).toEqual([
			{
				id: `trusted_device_added:${tara.id}:${id}`,
				event: 'trusted_device_added',
				text: expect.any(String),
				occurred_at: soon,
				user: tara,
				device: {
					id: Number(id),
					operating_system: 'Windows 11',
					browser: 'Edge 141',
					activation_date: soon,
				},
				trusted_until: expect.stringMatching(/^2026-05-30T12:0[0-2]/),
			},
		]);
		expect(await poll()).toEqual([]);
	});

	test('trusted device added, of which emnify knows nothing but its ID', async () => {
		const bench = await start({ startsAt });
		const { poll } = await watch(bench, { events: everything });
		const { id } = bench.simulator.world.addTrustedDevice(tara.id, {});
		expect(await poll()).toEqual([
			{
				id: `trusted_device_added:${tara.id}:${id}`,
				event: 'trusted_device_added',
				text: expect.any(String),
				occurred_at: soon,
				user: tara,
				device: { id, operating_system: null, browser: null, activation_date: null },
				trusted_until: null,
			},
		]);
	});

	test('trusted device removed: the rest of its data is gone', async () => {
		const bench = await start({ startsAt });
		const { poll } = await watch(bench, { events: everything });
		const { error } = await bench.run(
			pair('trustedDevice', 'delete', {
				user: byId(tara.id),
				deviceId: byId(seed.trustedDeviceUser.deviceId),
			}),
		);
		expect(error).toBeUndefined();
		expect(await poll()).toEqual([
			{
				id: `trusted_device_removed:${tara.id}:${seed.trustedDeviceUser.deviceId}`,
				event: 'trusted_device_removed',
				text: expect.any(String),
				occurred_at: soon,
				user: tara,
				device: {
					id: seed.trustedDeviceUser.deviceId,
					operating_system: null,
					browser: null,
					activation_date: '2026-02-15T12:00:00Z',
				},
				trusted_until: '2026-05-16T12:00:00Z',
			},
		]);
		expect(await poll()).toEqual([]);
	});

	test('trusted device expiring, the chosen number of days before', async () => {
		const bench = await start({ startsAt });
		const { poll } = await watch(bench, { events: ['trusted_device_expiring'], deviceDays: 10 });
		expect(await poll({ days: 4, hours: 23 })).toEqual([]);
		expect(await poll({ hours: 2 })).toEqual([
			{
				id: `trusted_device_expiring:${seed.suspendedUser.id}:11082:2026-03-06`,
				event: 'trusted_device_expiring',
				text: expect.any(String),
				occurred_at: '2026-03-06T12:00:00Z',
				user: { id: 108, username: seed.suspendedUser.username, name: 'Dora Klein' },
				device: {
					id: 11082,
					operating_system: 'macOS 15',
					browser: 'Safari 18',
					activation_date: '2025-12-16T12:00:00Z',
				},
				trusted_until: '2026-03-16T12:00:00Z',
			},
		]);
		expect(await poll()).toEqual([]);
	});

	test('MFA key removed', async () => {
		const bench = await start({ startsAt });
		const { poll } = await watch(bench, { events: everything });
		await bench.run(
			pair('mfaKey', 'delete', { user: byId(totpUser.id), keyId: byId(totpUser.keyId) }),
		);
		expect(await poll()).toEqual([
			{
				id: expect.stringMatching(/^event:\d+$/),
				event: 'mfa_key_removed',
				text: expect.any(String),
				occurred_at: soon,
				user: { id: totpUser.id, username: totpUser.username, name: 'Tom Okafor' },
				actor: null,
				ip_addresses: [],
				emnify_event: expect.objectContaining({
					description: `MFA key with Id '${totpUser.keyId}' of Type 'Time-Based One-Time Password' deleted for user '${totpUser.username}'`,
					event_type: { id: 14, description: 'Multi-factor Authentication' },
				}),
			},
		]);
		expect(await poll()).toEqual([]);
	});

	test('failed logins of a user and of an application', async () => {
		const bench = await start({ startsAt });
		const { poll } = await watch(bench, { events: everything });
		await bench.run(
			pair('authentication', 'retrieveToken', {
				grant: 'userCredentials',
				username: observer.username,
				password: 'wrong',
			}),
		);
		await bench.run(
			pair('authentication', 'retrieveToken', {
				grant: 'applicationToken',
				applicationToken: seed.revokedApplicationToken,
			}),
		);
		expect(await poll()).toEqual([
			expect.objectContaining({
				event: 'user_login_failed',
				user: { id: observer.id, username: observer.username, name: 'Otis Berg' },
				emnify_event: expect.objectContaining({
					description: expect.stringContaining('Invalid password'),
				}),
			}),
			expect.objectContaining({
				event: 'application_login_failed',
				user: null,
				emnify_event: expect.objectContaining({
					description: expect.stringContaining('TokenStatus Revoked'),
				}),
			}),
		]);
		expect(await poll()).toEqual([]);
	});

	test('support access', async () => {
		const bench = await start({ startsAt });
		const { poll } = await watch(bench, { events: everything });
		const id = addEvent(bench, { type: eventTypes.supportAccess });
		expect(await poll()).toEqual([
			expect.objectContaining({ id, event: 'support_access', user: null, occurred_at: soon }),
		]);
	});

	test('application token expiring, the chosen number of days before', async () => {
		const bench = await start({ startsAt });
		const { id } = bench.simulator.world.addApplicationToken({
			creatorId: administrator.id,
			description: 'Nightly report',
			expiryDate: new Date('2026-03-21T12:00:00Z'),
		});
		const { poll } = await watch(bench, { events: everything, tokenDays: 14 });
		const isOfToken = ({ event }: Item) => event === 'application_token_expiring';
		expect((await poll({ days: 5, hours: 23 })).filter(isOfToken)).toEqual([]);
		expect((await poll({ hours: 2 })).filter(isOfToken)).toEqual([
			{
				id: `application_token_expiring:${id}:2026-03-07`,
				event: 'application_token_expiring',
				text: expect.any(String),
				occurred_at: '2026-03-07T12:00:00Z',
				user: ada,
				application_token: {
					id,
					description: 'Nightly report',
					created: expect.any(String),
					status: { id: 0, description: 'Activated' },
					expiry_date: '2026-03-21T12:00:00.000+0000',
					creator: { id: ada.id, username: ada.username, name: ada.name },
				},
			},
		]);
		expect((await poll()).filter(isOfToken)).toEqual([]);
	});

	test('they stand in the order in which they happened, then in that of their IDs', async () => {
		const bench = await start({ startsAt });
		const { reported } = await watch(bench, { events: everything });
		bench.simulator.clock.advance({ minutes: 5 });
		const device = addDevice(bench, tara.id, earlier(bench, { minutes: 2 }));
		const third = addEvent(bench, { timestamp: earlier(bench, { minutes: 1 }) });
		const first = addEvent(bench, { timestamp: earlier(bench, { minutes: 3 }) });
		const fourth = addEvent(bench, { timestamp: earlier(bench, { minutes: 1 }) });
		expect(await reported()).toEqual([first, `trusted_device_added:${device}`, third, fourth]);
	});

	test('those of two users whose devices have the same ID are two', async () => {
		const bench = await start({ startsAt });
		const { reported } = await watch(bench, { events: ['trusted_device_expiring'] });
		const activatedAt = earlier(bench, { days: 83, minutes: -60 });
		for (const user of [observer.id, emailMfaUser.id]) {
			bench.simulator.world.addTrustedDevice(user, { id: 7, activatedAt });
		}
		const expiring = (await reported({ hours: 2 })).filter((id) => id.includes(':7:'));
		expect(new Set(expiring).size).toBe(2);
	});

	test('events that were not chosen start nothing', async () => {
		const bench = await start({ startsAt });
		const { reported } = await watch(bench, {
			events: ['trusted_device_removed', 'support_access'],
		});
		addDevice(bench, tara.id);
		addEvent(bench);
		const removed = removeDevices(bench, emailMfaUser.id);
		expect(await reported()).toEqual(removed);
	});
});

describe('the first poll', () => {
	test('is the start, and reports nothing', async () => {
		const bench = await start();
		addEvent(bench);
		const { workflow, reported } = await watch(bench, { events: everything });
		expect(workflow.executions).toEqual([]);
		expect(workflow.savedState()).toMatchObject({ version: 2 });
		expect(await reported()).toEqual([]);
		expect(workflow.warnings).toEqual([]);
	});

	test('that fails leaves the workflow inactive, in words for a person, and the next one is the first', async () => {
		const bench = await start();
		bench.simulator.faults.next({ kind: 'status', status: 500 }, { times: 20, endpoint: USERS });
		const workflow = new PollingWorkflow(engine(), bench.credential, { events: everything });
		await expect(workflow.activate()).rejects.toThrow(
			'There was a problem activating the workflow: "Could not list the users: emnify failed to process it (HTTP 500)"',
		);
		expect(workflow.savedState()).toBeUndefined();
		bench.simulator.faults.clear();
		addDevice(bench, observer.id);
		await workflow.activate();
		expect(workflow.takeItems()).toEqual([]);
	});
});

describe('each event once', () => {
	test('across restarts of n8n, also if the polls before had nothing to report and n8n did not save them', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		const first = `trusted_device_added:${addDevice(bench, observer.id)}`;
		expect(await reported()).toEqual([first]);
		const saved = workflow.saved;
		expect(await reported()).toEqual([]);
		expect(await reported({ days: 2 })).toEqual([]);
		// n8n does not save what a poll without items leaves: a restart throws it away.
		expect(workflow.saved).toBe(saved);
		workflow.kill();
		const second = addEvent(bench);
		const removed = removeDevices(bench, emailMfaUser.id);
		await workflow.activate();
		expect(workflow.takeItems().map(({ id }) => id)).toEqual(
			expect.arrayContaining([second, ...removed]),
		);
		await workflow.restart();
		expect(workflow.takeItems()).toEqual([]);
		expect(await reported()).toEqual([]);
	});

	test('across processes that share nothing but n8n’s database', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		expect(await reported()).toEqual([]);
		workflow.kill();
		const device = addDevice(bench, observer.id);
		const event = addEvent(bench);
		bench.simulator.clock.advance({ minutes: 1 });
		const credentialData = engine().storedCredential(bench.credential);
		const second = await activateInAnotherProcess(credentialData, workflow);
		expect(second.items.map(({ id }) => id).sort()).toEqual([
			event,
			`trusted_device_added:${device}`,
		]);
		workflow.saved = second.saved;
		await workflow.activate();
		expect(workflow.takeItems()).toEqual([]);
	});

	test('when the workflow is switched off and on: what happened meanwhile is reported then', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		const device = addDevice(bench, observer.id);
		const before = [`trusted_device_added:${device}`];
		expect(await reported()).toEqual(before);
		await workflow.deactivate();
		bench.simulator.clock.advance(DAY);
		const event = addEvent(bench);
		bench.simulator.clock.advance(DAY);
		await workflow.activate();
		const ids = workflow.takeItems().map(({ id }) => id);
		expect(ids).toContain(event);
		expect(ids).not.toEqual(expect.arrayContaining(before));
		expect(await reported()).toEqual([]);
	});

	test('with the same ID: a crash between starting an execution and saving repeats events, and loses none', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		const device = `trusted_device_added:${addDevice(bench, observer.id)}`;
		const first = addEvent(bench);
		workflow.crashesBeforeSaving = true;
		expect((await reported()).sort()).toEqual([first, device]);
		workflow.crashesBeforeSaving = false;
		const second = addEvent(bench);
		await workflow.activate();
		const repeated = workflow.takeItems().map(({ id }) => id);
		expect(repeated.sort()).toEqual([first, second, device]);
		expect(await reported()).toEqual([]);
	});

	test('when a poll takes longer than the interval', async () => {
		const bench = await start();
		const { workflow } = await watch(bench, { events: everything });
		const device = addDevice(bench, observer.id);
		bench.simulator.clock.advance({ minutes: 1 });
		const { faults } = bench.simulator;
		faults.next({ kind: 'stall' }, { endpoint: DEVICES });
		const slow = workflow.beginTick();
		await faults.whenStalled();
		await workflow.tick();
		expect(workflow.takeItems()).toEqual([]);
		faults.release();
		await slow;
		expect(workflow.takeItems().map(({ id }) => id)).toEqual([`trusted_device_added:${device}`]);
		await workflow.tick();
		expect(workflow.takeItems()).toEqual([]);
		expect(workflow.failures).toEqual([]);
	});

	test('of two events of the same second, of which one is there a poll later', async () => {
		const bench = await start();
		const { reported } = await watch(bench, { events: ['user_login_failed'] });
		const timestamp = now(bench);
		const first = addEvent(bench, { timestamp });
		expect(await reported({ seconds: 1 })).toEqual([first]);
		const second = addEvent(bench, { timestamp });
		const third = addEvent(bench, { timestamp });
		expect(await reported()).toEqual([second, third]);
		expect(await reported()).toEqual([]);
	});

	test('that turns up to ten minutes late in the log', async () => {
		const bench = await start();
		const { reported } = await watch(bench, { events: ['user_login_failed'] });
		expect(await reported({ minutes: 30 })).toEqual([]);
		const late = addEvent(bench, { timestamp: earlier(bench, { minutes: 8 }) });
		expect(await reported()).toEqual([late]);
		expect(await reported({ minutes: 5 })).toEqual([]);
	});

	test('across the pages of emnify, also if there are more while they are read', async () => {
		const bench = await start({ limits: { perPageMaximum: 3 } });
		const { simulator } = bench;
		const { workflow, reported } = await watch(bench, { events: ['user_login_failed'] });
		simulator.clock.advance({ minutes: 1 });
		const before = Array.from({ length: 10 }, () => addEvent(bench));
		simulator.faults.next({ kind: 'stall' }, { endpoint: EVENTS });
		const polled = workflow.beginTick();
		await simulator.faults.whenStalled();
		simulator.faults.next({ kind: 'stall' }, { endpoint: EVENTS });
		simulator.faults.release();
		await until(() => simulator.count(EVENTS) === 2 && simulator.faults.stalled === 1);
		const meanwhile = Array.from({ length: 4 }, () => addEvent(bench));
		simulator.faults.release();
		await polled;
		const first = workflow.takeItems().map(({ id }) => id);
		const all = [...first, ...(await reported())];
		expect(first).toEqual(expect.arrayContaining(before));
		expect(all.sort()).toEqual([...before, ...meanwhile].sort());
		expect(await reported()).toEqual([]);
	});
});

describe('a poll that fails', () => {
	test('half-way reports nothing, and the next one everything', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		const event = addEvent(bench);
		const device = addDevice(bench, observer.id);
		bench.simulator.faults.next({ kind: 'status', status: 502 }, { times: 99, endpoint: DEVICES });
		expect(await reported()).toEqual([]);
		expect(bench.simulator.count(EVENTS)).toBe(1);
		expect(workflow.failures.splice(0).map(({ message }) => message)).toEqual([
			expect.stringMatching(/^Could not list the trusted devices of user \d+: /),
		]);
		bench.simulator.faults.clear();
		expect((await reported()).sort()).toEqual([event, `trusted_device_added:${device}`]);
		expect(await reported()).toEqual([]);
	});

	test.each([
		['the list of users', USERS, { kind: 'status', status: 503 } as const],
		['a page of the events', EVENTS, { kind: 'truncate' } as const],
		['the application tokens', 'GET /api/v1/application_token', { kind: 'reset' } as const],
	])('at %s is made up for', async (_what, endpoint, fault) => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		const event = addEvent(bench);
		const device = addDevice(bench, observer.id);
		bench.simulator.faults.next(fault, { times: 2, endpoint });
		expect(await reported()).toEqual([]);
		expect(workflow.failures).toHaveLength(1);
		expect((await reported()).sort()).toEqual([event, `trusted_device_added:${device}`]);
	});

	test('for days loses nothing', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: ['user_login_failed'] });
		const happened: string[] = [];
		for (let day = 0; day < 5; day++) {
			happened.push(addEvent(bench));
			// A refusal, for which nothing waits: any failure counts.
			bench.simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: EVENTS });
			expect(await reported(DAY)).toEqual([]);
		}
		expect(workflow.failures).toHaveLength(5);
		await workflow.restart();
		expect(workflow.takeItems().map(({ id }) => id)).toEqual(happened);
	});

	test('tries a read once more before it gives up', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: ['user_login_failed'] });
		const event = addEvent(bench);
		bench.simulator.faults.next({ kind: 'reset' }, { endpoint: EVENTS });
		expect(await reported()).toEqual([event]);
		expect(workflow.failures).toEqual([]);
	});

	test('a user whose devices cannot be read keeps nobody else waiting, and is reported later', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		const unread = addDevice(bench, administrator.id);
		const removed = removeDevices(bench, emailMfaUser.id);
		// The administrator is the first whose devices are read.
		bench.simulator.faults.next({ kind: 'status', status: 404 }, { endpoint: DEVICES });
		expect(await reported()).toEqual(removed);
		expect(workflow.failures).toEqual([]);
		expect(workflow.warnings).toEqual([
			`The trusted devices of some users could not be read, and are looked at again in the next poll. The first of 1 failures: Could not list the trusted devices of user ${administrator.id}: emnify does not find it: “The requested resource was not found” (NotFound 1201)`,
		]);
		expect(await reported()).toEqual([`trusted_device_added:${unread}`]);
		expect(await reported()).toEqual([]);
	});

	test('that can read nobody’s devices is a failure', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: ['trusted_device_added'] });
		bench.simulator.faults.next({ kind: 'status', status: 403 }, { times: 99, endpoint: DEVICES });
		expect(await reported()).toEqual([]);
		expect(workflow.failures).toMatchObject([
			{
				message: expect.stringMatching(/^Could not list the trusted devices of user 101/),
				description: expect.stringMatching(/Only administrators may act on other users/),
				httpCode: '403',
			},
		]);
	});

	test('an ID that is no number is a failure, rather than something to compare', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, {
			events: ['trusted_device_added'],
			scope: 'chosen',
			chosenUsers: { users: [{ user: byId(observer.id) }] },
		});
		const body = [{ id: 'a1b2', browser: 'Firefox' }];
		bench.simulator.faults.next({ kind: 'status', status: 200, body }, { endpoint: DEVICES });
		expect(await reported()).toEqual([]);
		expect(workflow.failures).toMatchObject([
			{
				message:
					'Could not list the trusted devices of user 105: the answer holds an ID that is no number',
			},
		]);
	});
});

describe('a user who disappears', () => {
	test('by being deleted does not report devices as removed', async () => {
		const bench = await start();
		const { reported } = await watch(bench, { events: everything });
		bench.simulator.world.users.delete(ids.manyDevicesUser);
		expect(await reported()).toEqual([]);
	});

	test('by the filters is not, either; back again, only what changed is reported', async () => {
		const bench = await start();
		const filtered = { events: everything, scope: 'filtered', filters: { name: 'Max Devlin' } };
		const { reported } = await watch(bench, filtered);
		const user = bench.simulator.world.user(ids.manyDevicesUser);
		user.name = 'Maximilian';
		expect(await reported()).toEqual([]);
		const device = addDevice(bench, user.id);
		const [gone] = user.trustedDevices.splice(0, 1);
		user.name = 'Max Devlin';
		expect((await reported()).sort()).toEqual([
			`trusted_device_added:${device}`,
			`trusted_device_removed:${user.id}:${gone?.id}`,
		]);
	});

	test('keeps neither the other chosen users nor other events waiting', async () => {
		const bench = await start();
		const { reported, workflow } = await watch(bench, {
			events: ['trusted_device_added', 'user_login_failed', 'support_access'],
			...chosen(byUsername(observer.username), byId(totpUser.id)),
		});
		bench.simulator.world.users.delete(observer.id);
		for (let poll = 0; poll < 3; poll++) {
			const device = addDevice(bench, totpUser.id);
			const failed = addEvent(bench, { userId: totpUser.id });
			const access = addEvent(bench, { type: eventTypes.supportAccess });
			const expected = [`trusted_device_added:${device}`, failed, access];
			expect((await reported()).sort()).toEqual(expected.sort());
		}
		expect(workflow.failures).toEqual([]);
		expect(workflow.warnings).toContainEqual(
			expect.stringMatching(/could not be read.*Could not find user otis\.berg@/),
		);
	});

	test('being the only one, keeps no other event waiting', async () => {
		const bench = await start();
		const { reported, workflow } = await watch(bench, {
			events: ['trusted_device_added', 'support_access'],
			...chosen(byId(observer.id)),
		});
		bench.simulator.world.users.delete(observer.id);
		const access = addEvent(bench, { type: eventTypes.supportAccess });
		expect(await reported()).toEqual([access]);
		expect(workflow.failures).toEqual([]);
	});

	test.each([
		['by ID', byId(observer.id), /^Could not list the trusted devices of user 105/],
		['by username', byUsername(observer.username), /^Could not find user otis\.berg@/],
	])('being all there is to watch (%s), is a failure', async (_how, user, message) => {
		const bench = await start();
		const { reported, workflow } = await watch(bench, {
			events: ['trusted_device_added'],
			...chosen(user),
		});
		bench.simulator.world.users.delete(observer.id);
		expect(await reported()).toEqual([]);
		expect(workflow.failures).toMatchObject([{ message: expect.stringMatching(message) }]);
	});

	test('does not jam the trigger when the field is corrected', async () => {
		const bench = await start();
		const events = ['user_login_failed'];
		const watched = await watch(bench, {
			events,
			...chosen(byUsername(observer.username), byId(totpUser.id)),
		});
		bench.simulator.world.users.delete(observer.id);
		const event = addEvent(bench, { userId: totpUser.id });
		const corrected = { events, ...chosen(byId(totpUser.id)) };
		expect(await change(bench, watched, corrected)).toEqual([event]);
		expect(watched.workflow.failures).toEqual([]);
	});

	test('and a new one: each device is reported, also one of unknown date', async () => {
		const bench = await start();
		const { reported } = await watch(bench, { events: ['trusted_device_added'] });
		const { id } = bench.simulator.world.addUser({
			username: 'zoe@acme-fleet.example',
			name: 'Zoe',
			organisationId: ids.acme,
		});
		const device = bench.simulator.world.addTrustedDevice(id, {});
		expect(await reported()).toEqual([`trusted_device_added:${id}:${device.id}`]);
	});

	test('and a new one: the first device is reported', async () => {
		const bench = await start();
		const { reported } = await watch(bench, { events: everything });
		expect(await reported()).toEqual([]);
		const { id } = bench.simulator.world.addUser({
			username: 'zoe.new@acme-fleet.example',
			name: 'Zoe New',
			organisationId: ids.acme,
		});
		const device = addDevice(bench, id);
		expect(await reported()).toEqual([`trusted_device_added:${device}`]);
	});
});

describe('the users who are meant', () => {
	const happening = (bench: Bench) => {
		const happened = [observer.id, emailMfaUser.id, undefined].map((userId) =>
			addEvent(bench, userId === undefined ? {} : { userId }),
		);
		return {
			devices: [observer.id, emailMfaUser.id].map(
				(user) => `trusted_device_added:${addDevice(bench, user)}`,
			),
			logins: happened,
			access: addEvent(bench, { type: eventTypes.supportAccess, userId: emailMfaUser.id }),
		};
	};

	test.each([
		['chosen by ID', 'chosen', { chosenUsers: { users: [{ user: byId(observer.id) }] } }],
		[
			'chosen by their username, twice',
			'chosen',
			{
				chosenUsers: {
					users: [{ user: byUsername(observer.username) }, { user: byId(String(observer.id)) }],
				},
			},
		],
		['filtered by name', 'filtered', { filters: { name: 'otis' } }],
		['filtered by username', 'filtered', { filters: { username: observer.username } }],
	])(
		'%s: nobody else is reported, but what names nobody, and what concerns the workspace',
		async (_how, scope, fields) => {
			const bench = await start();
			const { poll } = await watch(bench, { events: everything, scope, ...fields });
			const { devices, logins, access } = happening(bench);
			const items = await poll();
			expect(items.map(({ id }) => id).sort()).toEqual(
				[devices[0], logins[0], logins[2], access].sort(),
			);
			expect(items.find(({ id }) => id === devices[0])?.user).toEqual({
				id: observer.id,
				username: observer.username,
				name: 'Otis Berg',
			});
		},
	);

	test('chosen as “Me”', async () => {
		const bench = await start({ user: administrator });
		const { reported } = await watch(bench, {
			events: everything,
			scope: 'chosen',
			chosenUsers: { users: [{ user: { __rl: true, mode: 'list', value: 'my' } }] },
		});
		addDevice(bench, observer.id);
		const device = addDevice(bench, administrator.id);
		expect(await reported()).toEqual([`trusted_device_added:${device}`]);
	});

	test('a user whose name cannot be looked up is reported without', async () => {
		const bench = await start();
		const { poll } = await watch(bench, {
			events: everything,
			scope: 'chosen',
			chosenUsers: { users: [{ user: byId(observer.id) }] },
		});
		addDevice(bench, observer.id);
		addDevice(bench, observer.id);
		const endpoint = 'GET /api/v1/user/{user_id}';
		bench.simulator.faults.next({ kind: 'status', status: 404 }, { endpoint });
		expect((await poll()).map(({ user }) => user)).toEqual([
			{ id: observer.id, username: null, name: null },
			{ id: observer.id, username: null, name: null },
		]);
		expect(bench.simulator.count(endpoint)).toBe(1);
	});
});

describe('changed fields', () => {
	test('with more events begin anew for those alone', async () => {
		const bench = await start();
		const watched = await watch(bench, { events: ['trusted_device_added', 'user_login_failed'] });
		const device = addDevice(bench, observer.id);
		const login = addEvent(bench);
		addEvent(bench, { type: eventTypes.supportAccess });
		removeDevices(bench, emailMfaUser.id);
		const events = everything.filter((event) => !event.includes('expiring'));
		const reported = await change(bench, watched, { events });
		expect(reported.sort()).toEqual([login, `trusted_device_added:${device}`]);
		const access = addEvent(bench, { type: eventTypes.supportAccess });
		const removed = removeDevices(bench, seed.trustedDeviceUser.id);
		expect(await watched.reported()).toEqual([access, ...removed]);
	});

	test.each([
		['ahead', 2 * 60],
		['ahead by little', 20],
		['behind', -2 * 60],
	])('with more events begin now by emnify’s clock, where n8n’s is %s', async (_how, minutes) => {
		const bench = await start({ startsAt: new Date(Date.now() - minutes * 60_000) });
		const watched = await watch(bench, { events: ['trusted_device_added'] });
		const events = ['trusted_device_added', 'user_login_failed'];
		expect(await change(bench, watched, { events })).toEqual([]);
		const event = addEvent(bench);
		expect(await watched.reported()).toEqual([event]);
	});

	test('with more users begin anew for those alone', async () => {
		const bench = await start();
		const watched = await watch(bench, { events: everything, ...chosen(byId(observer.id)) });
		const [known] = [observer.id, emailMfaUser.id].map((userId) => [
			addEvent(bench, { userId }),
			`trusted_device_added:${addDevice(bench, userId)}`,
		]);
		const reported = await change(bench, watched, { events: everything });
		expect(reported.filter((id) => !id.includes('expiring')).sort()).toEqual(known);
		const login = addEvent(bench, { userId: emailMfaUser.id });
		expect(await watched.reported()).toEqual([login]);
	});

	test('with fewer users are no flood of removed devices', async () => {
		const bench = await start();
		const watched = await watch(bench, { events: everything });
		addEvent(bench, { userId: emailMfaUser.id });
		const reported = await change(bench, watched, {
			events: everything,
			...chosen(byId(totpUser.id)),
		});
		expect(reported).toEqual([]);
		const device = addDevice(bench, totpUser.id);
		expect(await watched.reported()).toEqual([`trusted_device_added:${device}`]);
	});

	test('with more days before the end of trust do not make up for the days before', async () => {
		const bench = await start();
		const events = ['trusted_device_expiring'];
		const watched = await watch(bench, { events, deviceDays: 7 });
		expect(await change(bench, watched, { events, deviceDays: 60 })).toEqual([]);
		expect(await watched.reported(DAY)).toEqual([
			expect.stringMatching(/^trusted_device_expiring:109:1109/),
		]);
	});

	test('that were hidden change nothing', async () => {
		const bench = await start();
		const events = ['support_access'];
		const watched = await watch(bench, { events });
		const access = addEvent(bench, { type: eventTypes.supportAccess, userId: observer.id });
		const parameters = { events, scope: 'filtered', filters: {}, deviceDays: 'x' };
		expect(await change(bench, watched, parameters)).toEqual([access]);
	});
});

describe('a changed credential', () => {
	test('of another organisation is a new start', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		bench.simulator.world.addEvent({
			organisationId: ids.borealis,
			timestamp: now(bench),
			type: eventTypes.userAuthenticationFailed,
			severity: eventSeverities.warn,
			description: 'Somebody else’s',
		});
		addDevice(bench, ids.foreignUser);
		addDevice(bench, observer.id);
		await engine().editCredential(bench.credential, {
			applicationToken: seed.secondApplicationToken,
		});
		expect(await reported()).toEqual([]);
		expect(workflow.warnings).toEqual([
			'The credential is of another account than before: this poll is a new start.',
		]);
		const device = addDevice(bench, ids.foreignUser);
		expect(await reported()).toEqual([`trusted_device_added:${device}`]);
		expect(workflow.failures).toEqual([]);
	});

	test('with a new application token of the same organisation goes on', async () => {
		const bench = await start();
		const { world } = bench.simulator;
		const { workflow, reported } = await watch(bench, { events: everything });
		const token = world.findApplicationToken(seed.applicationToken);
		if (token) token.statusId = applicationTokenStatuses.revoked.id;
		bench.simulator.revokeTokens();
		expect(await reported()).toEqual([]);
		expect(workflow.failures.splice(0)).toMatchObject([
			{ message: expect.stringMatching(/^emnify did not accept the application token/) },
		]);
		const device = addDevice(bench, observer.id);
		const renewed = world.addApplicationToken({ creatorId: administrator.id });
		await engine().editCredential(bench.credential, { applicationToken: renewed.token });
		expect(await reported()).toEqual([
			expect.stringMatching(/^event:/),
			`trusted_device_added:${device}`,
		]);
		expect(workflow.warnings).toEqual([]);
		bench.simulator.forget();
		await reported();
		expect(bench.simulator.count(USERS)).toBe(1);
	});

	test('of a server elsewhere is a new start, though its organisation has the same ID', async () => {
		const bench = await start();
		const elsewhere = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		addDevice(elsewhere, observer.id);
		elsewhere.simulator.clock.advance({ minutes: 1 });
		await engine().editCredential(bench.credential, { baseUrl: elsewhere.simulator.url });
		expect(await reported()).toEqual([]);
		expect(workflow.warnings).toHaveLength(1);
	});

	test('of somebody who may not list users: what needs no list works', async () => {
		const bench = await start({ applicationToken: seed.observerApplicationToken });
		const { workflow, reported } = await watch(bench, { events: ['user_login_failed'] });
		expect(workflow.savedState()).toMatchObject({ account: { organisation: null } });
		const login = addEvent(bench);
		expect(await reported()).toEqual([login]);
		// Without the organisation nobody can tell whether another token is of the same one.
		addEvent(bench);
		await engine().editCredential(bench.credential, { applicationToken: seed.applicationToken });
		expect(await reported()).toEqual([]);
	});
});

describe('the checkpoint', () => {
	test('holds no secret', async () => {
		const bench = await start();
		const { workflow } = await watch(bench, { events: everything });
		const stored = engine().storedCredential(bench.credential);
		for (const name of ['applicationToken', 'sessionToken', 'sessionKey']) {
			expect(String(stored[name]).length).toBeGreaterThan(20);
			expect(workflow.saved).not.toContain(stored[name]);
		}
	});

	test('does not hold a password, not even as a digest', async () => {
		const states = [];
		for (const password of [seed.userWithoutMfa.password, seed.userWithoutMfa.passwordHash]) {
			const format =
				password === seed.userWithoutMfa.password ? {} : { passwordFormat: 'sha1' as const };
			const bench = await start({
				user: { username: seed.userWithoutMfa.username, password, ...format },
			});
			const { workflow } = await watch(bench, { events: ['user_login_failed'] });
			states.push(workflow.savedState()?.account);
		}
		expect(states[0]).toMatchObject({ login: (states[1] as { login: string }).login });
	});

	test.each([
		['an older state that nobody knows', { lastTimeChecked: '2026-01-01T00:00:00Z' }],
		['the state of a later version', { version: 2, anything: [] }],
		['garbage', 'garbage'],
	])('%s is a new start with a warning, and no failure', async (_what, state) => {
		const bench = await start();
		const workflow = new PollingWorkflow(engine(), bench.credential, { events: everything });
		workflow.overwriteState(state);
		addEvent(bench);
		await workflow.activate();
		expect(workflow.takeItems()).toEqual([]);
		expect(workflow.warnings).toEqual([
			expect.stringMatching(/^What the trigger remembered of its last poll cannot be read/),
		]);
		const event = addEvent(bench);
		bench.simulator.clock.advance({ minutes: 1 });
		await workflow.tick();
		expect(workflow.takeItems().map(({ id }) => id)).toEqual([event]);
		expect(workflow.warnings).toHaveLength(1);
	});

	test('is n8n’s own business where it keeps cursors: it is handed back in one piece', async () => {
		const bench = await start();
		const workflow = new PollingWorkflow(engine(), bench.credential, { events: everything });
		workflow.keepsCursor = true;
		await workflow.activate();
		// n8n keeps no cursor of the poll at activation: the first one after it is the start.
		await workflow.tick();
		expect(workflow.takeItems()).toEqual([]);
		const event = addEvent(bench);
		bench.simulator.clock.advance({ minutes: 1 });
		await workflow.tick();
		expect(workflow.takeItems().map(({ id }) => id)).toEqual([event]);
		bench.simulator.faults.next({ kind: 'status', status: 500 }, { times: 2, endpoint: EVENTS });
		const device = addDevice(bench, observer.id);
		bench.simulator.clock.advance({ minutes: 1 });
		await workflow.tick();
		expect(workflow.failures).toHaveLength(1);
		await workflow.tick();
		expect(workflow.takeItems().map(({ id }) => id)).toEqual([`trusted_device_added:${device}`]);
		await workflow.tick();
		expect(workflow.takeItems()).toEqual([]);
	});
});

test.each([
	['three minutes ahead of n8n’s', 180],
	['three minutes behind n8n’s', -180],
	['hours ahead of n8n’s', 7200],
	['hours behind n8n’s', -7200],
])('a clock of emnify’s that is %s loses and repeats nothing', async (_what, seconds) => {
	const bench = await start({ startsAt: new Date(Date.now() + seconds * 1000) });
	addEvent(bench);
	addDevice(bench, observer.id);
	const { reported } = await watch(bench, { events: everything });
	for (let round = 0; round < 3; round++) {
		const event = addEvent(bench);
		const device = addDevice(bench, emailMfaUser.id);
		expect((await reported()).sort()).toEqual([event, `trusted_device_added:${device}`]);
	}
	expect(await reported()).toEqual([]);
});

describe('a poll ends in time', () => {
	test('and leaves to the next ones what it could not do, those first who waited longest', async () => {
		// More than are ever asked for at once.
		const startsAt = new Date();
		const world = createWorld({ users: 2 * MOST_AT_ONCE, devicesPerUser: 0, now: startsAt });
		const bench = await start({ world, startsAt });
		const { workflow, reported } = await watch(bench, { events: ['trusted_device_added'] });
		const devices = [...world.users.keys()].map(
			(user) => `trusted_device_added:${addDevice(bench, user)}`,
		);
		// No time at all: the poll ends as soon as it has read anything.
		workflow.budgetMs = 0;
		bench.simulator.clock.advance({ minutes: 1 });
		await workflow.restart();
		const first = workflow.takeItems().map(({ id }) => id as string);
		expect(first.length).toBeGreaterThan(0);
		expect(first.length).toBeLessThan(devices.length);
		const all = [...first];
		while (all.length < devices.length) {
			const more = await reported();
			expect(more.length).toBeGreaterThan(0);
			all.push(...more);
		}
		expect(all.sort()).toEqual(devices.sort());
		expect(workflow.failures).toEqual([]);
	});

	test('in an n8n that does not say how much time there is, such as 1.x', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: everything });
		workflow.budgetMs = null;
		await workflow.restart();
		const event = addEvent(bench);
		expect(await reported()).toEqual([event]);
		expect(workflow.failures).toEqual([]);
	});

	test('at emnify’s rate limit, with what it has by then', async () => {
		const bench = await start();
		const { workflow, reported } = await watch(bench, { events: ['trusted_device_added'] });
		const users = [administrator.id, ids.userWithoutDevices, 113];
		const devices = users.map((user) => `trusted_device_added:${addDevice(bench, user)}`);
		workflow.budgetMs = 1000;
		bench.simulator.clock.advance({ minutes: 10 });
		// The list of users, and the devices of four.
		bench.simulator.limits.requestsPerWindow = 5;
		await workflow.restart();
		expect(workflow.takeItems().map(({ id }) => id)).toEqual(devices.slice(0, 1));
		expect(workflow.failures).toEqual([]);
		expect(workflow.warnings).toEqual([expect.stringMatching(/emnify’s rate limit is reached/)]);
		bench.simulator.limits.requestsPerWindow = 2000;
		workflow.budgetMs = 300_000;
		expect((await reported({ minutes: 10 })).sort()).toEqual(devices.slice(1).sort());
	});

	test('at emnify’s rate limit, without asking again and again', async () => {
		const startsAt = new Date();
		const world = createWorld({ users: 60, devicesPerUser: 0, now: startsAt });
		const bench = await start({ world, startsAt });
		const { workflow, reported } = await watch(bench, { events: ['trusted_device_added'] });
		workflow.budgetMs = 1000;
		await workflow.restart();
		const devices = [...world.users.keys()].map(
			(user) => `trusted_device_added:${addDevice(bench, user)}`,
		);
		// The list of users, and nobody's devices.
		bench.simulator.limits.requestsPerWindow = 1;
		expect(await reported({ minutes: 10 })).toEqual([]);
		expect(workflow.failures).toMatchObject([{ httpCode: '429' }]);
		const refused = bench.simulator.requests.filter(({ status }) => status === 429);
		// Those under way together are refused together, and once more when the poll tries again.
		expect(refused.length).toBeLessThanOrEqual(2 * world.users.size);
		bench.simulator.limits.requestsPerWindow = 2000;
		workflow.budgetMs = 300_000;
		expect((await reported({ minutes: 10 })).sort()).toEqual(devices.sort());
	});
});
