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
	['all events of the log', { events: logged }, { [EVENTS]: 1 }],
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

test('a user chosen by ID is looked up only where there is something to report', async () => {
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

	test('cost one request for each user, one for each hundred of them, and one more for their list', async () => {
		const world = workspaceOf(200);
		const bench = await start({ world, startsAt: now });
		const workflow = await activate(bench, { events: [...devices, ...logged, ...tokens] });
		const { id } = world.addTrustedDevice(lastUser(world), {});
		expect(await costsOfAPoll(bench, workflow)).toEqual({
			[TOKENS]: 1,
			[EVENTS]: 1,
			[USERS]: 3,
			[DEVICES]: 200,
		});
		expect(workflow.takeItems()).toMatchObject([{ device: { id } }]);
		expect(workflow.saved.length).toBeLessThan(200 * 30);
	});

	// With devices and roles chosen, both of 750 users take as many requests as the devices of 1,500: see inTurn.test.ts.
	test('of more than 1,500 users are read in turn, and leave others room at the rate limit', async () => {
		const world = workspaceOf(755);
		const bench = await start({ world, startsAt: now });
		const workflow = await activate(bench, { events: [...devices, 'administrator_added'] });
		expect([bench.simulator.count(USER), bench.simulator.count(DEVICES)]).toEqual([750, 750]);
		expect(bench.simulator.requests.map(({ status }) => status)).not.toContain(429);
		const activatedAt = bench.simulator.clock.now();
		const { id } = world.addTrustedDevice(lastUser(world), { activatedAt });
		// No time at all: a poll ends as soon as it has read anyone. Who had to wait comes first.
		workflow.budgetMs = 0;
		const waiting = new Set([...world.users.keys()].slice(750).map(String));
		while (waiting.size > 0) {
			await costsOfAPoll(bench, workflow);
			const read = bench.simulator.requests.filter(({ endpoint }) => endpoint === DEVICES);
			const [first = ''] = read.flatMap(({ path }) => path.split('/')[4] ?? []);
			expect([...waiting]).toContain(first);
			for (const { path } of read) waiting.delete(path.split('/')[4] ?? '');
		}
		expect(workflow.takeItems()).toMatchObject([{ device: { id } }]);
		expect(workflow.warnings).toEqual([]);
	});

	test('have each change of a role reported, also where polls end before everyone was read', async () => {
		const world = workspaceOf(40);
		const bench = await start({ world, startsAt: now });
		const workflow = await activate(bench, { events: ['administrator_added', 'user_suspended'] });
		const last = world.user(lastUser(world));
		last.roleIds = [roles.administrator.id];
		last.statusId = userStatuses.suspended.id;
		// No time at all: a poll ends as soon as it has read anyone.
		workflow.budgetMs = 0;
		const reported: unknown[] = [];
		for (let count = 0; count < 40 && reported.length < 2; count++) {
			const { [USER]: read = 0 } = await costsOfAPoll(bench, workflow);
			expect(read).toBeLessThan(40);
			reported.push(...workflow.takeItems().map(({ id }) => id));
		}
		expect(reported.sort()).toEqual([
			expect.stringMatching(`^administrator_added:${last.id}:`),
			expect.stringMatching(`^user_suspended:${last.id}:`),
		]);
	});
});
