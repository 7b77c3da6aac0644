/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { seed, startSimulator, type Simulator } from '../../simulator';
import { Engine, type NodeToRun, type StoredCredential } from './engine';
import { PollingWorkflow } from './polling';

// Promises of SECURITY.md that no other file has a test for.

let engine: Engine;
let simulator: Simulator;

beforeAll(async () => {
	engine = await Engine.start();
});

beforeEach(async () => {
	simulator = await startSimulator();
});

afterEach(async () => {
	jest.useRealTimers();
	await simulator.stop();
});

const tokenCredential = (baseUrl = simulator.url) =>
	engine.storeCredential({ baseUrl, applicationToken: seed.applicationToken });

const userData = (user: { username: string; password: string }, more = {}) => ({
	baseUrl: simulator.url,
	authenticationMethod: 'userCredentials',
	username: user.username,
	password: user.password,
	...more,
});

const getUser = (credential: StoredCredential, options = {}): NodeToRun => ({
	credential,
	parameters: {
		resource: 'user',
		operation: 'get',
		user: { __rl: true, mode: 'id', value: String(seed.administrator.id) },
		options,
	},
});

const logins = () => simulator.count('POST /api/v1/authenticate');

describe('no redirect takes the token elsewhere', () => {
	let elsewhere: string[];
	let servers: Server[];

	beforeEach(() => {
		elsewhere = [];
		servers = [];
	});

	afterEach(() => {
		for (const server of servers) server.closeAllConnections();
		for (const server of servers) server.close();
	});

	async function serve(answer: RequestListener): Promise<string> {
		const server = createServer(answer).listen(0, '127.0.0.1');
		servers.push(server);
		await once(server, 'listening');
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	}

	test.each([
		['of a login', 301, 'POST'],
		['of a login that would be sent again as it is', 307, 'POST'],
		['of a login, permanently', 308, 'POST'],
		['of a read', 302, 'GET'],
		['of a read that would be sent again as it is', 307, 'GET'],
	])('%s (%i)', async (_what, status, method) => {
		const thief = await serve((request, response) => {
			elsewhere.push(`${request.method} ${request.url}`);
			response.end('{}');
		});
		let redirected = 0;
		const front = await serve((request, response) => {
			if (request.method === method) {
				redirected++;
				response.writeHead(status, { location: `${thief}${request.url}` }).end();
			} else {
				response.setHeader('content-type', 'application/json');
				response.end(JSON.stringify({ auth_token: 'fake-session-token' }));
			}
		});
		const run = await engine.run(getUser(tokenCredential(front), { retries: 0 }));
		expect(run.error).toBeDefined();
		expect(redirected).toBeGreaterThan(0);
		expect(elsewhere).toEqual([]);
	});
});

test('a locked account is not tried again for five minutes', async () => {
	const now = Date.now();
	fakeDate(now);
	const { username } = seed.userWithoutMfa;
	for (const attempt of [1, 2, 3]) {
		await engine.testCredential(userData({ username, password: `fake-wrong-${attempt}` }));
	}
	const credential = engine.storeCredential(userData(seed.userWithoutMfa));
	const locked = await engine.run(getUser(credential));
	expect(locked.error?.message).toMatch(/locked the account/);
	expect(logins()).toBe(4);
	jest.setSystemTime(now + 4 * 60_000 + 50_000);
	await engine.run(getUser(credential));
	expect(logins()).toBe(4);
	jest.setSystemTime(now + 6 * 60_000 + 10_000);
	await engine.run(getUser(credential));
	expect(logins()).toBe(5);
	expect(simulator.requests.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
});

/** Lets the date be set, and no timer wait. */
function fakeDate(now: number): void {
	jest.useFakeTimers({
		now,
		doNotFake: [
			'hrtime',
			'nextTick',
			'performance',
			'queueMicrotask',
			'setImmediate',
			'clearImmediate',
			'setInterval',
			'clearInterval',
			'setTimeout',
			'clearTimeout',
		],
	});
}

test('the TOTP secret is never sent, nor is the password itself', async () => {
	const { administrator } = seed;
	const { totpSecret, password } = administrator;
	const credential = engine.storeCredential(
		userData(administrator, { totpSecret, fingerprint: 'fake-fingerprint-of-n8n' }),
	);
	const run = await engine.run(getUser(credential));
	expect(run.error).toBeUndefined();
	expect(logins()).toBe(2);
	const sent = JSON.stringify(
		simulator.requests.map(({ path, headers, body }) => [path, headers, body]),
	);
	expect(sent).toContain(administrator.passwordHash);
	expect(sent).not.toContain(totpSecret);
	expect(sent).not.toContain(password);
});

test('nothing is deleted or revoked where nobody chose to', async () => {
	const run = await engine.run({
		credential: tokenCredential(),
		parameters: { resource: 'trustedDevice', operation: 'audit' },
	});
	expect(run.error).toBeUndefined();
	expect(run.json.length).toBeGreaterThan(0);
	const methods = new Set(simulator.requests.slice(1).map(({ method }) => method));
	expect(methods).toEqual(new Set(['GET']));
});

test.each([
	[
		'an application token',
		() => ({ baseUrl: simulator.url, applicationToken: seed.applicationToken }),
	],
	[
		'user credentials',
		() =>
			userData(seed.administrator, {
				totpSecret: seed.administrator.totpSecret,
				fingerprint: 'fake-fingerprint-of-n8n',
			}),
	],
])('the trigger keeps no secret of %s, in no form', async (_what, data) => {
	const credential = engine.storeCredential(data());
	const workflow = new PollingWorkflow(engine, credential, {
		events: ['trusted_device_added', 'application_token_expiring', 'user_login_failed'],
	});
	await workflow.activate();
	const { saved } = workflow;
	expect(saved).toContain('state');
	const { sessionToken, sessionRefreshToken, sessionKey } = engine.storedCredential(credential);
	const { administrator } = seed;
	const secrets = [
		...[sessionToken, sessionRefreshToken, sessionKey],
		...Object.values(data()).filter(
			(value) => value !== simulator.url && value !== 'userCredentials',
		),
		...[administrator.passwordHash, administrator.totpSecret],
	].filter((secret) => secret !== '' && secret !== undefined);
	expect(secrets.length).toBeGreaterThan(3);
	for (const secret of secrets) expect(saved).not.toContain(secret);
});
