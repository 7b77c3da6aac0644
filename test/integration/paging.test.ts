import { createWorld, seed, type Dialect } from '../../simulator';
import { AT_ONCE, byId, failureIn, failureOf, pair, useEmnify, type Bench } from './support';

// What a collection costs in each dialect, and that no list is passed off as whole that is not.

const USERS = 'GET /api/v1/user';
const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const TOKENS = 'GET /api/v1/application_token';

const now = new Date('2026-03-01T12:00:00Z');
const { engine, start } = useEmnify();

const users = (fields = {}) => pair('user', 'getAll', { returnAll: true, ...fields });
const devices = pair('trustedDevice', 'getAll', {
	returnAll: true,
	user: byId(seed.observer.id),
	options: AT_ONCE,
});
const tokens = pair('applicationToken', 'getAll', { returnAll: true, options: AT_ONCE });

const ofPaging: Array<Dialect | undefined> = [
	undefined,
	'linkOnly',
	'noPagingHeaders',
	'emptyPastEnd',
];
const world = (count: number) => createWorld({ users: count, devicesPerUser: 0, now });

const addDevices = ({ simulator }: Bench, count: number) => {
	for (let number = 0; number < count; number++) {
		simulator.world.addTrustedDevice(seed.observer.id, { activatedAt: now });
	}
};

describe('users cost a request a page, and at most one more', () => {
	test.each(ofPaging)('in the dialect %s', async (dialect) => {
		for (const [count, perPageMaximum, requests] of [
			[1, 100, 1],
			[100, 100, 1],
			[101, 100, 2],
			[450, 100, 5],
			[1001, 1000, 2],
			[2500, 1000, 3],
		] as const) {
			const bench = await start({
				world: world(count),
				startsAt: now,
				limits: { perPageMaximum },
				...(dialect && { dialects: [dialect] }),
			});
			for (const sort of [{}, { rules: [{ field: 'name', direction: 'descending' }] }]) {
				bench.simulator.forget();
				const { error, json } = await bench.run(users({ sort }));
				expect(error).toBeUndefined();
				expect(new Set(json.map(({ id }) => id)).size).toBe(count);
				// Where nothing tells, one look shows whether the first page is all.
				const more = dialect === 'noPagingHeaders' && requests === 1 ? 1 : 0;
				expect([count, bench.simulator.count(USERS)]).toEqual([count, requests + more]);
			}
		}
	});
});

describe('a list that documents no paging', () => {
	test.each<Dialect | undefined>([undefined, 'noPagingHeaders', 'emptyPastEnd'])(
		'costs one request in the dialect %s',
		async (dialect) => {
			const bench = await start({ ...(dialect && { dialects: [dialect] }) });
			addDevices(bench, 120);
			const { json } = await bench.run(devices);
			expect(json.length).toBeGreaterThan(120);
			await bench.run(tokens);
			expect([bench.simulator.count(DEVICES), bench.simulator.count(TOKENS)]).toEqual([1, 1]);
		},
	);

	test.each<Dialect[]>([
		['pagedLists'],
		['pagedLists', 'linkOnly'],
		['pagedLists', 'emptyPastEnd'],
	])('is read to its end where its headers name more pages: %s %s', async (...dialects) => {
		const bench = await start({ dialects: dialects.filter(Boolean) });
		addDevices(bench, 120);
		for (let number = 0; number < 70; number++) {
			bench.simulator.world.addApplicationToken({ creatorId: seed.administrator.id });
		}
		const { json } = await bench.run(devices);
		const own = bench.simulator.world.user(seed.observer.id).trustedDevices;
		expect(new Set(json.map(({ id }) => id))).toEqual(new Set(own.map(({ id }) => id)));
		// 50 a page: three pages.
		expect(bench.simulator.count(DEVICES)).toBeLessThanOrEqual(4);
		const listed = await bench.run(tokens);
		expect(listed.json.length).toBeGreaterThanOrEqual(75);
		expect(bench.simulator.count(TOKENS)).toBeLessThanOrEqual(3);
		const searched = await engine().search('searchTrustedDevices', {
			credential: bench.credential,
			parameters: { user: byId(seed.observer.id) },
		});
		expect(searched.results).toHaveLength(own.length);
	});
});

describe('what is no list, or holds what is nothing, is a failure in words', () => {
	const bodies: Array<[what: string, body: unknown, reason: RegExp]> = [
		['null in it', [null], /was cut off, or is not from emnify$/],
		['a text in it', ['a'], /was cut off, or is not from emnify$/],
		['a list in it', [[]], /was cut off, or is not from emnify$/],
		['something around it', { data: [] }, /was cut off, or is not from emnify$/],
		['no ID', [{ id: 1 }, {}], /the answer holds an ID that is no number$/],
		['null for an ID', [{ id: null }], /the answer holds an ID that is no number$/],
		['a text for an ID', [{ id: 'abc' }], /the answer holds an ID that is no number$/],
		['a negative ID', [{ id: -4 }], /the answer holds an ID that is no number$/],
	];

	test.each(bodies)('%s', async (_what, body, reason) => {
		const bench = await start();
		await bench.logIn();
		const answer = () =>
			bench.simulator.faults.next({ kind: 'status', status: 200, body }, { times: 2 });
		for (const parameters of [devices, tokens]) {
			answer();
			expect(failureOf(await bench.run(parameters)).message).toMatch(reason);
			bench.simulator.faults.clear();
		}
		const { credential } = bench;
		for (const list of ['searchTrustedDevices', 'searchApplicationTokens', 'searchUsers']) {
			answer();
			const parameters = { user: byId(seed.observer.id) };
			await expect(engine().search(list, { credential, parameters })).rejects.toThrow(
				/cut off, or is not from emnify$|an ID that is no number$|without an ID$/,
			);
			bench.simulator.faults.clear();
		}
		for (const list of ['getUserStatuses', 'getEventTypes', 'getMfaKeyTypes']) {
			answer();
			await expect(engine().loadOptions(list, { credential, parameters: {} })).rejects.toThrow(
				reason,
			);
			bench.simulator.faults.clear();
		}
	});

	test('MFA keys without an ID', async () => {
		const bench = await start();
		await bench.logIn();
		for (const mfa of [[null], [{}], [{ id: 'x' }], {}, 'none', 7]) {
			bench.simulator.faults.next({
				kind: 'status',
				status: 200,
				body: { id: seed.observer.id, mfa },
			});
			await expect(
				engine().search('searchMfaKeys', {
					credential: bench.credential,
					parameters: { user: byId(seed.observer.id) },
				}),
			).rejects.toThrow(/the answer holds an ID that is no number$/);
		}
		for (const mfa of [null, []]) {
			bench.simulator.faults.next({
				kind: 'status',
				status: 200,
				body: { id: seed.observer.id, mfa },
			});
			const { results } = await engine().search('searchMfaKeys', {
				credential: bench.credential,
				parameters: { user: byId(seed.observer.id) },
			});
			expect(results).toEqual([]);
		}
	});
});

test('a page that holds nothing is read again, and in the end it is a failure, not all there is', async () => {
	const bench = await start({ world: world(250), startsAt: now });
	await bench.logIn();
	const empty = { kind: 'status', status: 200, body: [] } as const;
	for (const options of [{}, { filters: { name: 'user' } }]) {
		for (const times of [1, 500]) {
			bench.simulator.faults.next({ kind: 'stall', ms: 0 }, { endpoint: USERS });
			bench.simulator.faults.next(empty, { endpoint: USERS, times });
			const run = await bench.run(users(options), { onError: 'continueRegularOutput' });
			bench.simulator.faults.clear();
			if (times === 1) expect(run.json.length).toBeGreaterThanOrEqual(249);
			else {
				expect(failureIn(run.items[0]).message).toBe(
					'Could not list the users: emnify’s pages hold less than they promise',
				);
			}
		}
	}
});
