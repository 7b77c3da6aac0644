import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { createWorld, roles, seed, userStatuses } from '../../simulator';
import { PollingWorkflow } from './polling';
import { byId, byUsername, useEmnify, type Bench } from './support';

// Who may get in: users, administrators, MFA keys; and how the polls go.

const USERS = 'GET /api/v1/user';
const USER = 'GET /api/v1/user/{user_id}';

const { administrator, emailMfaUser, ids, observer, userWithoutMfa } = seed;
const { engine, start } = useEmnify();

const DIRECTORY = ['user_added', 'user_reactivated', 'user_removed', 'user_suspended'];
const DETAILS = [
	'administrator_added',
	'administrator_removed',
	'mfa_key_activated',
	'mfa_key_pending',
];

interface Watched {
	workflow: PollingWorkflow;
	poll(minutes?: number): Promise<IDataObject[]>;
	reported(minutes?: number): Promise<string[]>;
}

/** The active workflow, after its first poll, which is silent. */
async function watch(bench: Bench, parameters: INodeParameters): Promise<Watched> {
	await bench.logIn();
	const workflow = new PollingWorkflow(engine(), bench.credential, parameters);
	await workflow.activate();
	expect(workflow.takeItems()).toEqual([]);
	bench.simulator.forget();
	const poll = async (minutes = 5) => {
		bench.simulator.clock.advance({ minutes });
		await workflow.tick();
		expect(workflow.failures).toEqual([]);
		return workflow.takeItems();
	};
	return {
		workflow,
		poll,
		reported: async (minutes) =>
			(await poll(minutes)).map(
				({ event, user }) => `${String(event)} ${(user as IDataObject | null)?.id as number}`,
			),
	};
}

const suspend = ({ simulator }: Bench, id: number, status: number = userStatuses.suspended.id) => {
	simulator.world.user(id).statusId = status;
};

describe.each([
	['all users', {}],
	['a chosen user', { scope: 'chosen', chosenUsers: { users: [{ user: byId(observer.id) }] } }],
	[
		'a user chosen by username',
		{ scope: 'chosen', chosenUsers: { users: [{ user: byUsername(observer.username) }] } },
	],
	['filtered users', { scope: 'filtered', filters: { name: 'otis' } }],
])('of %s', (_who, scope) => {
	test('each change is reported once', async () => {
		const bench = await start();
		const { reported } = await watch(bench, {
			events: [...DIRECTORY, ...DETAILS],
			...scope,
		} as INodeParameters);
		const user = bench.simulator.world.user(observer.id);
		expect(await reported()).toEqual([]);
		suspend(bench, observer.id);
		expect(await reported()).toEqual([`user_suspended ${observer.id}`]);
		expect(await reported()).toEqual([]);
		suspend(bench, observer.id, userStatuses.active.id);
		expect(await reported()).toEqual([`user_reactivated ${observer.id}`]);
		const before = user.roleIds;
		user.roleIds = [roles.administrator.id];
		expect(await reported()).toEqual([`administrator_added ${observer.id}`]);
		user.roleIds = before;
		expect(await reported()).toEqual([`administrator_removed ${observer.id}`]);
		const { id } = bench.simulator.world.addMfaKey(observer.id, {
			secret: 'A'.repeat(32),
			pending: true,
		});
		expect(await reported()).toEqual([`mfa_key_pending ${observer.id}`]);
		const key = user.mfaKeys.find((one) => one.id === id);
		if (key) key.statusId = 1;
		expect(await reported()).toEqual([`mfa_key_activated ${observer.id}`]);
		expect(await reported()).toEqual([]);
		bench.simulator.world.users.delete(observer.id);
		expect(await reported()).toEqual([`user_removed ${observer.id}`]);
		expect(await reported()).toEqual([]);
	});
});

test('a new user is reported, with what is new about the user, and with a sentence', async () => {
	const bench = await start({ startsAt: new Date('2026-03-01T12:00:00Z') });
	const { poll } = await watch(bench, { events: [...DIRECTORY, ...DETAILS] });
	const { id } = bench.simulator.world.addUser({
		organisationId: ids.acme,
		username: 'nina@acme-fleet.example',
		name: 'Nina <b>',
		created: bench.simulator.clock.now(),
		roleIds: [roles.administrator.id],
	} as Parameters<typeof bench.simulator.world.addUser>[0]);
	const items = await poll();
	expect(items.map(({ event }) => event).sort()).toEqual(['administrator_added', 'user_added']);
	expect(items.find(({ event }) => event === 'user_added')).toMatchObject({
		id: `user_added:${id}:2026-03-01:1`,
		text: expect.stringMatching(
			/^`nina@acme-fleet\.example` is a new user since 1 Mar 2026 at 12:\d\d UTC\.$/,
		),
		occurred_at: expect.stringMatching(/^2026-03-01T12:0/),
		user: { id, username: 'nina@acme-fleet.example' },
	});
	expect(await poll()).toEqual([]);
});

test('a removed user is reported by the username that was known, an administrator as such too', async () => {
	const bench = await start();
	const { poll } = await watch(bench, { events: [...DIRECTORY, 'administrator_removed'] });
	bench.simulator.world.user(observer.id).roleIds = [roles.administrator.id];
	await poll();
	bench.simulator.world.users.delete(observer.id);
	expect(await poll()).toMatchObject([
		{ event: 'administrator_removed', user: { id: observer.id, username: observer.username } },
		{ event: 'user_removed', user: { id: observer.id, username: observer.username, name: null } },
	]);
});

test('an incomplete list does not report users as removed', async () => {
	const bench = await start();
	const { workflow, reported } = await watch(bench, { events: DIRECTORY });
	bench.simulator.faults.next(
		{ kind: 'status', status: 200, body: [] },
		{ endpoint: USERS, times: 9 },
	);
	// Whether an empty list without the headers of its pages is a failure or a list: nobody is removed.
	await workflow.tick();
	workflow.failures.length = 0;
	expect(workflow.takeItems()).toEqual([]);
	bench.simulator.faults.clear();
	expect(await reported()).toEqual([]);
});

test('a list that cannot be read is a failure, and made up for', async () => {
	const bench = await start();
	const { workflow, reported } = await watch(bench, { events: DIRECTORY });
	suspend(bench, observer.id);
	bench.simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: USERS });
	await workflow.tick();
	expect(workflow.failures.splice(0)).toHaveLength(1);
	expect(await reported()).toEqual([`user_suspended ${observer.id}`]);
});

test('a user who leaves the filter, and is back, is compared with what was known', async () => {
	const bench = await start();
	const { reported } = await watch(bench, {
		events: DIRECTORY,
		scope: 'filtered',
		filters: { name: 'otis' },
	});
	const user = bench.simulator.world.user(observer.id);
	user.name = 'Somebody Else';
	expect(await reported()).toEqual([]);
	suspend(bench, observer.id);
	expect(await reported()).toEqual([]);
	user.name = 'Otis Berg';
	expect(await reported()).toEqual([`user_suspended ${observer.id}`]);
});

test('a suspended user who leaves a filter by status is reported', async () => {
	const bench = await start();
	const { reported } = await watch(bench, {
		events: DIRECTORY,
		scope: 'filtered',
		filters: { status: 1 },
	});
	suspend(bench, observer.id);
	expect(await reported()).toEqual([`user_suspended ${observer.id}`]);
	expect(await reported()).toEqual([]);
});

test('changed filters and newly chosen events report nothing from before', async () => {
	const bench = await start();
	const watched = await watch(bench, {
		events: DIRECTORY,
		scope: 'filtered',
		filters: { name: 'otis' },
	});
	for (const parameters of [
		{ events: DIRECTORY },
		{ events: [...DIRECTORY, ...DETAILS] },
		{
			events: DETAILS,
			scope: 'chosen',
			chosenUsers: { users: [{ user: byId(administrator.id) }] },
		},
		{ events: [...DIRECTORY, ...DETAILS] },
	]) {
		await watched.workflow.deactivate();
		watched.workflow.parameters = parameters as INodeParameters;
		bench.simulator.clock.advance({ minutes: 5 });
		await watched.workflow.activate();
		expect(watched.workflow.takeItems()).toEqual([]);
		expect(await watched.reported()).toEqual([]);
	}
});

test('across a restart, what happened meanwhile is reported', async () => {
	const bench = await start();
	const { workflow } = await watch(bench, { events: [...DIRECTORY, ...DETAILS] });
	workflow.kill();
	suspend(bench, emailMfaUser.id);
	bench.simulator.clock.advance({ days: 1 });
	await workflow.activate();
	expect(workflow.takeItems()).toMatchObject([
		{ event: 'user_suspended', user: { id: emailMfaUser.id } },
	]);
	await workflow.restart();
	expect(workflow.takeItems()).toEqual([]);
});

test('one user who cannot be read keeps nobody else waiting', async () => {
	const bench = await start();
	const { workflow, reported } = await watch(bench, { events: DETAILS });
	bench.simulator.world.user(userWithoutMfa.id).roleIds = [roles.administrator.id];
	bench.simulator.faults.next({ kind: 'status', status: 404 }, { endpoint: USER });
	expect(await reported()).toEqual([`administrator_added ${userWithoutMfa.id}`]);
	expect(workflow.warnings).toEqual([
		expect.stringMatching(/^The roles and MFA keys of some users could not be read/),
	]);
});

test('of fields that are missing nothing is concluded', async () => {
	const bench = await start({ dialects: ['nulls'] });
	const { reported } = await watch(bench, { events: [...DIRECTORY, ...DETAILS] });
	expect(await reported()).toEqual([]);
});

describe('how the polls go:', () => {
	const HEALTH = ['trigger_recovered', 'trigger_unhealthy'];
	const fail = async (bench: Bench, workflow: PollingWorkflow) => {
		// A refusal, for which nothing waits: any failure counts.
		bench.simulator.faults.next({ kind: 'status', status: 403 }, { times: 100 });
		await workflow.tick();
		bench.simulator.faults.clear();
	};

	test('three failed polls in a row are reported once, and so is the recovery', async () => {
		const bench = await start();
		const { workflow } = await watch(bench, { events: ['support_access', ...HEALTH] });
		for (let count = 1; count <= 5; count++) await fail(bench, workflow);
		expect(workflow.failures.splice(0)).toHaveLength(4);
		expect(workflow.takeItems()).toEqual([
			{
				id: expect.stringMatching(/^trigger_unhealthy:2/),
				event: 'trigger_unhealthy',
				text: expect.stringMatching(
					/^Emnify Trigger has failed to look at emnify since .* UTC: `Could not list the events/,
				),
				occurred_at: expect.any(String),
				user: null,
				health: {
					since: expect.any(String),
					until: null,
					failed_polls: 3,
					reason: expect.stringMatching(/^Could not list the events: /),
				},
			},
		]);
		await workflow.tick();
		expect(workflow.takeItems()).toMatchObject([
			{
				event: 'trigger_recovered',
				text: expect.stringMatching(/^Emnify Trigger recovered on /),
				health: {
					since: expect.any(String),
					until: expect.any(String),
					failed_polls: 5,
					reason: null,
				},
			},
		]);
		await workflow.tick();
		expect(workflow.takeItems()).toEqual([]);
	});

	test('two failed polls, or three with one between that succeeds, are not worth a report', async () => {
		const bench = await start();
		const { workflow } = await watch(bench, { events: ['support_access', ...HEALTH] });
		for (const fails of [true, true, false, true, false, true, true, false]) {
			if (fails) await fail(bench, workflow);
			else await workflow.tick();
		}
		expect(workflow.takeItems()).toEqual([]);
	});

	test('the recovery is reported after a restart, too', async () => {
		const bench = await start();
		const { workflow } = await watch(bench, { events: ['support_access', ...HEALTH] });
		for (let count = 1; count <= 3; count++) await fail(bench, workflow);
		expect(workflow.takeItems()).toHaveLength(1);
		await workflow.restart();
		expect(workflow.takeItems()).toMatchObject([{ event: 'trigger_recovered' }]);
	});

	test('who has not chosen it has failed executions, as before', async () => {
		const bench = await start();
		const { workflow } = await watch(bench, { events: ['support_access'] });
		for (let count = 1; count <= 4; count++) await fail(bench, workflow);
		expect(workflow.failures).toHaveLength(4);
		await workflow.tick();
		expect(workflow.takeItems()).toEqual([]);
	});

	test('chosen alone, it costs one request a poll', async () => {
		const bench = await start();
		const { workflow, poll } = await watch(bench, { events: HEALTH });
		expect(await poll()).toEqual([]);
		expect(bench.calls().map(({ endpoint }) => endpoint)).toEqual(['GET /api/v1/user/mfa/status']);
		for (let count = 1; count <= 3; count++) await fail(bench, workflow);
		expect(workflow.takeItems()).toMatchObject([{ event: 'trigger_unhealthy' }]);
	});
});

test('polls that are too frequent for the users are logged once, with the interval that fits', async () => {
	const now = new Date();
	const world = createWorld({ users: 301, devicesPerUser: 0, now });
	const bench = await start({ world, startsAt: now });
	const workflow = new PollingWorkflow(engine(), bench.credential, {
		events: ['trusted_device_added'],
	});
	// No time at all: a poll ends as soon as it has read anyone.
	workflow.budgetMs = 0;
	await workflow.activate();
	for (let count = 0; count < 2; count++) {
		bench.simulator.clock.advance({ minutes: 1 });
		await workflow.tick();
	}
	expect(workflow.failures).toEqual([]);
	expect(workflow.warnings).toEqual([
		expect.stringMatching(
			/^A poll of 301 users takes 301 requests, more than fit an interval of 1 minute: .* Poll every 2 minutes or less often\.$/,
		),
	]);
});

describe('an application token that expires so soon that it is in its last days at once', () => {
	test('is reported once, though its last days began before the poll', async () => {
		const bench = await start();
		const { simulator } = bench;
		const { poll } = await watch(bench, { events: ['application_token_expiring'] });
		await poll(1);
		const created = new Date(simulator.clock.now().getTime() - 5 * 60_000);
		const { id } = simulator.world.addApplicationToken({
			creatorId: administrator.id,
			created,
			expiryDate: new Date(simulator.clock.now().getTime() + 86_400_000),
		} as Parameters<typeof simulator.world.addApplicationToken>[0]);
		expect((await poll(1)).map((item) => (item.application_token as IDataObject).id)).toEqual([id]);
		expect(await poll(1)).toEqual([]);
		expect(await poll(20)).toEqual([]);
	});
});

describe('a credential by expression', () => {
	const byExpression = ({ simulator }: Bench, applicationToken: string) =>
		engine().storeCredential({ baseUrl: simulator.url, applicationToken });

	test('is evaluated for each poll: an account that it gives later is a new start', async () => {
		const bench = await start();
		const { clock, world } = bench.simulator;
		const { variables } = engine();
		variables.token = seed.applicationToken;
		const expression = '={{ $vars.token }}';
		const credential = byExpression(bench, expression);
		const workflow = new PollingWorkflow(engine(), credential, {
			events: ['trusted_device_added'],
		});
		const addedAndReported = async (user: number) => {
			const { id } = world.addTrustedDevice(user, { activatedAt: clock.now() });
			clock.advance({ minutes: 1 });
			await workflow.tick();
			expect(workflow.failures).toEqual([]);
			return workflow.takeItems().map((item) => (item.device as IDataObject).id === id);
		};
		await workflow.activate();
		expect(await addedAndReported(observer.id)).toEqual([true]);
		variables.token = seed.secondApplicationToken;
		expect(await addedAndReported(ids.foreignUser)).toEqual([]);
		expect(workflow.warnings).toEqual([
			'The credential is of another account than before: this poll is a new start.',
		]);
		expect(await addedAndReported(ids.foreignUser)).toEqual([true]);
		expect(engine().storedCredential(credential).applicationToken).toBe(expression);
	});

	test.each([
		[
			'that gives nothing',
			'={{ $vars.unknown }}',
			/Application Token in the Emnify credential is empty/,
		],
		['that needs an item, in the words of n8n', '={{ $json.token }}', /hasn't been executed/],
	])('%s is refused in words, before any request', async (_what, expression, message) => {
		const bench = await start();
		const workflow = new PollingWorkflow(engine(), byExpression(bench, expression), {
			events: ['support_access'],
		});
		await expect(workflow.activate()).rejects.toThrow(message);
		expect((await workflow.fetchTestEvent()).error?.message).toMatch(message);
		expect(bench.simulator.requests).toEqual([]);
	});
});
