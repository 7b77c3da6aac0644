/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- the tests run in Node, not in n8n */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';

import {
	dialects,
	eventSeverities,
	eventTypes,
	seed,
	startSimulator,
	type Dialect,
	type Simulator,
} from '../../simulator';
import { run, type Process } from './cli';
import { MOST_GETS } from './emnify';

let simulator: Simulator;

beforeEach(async () => {
	simulator = await startSimulator();
});

afterEach(async () => await simulator.stop());

interface Run {
	code: number;
	/** The report. */
	report: string;
	/** What went to the terminal besides. */
	terminal: string;
}

/** Runs the command, with the simulator's clock in the place of its pauses. */
async function probe(
	env: Process['env'] = { EMNIFY_APPLICATION_TOKEN: seed.applicationToken },
	args: string[] = [],
	stdin: Process['stdin'] = new PassThrough(),
): Promise<Run> {
	const [stdout, stderr] = [new PassThrough(), new PassThrough()];
	const code = await run({
		args,
		env: { EMNIFY_BASE_URL: simulator.url, ...env },
		stdin,
		stdout,
		stderr,
		version: 'v20.0.0',
		wait: async (ms) => await Promise.resolve(simulator.clock.advance({ seconds: ms / 1000 })),
	});
	return { code, report: textIn(stdout), terminal: textIn(stderr) };
}

const textIn = (stream: PassThrough) => String(stream.read() ?? '');

/** What the report says of a fact. */
function seen({ report }: Run, id: string): string {
	const row = report.split('\n').find((line) => line.startsWith(`| \`${id}\` |`)) ?? '';
	return row.split(' | ').slice(3).join(' | ').replace(/ \|$/, '');
}

/** The facts that the report calls different. */
function differencesIn({ report }: Run): string[] {
	return [...report.matchAll(/^\| `([a-z0-9-]+)` \|.*\*\*different\*\*/gm)].map(
		([, id = '']) => id,
	);
}

describe('what it sends', () => {
	test('is one login and GETs alone, and fewer than it says', async () => {
		const { code, terminal } = await probe();
		expect(code).toBe(0);
		expect(terminal).toContain(`at most ${MOST_GETS} GETs`);
		const [login, ...others] = simulator.requests;
		expect(login).toMatchObject({ method: 'POST', endpoint: 'POST /api/v1/authenticate' });
		expect(new Set(others.map(({ method }) => method))).toEqual(new Set(['GET']));
		expect(others.length).toBeGreaterThan(25);
		expect(others.length).toBeLessThanOrEqual(MOST_GETS);
		expect(simulator.requests.map(({ status }) => status)).not.toContain(429);
	});

	test('changes nothing in the account', async () => {
		const before = JSON.stringify([...simulator.world.users.values(), simulator.world.events]);
		await probe();
		expect(JSON.stringify([...simulator.world.users.values(), simulator.world.events])).toBe(
			before,
		);
	});

	test('ends at the rate limit, and the rest could not be seen', async () => {
		simulator.faults.next(
			{ kind: 'status', status: 429, retryAfter: 7 },
			{ endpoint: 'GET /api/v1/event' },
		);
		const result = await probe();
		expect(simulator.requests.at(-1)?.status).toBe(429);
		expect(result.code).toBe(0);
		expect(seen(result, 'retry-after')).toMatch(/^\*\*different\*\* \(it has one, in seconds\)/);
		expect(seen(result, 'tokens-at-once')).toMatch(/could not be seen.*rate limit/);
		expect(seen(result, 'paging-of-users')).toMatch(/^as assumed/);
	});

	test('ends where the network does, and says so', async () => {
		simulator.faults.next({ kind: 'reset' }, { endpoint: 'GET /api/v1/event' });
		const result = await probe();
		expect(result.code).toBe(0);
		expect(result.report).toContain('Not everything was asked: No answer came from the server');
	});
});

/** What each dialect has to be seen by, and nothing else. */
const byDialect: Record<Dialect, Record<string, RegExp>> = {
	eventsService: {
		'paging-of-events': /empty Link/,
		'events-past-the-end': /400 with emnify/,
	},
	noPagingHeaders: { 'paging-of-users': /no header/, 'paging-of-events': /no header/ },
	linkOnly: { 'paging-of-users': /only Link\b/, 'paging-of-events': /only Link\b/ },
	emptyPastEnd: {
		'users-past-the-end': /an empty list and totals of 0/,
		'events-past-the-end': /an empty list and totals of 0/,
	},
	pagedLists: { 'devices-at-once': /headers of pages/, 'tokens-at-once': /headers of pages/ },
	gateway: { 'refused-token': /401 with JSON of the gateway/ },
	nulls: { 'absent-fields': /null: operating_system, browser, activation_date, expiry_date, ip/ },
	stringIds: { 'ids-are-numbers': /digits in a string/ },
	// A refused login would be needed.
	lockoutAs429: {},
	userFilterById: { 'event-user-filter': /it takes the ID, and no name/ },
	nobody404: {},
	nobody401: { 'my-under-application-token': /401/ },
	nobody403: { 'my-under-application-token': /403 with emnify’s Forbidden/ },
	nobody500: { 'my-under-application-token': /500/ },
	nobodyEmpty: { 'my-under-application-token': /200 with an empty list/ },
};

describe('in the dialect', () => {
	test.each(dialects)('%s it finds each difference, and the node handles it', async (dialect) => {
		simulator.dialects.add(dialect);
		const result = await probe();
		expect(differencesIn(result).sort()).toEqual(Object.keys(byDialect[dialect]).sort());
		for (const [id, how] of Object.entries(byDialect[dialect]))
			expect(seen(result, id)).toMatch(how);
		expect(result.report).not.toContain('would be wrong');
		expect(result.code).toBe(0);
	});

	test('that speaks all of them at once too', async () => {
		for (const dialect of dialects) {
			if (!dialect.startsWith('nobody')) simulator.dialects.add(dialect);
		}
		const result = await probe();
		expect(differencesIn(result)).toEqual(
			expect.arrayContaining([
				'refused-token',
				'ids-are-numbers',
				'absent-fields',
				'paging-of-users',
			]),
		);
		expect(result.code).toBe(0);
	});
});

/** Answers that the node would be wrong with. */
const planted: Array<[what: string, id: string, endpoint: string, status: number, body: unknown]> =
	[
		[
			'a status that means something else',
			'user-statuses',
			'GET /api/v1/user/status',
			200,
			[
				{ id: 0, description: 'Activation Pending' },
				{ id: 1, description: 'Suspended' },
				{ id: 2, description: 'Active' },
			],
		],
		[
			'an MFA key that is active by another ID',
			'mfa-statuses',
			'GET /api/v1/user/mfa/status',
			200,
			[
				{ id: 0, description: 'Active' },
				{ id: 1, description: 'Activation Pending' },
			],
		],
		[
			'another type of event',
			'event-types',
			'GET /api/v1/event/type',
			200,
			[{ id: 6, description: 'SIM activated' }],
		],
		[
			'a page of 1,000 users that is refused',
			'most-users-in-a-page',
			'GET /api/v1/user',
			422,
			{ error_code: 1400, error_token: 'InputValidationFailed', message: 'per_page' },
		],
		[
			'users in no order',
			'sort-users',
			'GET /api/v1/user',
			200,
			[{ id: 3 }, { id: 1 }, { id: 2 }].map((user) => ({ ...user, name: 'No Name' })),
		],
		[
			'IDs that are no numbers',
			'ids-are-numbers',
			'GET /api/v1/application_token',
			200,
			[{ id: 'b7e1c2', description: 'n8n' }],
		],
		[
			'IDs that are too large',
			'ids-are-numbers',
			'GET /api/v1/application_token',
			200,
			[{ id: 2 ** 60, description: 'n8n' }],
		],
		[
			'dates of another form',
			'date-forms',
			'GET /api/v1/application_token',
			200,
			[{ id: 7, created: '01.02.2026 10:00' }],
		],
		[
			'a secret in a list',
			'no-secrets',
			'GET /api/v1/application_token',
			200,
			[{ id: 7, application_token: 'MARKED' }],
		],
		[
			'an application token with another status',
			'token-statuses',
			'GET /api/v1/application_token',
			200,
			[{ id: 7, status: { id: 1, description: 'Activated' } }],
		],
		[
			'somebody for an ID that is nobody’s',
			'unknown-user-events',
			'GET /api/v1/user/{user_id}/event',
			200,
			[{ id: 1 }],
		],
	];

function addEvent(
	detail: unknown,
	description = 'Support came in',
	type: (typeof eventTypes)[keyof typeof eventTypes] = eventTypes.supportAccess,
): void {
	simulator.world.addEvent({
		timestamp: simulator.clock.now(),
		organisationId: seed.ids.acme,
		type,
		severity: eventSeverities.warn,
		description,
		...(detail !== undefined && { detail }),
	});
}

describe('the node is wrong, and the exit code is 1, with', () => {
	test.each(planted)('%s', async (_what, id, endpoint, status, body) => {
		simulator.faults.next({ kind: 'status', status, body }, { endpoint });
		const result = await probe();
		expect(seen(result, id)).toMatch(/^\*\*different\*\*.*\*\*The node would be wrong:\*\*/);
		expect(result.code).toBe(1);
		expect(result.terminal).toContain('open an issue');
	});

	test('a dead token that gets no 401', async () => {
		const endpoint = 'GET /api/v1/user/mfa/status';
		const statuses = [
			{ id: 0, description: 'Activation Pending' },
			{ id: 1, description: 'Active' },
		];
		simulator.faults.next({ kind: 'status', status: 200, body: statuses }, { endpoint });
		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint });
		const result = await probe();
		expect(seen(result, 'refused-token')).toContain('403 with emnify’s Forbidden');
		expect(result.code).toBe(1);
	});

	test('events that cannot be sorted', async () => {
		const endpoint = 'GET /api/v1/event';
		for (const status of [200, 200, 422]) {
			simulator.faults.next({ kind: 'status', status, body: [{ id: 7 }] }, { endpoint });
		}
		const result = await probe();
		expect(seen(result, 'sort-events')).toContain('The node would be wrong');
		expect(result.code).toBe(1);
	});

	test('a token that works, in a form that is not known', async () => {
		addEvent({ a: `xeyJ${'a'.repeat(30)}.${'b'.repeat(30)}.${'c'.repeat(20)}` });
		const result = await probe();
		expect(seen(result, 'tokens-in-events')).toContain('The node would be wrong');
		expect(result.code).toBe(1);
	});
});

describe('other differences that the node handles', () => {
	test.each([
		[
			'firewall-403',
			'GET /api/v1/user/role',
			{ status: 403, html: true },
			/403 with a page of HTML/,
		],
		['unknown-user', 'GET /api/v1/user/{user_id}', { status: 422 }, /422 without a body/],
		['organisation-of-the-session', 'GET /api/v1/organisation/my', { status: 404 }, /404/],
		['filter-by-text', 'GET /api/v1/user', { status: 200, body: [] }, /as it is written/],
	] as const)('%s', async (id, endpoint, fault, how) => {
		if (id === 'unknown-user') passOne(endpoint);
		if (id === 'filter-by-text') {
			for (const page of [usersOfAcme(), [], [...usersOfAcme()].reverse()]) {
				simulator.faults.next({ kind: 'status', status: 200, body: page }, { endpoint });
			}
		}
		simulator.faults.next({ kind: 'status', ...fault }, { endpoint });
		const result = await probe();
		expect(seen(result, id)).toMatch(/^\*\*different\*\*.*The node handles it/);
		expect(seen(result, id)).toMatch(how);
	});

	test('tokens in events of other types', async () => {
		addEvent({ session: `eyJhbGciOiJIUzI1NiJ9.${'a'.repeat(30)}.${'b'.repeat(20)}` });
		const result = await probe();
		expect(seen(result, 'tokens-in-events')).toMatch(/other types.*The node handles it/);
		expect(result.code).toBe(0);
	});

	test('texts that do not say who it was', async () => {
		addEvent(undefined, 'Somebody called Ada was here', eventTypes.multiFactorAuthentication);
		addEvent(undefined, 'Login of ada failed', eventTypes.userAuthenticationFailed);
		const result = await probe();
		expect(seen(result, 'removed-key-text')).toMatch(/^\*\*different\*\* \(… was …\)/);
		expect(seen(result, 'failed-login-text')).toMatch(/^\*\*different\*\* \(Login of … failed\)/);
		expect(result.report).not.toMatch(/\bAda\b/i);
	});

	const passOne = (endpoint: string) =>
		simulator.faults.next({ kind: 'status', status: 404 }, { endpoint });

	const usersOfAcme = () => [
		{ id: seed.administrator.id, name: 'Ada Lindqvist' },
		{ id: seed.totpUser.id, name: 'Tom Okafor' },
	];
});

describe('the login', () => {
	test('of a user with a second factor is one, and sees what is of users', async () => {
		const { username, password, totpSecret } = seed.administrator;
		const result = await probe({
			EMNIFY_USERNAME: username,
			EMNIFY_PASSWORD: password,
			EMNIFY_TOTP_SECRET: totpSecret,
		});
		expect(result.code).toBe(0);
		expect(simulator.requests.filter(({ method }) => method !== 'GET')).toMatchObject([
			{ status: 200, body: { username } },
			{ status: 200, body: { code: expect.stringMatching(/^\d{6}$/) } },
		]);
		expect(seen(result, 'who-may-list-users')).toBe('as assumed');
		expect(seen(result, 'my-under-application-token')).toContain('that of a user');
		expect(result.report).toContain('Logged in with a user');
	});

	test('of an observer shows who may not', async () => {
		simulator.world.user(seed.observer.id).trial = true;
		const { username, password } = seed.observer;
		const result = await probe({ EMNIFY_USERNAME: username, EMNIFY_PASSWORD: password });
		expect(seen(result, 'who-may-list-users')).toBe('as assumed');
		expect(seen(result, 'paging-of-users')).toContain('403 with emnify’s Forbidden');
		expect(result.code).toBe(0);
	});

	const wrong = 'MARKED-refused-application-token';

	test.each([
		['refused', { EMNIFY_APPLICATION_TOKEN: wrong }, /refused the login \(HTTP 401\)/],
		[
			'refused for a password',
			{ EMNIFY_USERNAME: seed.totpUser.username, EMNIFY_PASSWORD: 'MARKED-wrong' },
			/three refused logins lock/,
		],
		[
			'waiting for a second factor',
			{ EMNIFY_USERNAME: seed.totpUser.username, EMNIFY_PASSWORD: seed.totpUser.password },
			/EMNIFY_TOTP_SECRET/,
		],
		[
			'bound to another address',
			{ EMNIFY_APPLICATION_TOKEN: seed.ipBoundApplicationToken },
			/bound to IP addresses/,
		],
	])('that is %s is tried once, and ends it with 2', async (_what, env, words) => {
		const { code, report, terminal } = await probe(env);
		expect(code).toBe(2);
		expect(terminal).toMatch(words);
		expect(simulator.requests).toHaveLength(1);
		expect(report).toBe('');
		expect(terminal).not.toMatch(/MARKED/);
	});

	test.each([
		['a lockout', { status: 401, body: { error_token: 'TooManyRequests' } }, /Wait five minutes/],
		['a limit', { status: 429 }, /Wait five minutes/],
		['a fault of emnify', { status: 503 }, /Try again later/],
		['a page of the network', { status: 200, html: true }, /did not answer the login like emnify/],
		['an answer of another service', { status: 200, body: { ok: 1 } }, /like emnify/],
		['a redirect', { status: 302 }, /like emnify/],
	])('that meets %s is not repeated', async (_what, fault, words) => {
		simulator.faults.next({ kind: 'status', ...fault });
		const { code, terminal } = await probe();
		expect(code).toBe(2);
		expect(terminal).toMatch(words);
		expect(simulator.requests).toHaveLength(1);
	});

	test('ends it with 2 where nobody answers', async () => {
		const { url } = simulator;
		await simulator.stop();
		const { code, terminal } = await probe({
			EMNIFY_BASE_URL: url,
			EMNIFY_APPLICATION_TOKEN: seed.applicationToken,
		});
		expect(code).toBe(2);
		expect(terminal).toContain('No answer came from the server (ECONNREFUSED)');
		simulator = await startSimulator();
	});

	test('that may read nothing ends it with 2', async () => {
		simulator.faults.next({ kind: 'reset' }, { endpoint: 'GET /api/v1/user/mfa/status' });
		const { code, terminal } = await probe();
		expect(code).toBe(2);
		expect(terminal).toContain('Logged in, but nothing could be read');
	});
});

describe('what it is started with', () => {
	const token = 'MARKED-application-token-on-the-command-line';

	test.each([
		['as it is', [token]],
		['as a value', ['--token', token]],
		['with an equals sign', [`--application-token=${token}`]],
		['behind a dash', [`-${token}`]],
		['as the value of another option', [`--force=${token}`]],
	])('is no token on the command line, %s', async (_how, args) => {
		const { code, report, terminal } = await probe(undefined, args);
		expect(code).toBe(2);
		expect(terminal).toContain('never goes onto the command line');
		expect(report + terminal).not.toContain('MARKED');
		expect(simulator.requests).toHaveLength(0);
	});

	test('is a token from the terminal, which is not shown', async () => {
		const terminal = Object.assign(Readable.from([`${seed.applicationToken}\n`]), { isTTY: true });
		const result = await probe({}, [], terminal);
		expect(result.code).toBe(0);
		expect(result.terminal).toContain('Application token (not shown): \n');
		expect(result.report + result.terminal).not.toContain(seed.applicationToken);
	});

	test.each([
		['Ctrl-C', '\u0003'],
		['Ctrl-D', '\u0004'],
		['an end of the input', ''],
		['an empty line', '\n'],
	])('is not %s at the terminal', async (_what, typed) => {
		const terminal = Object.assign(Readable.from(typed === '' ? [] : [typed]), { isTTY: true });
		const result = await probe({}, [], terminal);
		expect(result.code).toBe(2);
		expect(result.terminal).toContain('nothing was sent');
		expect(simulator.requests).toHaveLength(0);
	});

	test('is a password from the terminal for a user', async () => {
		const { username, password, totpSecret } = seed.administrator;
		const terminal = Object.assign(Readable.from([`${password}\n`]), { isTTY: true });
		const env = { EMNIFY_USERNAME: username, EMNIFY_TOTP_SECRET: totpSecret };
		const result = await probe(env, [], terminal);
		expect(result.code).toBe(0);
		expect(result.terminal).not.toContain(password);
	});

	test.each([
		['nothing, without a terminal', {}, /Set EMNIFY_APPLICATION_TOKEN/],
		['a password alone', { EMNIFY_PASSWORD: 'MARKED' }, /without EMNIFY_USERNAME/],
		[
			'a token and a user',
			{ EMNIFY_APPLICATION_TOKEN: 'MARKED', EMNIFY_USERNAME: 'a@b.example' },
			/Both/,
		],
		[
			'an address without https',
			{ EMNIFY_APPLICATION_TOKEN: 'MARKED', EMNIFY_BASE_URL: 'http://emnify.example' },
			/EMNIFY_BASE_URL is not usable/,
		],
		[
			'a TOTP secret that is none',
			{ EMNIFY_USERNAME: 'a@b.example', EMNIFY_PASSWORD: 'MARKED', EMNIFY_TOTP_SECRET: '01!' },
			/EMNIFY_TOTP_SECRET could not be read/,
		],
	])('is not %s', async (_what, env, words) => {
		const { code, terminal } = await probe(env);
		expect(code).toBe(2);
		expect(terminal).toMatch(words);
		expect(terminal).not.toContain('MARKED');
		expect(simulator.requests).toHaveLength(0);
	});

	test('can be an address with /api/v1 behind it', async () => {
		const result = await probe({
			EMNIFY_APPLICATION_TOKEN: seed.applicationToken,
			EMNIFY_BASE_URL: `${simulator.url}/api/v1/`,
		});
		expect(result.code).toBe(0);
	});

	test('is told to the process in its exit code', async () => {
		const command = ['--import', 'tsx', path.join(__dirname, 'main.ts'), token];
		const child = spawn(process.execPath, command, { cwd: path.join(__dirname, '../..') });
		const printed: string[] = [];
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (chunk) => printed.push(String(chunk)));
		}
		expect(await once(child, 'close')).toEqual([2, null]);
		expect(printed.join('')).toMatch(/never goes onto the command line/);
		expect(printed.join('')).not.toContain('MARKED');
	});

	test('explains itself', async () => {
		const { code, report } = await probe({}, ['--help']);
		expect(code).toBe(0);
		expect(report).toContain('--output <file>');
		expect(simulator.requests).toHaveLength(0);
	});
});

describe('nothing of the account comes out', () => {
	/** Every text and every long number of the world, and of the login. */
	function privateTexts(value: unknown): string[] {
		if (typeof value === 'string') return value.length >= 4 ? [value] : [];
		if (typeof value === 'number') return value > 9_999 ? [String(value)] : [];
		if (typeof value !== 'object' || value === null) return [];
		return Object.values(value).flatMap(privateTexts);
	}

	test.each([
		['by an application token', { EMNIFY_APPLICATION_TOKEN: seed.applicationToken }],
		[
			'by a user',
			{
				EMNIFY_USERNAME: seed.administrator.username,
				EMNIFY_PASSWORD: seed.administrator.password,
				EMNIFY_TOTP_SECRET: seed.administrator.totpSecret,
			},
		],
	])('%s', async (_how, env) => {
		const { world } = simulator;
		const { report, terminal } = await probe(env);
		const texts = privateTexts([
			env,
			[...world.users.values()].map(({ id, username, name, trustedDevices, mfaKeys }) => [
				{ id, username, name },
				trustedDevices,
				mfaKeys,
			]),
			[...world.organisations.values()],
			[...world.applicationTokens.values()],
			world.events.map(({ id, description, detail }) => ({ id, description, detail })),
			simulator.url,
		]);
		expect(texts.length).toBeGreaterThan(100);
		const printed = `${report}${terminal}`.toLowerCase();
		expect(texts.filter((text) => printed.includes(text.toLowerCase()))).toEqual([]);
	});

	test('where emnify repeats what it was sent', async () => {
		const body = {
			error_token: seed.applicationToken,
			message: `You sent ${seed.applicationToken} from 203.0.113.7`,
		};
		for (const endpoint of ['GET /api/v1/user', 'GET /api/v1/event', 'GET /api/v1/user/role']) {
			simulator.faults.next({ kind: 'status', status: 400, body }, { endpoint, times: 5 });
		}
		const { report, terminal } = await probe();
		expect(report + terminal).not.toMatch(/fake-|203\.0/);
		expect(report).toContain('400 with a token of emnify’s that is new');
	});
});

describe('the report in a file', () => {
	let folder: string;

	beforeEach(async () => {
		folder = await mkdtemp(path.join(tmpdir(), 'probe-'));
	});

	afterEach(async () => await rm(folder, { recursive: true }));

	const login = { EMNIFY_APPLICATION_TOKEN: seed.applicationToken };

	test('is the report, and nothing else is printed', async () => {
		const file = path.join(folder, 'report.md');
		const { code, report } = await probe(login, ['--output', file]);
		expect(code).toBe(0);
		expect(report).toBe('');
		expect(await readFile(file, 'utf8')).toContain('# The real emnify, compared');
	});

	test('takes the place of none, unless it is forced, and nothing is sent before that is known', async () => {
		const file = path.join(folder, 'report.md');
		await writeFile(file, 'mine');
		const { code, terminal } = await probe(login, ['--output', file]);
		expect(code).toBe(2);
		expect(terminal).toContain('--force');
		expect(simulator.requests).toHaveLength(0);
		expect(await readFile(file, 'utf8')).toBe('mine');
		expect((await probe(login, ['--output', file, '--force'])).code).toBe(0);
		expect(await readFile(file, 'utf8')).toContain('as assumed');
	});

	test('needs a folder, and nothing is sent without one', async () => {
		const { code, terminal } = await probe(login, ['--output', path.join(folder, 'no', 'r.md')]);
		expect(code).toBe(2);
		expect(terminal).toContain('There is no folder');
		expect(simulator.requests).toHaveLength(0);
		expect(await readdir(folder)).toEqual([]);
	});
});
