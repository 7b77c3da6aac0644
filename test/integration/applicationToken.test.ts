/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { inspect } from 'node:util';

import { seed, type ApplicationToken } from '../../simulator';
import {
	AT_ONCE,
	byId,
	everythingStored,
	failureIn,
	failureOf,
	inputAfter,
	itemsOf,
	LOGIN,
	onTheWire,
	pair,
	pairedItems,
	refusedValue,
	someBadIds,
	testAdvice,
	times,
	until,
	useEmnify,
	VALUE,
	type Bench,
} from './support';

const LIST = 'GET /api/v1/application_token';
const CREATE = 'POST /api/v1/application_token';
const REVOKE = 'PATCH /api/v1/application_token/{id}';

const { administrator, ids } = seed;
const { engine, start } = useEmnify();

const now = new Date('2026-03-01T12:00:00Z');
const getAll = (fields = {}) => pair('applicationToken', 'getAll', { returnAll: true, ...fields });
const create = (fields = {}) => pair('applicationToken', 'create', fields);
const revoke = (fields = {}) => pair('applicationToken', 'revoke', fields);

/** The tokens that emnify holds, the newest last. */
const tokensOf = ({ simulator }: Pick<Bench, 'simulator'>): ApplicationToken[] => [
	...simulator.world.applicationTokens.values(),
];

const addTokens = ({ simulator }: Bench, count: number) =>
	Array.from({ length: count }, (_, index) =>
		simulator.world.addApplicationToken({
			creatorId: administrator.id,
			description: `Token ${index}`,
		}),
	);

describe('applicationToken: getAll', () => {
	test('lists the tokens of the workspace, without their secrets', async () => {
		const { run, calls } = await start({ startsAt: now });
		const result = await run(getAll());
		expect(result.error).toBeUndefined();
		expect(calls().map(onTheWire)).toEqual([
			{
				method: 'GET',
				path: '/api/v1/application_token',
				authorization: 'Bearer <JWT>',
				body: undefined,
			},
		]);
		expect(result.json).toHaveLength(5);
		expect(result.json[0]).toEqual({
			id: ids.applicationToken,
			description: 'n8n',
			created: '2024-10-17T12:00:00.000+0000',
			status: { id: 0, description: 'Activated' },
			creator: { id: administrator.id, name: 'Ada Lindqvist', username: administrator.username },
		});
		expect(result.json[1]).toMatchObject({ status: { id: 1, description: 'Revoked' } });
		expect(result.json[2]).toMatchObject({ expiry_date: '2026-02-27T12:00:00.000+0000' });
		expect(result.json[3]).toMatchObject({ ip: '203.0.113.7' });
		expect(pairedItems(result.items)).toEqual([0, 0, 0, 0, 0]);
		expect(everythingStored(result)).not.toContain('fake-application-token');
	});

	test('returns up to Limit, 50 by default, and all with Return All', async () => {
		const bench = await start();
		addTokens(bench, 60);
		const lengthOf = async (fields: object) => (await bench.run(getAll(fields))).json.length;
		expect(await lengthOf({ returnAll: true })).toBe(65);
		expect(await lengthOf({ returnAll: false })).toBe(50);
		expect(await lengthOf({ returnAll: false, limit: 3 })).toBe(3);
		expect(await lengthOf({ returnAll: false, limit: 1000 })).toBe(65);
	});

	test('gives nothing, and does not fail, where there is none', async () => {
		const bench = await start();
		await bench.logIn();
		bench.simulator.world.applicationTokens.clear();
		const result = await bench.run(getAll());
		expect(result.error).toBeUndefined();
		expect(result.json).toEqual([]);
	});

	test('who is no administrator may list and create, and is told that they may not revoke', async () => {
		const { run } = await start({ applicationToken: seed.observerApplicationToken });
		expect((await run(getAll())).json).toHaveLength(5);
		expect((await run(create())).error).toBeUndefined();
		expect(failureOf(await run(revoke({ tokenId: byId(203) })))).toMatchObject({
			message:
				'Could not revoke application token 203: emnify does not allow it: “Only administrators are permitted to do this” (Forbidden 1104)',
			description: expect.stringMatching(
				/^Use a credential of an administrator\. By emnify’s documentation every user may list/,
			),
			httpCode: '403',
		});
	});

	testAdvice(start, {
		parameters: getAll(),
		action: 'list the application tokens',
		endpoint: LIST,
	});

	test.each([0, 'abc', null])('a limit of %p is refused before any request', async (value) => {
		const { run, simulator } = await start();
		const result = await run(getAll({ returnAll: false, limit: VALUE }), {
			items: itemsOf([value]),
		});
		expect(failureOf(result).message).toMatch(/^Limit/);
		expect(simulator.requests).toEqual([]);
	});
});

describe('applicationToken: create', () => {
	test('sends what was filled in, and gives the token, which logs in', async () => {
		const bench = await start();
		const result = await bench.run(
			create({
				description: ' Nightly report, by Ada ',
				expiryDate: '2099-12-31T23:59:59.500+01:00',
				ip: ' 127.0.0.1 ',
			}),
		);
		expect(result.error).toBeUndefined();
		const body = {
			description: 'Nightly report, by Ada',
			expiry_date: '2099-12-31T22:59:59Z',
			ip: '127.0.0.1',
		};
		expect(bench.calls().slice(1, -1).map(onTheWire)).toEqual([
			{
				method: 'POST',
				path: '/api/v1/application_token',
				authorization: 'Bearer <JWT>',
				body,
			},
		]);
		const created = tokensOf(bench).at(-1);
		expect(result.json).toEqual([{ id: created?.id, application_token: created?.token }]);
		expect(pairedItems(result.items)).toEqual([0]);
		expect((await bench.run(getAll())).json.at(-1)).toMatchObject({
			...body,
			expiry_date: '2099-12-31T22:59:59.000+0000',
		});

		const other = engine().storeCredential({
			baseUrl: bench.simulator.url,
			applicationToken: String(result.json[0]?.application_token),
		});
		expect((await bench.run(getAll(), { credential: other })).json).toHaveLength(6);
	});

	test('sends neither a date nor an address that was left empty', async () => {
		const bench = await start();
		const result = await bench.run(create({ description: '  ', expiryDate: '', ip: '' }));
		expect(result.error).toBeUndefined();
		expect(bench.calls()[1]?.body).toEqual({ description: '' });
		expect(tokensOf(bench).at(-1)).toMatchObject({ description: '' });
		expect(tokensOf(bench).at(-1)?.expiryDate).toBeUndefined();
	});

	test('takes the expiry date as an expression of n8n gives it', async () => {
		const { run, calls } = await start();
		const result = await run(
			create({ expiryDate: '={{ DateTime.fromISO("2099-07-01T00:00:00Z").plus({ days: 90 }) }}' }),
		);
		expect(result.error).toBeUndefined();
		expect(calls()[1]?.body).toEqual({
			description: '',
			expiry_date: '2099-09-29T00:00:00Z',
		});
	});

	test.each([
		'203.0.113.7',
		'203.0.113.0/24',
		'0.0.0.0/0',
		'10.0.0.255/32',
		'2001:db8::1',
		'2001:DB8::/32',
		'::1/128',
		'::ffff:192.0.2.1',
	])('takes the address or range %s', async (ip) => {
		const { run, calls } = await start();
		expect((await run(create({ ip }))).error).toBeUndefined();
		expect(calls()[1]?.body).toEqual({ description: '', ip });
	});

	test('creates a token for each item, one after the other, and pairs them', async () => {
		const bench = await start();
		await bench.logIn();
		bench.simulator.faults.next({ kind: 'stall' }, { times: 3, endpoint: CREATE });
		const items = itemsOf(['one', 'two', 3]);
		const running = bench.run(create({ description: VALUE }), { items });
		for (const [index] of items.entries()) {
			await bench.simulator.faults.whenStalled();
			await fetch(`${bench.simulator.url}/_simulator/clock`);
			expect(bench.simulator.count(CREATE)).toBe(index + 1);
			bench.simulator.faults.release();
			await until(() => bench.simulator.faults.stalled === 0);
		}
		const result = await running;
		const created = tokensOf(bench).slice(-3);
		expect(created.map(({ description }) => description)).toEqual(['one', 'two', '3']);
		expect(result.json).toEqual(created.map(({ id, token }) => ({ id, application_token: token })));
		expect(pairedItems(result.items)).toEqual([0, 1, 2]);
		expect(inputAfter(result)).toEqual(items);
	});

	test('what emnify does not accept is told in its words', async () => {
		const bench = await start({ startsAt: new Date('2199-01-01T00:00:00Z') });
		const result = await bench.run(create({ expiryDate: '2099-01-01T00:00:00Z' }));
		expect(failureOf(result)).toMatchObject({
			message:
				'Could not create the application token: emnify does not accept a value: “Input validation failed” (InputValidationFailed 1400), “expiry_date must be a time in the future” (InvalidFormat 1403)',
			httpCode: '422',
		});
	});

	testAdvice(start, {
		parameters: create({ description: 'n8n' }),
		action: 'create the application token',
		endpoint: CREATE,
	});

	describe('is sent once, whatever comes back:', () => {
		const unclear = [
			{ what: 'the connection breaks off', fault: { kind: 'resetAfter' }, created: 1 },
			{ what: 'the connection breaks off before', fault: { kind: 'reset' }, created: 0 },
			{ what: 'the answer is cut off', fault: { kind: 'truncate' }, created: 1 },
			{ what: 'emnify fails', fault: { kind: 'status', status: 500 }, created: 0 },
			{ what: 'no answer comes in time', fault: { kind: 'stall' }, created: 0 },
		] as const;

		test.each(unclear)('$what: says that there may be a token', async ({ fault, created }) => {
			const bench = await start();
			await bench.logIn();
			const before = tokensOf(bench).length;
			bench.simulator.faults.next(fault, { endpoint: CREATE });
			const timeout = fault.kind === 'stall' ? 0.2 : 30;
			const result = await bench.run(create(), { parameters: create({ options: { timeout } }) });
			expect(failureOf(result)).toMatchObject({
				name: 'NodeApiError',
				description: expect.stringMatching(
					/there is a token now whose secret nobody knows: look for it with Application Token → Get Many, and revoke it/,
				),
				itemIndex: 0,
			});
			expect(bench.simulator.count(CREATE)).toBe(1);
			expect(tokensOf(bench)).toHaveLength(before + created);
			for (const { token } of tokensOf(bench).slice(before)) {
				expect(everythingStored(result)).not.toContain(token.slice(0, 12));
			}
		});

		test('with Continue On Fail the items after it go on', async () => {
			const bench = await start();
			await bench.logIn();
			bench.simulator.faults.next({ kind: 'resetAfter' }, { endpoint: CREATE });
			const result = await bench.run(create(), {
				items: times(2),
				onError: 'continueRegularOutput',
			});
			expect(failureIn(result.items[0]).description).toMatch(/there is a token now/);
			expect(result.json[1]).toMatchObject({ application_token: tokensOf(bench).at(-1)?.token });
			expect(bench.simulator.count(CREATE)).toBe(2);
		});

		test.each([403, 409, 422])('a clear refusal (%i) does not say so', async (status) => {
			const { run, simulator, logIn } = await start();
			await logIn();
			simulator.faults.next({ kind: 'status', status }, { endpoint: CREATE });
			expect(failureOf(await run(create())).description).not.toMatch(/there is a token now/);
		});
	});

	test('waits at the rate limit, and creates one token', async () => {
		const bench = await start();
		await bench.logIn();
		const before = tokensOf(bench).length;
		bench.simulator.faults.next({ kind: 'status', status: 429 }, { endpoint: CREATE });
		expect((await bench.run(create())).error).toBeUndefined();
		expect(tokensOf(bench)).toHaveLength(before + 1);
	});

	test('logs in anew where the session is over, and creates one token', async () => {
		const bench = await start();
		await bench.logIn();
		const before = tokensOf(bench).length;
		bench.simulator.revokeTokens();
		expect((await bench.run(create())).error).toBeUndefined();
		expect(bench.simulator.count(LOGIN)).toBe(1);
		expect(tokensOf(bench)).toHaveLength(before + 1);
	});

	test('Retry On Fail creates no second token for an item that has one', async () => {
		const bench = await start();
		await bench.logIn();
		const before = tokensOf(bench).length;
		bench.simulator.faults.next({ kind: 'stall', ms: 0 }, { times: 2, endpoint: CREATE });
		bench.simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: CREATE });
		const result = await bench.run(create(), { items: times(3), retryOnFail: true });
		expect(result.error).toBeUndefined();
		const created = tokensOf(bench).slice(before);
		expect(result.json).toEqual(created.map(({ id, token }) => ({ id, application_token: token })));
		expect(created).toHaveLength(3);
	});

	test('Retry On Fail does not create a second one where it is open whether there is a first', async () => {
		const bench = await start();
		await bench.logIn();
		const before = tokensOf(bench).length;
		bench.simulator.faults.next({ kind: 'resetAfter' }, { endpoint: CREATE });
		const result = await bench.run(create({ description: 'CI' }), { retryOnFail: true });
		expect(failureOf(result)).toMatchObject({
			message: expect.stringMatching(/broke off before an answer came/),
			description: expect.stringMatching(/revoke it, before you create another/),
		});
		expect(bench.simulator.count(CREATE)).toBe(1);
		expect(tokensOf(bench)).toHaveLength(before + 1);
	});

	test('Retry On Fail tries again where emnify surely created none', async () => {
		const bench = await start();
		await bench.logIn();
		bench.simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: CREATE });
		const result = await bench.run(create({ description: 'CI' }), { retryOnFail: true });
		expect(result.error).toBeUndefined();
		expect(bench.simulator.count(CREATE)).toBe(2);
	});

	test('the token is in the output alone, not in the failure of another item', async () => {
		const bench = await start();
		await bench.logIn();
		const before = tokensOf(bench).length;
		const failing = async (onError?: 'continueRegularOutput') => {
			bench.simulator.faults.next({ kind: 'stall', ms: 0 }, { endpoint: CREATE });
			bench.simulator.faults.next({ kind: 'status', status: 409 }, { endpoint: CREATE });
			return await bench.run(create(), { items: times(2), onError });
		};
		const stopped = await failing();
		const continued = await failing('continueRegularOutput');
		const [first = '', second = ''] = tokensOf(bench)
			.slice(before)
			.map(({ token }) => token);
		expect(everythingStored(stopped)).not.toContain(first);
		expect(failureOf(stopped).description).toMatch(/1 of 2 items were done before this/);
		expect(continued.json[0]).toMatchObject({ application_token: second });
		expect(inspect(continued.items[1], { depth: Infinity, showHidden: true })).not.toContain(
			second,
		);

		expect(inspect(engine().storedCredential(bench.credential))).not.toContain(second);
	});

	const expiry = 'Expiry Date';
	const range = 'IP Range';
	const anAddress = 'an IP address or a range such as 203.0.113.0/24';
	test.each([{}, [1], true, 1.5])('a description of %j is no text', async (value) => {
		const { run, simulator } = await start();
		const result = await run(create({ description: VALUE }), { items: itemsOf([value]) });
		expect(failureOf(result).message).toBe('Description is not a text');
		expect(simulator.requests).toEqual([]);
	});

	const aDate = 'a date and time since the year 2000, such as 2026-03-01T08:00';
	test.each([
		['expiryDate', 'never', expiry, aDate],
		['expiryDate', '2020-01-01T00:00:00Z', expiry, 'a date and time in the future'],
		['expiryDate', 0, expiry, aDate],
		['expiryDate', 8e15, expiry, aDate],
		['expiryDate', 1_900_000_000, expiry, aDate],
		['expiryDate', true, expiry, aDate],
		['expiryDate', [], expiry, aDate],
		['ip', 'localhost', range, anAddress],
		['ip', '203.0.113', range, anAddress],
		['ip', '203.0.113.256', range, anAddress],
		['ip', '203.0.113.007', range, anAddress],
		['ip', '203.0.113.7:443', range, anAddress],
		['ip', '203.0.113.0/33', range, anAddress],
		['ip', '203.0.113.0/', range, anAddress],
		['ip', '203.0.113.0/024', range, anAddress],
		['ip', '203.0.113.0/24/24', range, anAddress],
		['ip', '203.0.113.0-203.0.113.9', range, anAddress],
		['ip', '203.0.113.7, 203.0.113.8', range, anAddress],
		['ip', '2001:db8::/129', range, anAddress],
		['ip', '2001:db8::1::2', range, anAddress],
		['ip', '12345::', range, anAddress],
		['ip', '[::1]', range, anAddress],
		['ip', ':', range, anAddress],
		['ip', 3405803776, range, anAddress],
		['ip', {}, range, anAddress],
	])('%s %j is refused before any request', async (field, value, label, expected) => {
		const { run, simulator } = await start();
		const result = await run(create({ [field]: VALUE }), { items: itemsOf([value]) });
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message: expect.stringMatching(
				`^${label} (“.{1,20}” )?is not ${expected.replace(/[.()/]/g, '\\$&')}`,
			),
			description: expect.stringContaining(`Enter ${expected}.`),
			itemIndex: 0,
		});
		expect(simulator.requests).toEqual([]);
	});

	test.each([
		['Expiry Date', { expiryDate: '={{ undefined }}' }],
		['Expiry Date', { expiryDate: '={{ $json.missing }}' }],
		['IP Range', { ip: '={{ null }}' }],
	])('%s without a result creates no token without that bound: %j', async (label, fields) => {
		const { run, simulator } = await start();
		expect(failureOf(await run(create(fields)))).toMatchObject({
			name: 'NodeOperationError',
			message: `${label} is empty`,
			description:
				'Enter a value, or clear the field. If it is an expression, it has no result for this item.',
		});
		expect(simulator.requests).toEqual([]);
	});

	test('a bad item among good ones keeps all from being created', async () => {
		const { run, simulator } = await start();
		const result = await run(create({ ip: VALUE }), { items: itemsOf(['127.0.0.1', 'x']) });
		expect(failureOf(result)).toMatchObject({ itemIndex: 1 });
		expect(simulator.requests).toEqual([]);
	});
});

describe('applicationToken: revoke', () => {
	test('revokes the token, which logs in no more', async () => {
		const bench = await start();
		const [token] = addTokens(bench, 1);
		if (!token) throw new RangeError('No token was added');
		const result = await bench.run(revoke({ tokenId: byId(` ${token.id} `) }));
		expect(result.error).toBeUndefined();
		expect(bench.calls().map(onTheWire)).toEqual([
			{
				method: 'PATCH',
				path: `/api/v1/application_token/${token.id}`,
				authorization: 'Bearer <JWT>',
				body: { status: { id: 1 } },
			},
		]);
		expect(result.json).toEqual([{ revoked: true, token_id: token.id }]);
		expect(token).toMatchObject({ statusId: 1, description: 'Token 0' });

		const { url: baseUrl } = bench.simulator;
		const credential = engine().storeCredential({ baseUrl, applicationToken: token.token });
		expect(failureOf(await bench.run(getAll(), { credential })).message).toMatch(
			/^emnify did not accept the application token/,
		);
	});

	test('revokes the token of each item, and pairs what it says', async () => {
		const bench = await start();
		const tokens = addTokens(bench, 4);
		const items = itemsOf(tokens.map(({ id }) => id));
		const result = await bench.run(revoke({ tokenId: byId(VALUE) }), { items });
		expect(result.json).toEqual(tokens.map(() => expect.objectContaining({ revoked: true })));
		expect(pairedItems(result.items)).toEqual([0, 1, 2, 3]);
		expect(tokens.map(({ statusId }) => statusId)).toEqual([1, 1, 1, 1]);
		expect(inputAfter(result)).toEqual(items);
	});

	test('with Continue On Fail, a token of another workspace says so, and the others are revoked', async () => {
		const bench = await start();
		const [first, second] = addTokens(bench, 2);
		const result = await bench.run(revoke({ tokenId: byId(VALUE) }), {
			items: itemsOf([first?.id, 202, 'abc', second?.id]),
			onError: 'continueRegularOutput',
		});
		expect(result.json).toEqual([
			expect.objectContaining({ revoked: true }),
			{
				error:
					'Could not revoke application token 202: emnify does not find it: “Application token not found” (NotFound 1201)',
			},
			{ error: expect.stringMatching(/^Application Token “abc” is not the ID/) },
			expect.objectContaining({ revoked: true }),
		]);
		expect(failureIn(result.items[1])).toMatchObject({
			description: expect.stringMatching(/another workspace.*Choose it from the list/),
			itemIndex: 1,
		});
	});

	test('Retry On Fail does not repeat what has succeeded', async () => {
		const bench = await start();
		await bench.logIn();
		const tokens = addTokens(bench, 3);
		bench.simulator.faults.next({ kind: 'stall', ms: 0 }, { endpoint: REVOKE });
		bench.simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: REVOKE });
		const result = await bench.run(revoke({ tokenId: byId(VALUE) }), {
			items: itemsOf(tokens.map(({ id }) => id)),
			retryOnFail: true,
		});
		expect(result.json).toEqual(tokens.map(() => expect.objectContaining({ revoked: true })));
		expect(bench.simulator.count(REVOKE)).toBe(4);
	});

	testAdvice(start, {
		parameters: revoke({ tokenId: byId(ids.applicationToken) }),
		action: `revoke application token ${ids.applicationToken}`,
		endpoint: REVOKE,
	});

	test.each(someBadIds)('a token ID that is $what is refused before any request', async (bad) => {
		const { run, simulator } = await start();
		const result = await run(revoke({ tokenId: byId(VALUE) }), { items: itemsOf([bad.value]) });
		const expected = 'the ID of an application token (a whole number above 0)';
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message: refusedValue('Application Token', bad.quoted, expected),
			description: expect.stringContaining(`Enter ${expected}.`),
			itemIndex: 0,
		});
		expect(simulator.requests).toEqual([]);
	});

	test('a secret in place of the ID is not repeated', async () => {
		const { run, simulator } = await start();
		const result = await run(revoke({ tokenId: byId('={{ "fake-" + "secret-of-a-token" }}') }));
		expect(failureOf(result).message).toMatch(/^Application Token is not the ID/);
		expect(everythingStored(result)).not.toContain('fake-secret');
		expect(simulator.requests).toEqual([]);
	});

	test('values that are typed in are refused by n8n itself', async () => {
		const { run, simulator } = await start();
		for (const value of ['0', '-3', 'abc']) {
			await expect(run(revoke({ tokenId: byId(value) }))).rejects.toThrow(
				/Enter a whole number above 0/,
			);
		}
		await expect(run(revoke({ tokenId: byId('') }))).rejects.toThrow(
			/Application Token.*is required/,
		);
		expect(simulator.requests).toEqual([]);
	});

	test('an answer that emnify would not give is a failure', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'html' }, { endpoint: REVOKE });
		const result = await run(revoke({ tokenId: byId(ids.applicationToken), options: AT_ONCE }));
		expect(failureOf(result).message).toMatch(/is not from emnify$/);
	});
});

test('an answer of JSON to revoking, which is undocumented, is as good as none', async () => {
	const { run, simulator } = await start();
	simulator.faults.next(
		{ kind: 'status', status: 200, body: { id: ids.applicationToken } },
		{ endpoint: REVOKE },
	);
	expect((await run(revoke({ tokenId: byId(ids.applicationToken) }))).json).toEqual([
		expect.objectContaining({ revoked: true }),
	]);
});
