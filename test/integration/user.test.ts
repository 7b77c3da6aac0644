import type { INodeParameters } from 'n8n-workflow';

import { createWorld, seed, type Simulator } from '../../simulator';
import {
	AT_ONCE,
	byId,
	byUsername,
	failureIn,
	failureOf,
	inputAfter,
	itemsOf,
	onTheWire,
	pair,
	pairedItems,
	refusedValue,
	someBadIds,
	testAdvice,
	times,
	useEmnify,
	VALUE,
} from './support';

const GET = 'GET /api/v1/user/{user_id}';
const LIST = 'GET /api/v1/user';

const { administrator, suspendedUser, observer, totpUser, ids } = seed;
const { start } = useEmnify();

const now = new Date('2026-03-01T12:00:00Z');
const get = (fields = {}) => pair('user', 'get', fields);
const getAll = (fields = {}) => pair('user', 'getAll', { returnAll: true, ...fields });
const sortedBy = (...rules: Array<[field: unknown, direction: unknown]>) => ({
	sort: { rules: rules.map(([field, direction]) => ({ field, direction })) },
});

/** The queries of the lists of users that emnify was asked for. */
const queries = ({ requests, url }: Simulator) =>
	requests
		.filter(({ endpoint }) => endpoint === LIST)
		.map(({ path }) => Object.fromEntries(new URL(path, url).searchParams));

describe('user: get', () => {
	test('asks for the user and gives everything that emnify tells', async () => {
		const { run, calls } = await start({ startsAt: now });
		const result = await run(get({ user: byId(totpUser.id) }));
		expect(result.error).toBeUndefined();
		expect(calls().map(onTheWire)).toEqual([
			{
				method: 'GET',
				path: `/api/v1/user/${totpUser.id}`,
				authorization: 'Bearer <JWT>',
				body: undefined,
			},
		]);
		expect(result.json).toEqual([
			{
				id: totpUser.id,
				username: totpUser.username,
				name: 'Tom Okafor',
				created: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/),
				status: { id: 1, description: 'Active' },
				organisation: { id: ids.acme, name: 'Acme Fleet' },
				roles: [{ id: 2, name: 'User' }],
				mfa: [
					expect.objectContaining({ id: totpUser.keyId, status: { id: 1, description: 'Active' } }),
				],
			},
		]);
	});

	test('takes a username without a request of its own', async () => {
		const { run, calls } = await start();
		const result = await run(get({ user: byUsername(` ${observer.username} `) }));
		expect(calls().map(({ path }) => path)).toEqual([
			'/api/v1/user/otis.berg%40acme-fleet.example',
		]);
		expect(result.json).toMatchObject([{ id: observer.id, roles: [{ name: 'Observer' }] }]);
	});

	test('gives the user of each item, paired with it, and leaves the items as they were', async () => {
		const { run } = await start();
		const items = itemsOf([observer.id, administrator.id, totpUser.id]);
		const result = await run(get({ user: byId(VALUE) }), { items });
		expect(result.json.map(({ id }) => id)).toEqual(items.map(({ value }) => value));
		expect(pairedItems(result.items)).toEqual([0, 1, 2]);
		expect(inputAfter(result)).toEqual(items);
	});

	test('with Continue On Fail, who is not found says so, and the others are there', async () => {
		const { run } = await start();
		const result = await run(get({ user: byId(VALUE) }), {
			items: itemsOf([observer.id, ids.foreignUser, 'abc', totpUser.id]),
			onError: 'continueRegularOutput',
		});
		expect(result.json).toEqual([
			expect.objectContaining({ id: observer.id }),
			{ error: expect.stringMatching(/^Could not find user 202: emnify does not find it/) },
			{ error: expect.stringMatching(/^User “abc” is not a user ID/) },
			expect.objectContaining({ id: totpUser.id }),
		]);
		expect(failureIn(result.items[1])).toMatchObject({
			description: expect.stringMatching(/Check the ID.*same workspace/),
			itemIndex: 1,
		});
	});

	test('a username that emnify does not know says to check the username', async () => {
		const { run } = await start();
		const result = await run(get({ user: byUsername('nobody@acme-fleet.example') }));
		expect(failureOf(result)).toMatchObject({
			message:
				'Could not find user nobody@acme-fleet.example: emnify does not find it: “User not found” (NotFound 1201)',
			description: expect.stringMatching(/^Check the username/),
			httpCode: '404',
		});
	});

	test('another user is refused to who is no administrator', async () => {
		const { run } = await start({ applicationToken: seed.observerApplicationToken });
		expect(failureOf(await run(get({ user: byId(administrator.id) })))).toMatchObject({
			message: `Could not find user ${administrator.id}: emnify does not allow it: “The requesting user is not permitted to do this” (Forbidden 1104)`,
			description: expect.stringMatching(
				/^Only administrators.*Use a credential of an administrator/,
			),
			httpCode: '403',
		});
	});

	testAdvice(start, {
		parameters: get({ user: byId(observer.id) }),
		action: `find user ${observer.id}`,
		endpoint: GET,
	});

	test('a list in place of a user is a failure', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 200, body: [] }, { endpoint: GET });
		expect(
			failureOf(await run(get({ user: byId(observer.id), options: AT_ONCE }))).message,
		).toMatch(/not from emnify$/);
	});

	test.each(someBadIds)('a user that is $what is refused before any request', async (bad) => {
		const { run, simulator } = await start();
		const result = await run(get({ user: byId(VALUE) }), { items: itemsOf([bad.value]) });
		const expected = 'a user ID (a whole number above 0, or my)';
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message: refusedValue('User', bad.quoted, expected),
			itemIndex: 0,
		});
		expect(simulator.requests).toEqual([]);
	});
});

describe('user: getAll', () => {
	test('gives the users in the order of their IDs, simplified unless told otherwise', async () => {
		const { run, simulator, calls } = await start({ startsAt: now });
		const result = await run(getAll({ returnAll: false, limit: 2 }));
		expect(result.error).toBeUndefined();
		expect(calls().map(onTheWire)).toEqual([
			{
				method: 'GET',
				path: expect.stringMatching(/^\/api\/v1\/user\?/),
				authorization: 'Bearer <JWT>',
				body: undefined,
			},
		]);
		expect(queries(simulator)).toEqual([{ sort: '+id', page: '1', per_page: '2' }]);
		expect(result.json).toEqual([
			{
				id: administrator.id,
				username: administrator.username,
				name: 'Ada Lindqvist',
				status: 'Active',
				organisation: 'Acme Fleet',
				created: '2024-10-17T12:00:00.000+0000',
			},
			expect.objectContaining({ id: totpUser.id, status: 'Active' }),
		]);
		expect(pairedItems(result.items)).toEqual([0, 0]);
	});

	test('gives the raw data where Simplify is off', async () => {
		const { run } = await start({ startsAt: now });
		const filters = { username: suspendedUser.username };
		expect((await run(getAll({ simplify: false, filters }))).json).toEqual([
			{
				id: suspendedUser.id,
				username: suspendedUser.username,
				name: 'Dora Klein',
				created: '2024-10-17T12:00:00.000+0000',
				status: { id: 2, description: 'Suspended' },
				organisation: { id: ids.acme, name: 'Acme Fleet' },
			},
		]);
	});

	test.each([
		[{ name: 'berg' }, 'name:berg', [observer.id]],
		[{ username: 'otis.berg@' }, 'username:otis.berg@', [observer.id]],
		[{ status: 2 }, 'status:2', [suspendedUser.id, 112]],
		[{ status: '2', name: ' dora ' }, 'name:dora,status:2', [suspendedUser.id]],
		[{ status: 0, name: '' }, 'status:0', [113]],
	])('filters by %j', async (filters, q, found) => {
		const { run, simulator } = await start();
		const result = await run(getAll({ filters }));
		expect(result.error).toBeUndefined();
		expect(queries(simulator)).toMatchObject([{ q }]);
		expect(result.json.map(({ id }) => id)).toEqual(found);
	});

	test.each([
		[sortedBy(['username', 'ascending']), '+username,+id', 101],
		[sortedBy(['name', 'descending']), '-name,+id', 106],
		[sortedBy(['status', 'descending'], ['created', 'descending']), '-status,-created,+id', 108],
		[sortedBy(['id', 'descending']), '-id', ids.childUser],
		[sortedBy(['organisation', 'ascending'], ['id', 'descending']), '+organisation,-id', 113],
		[{ sort: {} }, '+id', 101],
		[{ sort: { rules: [] } }, '+id', 101],
	])('sorts by %j', async (sort, onWire, first) => {
		const { run, simulator } = await start();
		const result = await run(getAll(sort));
		expect(result.error).toBeUndefined();
		expect(queries(simulator)).toMatchObject([{ sort: onWire }]);
		expect(result.json[0]?.id).toBe(first);
		expect(result.json).toHaveLength(14);
	});

	test('reads all of many pages, each user once, in the order that was asked for', async () => {
		const world = createWorld({ users: 450, devicesPerUser: 0, now });
		const { run, simulator } = await start({ world, startsAt: now });
		const result = await run(getAll(sortedBy(['status', 'descending'])));
		expect(result.error).toBeUndefined();
		// By this order users may join anywhere: each page begins with the last user of the one before.
		expect(queries(simulator).map(({ page, per_page }) => [page, per_page])).toEqual([
			['1', '1000'],
			['2', '99'],
			['3', '98'],
			['4', '97'],
			['5', '96'],
		]);
		const found = result.json.map(({ id }) => world.user(Number(id)));
		expect(new Set(found).size).toBe(450);
		expect(found).toEqual(
			[...found].sort((a, b) => b.statusId - a.statusId || (a.id < b.id ? -1 : 1)),
		);
	});

	test('returns up to Limit, 50 by default, also where it takes several pages', async () => {
		const world = createWorld({ users: 450, devicesPerUser: 0, now });
		const { run, simulator } = await start({ world, startsAt: now });
		const idsOf = async (fields: object) => (await run(getAll(fields))).json.map(({ id }) => id);
		const all = [...world.users.keys()].sort((a, b) => a - b);
		expect(await idsOf({ returnAll: false })).toEqual(all.slice(0, 50));
		simulator.forget();
		expect(await idsOf({ returnAll: false, limit: 250 })).toEqual(all.slice(0, 250));
		expect(queries(simulator)).toHaveLength(3);
		expect(await idsOf({ returnAll: false, limit: 5000 })).toEqual(all);
	});

	test('gives nothing, and does not fail, where no user fits', async () => {
		const { run } = await start();
		for (const fields of [{}, { returnAll: false }]) {
			const result = await run(getAll({ filters: { name: 'nobody' }, ...fields }));
			expect(result.error).toBeUndefined();
			expect(result.json).toEqual([]);
		}
	});

	test('evaluates filters and limit for each item, and pairs what it gives', async () => {
		const { run } = await start();
		const items = [
			{ name: 'berg', limit: 5 },
			{ name: 'nobody', limit: 5 },
			{ name: '', limit: 2 },
		];
		const parameters = getAll({
			returnAll: false,
			limit: '={{ $json.limit }}',
			filters: { name: '={{ $json.name }}' },
		});
		const result = await run(parameters, { items });
		expect(result.json.map(({ id }) => id)).toEqual([observer.id, administrator.id, totpUser.id]);
		expect(pairedItems(result.items)).toEqual([0, 2, 2]);
		expect(inputAfter(result)).toEqual(items);
	});

	test('is refused to who is no administrator, in words', async () => {
		const { run } = await start({ applicationToken: seed.observerApplicationToken });
		expect(failureOf(await run(getAll()))).toMatchObject({
			message:
				'Could not list the users: emnify does not allow it: “Only administrators are permitted to do this” (Forbidden 1104)',
			description: expect.stringMatching(/Only administrators can list users/),
			httpCode: '403',
		});
	});

	testAdvice(start, {
		parameters: getAll(),
		action: 'list the users',
		endpoint: LIST,
	});

	test('an empty list without headers is an empty one, and what is no list a failure', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		const parameters = getAll({ options: AT_ONCE });
		simulator.faults.next({ kind: 'status', status: 200, body: [] }, { endpoint: LIST });
		expect((await run(parameters)).json).toEqual([]);
		for (const body of [{ data: [] }, [null], ['a'], [[]], [{ id: 1 }, 7], 'null']) {
			simulator.faults.next({ kind: 'status', status: 200, body }, { endpoint: LIST });
			expect(failureOf(await run(parameters)).message).toMatch(
				/^Could not list the users: the answer \(HTTP 200\) was cut off, or is not from emnify$/,
			);
		}
		for (const body of [
			[{}],
			[{ id: null }],
			[{ id: -1 }],
			[{ id: 1 }, { id: '' }],
			[{ id: {} }],
		]) {
			simulator.faults.next({ kind: 'status', status: 200, body }, { endpoint: LIST });
			expect(failureOf(await run(parameters)).message).toBe(
				'Could not list the users: emnify’s answer holds something without an ID',
			);
		}
	});

	test.each([
		[{ filters: { name: 'Berg, Otis' } }, /^The filter Name has a comma or a colon/],
		[{ filters: { username: 'a:b' } }, /^The filter Username has a comma or a colon/],
		[{ returnAll: false, limit: '={{ 0 }}' }, /^Limit “0” is not a whole number above 0$/],
		[
			sortedBy(['={{ "colour" }}', 'ascending']),
			/^Sort field is not one of created, id, name, organisation, status, username$/,
		],
		[sortedBy(['={{ "name,-id" }}', 'ascending']), /^Sort field is not one of/],
		[sortedBy(['={{ "toString" }}', 'ascending']), /^Sort field is not one of/],
		[sortedBy(['={{ undefined }}', 'ascending']), /^Sort field is empty$/],
		[sortedBy(['name', '={{ "DESC" }}']), /^Sort direction “DESC” is not ascending or descending$/],
		[sortedBy(['name', '={{ null }}']), /^Sort direction is empty$/],
	])('%j is refused before any request', async (fields, message) => {
		const { run, simulator } = await start();
		expect(failureOf(await run(getAll(fields)))).toMatchObject({
			name: 'NodeOperationError',
			message: expect.stringMatching(message),
			itemIndex: 0,
		});
		expect(simulator.requests).toEqual([]);
	});

	test('one bad item among good ones fails alone with Continue On Fail', async () => {
		const { run } = await start();
		const result = await run(getAll({ filters: { name: VALUE } }), {
			items: itemsOf(['berg', 'a,b', 'lindqvist']),
			onError: 'continueRegularOutput',
		});
		expect(result.json).toEqual([
			expect.objectContaining({ id: observer.id }),
			{ error: expect.stringMatching(/^The filter Name has a comma/) },
			expect.objectContaining({ id: administrator.id }),
		]);
		expect(pairedItems(result.items)).toEqual([0, 1, 2]);
	});

	test('lists for many items with one login', async () => {
		const { run, simulator } = await start();
		const result = await run(getAll({ filters: { name: 'berg' } }), { items: times(30) });
		expect(result.items).toHaveLength(30);
		expect(simulator.count('POST /api/v1/authenticate')).toBe(1);
	});
});

describe('an answer about nobody, or about somebody else, is not acted on', () => {
	const { username, id, deviceId, keyId } = seed.trustedDeviceUser;
	const other = { id: seed.observer.id, username: seed.observer.username };
	const name = byUsername(username);
	const forms: Array<[string, INodeParameters, Array<Record<string, unknown>>]> = [
		['user get', pair('user', 'get', { user: byId(id) }), [{}, { message: 'OK' }, other]],
		[
			'trusted device delete',
			pair('trustedDevice', 'delete', { user: name, deviceId: byId(deviceId) }),
			[{}, { id: 'my' }, { id: null }, other],
		],
		[
			'MFA key delete',
			pair('mfaKey', 'delete', { user: name, keyId: byId(keyId) }),
			[{}, { id: 'my' }, other],
		],
		[
			'event getAll of a user without events',
			pair('event', 'getAll', { returnAll: true, filters: { user: byId(99) } }),
			[{}, { message: 'OK' }, other],
		],
	];
	const rows = forms.flatMap(([what, parameters, bodies]) =>
		bodies.map((body) => ({ what, parameters, body })),
	);

	test.each(rows)('$what, $body', async ({ parameters, body }) => {
		const bench = await start();
		await bench.logIn();
		bench.simulator.faults.next({ kind: 'status', status: 200, body }, { endpoint: GET });
		const run = await bench.run({ ...parameters, options: AT_ONCE });
		expect(failureOf(run).message).toMatch(
			/^Could not find user .*: the answer (holds an ID that is no number|is about another user)$/,
		);
		expect(bench.calls().filter(({ method }) => method !== 'GET')).toEqual([]);
	});

	test('and that an MFA key is gone is not taken from it either', async () => {
		const bench = await start();
		await bench.logIn();
		const { faults } = bench.simulator;
		faults.next(
			{ kind: 'status', status: 500 },
			{ endpoint: 'DELETE /api/v1/user/{user_id}/mfa/{key_id}' },
		);
		const body = { ...other, mfa: [] };
		faults.next({ kind: 'status', status: 200, body }, { endpoint: GET });
		const run = await bench.run(
			pair('mfaKey', 'delete', { user: byId(id), keyId: byId(keyId), options: AT_ONCE }),
		);
		expect(failureOf(run).description).toMatch(/^Nobody knows whether the key is deleted/);
	});

	test('whereas emnify may write the username in small letters', async () => {
		const bench = await start();
		const body = { id, username };
		bench.simulator.faults.next({ kind: 'status', status: 200, body }, { endpoint: GET });
		const run = await bench.run(pair('user', 'get', { user: byUsername(username.toUpperCase()) }));
		expect(run.json).toEqual([body]);
	});
});
