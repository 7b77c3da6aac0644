import { ExecuteContext } from 'n8n-core';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { seed, type Fault } from '../../simulator';
import {
	AT_ONCE,
	byId,
	failureIn,
	failureOf,
	itemsOf,
	pair,
	pairedItems,
	times,
	useEmnify,
	VALUE,
	type Bench,
} from './support';

// A credential by expression: each item acts as its own account. And no input of an audit gets lost.

const USERS = 'GET /api/v1/user';
const USER = 'GET /api/v1/user/{user_id}';
const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const DELETE = 'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}';

const { engine, start } = useEmnify();
const { administrator, ids, observer, secondAdministrator } = seed;

const acme = seed.applicationToken;
const borealis = seed.secondApplicationToken;

/** A credential whose application token is that of the item, and a session of each account. */
const startWithAccounts = async () => {
	const bench = await start();
	const credential = engine().storeCredential({
		baseUrl: bench.simulator.url,
		applicationToken: '={{ $json.token }}',
	});
	for (const applicationToken of [acme, borealis]) {
		const plain = engine().storeCredential({ baseUrl: bench.simulator.url, applicationToken });
		const { error } = await bench.run(pair('mfaKey', 'getStatuses'), { credential: plain });
		if (error) throw error;
	}
	bench.simulator.forget();
	return { ...bench, credential };
};

const audit = (fields: INodeParameters = {}) =>
	pair('trustedDevice', 'audit', {
		scope: 'all',
		policy: {},
		output: 'devices',
		options: AT_ONCE,
		...fields,
	});
const auditInput = (fields: INodeParameters = {}) =>
	audit({ scope: 'input', user: byId('={{ $json.user }}'), ...fields });

const users = (json: IDataObject[]) => json.map(({ user }) => (user as { id: number }).id);
const failing = ({ simulator }: Bench, endpoint: string, fault: Fault, times = 1) =>
	simulator.faults.next(fault, { endpoint, times });
const refused: Fault = { kind: 'status', status: 403 };

describe('an audit by one node of several Workspaces', () => {
	test('reads each once, however many items have it, and pairs with the first item of each', async () => {
		const { run, credential, simulator } = await startWithAccounts();
		const { items, error } = await run(audit({ output: 'summary' }), {
			credential,
			items: [{ token: acme }, { token: borealis }, { token: acme }, { token: borealis }],
		});
		expect(error).toBeUndefined();
		expect(pairedItems(items)).toEqual([0, 1]);
		expect(simulator.count(USERS)).toBe(2);
		const [first, second] = items.map(({ json }) => Number(json.users_checked));
		expect(first).toBeGreaterThan(second ?? 0);
		expect(second).toBeGreaterThan(0);
	});

	test('takes its settings from the first item of each account', async () => {
		const { run, credential } = await startWithAccounts();
		const { items } = await run(audit({ output: '={{ $json.output }}' }), {
			credential,
			items: [
				{ token: borealis, output: 'summary' },
				{ token: acme, output: 'devices' },
				{ token: acme, output: 'summary' },
			],
		});
		expect(items[0]?.json).toHaveProperty('users_checked');
		expect(pairedItems(items.slice(0, 2))).toEqual([0, 1]);
		for (const { json } of items.slice(1)) expect(json).toHaveProperty('device');
	});

	test('with users of the input each is looked up in the Workspace of the item, in the items’ order', async () => {
		const { run, credential, simulator } = await startWithAccounts();
		const { items, error } = await run(auditInput(), {
			credential,
			items: [
				{ token: borealis, user: ids.foreignUser },
				{ token: acme, user: administrator.id },
				{ token: borealis, user: secondAdministrator.id },
				{ token: acme, user: observer.id },
			],
		});
		expect(error).toBeUndefined();
		const paired = pairedItems(items);
		expect(paired).toEqual([...paired].sort((a, b) => a - b));
		expect(users(items.map(({ json }) => json))).toEqual(
			paired.map(
				(index) =>
					[ids.foreignUser, administrator.id, secondAdministrator.id, observer.id][index] ?? 0,
			),
		);
		for (const { organisationId, path } of simulator.requests) {
			const id = Number(path.split('/')[4]);
			expect(organisationId).toBe(simulator.world.user(id).organisationId);
		}
	});

	test('one that fails leaves the others, and is a failure of each of its items', async () => {
		const bench = await startWithAccounts();
		failing(bench, USERS, refused);
		const result = await bench.run(audit({ output: 'summary' }), {
			credential: bench.credential,
			items: [{ token: acme }, { token: borealis }, { token: acme }],
			onError: 'continueErrorOutput',
		});
		expect(pairedItems(result.items)).toEqual([1]);
		expect(pairedItems(result.errorItems)).toEqual([0, 2]);
		expect(failureIn(result.errorItems[1]).message).toMatch(/emnify does not allow it/);
	});

	test('and without Continue On Fail the failure tells how many items were done before', async () => {
		const bench = await startWithAccounts();
		const { faults } = bench.simulator;
		faults.next({ kind: 'stall', ms: 0 }, { endpoint: USERS });
		faults.next(refused, { endpoint: USERS });
		const result = await bench.run(audit({ output: 'summary' }), {
			credential: bench.credential,
			items: [{ token: acme }, { token: acme }, { token: borealis }],
		});
		expect(failureOf(result)).toMatchObject({
			itemIndex: 2,
			description: expect.stringMatching(/2 of 3 items were done before this\.$/),
		});
	});

	test('what each has revoked counts towards its own cap, over the tries too', async () => {
		const bench = await startWithAccounts();
		for (const id of [ids.manyDevicesUser, ids.foreignUser]) {
			for (let index = 0; index < 3; index++) {
				bench.simulator.world.addTrustedDevice(id, {
					browser: 'Old',
					operatingSystem: 'Old',
					activatedAt: new Date('2020-01-01T00:00:00Z'),
				});
			}
		}
		const { faults } = bench.simulator;
		faults.next({ kind: 'stall', ms: 0 }, { endpoint: DELETE, times: 3 });
		faults.next({ kind: 'status', status: 429 }, { endpoint: DELETE });
		const result = await bench.run(
			audit({
				policy: { maxAgeDays: 1000 },
				revoke: 'revoke',
				revokeRules: ['maxAgeDays'],
				maxRevocations: 2,
				output: 'summary',
			}),
			{
				credential: bench.credential,
				items: [{ token: acme }, { token: borealis }],
				retryOnFail: true,
			},
		);
		expect(result.error).toBeUndefined();
		expect(result.json.map(({ revocations }) => (revocations as IDataObject).revoked)).toEqual([
			2, 2,
		]);
		const done = bench.simulator.requests.filter(
			({ endpoint, status }) => endpoint === DELETE && status === 204,
		);
		expect(done).toHaveLength(4);
	});
});

test('an operation on each item acts as the item’s account', async () => {
	const { run, credential, simulator } = await startWithAccounts();
	const { json, error } = await run(pair('user', 'get', { user: byId('={{ $json.user }}') }), {
		credential,
		items: [
			{ token: acme, user: administrator.id },
			{ token: borealis, user: secondAdministrator.id },
		],
	});
	expect(error).toBeUndefined();
	expect(json.map(({ id }) => id)).toEqual([administrator.id, secondAdministrator.id]);
	expect(simulator.count(USER)).toBe(2);
});

test('an item without a usable credential fails by itself', async () => {
	const { run, credential } = await startWithAccounts();
	const result = await run(audit({ output: 'summary' }), {
		credential,
		items: [{ token: '' }, { token: acme }],
		onError: 'continueErrorOutput',
	});
	expect(pairedItems(result.items)).toEqual([1]);
	expect(pairedItems(result.errorItems)).toEqual([0]);
	expect(failureIn(result.errorItems[0]).message).toMatch(/Application Token .* is empty/);
});

describe.each(['continueRegularOutput', 'continueErrorOutput'] as const)('with %s', (onError) => {
	/** Where each input came out, as output or as a failure of its own. */
	const seen = async (bench: Bench, parameters: INodeParameters, items: IDataObject[]) => {
		const result = await bench.run(parameters, { items, onError });
		const all = [...result.items, ...result.errorItems];
		const failed = all.filter(({ json }) => 'error' in json);
		const [output, failures] = [all.filter((item) => !failed.includes(item)), failed].map((some) =>
			[
				...new Set(
					some.flatMap(({ pairedItem }) =>
						[pairedItem].flat().map((p) => (p as { item: number }).item),
					),
				),
			].sort(),
		);
		return { output, failures };
	};
	const three = [administrator.id, observer.id, ids.manyDevicesUser];

	test('a failure of the whole audit is one of each input', async () => {
		const bench = await start();
		failing(bench, DEVICES, refused);
		const parameters = auditInput({ user: byId(VALUE), stopAtUnreadable: true });
		expect(await seen(bench, parameters, itemsOf(three))).toEqual({
			output: [],
			failures: [0, 1, 2],
		});
	});

	test('settings that cannot be used fail each input', async () => {
		const bench = await start();
		expect(await seen(bench, audit({ output: VALUE }), itemsOf(['x', 'y', 'z']))).toEqual({
			output: [],
			failures: [0, 1, 2],
		});
		expect(bench.simulator.requests).toEqual([]);
	});

	test('one bad input fails by itself, and the others are audited', async () => {
		const bench = await start();
		const parameters = auditInput({ user: byId(VALUE) });
		expect(await seen(bench, parameters, itemsOf([three[0], 'abc', three[2]]))).toEqual({
			output: [0, 2],
			failures: [1],
		});
	});

	test('where no input is usable nobody is audited, and nothing passes for clean', async () => {
		const bench = await start();
		const parameters = auditInput({ user: byId(VALUE), output: 'summary' });
		expect(await seen(bench, parameters, itemsOf(['abc', '-1']))).toEqual({
			output: [],
			failures: [0, 1],
		});
		expect(bench.simulator.requests).toEqual([]);
	});

	test('a user who cannot be read comes out as unreadable', async () => {
		const bench = await start();
		failing(bench, DEVICES, refused);
		expect(await seen(bench, auditInput({ user: byId(VALUE) }), itemsOf(three))).toEqual({
			output: [0, 1, 2],
			failures: [],
		});
	});
});

test.each(['stopWorkflow', 'continueRegularOutput'] as const)(
	'a credential that is edited while the items are read ends the run before anything is done (%s)',
	async (onError) => {
		const bench = await start();
		await bench.logIn();
		const readCredential = ExecuteContext.prototype.getCredentials;
		let reads = 0;
		jest.spyOn(ExecuteContext.prototype, 'getCredentials').mockImplementation(async function (
			this: ExecuteContext,
			...asked
		) {
			// The second ten items are read after the first.
			if (++reads === 15)
				await engine().editCredential(bench.credential, { applicationToken: borealis });
			return await readCredential.apply(this, asked);
		});
		const run = await bench.run(audit(), { items: times(30), onError });
		expect(failureOf(run).message).toBe(
			'The Emnify credential was changed while this run was under way',
		);
		expect(bench.simulator.requests).toEqual([]);
	},
);
