import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { seed, type Fault } from '../../simulator';
import { totp } from '../../simulator/totp';
import { runAgent } from './agent';
import {
	AT_ONCE,
	byId,
	failureIn,
	failureOf,
	LOGIN,
	pair,
	times,
	useEmnify,
	type Bench,
} from './support';

// What is written goes out once: whatever comes back, however n8n tries again.

const CREATE_TOKEN = 'POST /api/v1/application_token';
const LIST_TOKENS = 'GET /api/v1/application_token';
const REVOKE_TOKEN = 'PATCH /api/v1/application_token/{id}';
const CREATE_KEY = 'POST /api/v1/user/mfa';
const DELETE_KEY = 'DELETE /api/v1/user/{user_id}/mfa/{key_id}';
const USER = 'GET /api/v1/user/{user_id}';
const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const DELETE_DEVICE = 'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}';

const { engine, start } = useEmnify();
const { ids } = seed;

const createToken = (fields: INodeParameters = {}) =>
	pair('applicationToken', 'create', { description: 'CI', ...fields });

/** Answers after which nobody knows whether the write was carried out. */
const open: Array<{ what: string; fault: Fault; options?: INodeParameters }> = [
	{ what: '201 with an HTML page', fault: { kind: 'status', status: 201, html: true } },
	{ what: '201 that is empty', fault: { kind: 'status', status: 201 } },
	{ what: '201 with another object', fault: { kind: 'status', status: 201, body: { id: 7 } } },
	{
		what: '201 with a null',
		fault: { kind: 'status', status: 201, body: { application_token: null, secret_key: null } },
	},
	{ what: '200 with a list', fault: { kind: 'status', status: 200, body: [] } },
	{ what: '202', fault: { kind: 'status', status: 202 } },
	{ what: '202 with JSON', fault: { kind: 'status', status: 202, body: { message: 'Accepted' } } },
	{ what: '204', fault: { kind: 'status', status: 204 } },
	{ what: '206', fault: { kind: 'status', status: 206, body: {} } },
	{ what: '408', fault: { kind: 'status', status: 408 } },
	{ what: '500', fault: { kind: 'status', status: 500 } },
	{ what: '502 of a proxy', fault: { kind: 'status', status: 502, html: true } },
	{ what: '504', fault: { kind: 'status', status: 504 } },
	{ what: 'JSON that is cut off', fault: { kind: 'truncate' } },
	{ what: 'a connection that breaks off', fault: { kind: 'resetAfter' } },
	{ what: 'no answer in time', fault: { kind: 'stall' }, options: { timeout: 0.2 } },
];

describe('Application Token → Create', () => {
	test.each(open)(
		'$what: once, and the advice says how to find the token',
		async ({ fault, options }) => {
			const bench = await start();
			await bench.logIn();
			bench.simulator.faults.next(fault, { endpoint: CREATE_TOKEN });
			const result = await bench.run(createToken({ options: { ...AT_ONCE, ...options } }), {
				retryOnFail: true,
			});
			expect(failureOf(result).description).toMatch(
				/^If the request reached emnify, there is a token now whose secret nobody knows: look for it with Application Token → Get Many, and revoke it/,
			);
			expect(bench.simulator.count(CREATE_TOKEN)).toBe(1);
		},
	);

	test.each(open)(
		'$what: once, as a tool of an agent that n8n tries three times',
		async ({ fault, options }) => {
			const bench = await start();
			await bench.logIn();
			bench.simulator.faults.next(fault, { endpoint: CREATE_TOKEN });
			const heard: string[] = [];
			await runAgent({
				engine: engine(),
				credential: bench.credential,
				tools: {
					create: {
						parameters: createToken({ options: { ...AT_ONCE, ...options } }),
						retryOnFail: true,
					},
				},
				think: async (call) => {
					heard.push(await call('create'));
					// It hears of a failure, and calls again with the same words.
					heard.push(await call('create'));
				},
			});
			expect(heard).toHaveLength(2);
			for (const answer of heard) {
				expect(answer).toMatch(/there is a token now whose secret nobody knows/);
			}
			expect(bench.simulator.count(CREATE_TOKEN)).toBe(1);
		},
	);

	test.each<[string, Fault]>([
		['is refused', { kind: 'status', status: 403 }],
		['is over the rate limit', { kind: 'status', status: 429 }],
	])('what surely was not done, because it %s, is tried again', async (_what, fault) => {
		const bench = await start();
		await bench.logIn();
		bench.simulator.faults.next(fault, { endpoint: CREATE_TOKEN });
		const result = await bench.run(createToken({ options: AT_ONCE }), { retryOnFail: true });
		expect(result.json).toEqual([{ application_token: expect.any(String) }]);
		expect(bench.simulator.count(CREATE_TOKEN)).toBe(2);
	});

	test('a login that fails leaves nothing open', async () => {
		const bench = await start();
		bench.simulator.faults.next({ kind: 'resetAfter' }, { endpoint: LOGIN });
		const failed = await bench.run(createToken({ options: AT_ONCE }));
		expect(failureOf(failed).message).toMatch(/broke off/);
		expect(failureOf(failed).description).not.toMatch(/there is a token now/);
		expect(bench.simulator.count(CREATE_TOKEN)).toBe(0);
	});

	test('nor does an emnify that nobody can reach', async () => {
		const bench = await start();
		await bench.logIn();
		await bench.simulator.stop();
		const failed = await bench.run(createToken({ options: AT_ONCE }));
		expect(failureOf(failed).message).toMatch(/was refused$/);
		expect(failureOf(failed).description).not.toMatch(/there is a token now/);
	});

	describe('what is meant is sent:', () => {
		test('two identical items, the first of which is left open', async () => {
			const bench = await start();
			await bench.logIn();
			bench.simulator.faults.next({ kind: 'resetAfter' }, { endpoint: CREATE_TOKEN });
			const result = await bench.run(createToken(), {
				items: times(2),
				onError: 'continueRegularOutput',
				retryOnFail: true,
			});
			expect(failureIn(result.items[0]).message).toMatch(/broke off/);
			expect(result.json[1]).toEqual({ application_token: expect.any(String) });
			expect(bench.simulator.count(CREATE_TOKEN)).toBe(2);
		});

		test('another execution', async () => {
			const bench = await start();
			await bench.logIn();
			bench.simulator.faults.next({ kind: 'resetAfter' }, { endpoint: CREATE_TOKEN });
			await bench.run(createToken());
			expect((await bench.run(createToken())).json).toHaveLength(1);
			expect(bench.simulator.count(CREATE_TOKEN)).toBe(2);
		});

		const agent = async (bench: Bench, think: Parameters<typeof runAgent>[0]['think']) => {
			const name = "={{ $fromAI('name', 'What it is for', 'string') }}";
			await runAgent({
				engine: engine(),
				credential: bench.credential,
				tools: {
					create: { parameters: createToken({ description: name }), retryOnFail: true },
					list: { parameters: pair('applicationToken', 'getAll', { returnAll: true }) },
				},
				think,
			});
		};

		test('an agent’s second call after a success', async () => {
			const bench = await start();
			await bench.logIn();
			const heard: string[] = [];
			await agent(bench, async (call) => {
				heard.push(await call('create', { name: 'CI' }), await call('create', { name: 'CI' }));
			});
			expect(new Set(heard).size).toBe(2);
			for (const answer of heard) expect(answer).toMatch(/^\[\{"application_token":/);
			expect(bench.simulator.count(CREATE_TOKEN)).toBe(2);
		});

		test('an agent’s call for another token after one was left open', async () => {
			const bench = await start();
			await bench.logIn();
			bench.simulator.faults.next({ kind: 'resetAfter' }, { endpoint: CREATE_TOKEN });
			await agent(bench, async (call) => {
				expect(await call('create', { name: 'one' })).toMatch(/broke off/);
				expect(await call('create', { name: 'two' })).toMatch(/application_token/);
				expect(await call('create', { name: 'one' })).toMatch(/broke off/);
			});
			expect(bench.simulator.count(CREATE_TOKEN)).toBe(2);
		});

		test('an agent’s call once it has looked which tokens there are', async () => {
			const bench = await start();
			await bench.logIn();
			bench.simulator.faults.next({ kind: 'reset' }, { endpoint: CREATE_TOKEN });
			await agent(bench, async (call) => {
				expect(await call('create', { name: 'CI' })).toMatch(/broke off/);
				expect(await call('list')).not.toMatch(/"CI"/);
				expect(await call('create', { name: 'CI' })).toMatch(/application_token/);
			});
			expect(bench.simulator.count(CREATE_TOKEN)).toBe(2);
		});

		test('but not once it has tried to look, and could not', async () => {
			const bench = await start();
			await bench.logIn();
			bench.simulator.faults.next({ kind: 'reset' }, { endpoint: CREATE_TOKEN });
			bench.simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: LIST_TOKENS });
			await agent(bench, async (call) => {
				await call('create', { name: 'CI' });
				await call('list');
				expect(await call('create', { name: 'CI' })).toMatch(/broke off/);
			});
			expect(bench.simulator.count(CREATE_TOKEN)).toBe(1);
		});
	});
});

describe('MFA Key → Create', () => {
	const { username, password } = seed.userWithoutMfa;

	test.each(open)(
		'$what: once, and the advice says how to find the key',
		async ({ fault, options }) => {
			const bench = await start({ user: { username, password } });
			await bench.logIn();
			bench.simulator.faults.next(fault, { endpoint: CREATE_KEY });
			const parameters = pair('mfaKey', 'create', {
				mfaKeyType: 0,
				password,
				options: { ...AT_ONCE, ...options },
			});
			const result = await bench.run(parameters, { retryOnFail: true });
			expect(failureOf(result).description).toMatch(
				/^If the request reached emnify, there is a pending MFA key now whose secret nobody knows: User → Get shows it/,
			);
			expect(bench.simulator.count(CREATE_KEY)).toBe(1);
		},
	);
});

describe('Retrieve Token', () => {
	const retrieve = (fields: INodeParameters) =>
		pair('authentication', 'retrieveToken', { options: AT_ONCE, ...fields });

	test.each(['code', 'password'] as const)(
		'a login with a %s whose answer got lost: a code is not sent again, a password is',
		async (what) => {
			const { username, password, totpSecret } = seed.totpUser;
			const bench = await start();
			await bench.logIn();
			const login = { grant: 'userCredentials', username, password };
			const [first] = (await bench.run(retrieve(login))).json;
			const code = totp(totpSecret, username).generate({
				timestamp: bench.simulator.clock.now().getTime(),
			});
			bench.simulator.forget();
			bench.simulator.faults.next({ kind: 'resetAfter' }, { endpoint: LOGIN });
			const result = await bench.run(
				retrieve(
					what === 'code' ? { grant: 'mfaCode', mfaToken: String(first?.mfa_token), code } : login,
				),
				{ retryOnFail: true },
			);
			if (what === 'code') {
				expect(failureOf(result).description).toMatch(
					/^If the login reached emnify, its code is used up/,
				);
				expect(bench.simulator.count(LOGIN)).toBe(1);
			} else {
				expect(String(result.error?.description)).not.toMatch(/code is used up/);
			}
		},
	);
});

/** Writes that emnify's lists tell about. `isDone` looks at the simulator's world. */
interface Settled {
	what: string;
	parameters: INodeParameters;
	endpoint: string;
	list: string;
	output: IDataObject;
	listed: string;
	/** What emnify does when it carries it out. */
	carryOut(bench: Bench): void;
	isDone(bench: Bench): boolean;
}

const manyDevices = ({ simulator }: Bench) =>
	simulator.world.user(ids.manyDevicesUser).trustedDevices;
const keysOf = ({ simulator }: Bench) => simulator.world.user(ids.pendingKeyUser).mfaKeys;
const tokenToRevoke = ({ simulator }: Bench) => simulator.world.applicationTokens.get(tokenId);
const [device, tokenId] = [11101, 207];

const settled: Settled[] = [
	{
		what: 'Trusted Device → Delete',
		parameters: pair('trustedDevice', 'delete', {
			user: byId(ids.manyDevicesUser),
			deviceId: byId(device),
		}),
		endpoint: DELETE_DEVICE,
		list: DEVICES,
		output: { deleted: true, user_id: ids.manyDevicesUser, device_id: device },
		listed: 'Trusted Device → Get Many shows whether it is still there',
		carryOut: (bench) => manyDevices(bench).shift(),
		isDone: (bench) => manyDevices(bench).every(({ id }) => id !== device),
	},
	{
		what: 'MFA Key → Delete',
		parameters: pair('mfaKey', 'delete', {
			user: byId(ids.pendingKeyUser),
			keyId: byId(ids.pendingKey),
		}),
		endpoint: DELETE_KEY,
		list: USER,
		output: { deleted: true, user_id: ids.pendingKeyUser, key_id: ids.pendingKey },
		listed: 'MFA Key → Get Many shows the user’s keys',
		carryOut: (bench) => keysOf(bench).shift(),
		isDone: (bench) => keysOf(bench).length === 0,
	},
	{
		what: 'Application Token → Revoke',
		parameters: pair('applicationToken', 'revoke', { tokenId: byId(tokenId) }),
		endpoint: REVOKE_TOKEN,
		list: LIST_TOKENS,
		output: { revoked: true, token_id: tokenId },
		listed: 'Application Token → Get Many shows its status',
		carryOut(bench) {
			const token = tokenToRevoke(bench);
			if (token) token.statusId = 1;
		},
		isDone: (bench) => tokenToRevoke(bench)?.statusId === 1,
	},
];

describe.each(settled)('$what', (write) => {
	const { endpoint, list, output, listed } = write;
	const parameters = { ...write.parameters, options: { ...AT_ONCE, timeout: 0.5 } };

	const begin = async () => {
		const bench = await start();
		await bench.logIn();
		bench.simulator.world.addApplicationToken({
			id: tokenId,
			token: 'fake-application-token-to-revoke',
			creatorId: seed.administrator.id,
			description: 'CI',
			created: bench.simulator.clock.now(),
		});
		if (write.isDone(bench)) throw new RangeError('There is nothing to do');
		return bench;
	};

	/** emnify carries the next one out, and answers this. */
	const carriedOutBut = (bench: Bench, fault: Fault) => {
		bench.simulator.faults.next(fault, { endpoint });
		const { requests } = bench.simulator;
		const push = requests.push.bind(requests);
		let isFirst = true;
		requests.push = (...more) => {
			if (isFirst && more.some((request) => request.endpoint === endpoint)) {
				isFirst = false;
				write.carryOut(bench);
			}
			return push(...more);
		};
	};

	const lost: Array<[string, Fault]> = [
		['408', { kind: 'status', status: 408 }],
		['503', { kind: 'status', status: 503 }],
		['an HTML page', { kind: 'status', status: 200, html: true }],
		['a 206 of HTML', { kind: 'status', status: 206, html: true }],
		['a reset', { kind: 'reset' }],
		['no answer in time', { kind: 'stall' }],
	];

	test.each(lost)('done, and answered with %s: looked up, not sent again', async (_what, fault) => {
		const bench = await begin();
		carriedOutBut(bench, fault);
		const result = await bench.run(parameters, { retryOnFail: true });
		expect(result.error).toBeUndefined();
		expect(result.json).toEqual([output]);
		expect(bench.simulator.count(endpoint)).toBe(1);
	});

	test.each(lost)(
		'not done, and answered with %s: says so, and Retry On Fail does it',
		async (_what, fault) => {
			const bench = await begin();
			bench.simulator.faults.next(fault, { endpoint });
			expect(failureOf(await bench.run(parameters)).description).toMatch(
				/^emnify shows that it was not done\./,
			);
			expect(write.isDone(bench)).toBe(false);
			bench.simulator.forget();
			bench.simulator.faults.next(fault, { endpoint });
			expect((await bench.run(parameters, { retryOnFail: true })).json).toEqual([output]);
			expect(bench.simulator.count(endpoint)).toBe(2);
			expect(write.isDone(bench)).toBe(true);
		},
	);

	test('while nobody can look it is open, and not sent again; once somebody can, it is settled', async () => {
		const bench = await begin();
		carriedOutBut(bench, { kind: 'reset' });
		bench.simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: list, times: 2 });
		const result = await bench.run(parameters, { retryOnFail: true });
		expect(result.json).toEqual([output]);
		expect(bench.simulator.count(endpoint)).toBe(1);
		expect(bench.simulator.count(list)).toBe(3);
	});

	test('and where it stays open, the advice says where to look', async () => {
		const bench = await begin();
		carriedOutBut(bench, { kind: 'reset' });
		bench.simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: list, times: 100 });
		const result = await bench.run(parameters, { retryOnFail: true });
		expect(failureOf(result).message).toMatch(/broke off/);
		expect(failureOf(result).description).toContain(listed);
		expect(bench.simulator.count(endpoint)).toBe(1);
	});

	test('an answer that does not hold what to look for settles nothing', async () => {
		const bench = await begin();
		carriedOutBut(bench, { kind: 'reset' });
		bench.simulator.faults.next(
			{
				kind: 'status',
				status: 200,
				body: list === USER ? { id: ids.pendingKeyUser, mfa: null } : {},
			},
			{ endpoint: list, times: 3 },
		);
		const result = await bench.run(parameters, { retryOnFail: true });
		expect(failureOf(result).description).toMatch(/^Nobody knows whether/);
		expect(bench.simulator.count(endpoint)).toBe(1);
	});
});
