/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import fc from 'fast-check';
import type { INodeParameters, NodeError } from 'n8n-workflow';

import { EVENT_NAMES } from '../../nodes/Emnify/trigger/events';
import { fuzzRuns } from '../fuzz';
import { Engine } from './engine';
import { PollingWorkflow } from './polling';
import { AT_ONCE, byId, byUsername, everythingStored } from './support';

// Whatever the server answers, in n8n's engine: the node ends in output or in words, and never writes more than was asked for.

interface Answer {
	status: number;
	headers: Record<string, string>;
	body: string;
	/** Whether the connection breaks off in the middle of the body. */
	isCut: boolean;
}

const deep = (open: string, close: string) => `${open.repeat(20_000)}1${close.repeat(20_000)}`;

const scalar = fc.oneof(
	fc.jsonValue({ maxDepth: 1 }),
	fc.constantFrom<unknown>(null, '', 0, -1, 1.5, 1e21, '12', '007', true, '2026-03-01T08:00:00Z'),
	fc.constantFrom<unknown>({}, [], [null], { id: null }, { toString: 1 }, 'x'.repeat(5_000)),
);

const names = ['id', 'name', 'username', 'description', 'status', 'type', 'mfa', 'roles', 'user'];
const moreNames = ['error_code', 'error_token', 'message', 'errors', 'auth_token', 'mfa_token'];
const dates = [
	'timestamp',
	'activation_date',
	'operating_system',
	'browser',
	'creation_date',
	'created',
	'expiry_date',
	'detail',
];

/** An object that emnify could give, but for what is in its fields. */
const likeEmnifys = fc.dictionary(
	fc.constantFrom(...names, ...moreNames, ...dates, 'secret_key', 'application_token', '__proto__'),
	fc.oneof(scalar, fc.dictionary(fc.constantFrom(...names), scalar, { maxKeys: 3 })),
	{ maxKeys: 8 },
);
const withId = fc
	.tuple(likeEmnifys, fc.oneof(fc.nat({ max: 20 }), scalar))
	.map(([object, id]) => ({ ...object, id }));

const json = fc
	.oneof(likeEmnifys, withId, fc.array(withId, { maxLength: 6 }), fc.jsonValue({ maxDepth: 3 }))
	.map((value) => JSON.stringify(value) ?? 'null');

const body = fc.oneof(
	{ weight: 6, arbitrary: json },
	{
		weight: 1,
		arbitrary: fc
			.tuple(json, fc.nat())
			.map(([text, cut]) => text.slice(0, cut % (text.length + 1))),
	},
	fc.constantFrom(
		'',
		'null',
		'<!DOCTYPE html><html><body>Please log in</body></html>',
		'\u0000\ufffd\ud800',
		deep('[', ']'),
		deep('{"id":', '}'),
		deep('[{"id":1,"mfa":', '}]'),
		JSON.stringify({ message: 'No', errors: Array(20_000).fill({ message: 'x'.repeat(100) }) }),
		JSON.stringify(Array.from({ length: 150 }, (_, id) => ({ id: id + 1 }))),
	),
);

const headers = fc.dictionary(
	fc.constantFrom(
		'content-type',
		'link',
		'x-total-pages',
		'x-total-count',
		'x-current-page',
		'x-count-per-page',
		'retry-after',
		'date',
		'location',
		'content-encoding',
	),
	fc.constantFrom(
		'application/json',
		'text/html',
		'',
		'0',
		'1',
		'3',
		'-1',
		'1e9',
		'99999999999',
		'NaN',
		'<>; rel="next"',
		'</api/v1/user?page=2>; rel="next"',
		'<https://elsewhere.example/api/v1/user?page=2>; rel="next"',
		'Sun, 01 Mar 2026 12:00:30 GMT',
		'Thu, 01 Jan 9999 00:00:00 GMT',
		'garbage',
	),
	{ maxKeys: 5 },
);

const status = fc.oneof(
	{ weight: 3, arbitrary: fc.constantFrom(200, 200, 201, 202, 204, 206) },
	{ weight: 2, arbitrary: fc.constantFrom(400, 401, 403, 404, 407, 408, 409, 410, 418, 422, 429) },
	{ weight: 1, arbitrary: fc.constantFrom(300, 302, 304, 307, 500, 502, 503, 504, 511, 599, 999) },
);

const answer: fc.Arbitrary<Answer> = fc.record({
	status,
	headers,
	body,
	isCut: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
});

/** Answers one run: to its requests in turn, then over again. Logins are answered well, unless they are to be fuzzed too. */
interface Run {
	answers: Answer[];
	fuzzesLogin: boolean;
	requests: Array<{ request: string; status: number }>;
}

const runs = new Map<string, Run>();
let server: Server;
let engine: Engine;

function give(response: ServerResponse, { status, headers, body, isCut }: Answer): void {
	const bytes = Buffer.from(body);
	const isEmpty = status === 204 || status === 304;
	response.writeHead(status, {
		...headers,
		...(!isEmpty && { 'content-length': bytes.length + (isCut ? 10 : 0) }),
	});
	if (!isCut) return void response.end(isEmpty ? undefined : bytes);
	response.write(isEmpty ? '' : bytes, () => response.destroy());
}

beforeAll(async () => {
	engine = await Engine.start();
	server = createServer((request, response) => {
		request.resume();
		request.on('end', () => {
			const [, name = '', path = ''] = /^\/(run\d+)(\/.*)$/.exec(request.url ?? '') ?? [];
			const run = runs.get(name);
			if (!run) return void response.destroy();
			const isLogin = path === '/api/v1/authenticate';
			const isGood = isLogin && !run.fuzzesLogin;
			// What ends only here would have gone on for ever.
			if (run.requests.length > MOST_REQUESTS) return void response.destroy();
			const next = run.answers[run.requests.length % run.answers.length] as Answer;
			const token = { status: 200, headers: {}, body: '{"auth_token":"fake"}', isCut: false };
			if (!isLogin) {
				run.requests.push({ request: `${request.method} ${path}`, status: next.status });
			}
			give(response, isGood ? token : next);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

const MOST_REQUESTS = 300;

const operation = (resource: string, name: string, fields: INodeParameters = {}) =>
	[`${resource}: ${name}`, { resource, operation: name, ...fields, options: AT_ONCE }] as const;

const operations = [
	operation('applicationToken', 'create', { description: 'x' }),
	operation('applicationToken', 'getAll', { returnAll: true }),
	operation('applicationToken', 'revoke', { tokenId: byId(7) }),
	operation('authentication', 'retrieveToken', { grant: 'credential' }),
	operation('authentication', 'retrieveToken', { grant: 'refreshToken', refreshToken: 'fake' }),
	operation('event', 'getAll', { returnAll: true }),
	operation('event', 'getAll', { returnAll: false, limit: 3, simplify: false }),
	operation('event', 'getAll', { returnAll: true, filters: { user: byId(7), type: [6, 7] } }),
	operation('mfaKey', 'activate', { keyId: byId(7), code: '123456' }),
	operation('mfaKey', 'create', { password: 'fake' }),
	operation('mfaKey', 'delete', { user: byUsername('a@b.example'), keyId: byId(7) }),
	operation('mfaKey', 'getAll', { user: byId(7) }),
	operation('mfaKey', 'getStatuses'),
	operation('mfaKey', 'getTypes'),
	operation('trustedDevice', 'audit', { scope: 'all', output: 'findings' }),
	operation('trustedDevice', 'audit', {
		scope: 'all',
		output: 'summary',
		policy: { allowedBrowsers: 'F*', allowedOperatingSystems: 'W*', maxDevicesPerUser: 1 },
	}),
	operation('trustedDevice', 'audit', {
		scope: 'input',
		user: byId(7),
		policy: { flagMissingData: true },
		revoke: 'revoke',
		revokeRules: ['flagMissingData'],
		maxRevocations: 4,
	}),
	operation('trustedDevice', 'delete', { user: byId(7), deviceId: byId(8) }),
	operation('trustedDevice', 'getAll', { user: byId('my'), returnAll: true }),
	operation('user', 'get', { user: byId('my') }),
	operation('user', 'getAll', { returnAll: true }),
	operation('user', 'getAll', { returnAll: false, limit: 3, simplify: false }),
];

let counter = 0;

/** A server that answers so, and a credential for it; each has a limit of its own, and a session. */
function serve(answers: Answer[], fuzzesLogin: boolean) {
	const name = `run${counter++}`;
	const run: Run = { answers, fuzzesLogin, requests: [] };
	runs.set(name, run);
	const { port } = server.address() as AddressInfo;
	const credential = engine.storeCredential({
		baseUrl: `http://127.0.0.1:${port}/${name}`,
		authenticationMethod: 'userCredentials',
		username: 'someone@example.com',
		password: `fake-${name}`,
	});
	return { run, credential, secret: `fake-${name}` };
}

const answers = fc.array(answer, { minLength: 1, maxLength: 4 });
const rarely = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true));

/** A failure of JavaScript reads otherwise. */
const IN_WORDS =
	/^(Could not |emnify|No answer|The (connection|server|request|answer|login|refresh|address)|No secure)/;

function expectInWords(failure: unknown): void {
	const { name, message, description } = failure as NodeError;
	expect(name).toMatch(/^Node(Api|Operation)Error$/);
	expect(message).toMatch(IN_WORDS);
	expect(message.length).toBeLessThan(3_000);
	expect(description ?? '').not.toBe('');
}

/**
 * A failure is reported with its seed and path, and what was answered: at once, because a smaller case would be sought with
 * hundreds of further runs. To repeat and shrink it: `{ seed, path, endOnFailure: false }`.
 */
const atMost = (usual: number) => ({
	...fuzzRuns(usual),
	timeout: HANGS_AFTER_MS,
	endOnFailure: true,
});

/** A run takes a fraction of a second. */
const HANGS_AFTER_MS = 60_000;

test.each(operations)('%s', async (_name, parameters) => {
	await fc.assert(
		fc.asyncProperty(answers, rarely, fc.boolean(), async (given, fuzzesLogin, continues) => {
			const { run, credential, secret } = serve(given, fuzzesLogin);
			const result = await engine.run({
				credential,
				parameters,
				...(continues && { onError: 'continueRegularOutput' as const }),
			});
			expect(run.requests.length).toBeLessThan(MOST_REQUESTS);
			// With a 401 emnify has done nothing, and it is sent again after a new login.
			const writes = run.requests
				.filter(({ request, status }) => !request.startsWith('GET') && status !== 401)
				.map(({ request }) => request);
			expect(writes.length).toBeLessThan(parameters.operation === 'audit' ? 5 : 2);
			expect(new Set(writes).size).toBe(writes.length);
			const failures = [result.error, ...result.items.map(({ error }) => error)].filter(
				(failure) => failure !== undefined,
			);
			failures.forEach(expectInWords);
			if (failures.length > 0) expect(everythingStored(result)).not.toContain(secret);
		}),
		atMost(12),
	);
});

const ofUser = { user: byId(7) };
const lists: Array<[method: string, parameters: INodeParameters]> = [
	['searchApplicationTokens', {}],
	['searchMfaKeys', ofUser],
	['searchOwnMfaKeys', {}],
	['searchTrustedDevices', ofUser],
	['searchUsers', {}],
	['getEventTypes', {}],
	['getMfaKeyTypes', {}],
	['getUserStatuses', {}],
];

test.each(lists)('%s', async (method, parameters) => {
	await fc.assert(
		fc.asyncProperty(answers, fc.constantFrom(undefined, 'a', 'a@b'), async (given, filter) => {
			const { run, credential } = serve(given, false);
			const node = { credential, parameters };
			const list = method.startsWith('search')
				? engine.search(method, node, filter).then(({ results }) => results)
				: engine.loadOptions(method, node);
			await list.then(
				(found) => {
					for (const { name } of found) expect(typeof name).toBe('string');
				},
				(failure: unknown) => expectInWords(failure),
			);
			expect(run.requests.length).toBeLessThan(MOST_REQUESTS);
		}),
		atMost(8),
	);
});

test('the trigger', async () => {
	await fc.assert(
		fc.asyncProperty(answers, answers, async (atFirst, later) => {
			const { run, credential } = serve(atFirst, false);
			const workflow = new PollingWorkflow(engine, credential, {
				events: EVENT_NAMES,
				scope: 'all',
			});
			workflow.budgetMs = 100;
			await workflow.activate().catch((failure: Error) => {
				expect(failure.message).toMatch(/^There was a problem activating the workflow: "/);
				expect(failure.message.split('"')[1]).toMatch(IN_WORDS);
			});
			run.answers = later;
			await workflow.tick().catch(() => {});
			workflow.failures.forEach(expectInWords);
			expect(run.requests.length).toBeLessThan(MOST_REQUESTS);
			await workflow.deactivate();
		}),
		atMost(12),
	);
});
