import type { INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import {
	createWorld,
	eventSeverities,
	eventTypes,
	roles,
	seed,
	userStatuses,
	type World,
} from '../../simulator';
import { PollingWorkflow } from './polling';
import { byId, byUsername, useEmnify, type Bench } from './support';

// What a poll costs, as docs/trigger.md says it.

const USERS = 'GET /api/v1/user';
const USER = 'GET /api/v1/user/{user_id}';
const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const EVENTS = 'GET /api/v1/event';
const TOKENS = 'GET /api/v1/application_token';

const { emailMfaUser, ids, observer } = seed;
const { engine, start } = useEmnify();

const logged = [
	'application_login_failed',
	'mfa_key_removed',
	'support_access',
	'user_login_failed',
];
const devices = ['trusted_device_added', 'trusted_device_expiring', 'trusted_device_removed'];
const tokens = ['application_token_expiring'];

/** The users of Acme Fleet and of its child. */
const COUNT = 14;

async function activate(bench: Bench, parameters: INodeParameters): Promise<PollingWorkflow> {
	await bench.logIn();
	const workflow = new PollingWorkflow(engine(), bench.credential, parameters);
	await workflow.activate();
	return workflow;
}

/** How often each endpoint is asked in the next poll. */
async function costsOfAPoll(
	{ simulator, calls }: Bench,
	workflow: PollingWorkflow,
): Promise<Record<string, number>> {
	simulator.clock.advance({ minutes: 5 });
	simulator.forget();
	await workflow.tick();
	expect(workflow.failures).toEqual([]);
	const costs: Record<string, number> = {};
	for (const { endpoint } of calls()) costs[endpoint] = (costs[endpoint] ?? 0) + 1;
	return costs;
}

function addFailedLogin({ simulator: { clock, world } }: Bench, userId: number): void {
	world.addEvent({
		organisationId: ids.acme,
		timestamp: clock.now(),
		type: eventTypes.userAuthenticationFailed,
		severity: eventSeverities.warn,
		description: 'Failed authentication request',
		userId,
	});
}

const chosen = (...users: unknown[]) =>
	({ scope: 'chosen', chosenUsers: { users: users.map((user) => ({ user })) } }) as INodeParameters;
const filtered = { scope: 'filtered', filters: { name: 'otis' } };

const polls: Array<[what: string, parameters: INodeParameters, costs: Record<string, number>]> = [
	...logged.map((event): (typeof polls)[number] => [event, { events: [event] }, { [EVENTS]: 1 }]),
	['all events of the log', { events: logged }, { [EVENTS]: 1 }],
	['application_token_expiring', { events: tokens }, { [TOKENS]: 1 }],
	...devices.map((event): (typeof polls)[number] => [
		event,
		{ events: [event] },
		{ [USERS]: 1, [DEVICES]: COUNT },
	]),
	['all events of devices', { events: devices }, { [USERS]: 1, [DEVICES]: COUNT }],
	[
		'everything',
		{ events: [...logged, ...devices, ...tokens] },
		{ [TOKENS]: 1, [EVENTS]: 1, [USERS]: 1, [DEVICES]: COUNT },
	],
	['devices of filtered users', { events: devices, ...filtered }, { [USERS]: 1, [DEVICES]: 1 }],
	[
		'devices of users chosen by ID',
		{ events: devices, ...chosen(byId(observer.id), byId(emailMfaUser.id)) },
		{ [DEVICES]: 2 },
	],
	[
		'devices of users chosen by username',
		{ events: devices, ...chosen(byUsername(observer.username)) },
		{ [USER]: 1, [DEVICES]: 1 },
	],
	[
		'changes of users',
		{ events: ['user_added', 'user_removed', 'user_suspended'] },
		{ [USERS]: 1 },
	],
	[
		'administrators and MFA keys',
		{ events: ['administrator_added', 'mfa_key_pending', 'user_added'] },
		{ [USERS]: 1, [USER]: COUNT },
	],
	[
		'administrators among users chosen by ID',
		{ events: ['administrator_added', 'user_removed'], ...chosen(byId(observer.id)) },
		{ [USER]: 1 },
	],
	[
		'the health of the trigger, beside others',
		{ events: [...logged, 'trigger_unhealthy', 'trigger_recovered'] },
		{ [EVENTS]: 1 },
	],
	[
		'the health of the trigger alone',
		{ events: ['trigger_unhealthy'] },
		{ 'GET /api/v1/user/mfa/status': 1 },
	],
	['failed logins of filtered users', { events: logged, ...filtered }, { [EVENTS]: 1 }],
	[
		'failed logins of users chosen by username',
		{ events: logged, ...chosen(byUsername(observer.username)) },
		{ [EVENTS]: 1 },
	],
];

/** What a sentence on costs means, where the event is chosen alone. */
const SAID: Record<string, Record<string, number>> = {
	'Costs one request a poll.': { [TOKENS]: 1 },
	'Costs one request a poll, shared with the others of the event log.': { [EVENTS]: 1 },
	'Costs one request a poll for the devices of each user, and the list of users.': {
		[USERS]: 1,
		[DEVICES]: COUNT,
	},
	'Costs one request a poll for the roles and keys of each user, and the list of users.': {
		[USERS]: 1,
		[USER]: COUNT,
	},
	'Costs the list of users in each poll: one request for each 100.': { [USERS]: 1 },
	'Costs no request beside other events, and one a poll where it is chosen alone.': {
		'GET /api/v1/user/mfa/status': 1,
	},
};

test.each(polls)('a poll for %s costs what it must', async (_what, parameters, costs) => {
	const bench = await start();
	const workflow = await activate(bench, parameters);
	expect(await costsOfAPoll(bench, workflow)).toEqual(costs);
});

test('each event costs what its description in the form says', async () => {
	const bench = await start();
	const field = engine().triggerType.description.properties.find(({ name }) => name === 'events');
	for (const { value, description } of field?.options as INodePropertyOptions[]) {
		const workflow = await activate(bench, { events: [value] });
		const [costs] = /Costs .+$/.exec(description ?? '') ?? [];
		expect({ [String(costs)]: await costsOfAPoll(bench, workflow) }).toEqual({
			[String(costs)]: SAID[costs ?? ''],
		});
		await workflow.deactivate();
	}
});

test.each([
	['of a filtered user is looked up in the list', filtered, { [EVENTS]: 1, [USERS]: 1 }],
	['of a user chosen by ID is not looked up', chosen(byId(observer.id)), { [EVENTS]: 1 }],
	[
		'of a user chosen by username is looked up',
		chosen(byUsername(observer.username)),
		{ [EVENTS]: 1, [USER]: 1 },
	],
])('only where there is one, whether a failed login is %s', async (_how, scope, costs) => {
	const bench = await start();
	const workflow = await activate(bench, { events: logged, ...scope });
	addFailedLogin(bench, observer.id);
	expect(await costsOfAPoll(bench, workflow)).toEqual(costs);
	expect(await costsOfAPoll(bench, workflow)).toEqual({ [EVENTS]: 1 });
});

test('a user chosen by ID is looked up only where there is something to tell', async () => {
	const bench = await start();
	const workflow = await activate(bench, { events: devices, ...chosen(byId(observer.id)) });
	bench.simulator.world.addTrustedDevice(observer.id, {});
	bench.simulator.world.addTrustedDevice(observer.id, {});
	expect(await costsOfAPoll(bench, workflow)).toEqual({ [DEVICES]: 1, [USER]: 1 });
	expect(await costsOfAPoll(bench, workflow)).toEqual({ [DEVICES]: 1 });
});

test('the first poll costs one request more, for the organisation', async () => {
	const bench = await start();
	await activate(bench, { events: logged });
	expect(bench.calls().map(({ endpoint }) => endpoint)).toEqual([USERS, EVENTS]);
	expect(bench.calls()[0]?.path).toMatch(/page=1&per_page=1$/);
});

test('events are asked for by one window from the last poll on and by one filter, not by paging through history', async () => {
	const bench = await start({ startsAt: new Date('2026-03-01T12:00:00Z') });
	for (let count = 0; count < 500; count++) addFailedLogin(bench, observer.id);
	bench.simulator.clock.advance({ days: 3 });
	const workflow = await activate(bench, { events: logged });
	bench.simulator.clock.advance({ days: 2 });
	await workflow.tick();
	addFailedLogin(bench, observer.id);
	const polledAt = bench.simulator.clock.now().getTime();
	expect(await costsOfAPoll(bench, workflow)).toEqual({ [EVENTS]: 1 });
	expect(workflow.takeItems()).toHaveLength(1);
	const { searchParams } = new URL(bench.calls()[0]?.path ?? '', bench.simulator.url);
	const q = searchParams.get('q') ?? '';
	const [, types, from = '', until = ''] = /^type:([\d|]+),from:(\S+Z),until:(\S+Z)$/.exec(q) ?? [];
	expect(types).toBe('7|14|13|6');
	expect(polledAt - Date.parse(from)).toBeGreaterThanOrEqual(10 * 60_000);
	expect(polledAt - Date.parse(from)).toBeLessThan(11 * 60_000);
	expect(until > from).toBe(true);
});

describe('large workspaces', () => {
	const now = new Date('2026-03-01T12:00:00Z');
	const workspaceOf = (users: number) => createWorld({ users, devicesPerUser: 1, now });
	const lastUser = (world: World) => Math.max(...world.users.keys());

	test('of 1,000 users cost a request a user, and one for each hundred of them, and one more', async () => {
		const world = workspaceOf(1000);
		const bench = await start({ world, startsAt: now });
		const workflow = await activate(bench, { events: [...devices, ...logged, ...tokens] });
		const { id } = world.addTrustedDevice(lastUser(world), {});
		expect(await costsOfAPoll(bench, workflow)).toEqual({
			[TOKENS]: 1,
			[EVENTS]: 1,
			[USERS]: 11,
			[DEVICES]: 1000,
		});
		expect(workflow.takeItems()).toMatchObject([{ device: { id } }]);
		expect(workflow.saved.length).toBeLessThan(30_000);
	});

	test('the roles of more than 1,500 users are read in turn, and each change is told of', async () => {
		const world = workspaceOf(1600);
		const bench = await start({ world, startsAt: now });
		const workflow = await activate(bench, { events: ['administrator_added', 'user_suspended'] });
		expect(bench.simulator.count(USER)).toBe(1500);
		// Those who had to wait are read first, and from then on their changes are known.
		expect(await costsOfAPoll(bench, workflow)).toEqual({ [USERS]: 17, [USER]: 1500 });
		const last = world.user(lastUser(world));
		last.roleIds = [roles.administrator.id];
		last.statusId = userStatuses.suspended.id;
		const told: unknown[] = [];
		for (let count = 0; count < 2; count++) {
			expect(await costsOfAPoll(bench, workflow)).toEqual({ [USERS]: 17, [USER]: 1500 });
			told.push(...workflow.takeItems().map(({ id }) => id));
		}
		expect(told.sort()).toEqual([
			expect.stringMatching(`^administrator_added:${last.id}:`),
			expect.stringMatching(`^user_suspended:${last.id}:`),
		]);
		expect(workflow.warnings).toEqual([]);
		expect(bench.simulator.requests.map(({ status }) => status)).not.toContain(429);
	});

	test('of more than 1,500 users are read in turn, and leave others room at the rate limit', async () => {
		const world = workspaceOf(1600);
		const bench = await start({ world, startsAt: now });
		const workflow = await activate(bench, { events: devices });
		expect(bench.simulator.count(DEVICES)).toBe(1500);
		const activatedAt = bench.simulator.clock.now();
		const { id } = world.addTrustedDevice(lastUser(world), { activatedAt });
		expect(await costsOfAPoll(bench, workflow)).toEqual({ [USERS]: 17, [DEVICES]: 1500 });
		expect(workflow.takeItems()).toMatchObject([{ device: { id } }]);
		expect(workflow.warnings).toEqual([]);
		expect(bench.simulator.requests.map(({ status }) => status)).not.toContain(429);
	});
});
