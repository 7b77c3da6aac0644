/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ICredentialDataDecryptedObject, IDataObject, INodeParameters } from 'n8n-workflow';

import { seed, startSimulator, type Simulator, type SimulatorOptions } from '../../simulator';
import { Engine, type NodeRun, type StoredCredential } from './engine';
import { AT_ONCE, byId, failureIn, failureOf, LOGIN, pair, times, until } from './support';

// What no header, answer or edit may do: stop logins and the others with them, lock an account, or act as another account.

const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const STATUSES = 'GET /api/v1/user/mfa/status';
const { ids, userWithoutMfa } = seed;

let engine: Engine;
const running: Array<{ stop(): Promise<void> }> = [];

beforeAll(async () => {
	engine = await Engine.start();
});

afterEach(async () => {
	jest.restoreAllMocks();
	await Promise.all(running.splice(0).map(async (server) => await server.stop()));
});

async function emnify(options?: SimulatorOptions): Promise<Simulator> {
	const simulator = await startSimulator(options);
	running.push(simulator);
	return simulator;
}

/** A server of the test's own, with its address. */
async function serve(
	answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string }> {
	const server: Server = createServer(answer);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	running.push({
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	});
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const withToken = (url: string, token: string = seed.applicationToken) => ({
	baseUrl: url,
	applicationToken: token,
});

const asUser = (url: string, password: string = userWithoutMfa.password) => ({
	baseUrl: url,
	authenticationMethod: 'userCredentials',
	username: userWithoutMfa.username,
	password,
});

const run = async (
	credential: StoredCredential | ICredentialDataDecryptedObject,
	parameters: INodeParameters,
	more: Partial<Parameters<Engine['run']>[0]> = {},
): Promise<NodeRun> => {
	const isStored = typeof credential.id === 'string';
	const stored = isStored
		? (credential as StoredCredential)
		: engine.storeCredential(credential as ICredentialDataDecryptedObject);
	return await engine.run({ credential: stored, parameters, ...more });
};

const listDevices = (options: IDataObject = {}, userId: unknown = seed.administrator.id) =>
	pair('trustedDevice', 'getAll', {
		returnAll: true,
		user: byId(userId),
		options: options as INodeParameters,
	});
const statuses = (options: IDataObject = {}) =>
	pair('mfaKey', 'getStatuses', { options: options as INodeParameters });
const retrieve = (grant: string, fields: INodeParameters = {}) =>
	pair('authentication', 'retrieveToken', { grant, ...fields });

const logins = (simulator: Simulator) => simulator.count(LOGIN);

describe('a user who is locked out', () => {
	const locked = { error_code: 1105, error_token: 'TooManyRequests', message: 'Too many' };

	test.each([
		['429', 429, locked],
		['401', 401, locked],
		['429, by the number alone', 429, { error_code: 1105, message: 'Too many' }],
	])('by %s is told so, and is not tried again', async (_what, status, body) => {
		const simulator = await emnify();
		simulator.faults.next({ kind: 'status', status, body }, { times: 1000, endpoint: LOGIN });
		const result = await run(asUser(simulator.url), statuses(), { retryOnFail: true });
		expect(failureOf(result)).toMatchObject({
			message: expect.stringMatching(
				/^emnify locked the account .*until about \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
			),
			description: expect.stringMatching(/Wait five minutes/),
		});
		expect(logins(simulator)).toBe(1);
	});

	test('in the dialect that says so by 429', async () => {
		const simulator = await emnify({ dialects: ['lockoutAs429'] });
		for (const wrong of [1, 2, 3]) {
			await engine.testCredential(asUser(simulator.url, `fake-wrong-${wrong}`));
		}
		const result = await run(asUser(simulator.url), statuses());
		expect(failureOf(result).message).toMatch(/^emnify locked the account/);
		expect(logins(simulator)).toBe(4);
	});

	test.each([
		['a 429 with Retry-After and no body', { status: 429, retryAfter: 1, body: {} }],
		['a 429 with a page of a gateway', { status: 429, html: true }],
		['a 503', { status: 503 }],
		['a 502 with a page', { status: 502, html: true }],
	])('perhaps, by %s, is not tried again either', async (_what, fault) => {
		const simulator = await emnify();
		simulator.faults.next({ kind: 'status', ...fault }, { times: 1000, endpoint: LOGIN });
		const result = await run(asUser(simulator.url), statuses(), { retryOnFail: true });
		expect(failureOf(result).message).toMatch(/not tried again/);
		expect(logins(simulator)).toBe(1);
	});

	test('stalls no other credential', async () => {
		const simulator = await emnify();
		const other = engine.storeCredential(withToken(simulator.url));
		simulator.faults.next(
			{ kind: 'status', status: 429, body: locked, retryAfter: 250 },
			{ endpoint: LOGIN },
		);
		expect((await run(asUser(simulator.url), statuses())).error).toBeDefined();
		expect((await run(other, statuses(AT_ONCE))).error).toBeUndefined();
	});
});

describe('at the limit of logins', () => {
	test.each([250, 2_000_000_000, '9'.repeat(30)])(
		'(Retry-After: %s) who has a session goes on',
		async (retryAfter) => {
			const simulator = await emnify();
			const live = engine.storeCredential(withToken(simulator.url));
			await run(live, statuses());
			simulator.faults.next({ kind: 'status', status: 429, retryAfter }, { endpoint: LOGIN });
			const second = withToken(simulator.url, seed.secondApplicationToken);
			const refused = await run(second, statuses({ rateLimitWait: 1 }));
			expect(failureOf(refused).message).toMatch(/takes no more logins/);
			expect((await run(live, statuses(AT_ONCE))).error).toBeUndefined();
			const later = await run(second, statuses({ rateLimitWait: 1 }));
			expect(failureOf(later).message).toMatch(
				/^emnify asks to wait until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
			);
			expect(logins(simulator)).toBe(2);
		},
	);

	test('an application token waits, and then logs in', async () => {
		const simulator = await emnify();
		simulator.faults.next({ kind: 'status', status: 429, retryAfter: 1 }, { endpoint: LOGIN });
		expect((await run(withToken(simulator.url), statuses())).error).toBeUndefined();
		expect(logins(simulator)).toBe(2);
	});
});

describe('an answer that never ends', () => {
	/** Answers with headers, and then a byte again and again. */
	const drips = async () =>
		await serve((_request, response) => {
			response.writeHead(200, { 'content-type': 'application/json' });
			const timer = setInterval(() => response.write(' '), 20);
			response.on('close', () => clearInterval(timer));
		});

	test('of a login is given up by Timeout', async () => {
		const { url } = await drips();
		const result = await run(withToken(url), statuses({ ...AT_ONCE, timeout: 0.3 }));
		expect(failureOf(result).message).toMatch(/^No answer from .* within 0.3 s$/);
	});

	test('of a request is given up by Timeout', async () => {
		const simulator = await emnify();
		let dripping = 0;
		const { url } = await serve((request, response) => {
			if (request.url === '/api/v1/authenticate') return void forward(request, response, simulator);
			response.writeHead(200, { 'content-type': 'application/json' });
			dripping++;
			const timer = setInterval(() => response.write(' '), 20);
			response.on('close', () => {
				clearInterval(timer);
				dripping--;
			});
		});
		const result = await run(withToken(url), statuses({ ...AT_ONCE, timeout: 0.3 }));
		expect(failureOf(result).message).toMatch(/^No answer from .* within 0.3 s$/);
		await until(() => dripping === 0);
	});
});

describe('a login that stalls', () => {
	test('is given up by who has less time or is stopped, and serves the others', async () => {
		const simulator = await emnify();
		const credential = engine.storeCredential(withToken(simulator.url));
		simulator.faults.next({ kind: 'stall' }, { endpoint: LOGIN });
		const stopped = run(credential, statuses(), { stopWhen: simulator.faults.whenStalled() });
		await simulator.faults.whenStalled();
		const patient = run(credential, statuses());
		const hasty = await run(credential, statuses({ ...AT_ONCE, timeout: 0.2 }));
		expect(failureOf(hasty).message).toMatch(/within 0.2 s/);
		await stopped;
		simulator.faults.release();
		expect((await patient).error).toBeUndefined();
		expect(logins(simulator)).toBe(1);
	});

	test('does not hold the next run up', async () => {
		const simulator = await emnify();
		const credential = engine.storeCredential(withToken(simulator.url));
		simulator.faults.next({ kind: 'stall' }, { endpoint: LOGIN });
		const first = await run(credential, statuses({ ...AT_ONCE, timeout: 0.2 }));
		expect(failureOf(first).message).toMatch(/within 0.2 s/);
		expect((await run(credential, statuses())).error).toBeUndefined();
		expect(logins(simulator)).toBe(2);
	});
});

test('Stop ends the waiting for the next code', async () => {
	const step = 30_000;
	const startOfStep = Math.floor(Date.now() / step) * step + 20 * step;
	const simulator = await emnify({ startsAt: new Date(startOfStep + 500) });
	const { username, password, totpSecret } = seed.totpUser;
	const data = { ...asUser(simulator.url), username, password, totpSecret };
	// The first login uses up the code of this step, so the second has to wait for the next one.
	expect((await run(data, statuses())).error).toBeUndefined();
	simulator.forget();
	const answered = until(() => simulator.requests.some(({ status }) => status === 200));
	await run({ ...data, fingerprint: 'fake' }, statuses(), { stopWhen: answered });
	expect(simulator.clock.now().getTime()).toBeLessThan(startOfStep + step);
	expect(logins(simulator)).toBe(1);
});

describe('an endpoint that answers 401 to a good session', () => {
	test.each([
		['without a body', { status: 401 }],
		['with a gateway’s', { status: 401, body: { message: 'token contains an invalid number' } }],
		['with a page', { status: 401, html: true }],
	])('%s costs no login an item', async (_what, fault) => {
		const simulator = await emnify();
		simulator.faults.next({ kind: 'status', ...fault }, { endpoint: DEVICES, times: 1000 });
		const result = await run(withToken(simulator.url), listDevices(), {
			items: times(100),
			onError: 'continueRegularOutput',
		});
		for (const item of result.items) {
			expect(failureIn(item).message).toMatch(
				/does not accept the session for this, though the login is good|answered instead of emnify/,
			);
		}
		expect(logins(simulator)).toBe(1);
		expect(simulator.count(DEVICES)).toBe(100);
		expect(simulator.count(STATUSES)).toBeLessThan(10);
	});

	test('and so does one where nothing at all takes the token', async () => {
		const simulator = await emnify();
		for (const endpoint of [DEVICES, STATUSES]) {
			simulator.faults.next({ kind: 'status', status: 401 }, { endpoint, times: 1000 });
		}
		const result = await run(withToken(simulator.url), listDevices(), {
			items: times(100),
			onError: 'continueRegularOutput',
		});
		expect(result.json).toHaveLength(100);
		expect(failureIn(result.items[99]).message).toMatch(
			/^emnify accepts the login, but then not the session/,
		);
		expect(logins(simulator)).toBeLessThanOrEqual(2);
	});

	test('one where each session ends at once spends a part of the limit at the most', async () => {
		const simulator = await emnify();
		const credential = engine.storeCredential(withToken(simulator.url));
		for (let round = 0; round < 20; round++) {
			await run(credential, statuses());
			simulator.revokeTokens();
		}
		expect(logins(simulator)).toBeLessThanOrEqual(10);
	});

	test('nor does a second process that shares the stored session', async () => {
		const simulator = await emnify();
		const credential = engine.storeCredential(withToken(simulator.url));
		await run(credential, statuses());
		const other = await Engine.start();
		const shared = other.storeCredential(engine.storedCredential(credential));
		simulator.forget();
		simulator.faults.next({ kind: 'status', status: 401 }, { endpoint: DEVICES, times: 1000 });
		const parameters = listDevices();
		await Promise.all([
			run(credential, parameters, { items: times(20), onError: 'continueRegularOutput' }),
			other.run({
				credential: shared,
				parameters,
				items: times(20),
				onError: 'continueRegularOutput',
			}),
		]);
		expect(logins(simulator)).toBe(0);
	});
});

describe('logins with the same secret', () => {
	test('are one attempt, whatever asks for them', async () => {
		const simulator = await emnify();
		const wrong = asUser(simulator.url, 'fake-wrong-password');
		const credential = engine.storeCredential(wrong);
		const withFingerprint = engine.storeCredential({ ...wrong, fingerprint: 'fake' });
		const byField = retrieve('userCredentials', {
			username: userWithoutMfa.username,
			password: 'fake-wrong-password',
		});
		const elsewhere = engine.storeCredential(withToken(simulator.url));
		simulator.faults.next({ kind: 'stall' }, { endpoint: LOGIN });
		const all = Promise.all([
			...[1, 2, 3, 4, 5, 6].map(async () => await run(credential, statuses(AT_ONCE))),
			run(withFingerprint, statuses(AT_ONCE)),
			run(elsewhere, byField),
			engine.testCredential(wrong).then(() => undefined),
		]);
		await simulator.faults.whenStalled();
		simulator.faults.release();
		for (const result of await all) {
			if (result) expect(failureOf(result).message).toMatch(/did not accept the username/);
		}
		expect(logins(simulator)).toBe(1);
	});

	test('that succeed are one too', async () => {
		const simulator = await emnify();
		const { username, password, fingerprint } = seed.trustedDeviceUser;
		const data = { ...asUser(simulator.url), username, password, fingerprint };
		simulator.faults.next({ kind: 'stall' }, { endpoint: LOGIN });
		const elsewhere = engine.storeCredential(withToken(simulator.url));
		const all = Promise.all([
			run(data, statuses()),
			run(elsewhere, retrieve('userCredentials', { username, password, fingerprint })),
		]);
		await simulator.faults.whenStalled();
		simulator.faults.release();
		for (const { error } of await all) expect(error).toBeUndefined();
		expect(logins(simulator)).toBe(1);
	});

	test('with Force New Token are one for all items', async () => {
		const simulator = await emnify();
		const result = await run(
			withToken(simulator.url),
			retrieve('credential', { forceNewToken: true }),
			{ items: times(20) },
		);
		expect(result.json).toHaveLength(20);
		expect(new Set(result.json.map(({ auth_token: token }) => token)).size).toBe(1);
		expect(logins(simulator)).toBe(1);
	});
});

describe('a login that is answered with what cannot be used', () => {
	test.each([
		['an MFA token alone', { mfa_token: 'fake' }],
		['a number', { auth_token: 12 }],
		['an empty text', { auth_token: '' }],
		['null', { auth_token: null }],
		['spaces', { auth_token: ' a b ' }],
		['a line break', { auth_token: 'a\r\nx-evil: 1' }],
		['letters that no header holds', { auth_token: 'ä' }],
		['a list', ['auth_token']],
		['null for it all', null],
	])('(%s) is not accepted for an application token', async (_what, body) => {
		const simulator = await emnify();
		simulator.faults.next(
			{ kind: 'status', status: 200, body: body as object },
			{ endpoint: LOGIN },
		);
		const result = await run(
			withToken(simulator.url),
			retrieve('applicationToken', { applicationToken: seed.secondApplicationToken }),
		);
		expect(failureOf(result).message).toBe(
			'The server at Base URL did not answer like emnify (HTTP 200)',
		);
		simulator.faults.next(
			{ kind: 'status', status: 200, body: body as object },
			{ endpoint: LOGIN },
		);
		expect((await run(withToken(simulator.url), statuses(AT_ONCE))).error).toBeDefined();
		expect(simulator.count()).toBe(2);
	});
});

describe('a credential that is edited in the middle of a run', () => {
	const olderAndNewer = [
		['n8n 2.41', false],
		['n8n 1.123 and 2.20', true],
	] as const;

	test.each(olderAndNewer)(
		'(%s) changes nothing for that run, even if it has to log in again',
		async (_what, isOlder) => {
			const own = await Engine.start();
			if (isOlder) own.storeLikeOlderN8n();
			const simulator = await emnify();
			const credential = own.storeCredential(withToken(simulator.url));
			await own.run({ credential, parameters: statuses() });
			simulator.forget();
			simulator.faults.next({ kind: 'stall' }, { endpoint: DEVICES });
			const going = own.run({ credential, parameters: listDevices(), items: times(30) });
			await simulator.faults.whenStalled();
			await own.editCredential(credential, { applicationToken: seed.secondApplicationToken });
			simulator.revokeTokens();
			simulator.faults.release();
			expect((await going).error).toBeUndefined();
			const organisations = simulator.requests.flatMap(
				({ organisationId }) => organisationId ?? [],
			);
			expect(new Set(organisations)).toEqual(new Set([ids.acme]));
			expect(logins(simulator)).toBe(1);

			// The edit stays, and what runs next is the new account.
			expect(own.storedCredential(credential).applicationToken).toBe(seed.secondApplicationToken);
			simulator.forget();
			await own.run({ credential, parameters: statuses() });
			expect(simulator.requests.map(({ organisationId }) => organisationId)).toEqual([
				undefined,
				ids.borealis,
			]);
			expect(own.storedCredential(credential).applicationToken).toBe(seed.secondApplicationToken);
		},
	);

	test('between the tries of Retry On Fail ends it, before anything is sent as the new account', async () => {
		const simulator = await emnify();
		const credential = engine.storeCredential(withToken(simulator.url));
		await run(credential, statuses());
		simulator.forget();
		simulator.faults.next({ kind: 'stall' }, { endpoint: DEVICES });
		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: DEVICES });
		const parameters = listDevices(AT_ONCE);
		const going = engine.run({ credential, parameters, items: times(2), retryOnFail: true });
		await simulator.faults.whenStalled();
		await engine.editCredential(credential, { applicationToken: seed.secondApplicationToken });
		simulator.faults.release();
		expect(failureOf(await going).message).toBe(
			'The Emnify credential was changed while this run was under way',
		);
		expect(simulator.requests.map(({ organisationId }) => organisationId)).not.toContain(
			ids.borealis,
		);
	});

	test('ends it where the old account can no longer log in', async () => {
		const simulator = await emnify();
		const credential = engine.storeCredential(asUser(simulator.url));
		await run(credential, statuses());
		simulator.forget();
		simulator.faults.next({ kind: 'stall' }, { endpoint: DEVICES });
		const going = run(credential, listDevices(AT_ONCE, 'my'));
		await simulator.faults.whenStalled();
		await engine.editCredential(credential, {
			authenticationMethod: 'applicationToken',
			applicationToken: seed.secondApplicationToken,
		});
		simulator.revokeTokens();
		simulator.faults.next({ kind: 'status', status: 401 }, { endpoint: LOGIN, times: 2 });
		simulator.faults.release();
		expect(failureOf(await going).message).toMatch(/did not accept the username/);
		expect(simulator.requests.map(({ organisationId }) => organisationId)).not.toContain(
			ids.borealis,
		);
	});
});

describe('a credential by expression', () => {
	const accounts = [
		{ token: seed.applicationToken, user: seed.administrator.id },
		{ token: seed.secondApplicationToken, user: ids.foreignUser },
	];

	test.each([
		['n8n 2.41', false],
		['n8n 1.123 and 2.20', true],
	])(
		'(%s) lets each item act as its own account, and stays an expression',
		async (_what, isOlder) => {
			const own = await Engine.start();
			if (isOlder) own.storeLikeOlderN8n();
			const simulator = await emnify();
			const expression = '={{ $json.token }}';
			const credential = own.storeCredential(withToken(simulator.url, expression));
			const items = Array.from({ length: 10 }, (_, index) => accounts[index % 2] as IDataObject);
			for (const round of [1, 2]) {
				simulator.forget();
				const result = await own.run({
					credential,
					parameters: listDevices({}, '={{ $json.user }}'),
					items,
				});
				expect(result.error).toBeUndefined();
				const served = simulator.requests.filter(({ endpoint }) => endpoint === DEVICES);
				const of = (id: number) =>
					served.filter(({ organisationId }) => organisationId === id).length;
				expect([of(ids.acme), of(ids.borealis)]).toEqual([5, 5]);
				expect(logins(simulator)).toBe(round === 1 ? 2 : 0);
				expect(own.storedCredential(credential).applicationToken).toBe(expression);
			}
		},
	);

	test('keeps its expression where all items give the same', async () => {
		const own = await Engine.start();
		own.storeLikeOlderN8n();
		const simulator = await emnify();
		const expression = '={{ $json.token }}';
		const credential = own.storeCredential(withToken(simulator.url, expression));
		const result = await own.run({
			credential,
			parameters: statuses(),
			items: [{ token: seed.applicationToken }],
		});
		expect(result.error).toBeUndefined();
		expect(own.storedCredential(credential).applicationToken).toBe(expression);
	});

	test('is empty for an item that gives nothing, which is told', async () => {
		const simulator = await emnify();
		const credential = engine.storeCredential(withToken(simulator.url, '={{ $json.token }}'));
		const result = await run(credential, statuses(), {
			items: [{ token: seed.applicationToken }, {}],
			onError: 'continueRegularOutput',
		});
		expect(result.items.at(-1)?.error).toMatchObject({
			message: 'Application Token in the Emnify credential is empty',
			description: expect.stringMatching(/expression/),
		});
	});
});

async function forward(
	request: IncomingMessage,
	response: ServerResponse,
	simulator: Simulator,
): Promise<void> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const answer = await fetch(`${simulator.url}${request.url ?? ''}`, {
		method: request.method,
		headers: { 'content-type': 'application/json' },
		body: Buffer.concat(chunks),
	});
	response.writeHead(answer.status, { 'content-type': 'application/json' });
	response.end(await answer.text());
}

describe.each([301, 302, 303, 307, 308])('a %i to another server', (status) => {
	/** Lets logins through where `afterLogin`, and sends everything else elsewhere. */
	async function redirecting(afterLogin: boolean): Promise<{ url: string; stranger: Simulator }> {
		const [simulator, stranger] = [await emnify(), await emnify()];
		const { url } = await serve((request, response) => {
			if (afterLogin && request.url === '/api/v1/authenticate') {
				return void forward(request, response, simulator);
			}
			response.writeHead(status, { location: `${stranger.url}${request.url ?? ''}` });
			response.end();
		});
		return { url, stranger };
	}

	test('is not followed by a login, of the node or of the credential’s test', async () => {
		const { url, stranger } = await redirecting(false);
		for (const data of [withToken(url), asUser(url)]) {
			expect((await run(data, statuses(AT_ONCE))).error).toBeDefined();
			expect(await engine.testCredential({ ...data, fingerprint: 'another login' })).toMatchObject({
				status: 'Error',
			});
		}
		const elsewhere = retrieve('applicationToken', { applicationToken: 'fake-token' });
		expect((await run(withToken(url), elsewhere)).error).toBeDefined();
		expect(stranger.requests).toEqual([]);
	});

	test('is not followed by a read or a write', async () => {
		const { url, stranger } = await redirecting(true);
		const credential = engine.storeCredential(withToken(url));
		const writes = [
			pair('trustedDevice', 'delete', { user: byId(12), deviceId: byId(9) }),
			pair('applicationToken', 'create', { options: {} }),
		];
		for (const parameters of [statuses(AT_ONCE), listDevices(AT_ONCE), ...writes]) {
			expect(failureOf(await run(credential, parameters)).message).toMatch(
				/the server points elsewhere/,
			);
		}
		expect(stranger.requests).toEqual([]);
	});

	test('takes no token with it where the HTTP Request node follows it', async () => {
		const { url, stranger } = await redirecting(true);
		await run(
			withToken(url),
			{ url: `${url}/api/v1/user/my` },
			{ type: 'test.authenticatedRequest' },
		);
		for (const { headers } of stranger.requests) expect(headers.authorization).toBeUndefined();
	});
});
