import type { INodeParameters } from 'n8n-workflow';

import { seed } from '../../simulator';
import type { NodeRun } from './engine';
import { AT_ONCE, byId, byUsername, failureOf, itemsOf, pair, useEmnify, VALUE } from './support';

// Whose it is: lists and deletions carry the number of the user, and a new token its own.

const USER = 'GET /api/v1/user/{user_id}';
const TOKENS = 'GET /api/v1/application_token';

const { start } = useEmnify();
const { ids, observer, totpUser, userWithoutMfa } = seed;
const asUser = { user: userWithoutMfa };

const hintsOf = ({ stored }: NodeRun) =>
	stored.data.resultData.runData.Emnify?.[0]?.hints?.map(({ message }) => message) ?? [];

describe('user_id', () => {
	const devices = (user: INodeParameters) =>
		pair('trustedDevice', 'getAll', { user, returnAll: true });

	test('is in each device of a list, by ID without a request more', async () => {
		const { run, simulator } = await start();
		const { json } = await run(devices(byId(observer.id)));
		expect(json.map(({ user_id }) => user_id)).toEqual([observer.id, observer.id, observer.id]);
		expect(simulator.count(USER)).toBe(0);
	});

	test.each([
		['a username', byUsername(observer.username), {}, observer.id],
		['Me', byId('my'), asUser, userWithoutMfa.id],
	])('is a number for %s as well', async (_what, user, as, id) => {
		const { run, simulator } = await start(as);
		const { json, error } = await run(devices(user), { items: itemsOf([1, 2]) });
		expect(error).toBeUndefined();
		expect(new Set(json.map(({ user_id }) => user_id))).toEqual(new Set([id]));
		expect(simulator.count(USER)).toBe(1);
	});

	test('is in a deletion by Me, whose request is still about Me', async () => {
		const { run, calls } = await start(asUser);
		const deviceId = ids.deviceWithoutOperatingSystem;
		const { json } = await run(
			pair('trustedDevice', 'delete', { user: byId('my'), deviceId: byId(deviceId) }),
		);
		expect(json).toEqual([{ deleted: true, user_id: userWithoutMfa.id, device_id: deviceId }]);
		expect(calls().at(-1)?.path).toBe(`/api/v1/user/my/mfa/trusted_device/${deviceId}`);
	});

	test('where nobody can be looked up, nothing is deleted', async () => {
		const { run, simulator } = await start(asUser);
		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: USER });
		const result = await run(
			pair('trustedDevice', 'delete', {
				user: byId('my'),
				deviceId: byId(ids.deviceWithoutOperatingSystem),
				options: AT_ONCE,
			}),
		);
		expect(failureOf(result).message).toMatch(/^Could not find the credential’s own user/);
		expect(simulator.world.user(userWithoutMfa.id).trustedDevices).toHaveLength(1);
	});
});

describe('mfaKey: getAll', () => {
	const keys = (fields: INodeParameters = {}) => pair('mfaKey', 'getAll', fields);

	test('gives an item a key, without its secret, with the user', async () => {
		const { run, simulator } = await start();
		const { json, error } = await run(keys({ user: byId(VALUE) }), {
			items: itemsOf([totpUser.id, ids.pendingKeyUser]),
		});
		expect(error).toBeUndefined();
		expect(json).toMatchObject([
			{ id: totpUser.keyId, user_id: totpUser.id, status: { id: 1 } },
			{ id: ids.pendingKey, user_id: ids.pendingKeyUser, status: { id: 0 } },
		]);
		expect(simulator.count(USER)).toBe(2);
	});

	test('leaves out a secret that comes with them', async () => {
		const { run, simulator } = await start();
		const body = { id: 5, mfa: [{ id: 1, secret_key: 'FAKESECRET', otpauth: 'otpauth://x' }] };
		simulator.faults.next({ kind: 'status', status: 200, body }, { endpoint: USER });
		const { json } = await run(keys({ user: byId(5) }));
		expect(json).toEqual([{ id: 1, user_id: 5 }]);
	});

	test('a user without keys is said to have none', async () => {
		const { run } = await start();
		const result = await run(keys({ user: byId(userWithoutMfa.id) }));
		expect(result.json).toEqual([]);
		expect(hintsOf(result)).toEqual([expect.stringMatching(/^There are no MFA keys to list, so/)]);
	});

	test.each([{ id: 5 }, { id: 5, mfa: null }])('%j does not pass for no key', async (body) => {
		const { run, simulator } = await start();
		simulator.faults.next({ kind: 'status', status: 200, body }, { endpoint: USER });
		expect(failureOf(await run(keys({ user: byId(5) }))).message).toBe(
			'Could not list the MFA keys of user 5: emnify’s answer does not show them',
		);
	});
});

test('an empty list of devices is said to be empty', async () => {
	const { run } = await start();
	const parameters = pair('trustedDevice', 'getAll', { user: byId(ids.userWithoutDevices) });
	const result = await run(parameters);
	expect(result.json).toEqual([]);
	expect(hintsOf(result)).toEqual([
		'There are no trusted devices to list, so the nodes after this one do not run. To run them all the same, switch on Always Output Data in the node’s settings.',
	]);
	expect(hintsOf(await run(pair('user', 'getAll')))).toEqual([]);
});

describe('user: getAll with Details', () => {
	const users = (fields: INodeParameters = {}) =>
		pair('user', 'getAll', { returnAll: true, options: { ...AT_ONCE, details: true }, ...fields });

	test('adds the names of the roles and the number of keys, at one request a user', async () => {
		const { run, simulator } = await start();
		const { json, error } = await run(users());
		expect(error).toBeUndefined();
		expect(simulator.count(USER)).toBe(json.length);
		expect(json.map(({ id }) => id)).toEqual(
			[...json.map(({ id }) => Number(id))].sort((a, b) => a - b),
		);
		const of = (id: number) => json.find((user) => user.id === id);
		expect(of(totpUser.id)).toMatchObject({ mfa: { active: 1, pending: 0 } });
		expect(of(ids.pendingKeyUser)).toMatchObject({ mfa: { active: 0, pending: 1 } });
		expect(of(userWithoutMfa.id)).toMatchObject({ mfa: { active: 0, pending: 0 } });
		expect(of(observer.id)?.roles).toEqual(['Observer']);
	});

	test('gives emnify’s objects where it does not simplify', async () => {
		const { run } = await start();
		const { json } = await run(users({ simplify: false }));
		const user = json.find(({ id }) => id === totpUser.id);
		expect(user).toMatchObject({
			status: { id: 1 },
			mfa: [{ id: totpUser.keyId }],
			roles: [{ id: expect.any(Number), name: expect.any(String) }],
		});
	});

	test('a user who cannot be read fails the item in words', async () => {
		const { run, simulator } = await start();
		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: USER });
		expect(failureOf(await run(users())).message).toMatch(
			/^Could not read the roles and MFA keys of user \S+@\S+: emnify does not allow it/,
		);
		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: USER });
		const { json } = await run(users(), { onError: 'continueRegularOutput' });
		expect(json).toEqual([{ error: expect.stringMatching(/^Could not read the roles/) }]);
	});

	test('what emnify does not show is null, not nothing', async () => {
		const { run, simulator } = await start();
		const [first] = (await run(pair('user', 'getAll', { returnAll: false, limit: 1 }))).json;
		simulator.faults.next(
			{ kind: 'status', status: 200, body: { id: first?.id ?? 0 } },
			{ endpoint: USER },
		);
		const { json } = await run(users({ returnAll: false, limit: 1 }));
		expect(json).toEqual([{ ...first, roles: null, mfa: null }]);
	});
});

describe('the ID of a new application token', () => {
	const create = (fields: INodeParameters = {}) =>
		pair('applicationToken', 'create', { description: 'Nightly', options: AT_ONCE, ...fields });

	test('is the one that is new in the list, also beside one that is called the same', async () => {
		const { run, simulator } = await start();
		const ids = () => [...simulator.world.applicationTokens.keys()];
		const [first] = (await run(create())).json;
		const [second] = (await run(create())).json;
		expect([first?.id, second?.id]).toEqual(ids().slice(-2));
		expect(Object.keys(second ?? {}).sort()).toEqual(['application_token', 'id']);
	});

	test.each([
		['before', 1],
		['after', 2],
	])('a list that fails %s costs the ID, not the secret', async (_when, failing) => {
		const { run, simulator } = await start();
		const push = simulator.requests.push.bind(simulator.requests);
		simulator.requests.push = (...requests) => {
			const isList = requests.some(({ endpoint }) => endpoint === TOKENS);
			if (isList && simulator.count(TOKENS) + 1 === failing) {
				simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: TOKENS });
			}
			return push(...requests);
		};
		const { json, error } = await run(create());
		expect(error).toBeUndefined();
		expect(json).toEqual([{ id: null, application_token: expect.stringMatching(/\w/) }]);
	});

	test('is not guessed between two that are new and alike', async () => {
		const { run, simulator } = await start();
		const body = [7001, 7002].map((id) => ({ id, description: 'Nightly', status: { id: 0 } }));
		const push = simulator.requests.push.bind(simulator.requests);
		simulator.requests.push = (...requests) => {
			if (requests.some(({ endpoint }) => endpoint === TOKENS) && simulator.count(TOKENS) === 1) {
				simulator.faults.next({ kind: 'status', status: 200, body }, { endpoint: TOKENS });
			}
			return push(...requests);
		};
		const { json } = await run(create());
		expect(json).toEqual([{ id: null, application_token: expect.stringMatching(/\w/) }]);
	});
});
