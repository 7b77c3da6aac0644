/* eslint-disable @n8n/community-nodes/no-hardcoded-secrets -- made-up secrets that only the simulator knows */
import { startSimulator, seed, totp, type Simulator, type SimulatorOptions } from '../../simulator';
import { Engine, type NodeToRun, type StoredCredential } from './engine';
import { runInAnotherProcess } from './otherProcess';
import { AT_ONCE } from './support';

const AUTHENTICATE = 'POST /api/v1/authenticate';
const LIST = 'GET /api/v1/user/{user_id}/mfa/trusted_device';

let engine: Engine;
const running: Simulator[] = [];

beforeAll(async () => {
	engine = await Engine.start();
});

afterEach(async () => {
	await Promise.all(running.splice(0).map(async (simulator) => await simulator.stop()));
});

/** Each simulator has an address of its own, and with it the sessions of a test are its own. */
async function emnify(options?: SimulatorOptions): Promise<Simulator> {
	const simulator = await startSimulator(options);
	running.push(simulator);
	return simulator;
}

const applicationToken = (simulator: Simulator, token: string = seed.applicationToken) =>
	engine.storeCredential({ baseUrl: simulator.url, applicationToken: token });

interface User {
	username: string;
	password: string;
	totpSecret?: string;
}

const userData = (simulator: Simulator, user: User, more: Record<string, string> = {}) => ({
	baseUrl: simulator.url,
	authenticationMethod: 'userCredentials',
	username: user.username,
	password: user.password,
	...more,
});

/** Lists one's own devices as a user; under an application token, which names none, those of a chosen one. */
const listDevices = (
	credential: StoredCredential,
	count = 1,
	options = {},
	userId: number = seed.administrator.id,
): NodeToRun => {
	const { authenticationMethod } = engine.storedCredential(credential);
	const value = authenticationMethod === 'userCredentials' ? 'my' : userId;
	return {
		credential,
		items: Array.from({ length: count }, () => ({})),
		parameters: {
			resource: 'trustedDevice',
			operation: 'getAll',
			returnAll: true,
			user: { __rl: true, mode: 'id', value },
			options,
		},
	};
};

const logins = (simulator: Simulator) => simulator.count(AUTHENTICATE);

const bodies = (simulator: Simulator) =>
	simulator.requests.filter(({ endpoint }) => endpoint === AUTHENTICATE).map(({ body }) => body);

const itemsAnswered = (run: { json: unknown[]; items: Array<{ pairedItem?: unknown }> }) =>
	new Set(run.items.map(({ pairedItem }) => (pairedItem as { item: number }).item)).size;

describe('one session for a credential', () => {
	test('500 items without a token cost one login', async () => {
		const simulator = await emnify();
		const run = await engine.run(listDevices(applicationToken(simulator), 500));
		expect(run.error).toBeUndefined();
		expect(itemsAnswered(run)).toBe(500);
		expect(logins(simulator)).toBe(1);
		expect(simulator.count()).toBe(501);
	});

	test('the next executions within 240 minutes cost none', async () => {
		const simulator = await emnify();
		const credential = applicationToken(simulator);
		await engine.run(listDevices(credential));
		simulator.clock.advance({ minutes: 239 });
		const run = await engine.run(listDevices(credential, 3));
		expect(run.error).toBeUndefined();
		expect(logins(simulator)).toBe(1);
	});

	test('nor do those of another n8n process that reads the stored credential', async () => {
		const simulator = await emnify();
		const credential = applicationToken(simulator);
		await engine.run(listDevices(credential));
		const other = await runInAnotherProcess(
			engine.storedCredential(credential),
			listDevices(credential, 3).parameters,
		);
		expect(other.error).toBeUndefined();
		expect(other.json.length).toBeGreaterThan(0);
		expect(logins(simulator)).toBe(1);
	}, 60_000);

	test.each(['expired', 'revoked'])(
		'a token that is %s while 500 items run costs one login, and each item still succeeds',
		async (how) => {
			const simulator = await emnify();
			const credential = applicationToken(simulator);
			await engine.run(listDevices(credential));
			simulator.forget();
			simulator.faults.next({ kind: 'stall' }, { endpoint: LIST });
			const run = engine.run(listDevices(credential, 500));
			await simulator.faults.whenStalled();
			if (how === 'expired') simulator.clock.advance({ minutes: 241 });
			else simulator.revokeTokens();
			simulator.faults.release();
			expect((await run).error).toBeUndefined();
			expect(itemsAnswered(await run)).toBe(500);
			expect(logins(simulator)).toBe(1);
		},
	);

	test('five workflows that start at once with an empty token cost one login', async () => {
		const simulator = await emnify();
		const credential = applicationToken(simulator);
		const runs = await Promise.all(
			Array.from({ length: 5 }, async () => await engine.run(listDevices(credential, 4))),
		);
		expect(runs.map(({ error }) => error)).toEqual(Array(5).fill(undefined));
		expect(logins(simulator)).toBe(1);
	});

	test('two credentials used by interleaved nodes are never mixed up and cost one login each', async () => {
		const simulator = await emnify();
		const acme = applicationToken(simulator);
		const borealis = applicationToken(simulator, seed.secondApplicationToken);
		for (let round = 0; round < 3; round++) {
			simulator.forget();
			await Promise.all([
				engine.run(listDevices(acme, 5)),
				engine.run(listDevices(borealis, 5, {}, seed.ids.foreignUser)),
				engine.run(listDevices(acme, 5)),
			]);
			const served = simulator.requests.filter(({ endpoint }) => endpoint === LIST);
			const byOrganisation = (id: number) =>
				served.filter(({ organisationId }) => organisationId === id).length;
			expect([byOrganisation(seed.ids.acme), byOrganisation(seed.ids.borealis)]).toEqual([10, 5]);
			expect(logins(simulator)).toBe(round === 0 ? 2 : 0);
		}
	});

	test('an edited credential sends no request with the old account’s token and costs one login', async () => {
		const simulator = await emnify();
		const credential = applicationToken(simulator);
		await engine.run(listDevices(credential));
		const oldToken = engine.storedCredential(credential).sessionToken as string;
		simulator.forget();
		engine.editCredential(credential, { applicationToken: seed.secondApplicationToken });
		const run = await engine.run(listDevices(credential, 20, {}, seed.ids.foreignUser));
		expect(run.error).toBeUndefined();
		const sent = JSON.stringify(simulator.requests.map(({ headers }) => headers));
		expect(sent).not.toContain(oldToken);
		const organisations = simulator.requests.map(({ organisationId }) => organisationId);
		expect(organisations).not.toContain(seed.ids.acme);
		expect(logins(simulator)).toBe(1);
		expect(engine.storedCredential(credential).sessionToken).not.toBe(oldToken);
	});

	test('an edited credential is used with its new data by the HTTP Request node too', async () => {
		const simulator = await emnify();
		const credential = applicationToken(simulator);
		const url = `${simulator.url}/api/v1/organisation/my`;
		const request = (): NodeToRun => ({
			type: 'test.authenticatedRequest',
			credential,
			parameters: { url },
		});
		await engine.run(request());
		engine.editCredential(credential, { applicationToken: seed.secondApplicationToken });
		simulator.forget();
		const run = await engine.run(request());
		expect(run.json).toMatchObject([{ answer: { id: seed.ids.borealis } }]);
		expect(simulator.requests.map(({ organisationId }) => organisationId)).not.toContain(
			seed.ids.acme,
		);
		expect(logins(simulator)).toBe(1);
	});

	test('20 requests of the HTTP Request node that each end in 404 cost at most one login', async () => {
		const simulator = await emnify();
		const credential = applicationToken(simulator);
		const run = await engine.run({
			type: 'test.authenticatedRequest',
			credential,
			items: Array.from({ length: 20 }, () => ({})),
			parameters: { url: `${simulator.url}/api/v1/user/999999` },
		});
		expect(run.json).toHaveLength(20);
		expect(run.json.every(({ error }) => error !== undefined)).toBe(true);
		expect(simulator.count('GET /api/v1/user/{user_id}')).toBeGreaterThanOrEqual(20);
		expect(logins(simulator)).toBe(1);
	});

	test('the HTTP Request node with our credential sends nothing to another server', async () => {
		const [simulator, stranger] = [await emnify(), await emnify()];
		const credential = applicationToken(simulator);
		const run = await engine.run({
			type: 'test.authenticatedRequest',
			credential,
			parameters: { url: `${stranger.url}/api/v1/user/my` },
		});
		expect(run.json[0]?.error).toMatch(/The Emnify credential was not sent to http/);
		expect(stranger.requests).toEqual([]);
	});

	test('some minutes of clock skew between n8n and emnify harm nothing', async () => {
		for (const minutes of [-7, 7]) {
			const simulator = await emnify({ startsAt: new Date(Date.now() + minutes * 60_000) });
			const credential = engine.storeCredential(
				userData(simulator, seed.totpUser, { totpSecret: seed.totpUser.totpSecret }),
			);
			await engine.run(listDevices(credential));
			const run = await engine.run(listDevices(credential, 5));
			expect(run.error).toBeUndefined();
			expect(logins(simulator)).toBe(2);
		}
	});
});

describe('a login that gives the token that emnify has just rejected', () => {
	const STATUS = 'GET /api/v1/user/mfa/status';
	const kinds = [
		['an application token', {}],
		[
			'user credentials',
			{
				authenticationMethod: 'userCredentials',
				username: seed.userWithoutMfa.username,
				password: seed.userWithoutMfa.password,
			},
		],
	] as const;

	/** A credential with a session, and an emnify whose next logins all give the same token. */
	async function sameAgain(login: Record<string, string>) {
		const simulator = await emnify();
		const credential = engine.storeCredential({
			baseUrl: simulator.url,
			applicationToken: seed.applicationToken,
			...login,
		});
		expect((await engine.run(listDevices(credential))).error).toBeUndefined();
		const { sessionToken, sessionRefreshToken } = engine.storedCredential(credential);
		const body = { auth_token: sessionToken, refresh_token: sessionRefreshToken };
		const same = { kind: 'status', status: 200, body } as const;
		simulator.faults.next(same, { times: 1000, endpoint: AUTHENTICATE });
		simulator.forget();
		return { simulator, credential, token: String(sessionToken) };
	}

	test.each(kinds)(
		'that works again, with %s: the run goes on with it',
		async (_what, login) => {
			const { simulator, credential, token } = await sameAgain(login);
			for (const endpoint of [LIST, STATUS]) {
				simulator.faults.next({ kind: 'status', status: 401 }, { endpoint });
			}
			const run = await engine.run(listDevices(credential, 20));
			expect(run.error).toBeUndefined();
			expect(itemsAnswered(run)).toBe(20);
			expect(logins(simulator)).toBe(1);
			expect(engine.storedCredential(credential).sessionToken).toBe(token);
		},
		20_000,
	);

	test.each(kinds)(
		'that stays dead, with %s: it is reported',
		async (_what, login) => {
			const { simulator, credential } = await sameAgain(login);
			simulator.revokeTokens();
			const runs = [
				await engine.run(listDevices(credential, 3, AT_ONCE)),
				await engine.run(listDevices(credential, 3, AT_ONCE)),
			];
			for (const { error } of runs) {
				expect(error?.message).toBe(
					'emnify accepts the login, but then not the session that it gave',
				);
			}
			expect(logins(simulator)).toBe(1);
		},
		20_000,
	);

	test('to a run, to the HTTP Request node and to Retrieve Token at once: all of them end', async () => {
		const { simulator, credential } = await sameAgain({});
		simulator.revokeTokens();
		const runs = await Promise.all([
			engine.run(listDevices(credential, 3, AT_ONCE)),
			engine.run({
				type: 'test.authenticatedRequest',
				credential,
				parameters: { url: `${simulator.url}/api/v1/organisation/my` },
			}),
			engine.run({
				credential,
				parameters: {
					resource: 'authentication',
					operation: 'retrieveToken',
					grant: 'credential',
					forceNewToken: true,
					options: AT_ONCE,
				},
			}),
		]);
		expect(runs[0].error?.message).toMatch(/^emnify accepts the login/);
		expect(runs[1].json[0]?.error).toBeDefined();
		expect(runs[2].error).toBeUndefined();
	}, 20_000);
});

describe('a login that fails', () => {
	test('a wrong password with 500 items and Continue On Fail is tried once, and not again within a minute', async () => {
		const simulator = await emnify();
		const data = userData(simulator, { ...seed.userWithoutMfa, password: 'fake-wrong-password' });
		const credential = engine.storeCredential(data);
		const run = await engine.run({
			...listDevices(credential, 500),
			onError: 'continueRegularOutput',
		});
		expect(run.json).toHaveLength(500);
		for (const { error } of run.json) {
			expect(error).toMatch(/^emnify did not accept the username or the password/);
		}
		expect(run.json[499]?.error).toMatch(
			/not tried again: the same login failed on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
		);
		await engine.run(listDevices(credential));
		expect(logins(simulator)).toBe(1);
	});

	test('changed data logs in at once', async () => {
		const simulator = await emnify();
		const data = userData(simulator, { ...seed.userWithoutMfa, password: 'fake-wrong-password' });
		const credential = engine.storeCredential(data);
		await engine.run(listDevices(credential));
		engine.editCredential(credential, { password: seed.userWithoutMfa.password });
		const run = await engine.run(listDevices(credential));
		expect(run.error).toBeUndefined();
		expect(logins(simulator)).toBe(2);
	});

	test('the credential test with a wrong secret tries once', async () => {
		const simulator = await emnify();
		const result = await engine.testCredential({
			baseUrl: simulator.url,
			applicationToken: 'fake-wrong-token',
		});
		expect(result).toEqual({
			status: 'Error',
			message: expect.stringMatching(/^emnify did not accept the application token: /),
		});
		expect(logins(simulator)).toBe(1);
	});

	test('the credential test with the right secret really logs in, and its session serves the next execution', async () => {
		const simulator = await emnify();
		const data = { baseUrl: simulator.url, applicationToken: seed.applicationToken };
		expect(await engine.testCredential(data)).toEqual({
			status: 'OK',
			message: 'Logged in to emnify',
		});
		expect(await engine.testCredential(data)).toMatchObject({ status: 'OK' });
		expect(logins(simulator)).toBe(2);
		const run = await engine.run(listDevices(engine.storeCredential(data), 5));
		expect(run.error).toBeUndefined();
		expect(logins(simulator)).toBe(2);
	});

	test.each([429, 500, 503])('a %i from authenticate is told, and not hammered', async (status) => {
		const simulator = await emnify();
		simulator.faults.next({ kind: 'status', status }, { times: 1000, endpoint: AUTHENTICATE });
		const run = await engine.run({
			...listDevices(applicationToken(simulator), 100, AT_ONCE),
			onError: 'continueRegularOutput',
		});
		expect(run.json).toHaveLength(100);
		expect(run.json[99]?.error).toMatch(
			status === 429 ? /takes no more logins/ : new RegExp(`HTTP ${status}`),
		);
		expect(logins(simulator)).toBe(1);
	});

	test('the 101st login in five minutes is told as a rate limit', async () => {
		const simulator = await emnify({ limits: { authenticatePerWindow: 1 } });
		await engine.testCredential({
			baseUrl: simulator.url,
			applicationToken: seed.applicationToken,
		});
		const result = await engine.testCredential({
			baseUrl: simulator.url,
			applicationToken: seed.secondApplicationToken,
		});
		expect(result.message).toMatch(
			/takes no more logins.*TooManyRequests 1105.*100 logins in 5 min/,
		);
	});
});

describe('user credentials', () => {
	const credentialOf = (simulator: Simulator, user: User, more?: Record<string, string>) =>
		engine.storeCredential(userData(simulator, user, more));

	test('send the SHA-1 of the password in lower-case hexadecimal', async () => {
		const simulator = await emnify();
		await engine.run(listDevices(credentialOf(simulator, seed.userWithoutMfa)));
		expect(bodies(simulator)).toEqual([
			{ username: seed.userWithoutMfa.username, password: seed.userWithoutMfa.passwordHash },
		]);
	});

	test('with the format sha1 send it as typed', async () => {
		const simulator = await emnify();
		const more = { passwordFormat: 'sha1' };
		const run = await engine.run(listDevices(credentialOf(simulator, seed.rawPasswordUser, more)));
		expect(run.error).toBeUndefined();
		expect(bodies(simulator)).toEqual([
			{ username: seed.rawPasswordUser.username, password: seed.rawPasswordUser.password },
		]);
	});

	test('of a TOTP account without trusted device cost two requests, then none', async () => {
		const simulator = await emnify();
		const { totpSecret } = seed.totpUser;
		const credential = credentialOf(simulator, seed.totpUser, { totpSecret });
		const run = await engine.run(listDevices(credential, 20));
		expect(run.error).toBeUndefined();
		expect(logins(simulator)).toBe(2);
		expect(bodies(simulator)[1]).toEqual({
			mfa_token: expect.any(String),
			code: expect.stringMatching(/^\d{6}$/),
		});
		await engine.run(listDevices(credential));
		expect(logins(simulator)).toBe(2);
	});

	test('with a fingerprint register n8n as a trusted device, and then cost one request', async () => {
		const simulator = await emnify();
		const { totpSecret } = seed.totpUser;
		const more = { totpSecret, fingerprint: 'fake-fingerprint-of-n8n' };
		const credential = credentialOf(simulator, seed.totpUser, more);
		const run = await engine.run(listDevices(credential));
		expect(run.json).toMatchObject([{ operating_system: 'n8n', browser: 'n8n' }]);
		expect(logins(simulator)).toBe(2);
		simulator.forget();
		const other = await runInAnotherProcess(
			userData(simulator, seed.totpUser, more),
			listDevices(credential).parameters,
		);
		expect(other.error).toBeUndefined();
		expect(logins(simulator)).toBe(1);
	}, 60_000);

	test('whose token expired use the refresh token', async () => {
		const simulator = await emnify();
		const credential = credentialOf(simulator, seed.userWithoutMfa);
		await engine.run(listDevices(credential));
		simulator.forget();
		simulator.clock.advance({ minutes: 241 });
		const run = await engine.run(listDevices(credential, 20));
		expect(run.error).toBeUndefined();
		expect(bodies(simulator)).toEqual([{ refresh_token: expect.any(String) }]);
	});

	test('whose refresh token is refused too use the password, once', async () => {
		const simulator = await emnify();
		const credential = credentialOf(simulator, seed.userWithoutMfa);
		await engine.run(listDevices(credential));
		simulator.forget();
		simulator.clock.advance({ days: 365 });
		const run = await engine.run(listDevices(credential, 20));
		expect(run.error).toBeUndefined();
		expect(bodies(simulator)).toEqual([
			{ refresh_token: expect.any(String) },
			{ username: expect.any(String), password: expect.any(String) },
		]);
	});

	test('do not fall back to the password where emnify only fails', async () => {
		const simulator = await emnify();
		const credential = credentialOf(simulator, seed.userWithoutMfa);
		await engine.run(listDevices(credential));
		simulator.forget();
		simulator.revokeTokens();
		simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: AUTHENTICATE });
		const run = await engine.run(listDevices(credential, 1, AT_ONCE));
		expect(run.error?.message).toMatch(/HTTP 500/);
		expect(bodies(simulator)).toEqual([{ refresh_token: expect.any(String) }]);
	});

	test('that need a code n8n cannot know say so and name the ways out', async () => {
		for (const user of [seed.emailMfaUser, seed.totpUser]) {
			const simulator = await emnify();
			const run = await engine.run({
				...listDevices(credentialOf(simulator, user as User), 20),
				onError: 'continueRegularOutput',
			});
			expect(run.json[0]?.error).toMatch(/asks for a second factor/);
			const failure = run.items[0]?.error as { description?: string } | undefined;
			for (const wayOut of ['application token', 'TOTP Secret', 'Fingerprint', 'Retrieve Token']) {
				expect(failure?.description).toContain(wayOut);
			}
			expect(logins(simulator)).toBe(1);
		}
	});

	test('send no code in the last seconds of its step', async () => {
		const step = 30_000;
		const startOfStep = Math.floor(Date.now() / step) * step;
		const simulator = await emnify({ startsAt: new Date(startOfStep + step - 1_500) });
		const { totpSecret, username } = seed.totpUser;
		const run = await engine.run(
			listDevices(credentialOf(simulator, seed.totpUser, { totpSecret })),
		);
		expect(run.error).toBeUndefined();
		const next = totp(totpSecret, username).generate({ timestamp: startOfStep + step });
		expect(bodies(simulator)[1]).toMatchObject({ code: next });
	}, 30_000);

	test('never send a code twice: a second login waits for the next step', async () => {
		const step = 30_000;
		const startOfStep = Math.floor(Date.now() / step) * step + 10 * step;
		const simulator = await emnify({ startsAt: new Date(startOfStep + step - 6_000) });
		const { totpSecret } = seed.administrator;
		const first = credentialOf(simulator, seed.administrator, { totpSecret });
		const second = credentialOf(simulator, seed.administrator, { totpSecret, fingerprint: 'fake' });
		const runs = [await engine.run(listDevices(first)), await engine.run(listDevices(second))];
		expect(runs.map(({ error }) => error)).toEqual([undefined, undefined]);
		const codes = bodies(simulator).flatMap((body) => (body as { code?: string }).code ?? []);
		expect(codes).toHaveLength(2);
		expect(new Set(codes).size).toBe(2);
	}, 40_000);
});

describe('the message tells apart', () => {
	test.each([
		[
			'a wrong token',
			'fake-wrong-token',
			/did not accept the application token: it is mistyped, revoked or expired/,
		],
		['a revoked token', seed.revokedApplicationToken, /revoked or expired/],
		['an expired token', seed.expiredApplicationToken, /revoked or expired/],
		[
			'an address that is not allowed',
			seed.ipBoundApplicationToken,
			/does not allow this login.*bound to IP addresses/,
		],
	])('%s', async (_what, token, message) => {
		const simulator = await emnify();
		const result = await engine.testCredential({
			baseUrl: simulator.url,
			applicationToken: token,
		});
		expect(result.message).toMatch(message);
	});

	test('a lockout, and until when', async () => {
		const simulator = await emnify();
		const wrong = (attempt: number) =>
			userData(simulator, { ...seed.userWithoutMfa, password: `fake-wrong-${attempt}` });
		for (const attempt of [1, 2, 3]) await engine.testCredential(wrong(attempt));
		const right = await engine.testCredential(userData(simulator, seed.userWithoutMfa));
		expect(right.message).toMatch(
			/locked the account.*until about \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC.*TooManyRequests/,
		);
		expect(logins(simulator)).toBe(4);
		await engine.testCredential(userData(simulator, seed.userWithoutMfa));
		expect(logins(simulator)).toBe(4);
	});

	test('a code that emnify refuses', async () => {
		const simulator = await emnify();
		const result = await engine.testCredential(
			userData(simulator, seed.totpUser, { totpSecret: 'GEZDGNBVGY3TQOJQ' }),
		);
		expect(result.message).toMatch(/did not accept the code of the second factor.*TOTP Secret/);
	});

	test('an unreachable server', async () => {
		const simulator = await emnify();
		await simulator.stop();
		const result = await engine.testCredential({
			baseUrl: simulator.url,
			applicationToken: seed.applicationToken,
		});
		expect(result.message).toMatch(/The connection to 127\.0\.0\.1:\d+ was refused.*Base URL/);
	});

	test('a server that is not emnify', async () => {
		const simulator = await emnify();
		simulator.faults.next({ kind: 'html' }, { endpoint: AUTHENTICATE });
		const result = await engine.testCredential({
			baseUrl: simulator.url,
			applicationToken: seed.applicationToken,
		});
		expect(result.message).toMatch(/did not answer like emnify.*Base URL/);
	});

	test('a connection that is not secure', async () => {
		const simulator = await emnify();
		const result = await engine.testCredential({
			baseUrl: simulator.url.replace('http:', 'https:'),
			applicationToken: seed.applicationToken,
		});
		expect(result.message).toMatch(/No secure connection to 127\.0\.0\.1:\d+/);
	});

	test('a Base URL that would send the secret in clear, before anything is sent', async () => {
		const result = await engine.testCredential({
			baseUrl: 'http://emnify.example',
			applicationToken: seed.applicationToken,
		});
		expect(result.message).toMatch(/Base URL in the Emnify credential does not start with https/);
	});
});
