import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { eventSeverities, eventTypes, seed, type Described } from '../../simulator';
import { PollingWorkflow } from './polling';
import { byId, byUsername, useEmnify, type Bench } from './support';

// Whom an event of emnify's log concerns, who acted, and from where.

const USER = 'GET /api/v1/user/{user_id}';
const USERS = 'GET /api/v1/user';

const { administrator, emailMfaUser, ids, observer } = seed;
const { engine, start } = useEmnify();

const EVENTS = [
	'application_login_failed',
	'mfa_key_removed',
	'support_access',
	'user_login_failed',
];
const otis = { id: observer.id, username: observer.username, name: 'Otis Berg' };
const ada = { id: administrator.id, username: administrator.username, name: 'Ada Lindqvist' };

/** The active workflow, after its first poll. */
async function watch(bench: Bench, parameters: INodeParameters = {}): Promise<PollingWorkflow> {
	await bench.logIn();
	const workflow = new PollingWorkflow(engine(), bench.credential, {
		events: EVENTS,
		...parameters,
	});
	await workflow.activate();
	bench.simulator.forget();
	return workflow;
}

function addEvent(
	{ simulator: { clock, world } }: Bench,
	description: string,
	{
		type = eventTypes.multiFactorAuthentication,
		...more
	}: { type?: Described; userId?: number; detail?: unknown } = {},
): number {
	return world.addEvent({
		organisationId: ids.acme,
		timestamp: clock.now(),
		type,
		severity: eventSeverities.info,
		description,
		...more,
	}).id;
}

async function poll({ simulator }: Bench, workflow: PollingWorkflow): Promise<IDataObject[]> {
	simulator.clock.advance({ minutes: 1 });
	await workflow.tick();
	expect(workflow.failures).toEqual([]);
	return workflow.takeItems();
}

const login = eventTypes.userAuthenticationFailed;
const removed = (name: string) => `Multi-factor Authentication key deleted for user '${name}'`;

describe('an MFA key that an administrator removed', () => {
	test.each([
		['whose username stands in the text', removed(observer.username), undefined, otis],
		['whose name stands in the text', removed('Otis Berg'), undefined, otis],
		['whatever its case', removed('OTIS berg'), undefined, otis],
		['who stands in the details', 'A key was deleted', { user: { id: observer.id } }, otis],
		['whose name stands in the details', 'A key was deleted', { user: 'Otis Berg' }, otis],
		[
			'whom nobody knows any more',
			removed('gone@acme-fleet.example'),
			undefined,
			{ id: null, username: 'gone@acme-fleet.example', name: null },
		],
		['who is not named', 'A key was deleted', undefined, null],
	])('concerns the user %s, and not the administrator', async (_who, text, detail, user) => {
		const bench = await start();
		const workflow = await watch(bench);
		addEvent(bench, text, { userId: administrator.id, ...(detail !== undefined && { detail }) });
		expect(await poll(bench, workflow)).toMatchObject([
			{ event: 'mfa_key_removed', user, actor: ada },
		]);
	});

	test('has no actor under an application token', async () => {
		const bench = await start();
		const workflow = await watch(bench);
		addEvent(bench, removed(observer.username));
		expect(await poll(bench, workflow)).toMatchObject([{ user: otis, actor: null }]);
	});

	test('of one of several who have the name: it says so, and guesses nobody', async () => {
		const bench = await start();
		bench.simulator.world.user(emailMfaUser.id).name = 'Otis Berg';
		const workflow = await watch(bench);
		addEvent(bench, removed('Otis Berg'), { userId: administrator.id });
		expect(await poll(bench, workflow)).toMatchObject([
			{ user: { id: null, username: null, name: 'Otis Berg', matches: 2 }, actor: ada },
		]);
	});

	test('is reported without an ID where the user cannot be looked up', async () => {
		const bench = await start();
		const workflow = await watch(bench);
		addEvent(bench, removed(observer.username));
		bench.simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: USER });
		expect(await poll(bench, workflow)).toMatchObject([
			{ user: { id: null, username: observer.username, name: null } },
		]);
	});
});

describe('for users who are narrowed down', () => {
	const chosen = (user: INodeParameters) => ({
		scope: 'chosen',
		chosenUsers: { users: [{ user }] },
	});

	test.each([
		['chosen by ID', chosen(byId(observer.id))],
		['chosen by username', chosen(byUsername(observer.username))],
		['filtered', { scope: 'filtered', filters: { name: 'otis' } }],
	])('%s, an event counts if it concerns them or if they did it', async (_how, scope) => {
		const bench = await start();
		const workflow = await watch(bench, scope as INodeParameters);
		const counted = [
			addEvent(bench, removed(observer.username), { userId: administrator.id }),
			addEvent(bench, removed('Otis Berg')),
			addEvent(bench, removed(emailMfaUser.username), { userId: observer.id }),
			addEvent(bench, 'A key was deleted', { userId: administrator.id }),
			addEvent(bench, `Failed authentication request from '${observer.username}'`, { type: login }),
		];
		addEvent(bench, removed(emailMfaUser.username), { userId: administrator.id });
		addEvent(bench, removed('gone@acme-fleet.example'), { userId: administrator.id });
		addEvent(bench, `Failed authentication request from '${emailMfaUser.username}'`, {
			type: login,
		});
		addEvent(bench, "Failed authentication request from 'guess@elsewhere.example'", {
			type: login,
		});
		const items = await poll(bench, workflow);
		expect(items.map(({ id }) => id)).toEqual(counted.map((id) => `event:${id}`));
	});

	test('one of whom several have the name counts if one of them is meant', async () => {
		const bench = await start();
		bench.simulator.world.user(emailMfaUser.id).name = 'Otis Berg';
		const workflow = await watch(bench, chosen(byId(observer.id)));
		const id = addEvent(bench, removed('Otis Berg'), { userId: administrator.id });
		expect(await poll(bench, workflow)).toMatchObject([{ id: `event:${id}`, user: { id: null } }]);
	});

	test('one who cannot be looked up counts: better one too many', async () => {
		const bench = await start();
		const workflow = await watch(bench, chosen(byId(observer.id)));
		addEvent(bench, removed(emailMfaUser.username), { userId: administrator.id });
		bench.simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: USER });
		expect(await poll(bench, workflow)).toHaveLength(1);
	});
});

test.each([
	['from the event', { userId: observer.id }, "Failed authentication request from 'somebody'"],
	[
		'from the text',
		{},
		`Failed authentication request from '${observer.username}', reason: Invalid password`,
	],
])('a failed login has its user %s', async (_where, more, text) => {
	const bench = await start();
	const workflow = await watch(bench);
	addEvent(bench, text, { type: login, ...more });
	expect(await poll(bench, workflow)).toMatchObject([{ event: 'user_login_failed', user: otis }]);
});

test('an event carries all IP addresses that it names', async () => {
	const bench = await start();
	const workflow = await watch(bench);
	const text = `Failed authentication request from '${observer.username}', Reason: Invalid password from ip 203.0.113.7, 2001:db8::4`;
	addEvent(bench, text, { type: login, userId: observer.id });
	addEvent(
		bench,
		"Failed application authentication request from 'n8n', Reason: TokenStatus Revoked",
		{
			type: eventTypes.applicationAuthenticationFailed,
		},
	);
	expect(await poll(bench, workflow)).toMatchObject([
		{ ip_addresses: ['203.0.113.7', '2001:db8::4'] },
		{ event: 'application_login_failed', user: null, actor: null, ip_addresses: [] },
	]);
});

test('support access concerns nobody, and says who acted', async () => {
	const bench = await start();
	const workflow = await watch(bench);
	addEvent(bench, 'Support accessed', { type: eventTypes.supportAccess, userId: administrator.id });
	expect(await poll(bench, workflow)).toMatchObject([{ user: null, actor: ada }]);
});

test('an event with everything missing is reported all the same', async () => {
	const bench = await start({ dialects: ['nulls'] });
	const workflow = await watch(bench);
	const id = addEvent(bench, '', { type: login });
	expect(await poll(bench, workflow)).toMatchObject([
		{ id: `event:${id}`, user: null, actor: null, ip_addresses: [] },
	]);
});

test('an event without a date is reported once, as one of now', async () => {
	const bench = await start();
	const workflow = await watch(bench);
	const body = [null, undefined, ''].map((timestamp, index) => ({
		id: 9_000 + index,
		timestamp,
		event_type: { id: 6, description: 'User authentication failed' },
	}));
	bench.simulator.faults.next(
		{ kind: 'status', status: 200, body },
		{ endpoint: 'GET /api/v1/event', times: 3 },
	);
	const items = await poll(bench, workflow);
	expect(items.map(({ id }) => id)).toEqual(['event:9000', 'event:9001', 'event:9002']);
	for (const { text, occurred_at } of items) {
		expect(Date.parse(String(occurred_at))).not.toBeNaN();
		expect(text).toMatch(/^Somebody whom emnify does not name could not log in on \d+ /);
	}
	expect(await poll(bench, workflow)).toEqual([]);
	expect(await poll(bench, workflow)).toEqual([]);
});

test('a live token inside an event is dropped', async () => {
	const bench = await start();
	const workflow = await watch(bench);
	const token = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxIn0', 'c2lnbmF0dXJlLW9mLWl0'].join('.');
	addEvent(bench, `Session ${token}`, { type: eventTypes.supportAccess, detail: { a: [token] } });
	const items = await poll(bench, workflow);
	expect(items).toHaveLength(1);
	expect(JSON.stringify(items)).not.toContain(token.slice(0, 20));
	expect(JSON.stringify((await workflow.fetchTestEvent()).items)).not.toContain(token.slice(0, 20));
});

test('many names are looked up in one list', async () => {
	const bench = await start();
	const workflow = await watch(bench);
	for (let index = 0; index < 60; index++) {
		addEvent(bench, `Failed authentication request from 'guess${index}@x.example'`, {
			type: login,
		});
	}
	expect(await poll(bench, workflow)).toHaveLength(60);
	expect(bench.simulator.count(USER)).toBeLessThanOrEqual(20);
	expect(bench.simulator.count(USERS)).toBeLessThan(5);
});

test('says so where it was off for longer than emnify keeps events', async () => {
	const bench = await start();
	const workflow = await watch(bench);
	bench.simulator.clock.advance({ days: 31 });
	await workflow.tick();
	expect(workflow.warnings).toEqual([
		expect.stringMatching(
			/^The trigger has not polled since .*Z, and emnify keeps events for 30 days/,
		),
	]);
});
