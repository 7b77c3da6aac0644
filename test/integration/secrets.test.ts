/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-hardcoded-secrets -- tests run in Node, not in n8n */
import { inspect } from 'node:util';

import { seed, startSimulator, type Fault, type Simulator } from '../../simulator';
import { Engine, type StoredCredential } from './engine';
import { AT_ONCE } from './support';

/** Secrets that stand in no other text, so that a search for them finds every leak. */
const secrets = {
	applicationToken: 'MARKED-application-token',
	password: 'MARKED-password',
	passwordHash: '37c5bde6f5ab51d4ccb6ae1c4ab1a2b8', // a stand-in that is sent as typed
	totpSecret: 'MARKEDTOTPSECRETAAAAAAAA',
	fingerprint: 'MARKED-fingerprint',
	mfaToken: 'MARKED-mfa-token',
	refreshToken: 'MARKED-refresh-token',
};

let engine: Engine;
let simulator: Simulator;
const printed: string[] = [];

beforeAll(async () => {
	for (const stream of [process.stdout, process.stderr]) {
		const write = stream.write.bind(stream) as (chunk: string | Uint8Array) => boolean;
		jest.spyOn(stream, 'write').mockImplementation((chunk) => {
			printed.push(String(chunk));
			return write(chunk);
		});
	}
	engine = await Engine.start();
});

beforeEach(async () => {
	simulator = await startSimulator();
});

afterEach(async () => await simulator.stop());

const tokenCredential = () => ({
	baseUrl: simulator.url,
	applicationToken: secrets.applicationToken,
});

const userCredential = () => ({
	baseUrl: simulator.url,
	authenticationMethod: 'userCredentials',
	username: 'someone@example.com',
	password: secrets.passwordHash,
	passwordFormat: 'sha1',
	totpSecret: secrets.totpSecret,
	fingerprint: secrets.fingerprint,
});

/** A refusal in which the server repeats everything that it was sent. */
const echo = (...sent: string[]): Fault => ({
	kind: 'status',
	status: 403,
	body: { message: `You sent ${sent.join(' and ')}`, error_token: 'Forbidden' },
});

type Failing = (...sent: string[]) => Fault;

const always =
	(fault: Fault): Failing =>
	() =>
		fault;

const failures: Array<[string, Failing | undefined]> = [
	['a refused login', undefined],
	['a refusal that repeats what was sent', echo],
	['a lockout', always({ kind: 'status', status: 401, body: { error_token: 'TooManyRequests' } })],
	['a rate limit', always({ kind: 'status', status: 429 })],
	['a failing server', always({ kind: 'status', status: 500 })],
	['a malformed login', always({ kind: 'status', status: 400, body: { message: 'Malformed' } })],
	['a page that is not from emnify', always({ kind: 'html' })],
	['an answer that is cut off', always({ kind: 'truncate' })],
	['a connection that breaks off', always({ kind: 'reset' })],
];

function expectNoSecretIn(what: unknown): void {
	const text = `${inspect(what, { depth: Infinity, showHidden: true, maxStringLength: null })}\n${printed.join('')}`;
	for (const secret of Object.values(secrets)) {
		expect(text).not.toContain(secret);
	}
}

const parameters = {
	resource: 'trustedDevice',
	operation: 'getAll',
	returnAll: true,
	user: { __rl: true, mode: 'id', value: seed.administrator.id },
	options: AT_ONCE,
};

describe.each(failures)('%s', (_name, fault) => {
	const failing = (...sent: string[]) => {
		if (fault) simulator.faults.next(fault(...sent), { times: 100 });
	};

	test.each([
		['an application token', tokenCredential],
		['user credentials', userCredential],
	])('with %s leaves no secret in what n8n stores or prints', async (_method, data) => {
		const sent = Object.values(data()).filter((value) => Object.values(secrets).includes(value));
		// The TOTP secret never leaves n8n, so no server can repeat it.
		failing(...sent.filter((value) => value !== secrets.totpSecret));
		const credential: StoredCredential = engine.storeCredential(data());
		const stopped = await engine.run({ credential, parameters });
		expect(stopped.error).toBeDefined();
		expectNoSecretIn([stopped.stored, stopped.error]);
		const continued = await engine.run({
			credential,
			parameters,
			onError: 'continueRegularOutput',
		});
		expectNoSecretIn(continued.stored);
		expectNoSecretIn(await engine.testCredential(data()));
	});

	test.each([
		['applicationToken', { applicationToken: secrets.applicationToken }],
		[
			'userCredentials',
			{ username: 'someone@example.com', password: secrets.password, fingerprint: 'MARKED-f' },
		],
		['mfaCode', { mfaToken: secrets.mfaToken, code: '123456' }],
		['refreshToken', { refreshToken: secrets.refreshToken }],
	])('with the grant %s leaves none in the failure', async (grant, fields) => {
		// The plain password never leaves n8n either.
		failing(...Object.values(fields).filter((value) => value !== secrets.password));
		const run = await engine.run({
			credential: engine.storeCredential(tokenCredential()),
			parameters: {
				resource: 'authentication',
				operation: 'retrieveToken',
				grant,
				...fields,
				options: AT_ONCE,
			},
		});
		expect(run.error).toBeDefined();
		const { message, description, context, messages } = run.error ?? {};
		expectNoSecretIn([message, description, context, messages, run.error?.cause]);
	});
});

test('a live token reaches no failure either', async () => {
	const credential = engine.storeCredential({
		baseUrl: simulator.url,
		applicationToken: seed.applicationToken,
	});
	await engine.run({ credential, parameters });
	const token = engine.storedCredential(credential).sessionToken as string;
	expect(token).toMatch(/^eyJ/);
	const kinds: Fault[] = [{ kind: 'reset' }, { kind: 'truncate' }, { kind: 'status', status: 500 }];
	for (const fault of kinds) {
		simulator.faults.next(fault);
		const run = await engine.run({ credential, parameters });
		expect(run.error).toBeDefined();
		const text = inspect(run.stored, { depth: Infinity, maxStringLength: null });
		expect(text).not.toContain(token);
	}
	expect(printed.join('')).not.toContain(token);
});

describe('a refusal of any request may repeat what the credential holds', () => {
	const forms: Array<[string, (secret: string) => string]> = [
		['in JSON', (secret) => JSON.stringify({ secret })],
		['percent-encoded', (secret) => encodeURIComponent(secret)],
		['in Base64', (secret) => Buffer.from(`x:${secret}`).toString('base64')],
		['cut off', (secret) => secret.slice(0, -4)],
	];

	test.each(forms)('%s', async (_form, encode) => {
		const { seed } = await import('../../simulator');
		const credential = engine.storeCredential({
			baseUrl: simulator.url,
			applicationToken: seed.applicationToken,
		});
		await engine.run({ credential, parameters });
		const token = engine.storedCredential(credential).sessionToken as string;
		const repeated = [seed.applicationToken, token].map(encode);
		simulator.faults.next({
			kind: 'status',
			status: 422,
			body: { message: repeated.join(' '), errors: repeated.map((message) => ({ message })) },
		});
		const { error, stored } = await engine.run({ credential, parameters });
		expect(error?.message).toMatch(/\*\*\*/);
		const text = inspect(stored.data.resultData, { depth: Infinity, maxStringLength: null });
		for (const secret of repeated) expect(text).not.toContain(secret.slice(4, 24));
	});

	test('and the secret of the key that is activated', async () => {
		const { seed } = await import('../../simulator');
		const secretKey = 'JBSWY3DPEHPK3PXPJBSWY3DP';
		simulator.faults.next(
			{ kind: 'status', status: 422, body: { message: `Not of ${secretKey.toLowerCase()}` } },
			{ endpoint: 'PATCH /api/v1/user/mfa/{key_id}' },
		);
		const { error } = await engine.run({
			credential: engine.storeCredential({
				baseUrl: simulator.url,
				authenticationMethod: 'userCredentials',
				username: seed.userWithoutMfa.username,
				password: seed.userWithoutMfa.password,
			}),
			parameters: {
				resource: 'mfaKey',
				operation: 'activate',
				keyId: { __rl: true, mode: 'id', value: '1' },
				codeSource: 'secretKey',
				secretKey,
			},
		});
		expect(error?.message).toMatch(/“Not of \*\*\*”/);
	});
});

test('a server that fails while the session is checked, and repeats its token, leaves none of it', async () => {
	const credential = engine.storeCredential({
		baseUrl: simulator.url,
		applicationToken: seed.applicationToken,
	});
	await engine.run({ credential, parameters });
	const token = String(engine.storedCredential(credential).sessionToken);
	expect(token.length).toBeGreaterThan(20);
	simulator.faults.next(
		{ kind: 'status', status: 401 },
		{ endpoint: 'GET /api/v1/user/{user_id}/mfa/trusted_device' },
	);
	const body = { message: `Token ${token} is broken`, error_token: 'Internal' };
	simulator.faults.next(
		{ kind: 'status', status: 500, body },
		{ endpoint: 'GET /api/v1/user/mfa/status' },
	);
	const run = await engine.run({ credential, parameters });
	expect(run.error?.message).toContain('“Token *** is broken”');
	expect(inspect([run.stored, run.error], { depth: Infinity, showHidden: true })).not.toContain(
		token,
	);
});
