import type { Fault } from '../../simulator';
import {
	AT_ONCE,
	failureOf,
	HIDDEN,
	itemsOf,
	pair,
	byId,
	refusedValue,
	times,
	until,
	useEmnify,
	LOGIN,
	VALUE,
	failureIn,
} from './support';
import { seed } from '../../simulator';

const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const DELETE = 'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}';

const { start } = useEmnify();
const { administrator, ids } = seed;

const list = (options = {}) =>
	pair('trustedDevice', 'getAll', { user: byId(administrator.id), options });
const remove = (options = {}) =>
	pair('trustedDevice', 'delete', {
		user: byId(ids.manyDevicesUser),
		deviceId: byId(VALUE),
		options,
	});

const passing: Array<[string, Fault]> = [
	['500', { kind: 'status', status: 500 }],
	['502 with an HTML page', { kind: 'status', status: 502, html: true }],
	['503', { kind: 'status', status: 503 }],
	['a reset connection', { kind: 'reset' }],
	['a connection that breaks off after the work', { kind: 'resetAfter' }],
	['JSON that is cut off', { kind: 'truncate' }],
];

describe('a read', () => {
	test.each(passing)('is repeated after %s', async (_what, fault) => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next(fault, { endpoint: DEVICES });
		const { json, error } = await run(list());
		expect(error).toBeUndefined();
		expect(json).toHaveLength(2);
		expect(simulator.count(DEVICES)).toBe(2);
	});

	test('is repeated after no answer in time', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'stall' }, { endpoint: DEVICES });
		const { json } = await run(list({ timeout: 0.3 }));
		expect(json).toHaveLength(2);
		expect(simulator.count(DEVICES)).toBe(2);
	});

	test('is repeated three times, unless told otherwise', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: DEVICES, times: 1000 });
		expect(failureOf(await run(list())).message).toMatch(/HTTP 500/);
		expect(simulator.count(DEVICES)).toBe(4);
		expect(failureOf(await run(list({ retries: 1 }))).message).toMatch(/HTTP 500/);
		expect(simulator.count(DEVICES)).toBe(6);
		expect(failureOf(await run(list({ retries: 0 }))).message).toMatch(/HTTP 500/);
		expect(simulator.count(DEVICES)).toBe(7);
	});

	test.each([400, 403, 404, 409, 422])('is not repeated after %i', async (status) => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status }, { endpoint: DEVICES, times: 1000 });
		expect((await run(list())).error).toBeDefined();
		expect(simulator.count(DEVICES)).toBe(1);
	});

	test('waits with all others where emnify has been down for ten, whatever Rate Limit Wait says', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: DEVICES, times: 25 });
		const result = await run(list({ retries: 1, rateLimitWait: 0 }), { items: times(50) });
		expect(result.error).toBeUndefined();
		expect(simulator.count(DEVICES)).toBe(75);
	});

	test('waits for nothing where it is not to be repeated', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: DEVICES, times: 1000 });
		const result = await run(list({ retries: 0 }), {
			items: times(50),
			onError: 'continueRegularOutput',
		});
		expect(result.json).toHaveLength(50);
		expect(failureIn(result.items[49]).message).toMatch(/HTTP 500/);
		expect(simulator.count(DEVICES)).toBe(50);
	});

	test('during a login that fails is repeated with it', async () => {
		const { run, simulator } = await start();
		simulator.faults.next({ kind: 'status', status: 503 }, { endpoint: LOGIN });
		const { json, error } = await run(list());
		expect(error).toBeUndefined();
		expect(json).toHaveLength(2);
		expect(simulator.count(LOGIN)).toBe(2);
	});
});

describe('a write', () => {
	const firstDevice = 11101;

	test.each([
		...passing.filter(([, { kind }]) => kind !== 'truncate'),
		['no answer in time', { kind: 'stall' }] as [string, Fault],
	])('is not repeated after %s', async (_what, fault) => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next(fault, { endpoint: DELETE });
		const result = await run(remove({ timeout: 0.3 }), { items: itemsOf([firstDevice]) });
		// What was done all the same is found out by the list of devices.
		expect(result.error === undefined).toBe(fault.kind === 'resetAfter');
		expect(simulator.count(DELETE)).toBe(1);
	});

	test('is repeated after a 429, which says that nothing was done', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 429 }, { endpoint: DELETE, times: 2 });
		const { json } = await run(remove(), { items: itemsOf([firstDevice]) });
		expect(json).toEqual([expect.objectContaining({ deleted: true })]);
		expect(simulator.count(DELETE)).toBe(3);
	});
});

describe('at the rate limit', () => {
	test('Retry-After is kept to', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 429, retryAfter: 1 }, { endpoint: DEVICES });
		expect((await run(list())).json).toHaveLength(2);
		const [first, second] = simulator.requests.filter(({ endpoint }) => endpoint === DEVICES);
		const waited = (second?.at.getTime() ?? 0) - (first?.at.getTime() ?? 0);
		expect(waited).toBeGreaterThanOrEqual(1000);
	});

	test('a Retry-After that is a date is kept to, by emnify’s clock', async () => {
		const { run, simulator, logIn } = await start({ startsAt: new Date('2031-05-05T05:05:05Z') });
		await logIn();
		const retryAfter = new Date(simulator.clock.now().getTime() + 3000).toUTCString();
		simulator.faults.next({ kind: 'status', status: 429, retryAfter }, { endpoint: DEVICES });
		expect((await run(list())).json).toHaveLength(2);
		expect(simulator.requests.at(-1)?.at.getTime()).toBeGreaterThanOrEqual(Date.parse(retryAfter));
	});

	test('all requests wait together, and one asks for all of them', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 429 }, { endpoint: DEVICES, times: 14 });
		const { json, error } = await run(list(), { items: times(100) });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(200);
		const statuses = simulator.requests.map(({ status }) => status);
		const lastRefusal = statuses.lastIndexOf(429);
		// The ten that were under way, and after that one at a time.
		expect(statuses.slice(0, lastRefusal + 1)).toEqual(Array.from({ length: 14 }, () => 429));
		expect(simulator.count(DEVICES)).toBe(114);
	});

	test('another workflow on the same emnify waits with them', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 429, retryAfter: 1 }, { endpoint: DEVICES });
		expect((await run(list(AT_ONCE))).error).toBeDefined();
		expect((await run(pair('mfaKey', 'getStatuses'))).error).toBeUndefined();
		const [limited, ...others] = simulator.requests.map(({ at }) => at.getTime());
		for (const at of others) expect(at - (limited ?? 0)).toBeGreaterThanOrEqual(1000);
	});

	test('who has waited for as long as Rate Limit Wait says so', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 429 }, { endpoint: DEVICES, times: 1000 });
		const result = await run(list({ rateLimitWait: 1 }));
		expect(failureOf(result)).toMatchObject({
			message: expect.stringMatching(/rate limit is reached/),
			httpCode: '429',
		});
		expect(simulator.count(DEVICES)).toBeGreaterThan(2);
		expect(simulator.count(DEVICES)).toBeLessThan(9);
	});

	test('a Retry-After beyond Rate Limit Wait is told at once', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 429, retryAfter: 7200 }, { endpoint: DEVICES });
		const result = await run(list({ rateLimitWait: 299 }));
		expect(failureOf(result).message).toMatch(/rate limit is reached/);
		expect(simulator.count(DEVICES)).toBe(1);
	});

	test.each([2_000_000_000, '9'.repeat(30), -5, 'soon'])(
		'a Retry-After of %p stops nobody for longer than emnify’s own window',
		async (retryAfter) => {
			const { run, simulator, logIn } = await start();
			await logIn();
			simulator.faults.next({ kind: 'status', status: 429, retryAfter }, { endpoint: DEVICES });
			expect((await run(list(AT_ONCE))).error).toBeDefined();
			const later = await run(list(AT_ONCE));
			const until = /until (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC/.exec(
				later.error?.message ?? '',
			)?.[1];
			const untilMs = Date.parse(`${until ?? '1970-01-01 00:00:00'}Z`);
			expect(untilMs).toBeLessThanOrEqual(Date.now() + 301_000);
		},
	);

	test('and so is a run that comes after it, without a request', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 429, retryAfter: 30 }, { endpoint: DEVICES });
		expect((await run(list({ rateLimitWait: 1 }))).error).toBeDefined();
		expect(failureOf(await run(list({ rateLimitWait: 1 })))).toMatchObject({
			message: expect.stringMatching(
				/^emnify asks to wait until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, so nothing was sent$/,
			),
			httpCode: '429',
		});
		expect(simulator.count(DEVICES)).toBe(1);
	});

	test('Stop in n8n ends the waiting', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 429, retryAfter: 1 }, { endpoint: DEVICES });
		const limited = until(() => simulator.requests[0]?.status === 429);
		await run(list(), { stopWhen: limited });
		await until(() => Date.now() > (simulator.requests[0]?.at.getTime() ?? 0) + 1500);
		expect(simulator.count(DEVICES)).toBe(1);
	});
});

test.each([
	['rateLimitWait', 'Rate Limit Wait', -1, 'a number of seconds from 0 to 86400'],
	['rateLimitWait', 'Rate Limit Wait', 'abc', 'a number of seconds from 0 to 86400'],
	['retries', 'Retries', -1, 'a whole number from 0 to 20'],
	['retries', 'Retries', 1.5, 'a whole number from 0 to 20'],
	['retries', 'Retries', 1e6, 'a whole number from 0 to 20'],
])('%s: %p (%s) is refused before any request', async (name, label, value, expected) => {
	const { run, simulator } = await start();
	const result = await run(list({ [name]: value }));
	const quoted = value === 1e6 ? HIDDEN : String(value);
	expect(failureOf(result).message).toBe(refusedValue(label, quoted, expected));
	expect(simulator.requests).toEqual([]);
});

test('none of this is waited for where it is switched off', async () => {
	const { run, simulator, logIn } = await start();
	await logIn();
	for (const status of [429, 500]) {
		simulator.faults.next({ kind: 'status', status }, { endpoint: DEVICES });
		expect((await run(list(AT_ONCE))).error).toBeDefined();
	}
	expect(simulator.count(DEVICES)).toBe(2);
});
