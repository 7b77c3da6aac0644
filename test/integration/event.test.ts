import { eventSeverities, eventTypes, seed, type Simulator } from '../../simulator';
import {
	AT_ONCE,
	byId,
	byUsername,
	failureIn,
	failureOf,
	inputAfter,
	itemsOf,
	onTheWire,
	pair,
	pairedItems,
	refusedValue,
	someBadIds,
	testAdvice,
	times,
	useEmnify,
	VALUE,
	type Bench,
} from './support';

const LIST = 'GET /api/v1/event';
const LIST_OF_USER = 'GET /api/v1/user/{user_id}/event';
const FIND_USER = 'GET /api/v1/user/{user_id}';

const { administrator, observer, userWithoutMfa, ids } = seed;
const { start: startEmnify } = useEmnify();

/** emnify with four events of its own in Acme Fleet, the oldest first, and the bench. */
const start: typeof startEmnify = async (options) => {
	const bench = await startEmnify(options);
	const { clock, world } = bench.simulator;
	const startedAt = clock.now().getTime();
	world.events.length = 0;
	for (const [hours, type, severity, description, userId] of [
		[400, eventTypes.userVerified, eventSeverities.info, 'User verified', observer.id],
		[200, eventTypes.supportAccess, eventSeverities.warn, 'Support accessed', undefined],
		[72, eventTypes.userDeleted, eventSeverities.info, 'User deleted', administrator.id],
		[
			5,
			eventTypes.userAuthenticationFailed,
			eventSeverities.warn,
			`Failed authentication request from '${observer.username}', Reason: Invalid password`,
			observer.id,
		],
	] as const) {
		world.addEvent({
			organisationId: ids.acme,
			timestamp: new Date(startedAt - hours * 3_600_000),
			type,
			severity,
			alert: severity.id > 0,
			description,
			...(userId !== undefined && { userId }),
		});
	}
	return bench;
};

const now = new Date('2026-03-01T12:00:00Z');
const getAll = (filters = {}, fields = {}) =>
	pair('event', 'getAll', { returnAll: true, simplify: false, filters, ...fields });

/** The queries of the lists of events that emnify was asked for. */
const queries = ({ requests, url }: Simulator) =>
	requests
		.filter(({ endpoint }) => endpoint === LIST || endpoint === LIST_OF_USER)
		.map(({ path }) => Object.fromEntries(new URL(path, url).searchParams));

/** How emnify is asked for an order where none is chosen. */
const NEWEST_FIRST = '-timestamp,-id';

const typesOf = (json: object[]) =>
	(json as Array<{ event_type: { id: number } }>).map(({ event_type }) => event_type.id);

/** Adds failed logins, the oldest first, a second apart, the last of them now. */
function addEvents({ simulator }: Bench, count: number): void {
	for (let index = 0; index < count; index++) {
		simulator.world.addEvent({
			organisationId: ids.acme,
			timestamp: new Date(simulator.clock.now().getTime() - (count - index) * 1000),
			type: eventTypes.userAuthenticationFailed,
			severity: eventSeverities.warn,
			description: `Failed authentication request ${index}`,
			userId: userWithoutMfa.id,
		});
	}
}

describe('event: getAll', () => {
	test('asks for the events and gives each as emnify tells it', async () => {
		const bench = await start({ startsAt: now });
		bench.simulator.world.addEvent({
			organisationId: ids.acme,
			timestamp: now,
			type: eventTypes.multiFactorAuthentication,
			severity: eventSeverities.info,
			description: 'An MFA key was deleted',
			detail: { anything: ['at all'] },
		});
		const result = await bench.run(getAll({}, { returnAll: false, limit: 2 }));
		expect(result.error).toBeUndefined();
		expect(bench.calls().map(onTheWire)).toEqual([
			{
				method: 'GET',
				path: expect.stringMatching(/^\/api\/v1\/event\?/),
				authorization: 'Bearer <JWT>',
				body: undefined,
			},
		]);
		expect(queries(bench.simulator)).toEqual([{ page: '1', per_page: '2', sort: NEWEST_FIRST }]);
		expect(result.json).toEqual([
			{
				id: expect.any(Number),
				timestamp: '2026-03-01T12:00:00.000Z',
				alert: false,
				description: 'An MFA key was deleted',
				event_type: { id: 14, description: 'Multi-factor Authentication' },
				event_source: { id: 2, description: 'API' },
				event_severity: { id: 0, description: 'Info' },
				organisation: { id: ids.acme, name: 'Acme Fleet' },
				detail: { anything: ['at all'] },
			},
			expect.objectContaining({
				timestamp: expect.stringMatching(/^2026-03-01T07:00:/),
				user: { id: observer.id, name: 'Otis Berg', username: observer.username },
			}),
		]);
		expect(pairedItems(result.items)).toEqual([0, 0]);
	});

	test.each([
		['no filter', {}, undefined, [6, 46, 13, 41]],
		['a type', { type: [13] }, 'type:13', [13]],
		['several types', { type: [6, 13] }, 'type:6|13', [6, 13]],
		[
			'types as text, as an expression gives them',
			{ type: '={{ "6, 13" }}' },
			'type:6|13',
			[6, 13],
		],
		['a type as a number', { type: '={{ 46 }}' }, 'type:46', [46]],
		['no type chosen', { type: [] }, undefined, [6, 46, 13, 41]],
		['a severity', { severity: 1 }, 'severity:1', [6, 13]],
		['the severity 0', { severity: 0 }, 'severity:0', [46, 41]],
		['a source', { source: 2 }, 'source:2', [6, 46, 13, 41]],
		['the source 0', { source: '0' }, 'source:0', []],
		[
			'a part of the text',
			{ description: ' invalid PASSWORD ' },
			'description:invalid PASSWORD',
			[6],
		],
		['alerts', { alert: true }, 'alert:true', [6, 13]],
		['what is no alert', { alert: false }, 'alert:false', [46, 41]],
		[
			'filters that are empty',
			{ description: '', from: '', until: '' },
			undefined,
			[6, 46, 13, 41],
		],
		[
			'a time range',
			{ from: '2026-02-20T00:00:00Z', until: '2026-02-27T00:00:00Z' },
			'from:2026-02-20T00:00:00Z,until:2026-02-27T00:00:00Z',
			[46, 13],
		],
		[
			'a range of one second, in another time zone and with milliseconds',
			{ from: '2026-03-01T08:00:00.000+01:00', until: '2026-03-01T08:00:00.999+01:00' },
			'from:2026-03-01T07:00:00Z,until:2026-03-01T07:00:00Z',
			[6],
		],
		[
			'an end alone',
			{ until: '2026-02-27T00:00:00Z' },
			'from:2000-01-01T00:00:00Z,until:2026-02-27T00:00:00Z',
			[46, 13, 41],
		],
		[
			'everything at once',
			{
				type: [6],
				severity: 1,
				source: 2,
				description: 'otis',
				alert: true,
				from: '2026-01-01T00:00:00Z',
				until: '2026-04-01T00:00:00Z',
				user: byId(observer.id),
			},
			'type:6,severity:1,source:2,description:otis,alert:true,from:2026-01-01T00:00:00Z,until:2026-04-01T00:00:00Z',
			[6],
		],
	])('filters by %s', async (_what, filters, q, found) => {
		const { run, simulator } = await start({ startsAt: now });
		const result = await run(getAll(filters));
		expect(result.error).toBeUndefined();
		expect(queries(simulator)).toEqual([
			{
				page: expect.any(String),
				per_page: expect.any(String),
				sort: NEWEST_FIRST,
				...(q !== undefined && { q }),
			},
		]);
		expect(typesOf(result.json)).toEqual(found);
	});

	test('from a moment on means up to what happens now, also where n8n’s clock is slow', async () => {
		const bench = await start({ startsAt: new Date(Date.now() + 60 * 60_000) });
		addEvents(bench, 1);
		const { error, json } = await bench.run(
			getAll({ from: '={{ $now.minus({ days: 4 }) }}', type: [6, 46, 13] }),
		);
		expect(error).toBeUndefined();
		expect(typesOf(json)).toEqual([6, 6, 46]);
	});

	test('takes a time without a zone in that of the workflow, as n8n does', async () => {
		const { run, simulator } = await start();
		const until = '2099-07-01T00:00:00Z';
		for (const from of ['2025-07-01T00:00', '={{ DateTime.fromISO("2025-07-01T00:00") }}']) {
			expect((await run(getAll({ from, until }))).error).toBeUndefined();
		}
		const [typed, computed] = queries(simulator).map(({ q }) => q);
		expect(typed).toMatch(/^from:2025-(06-30|07-01)T\d\d:\d\d:00Z,until:2099-07-01T00:00:00Z$/);
		expect(typed).toBe(computed);
	});

	test.each([
		['by ID', byId(String(observer.id)), 0],
		['from the list', { __rl: true, mode: 'list', value: observer.id }, 0],
		['by an expression for the whole field', `={{ ${observer.id} }}`, 0],
		['by username', byUsername(observer.username), 1],
	])('asks for the events of a user %s the documented way', async (_how, user, lookUps) => {
		const { run, simulator, calls } = await start({ startsAt: now });
		const result = await run(getAll({ user, severity: 1 }));
		expect(result.error).toBeUndefined();
		expect(calls().at(-1)?.path).toMatch(
			new RegExp(`^/api/v1/user/${observer.id}/event\\?.*q=severity`),
		);
		expect(queries(simulator)).toMatchObject([{ q: 'severity:1' }]);
		expect(simulator.count(LIST)).toBe(0);
		expect(simulator.count(FIND_USER)).toBe(lookUps);
		expect(typesOf(result.json)).toEqual([6]);
	});

	test('asks for the events of “Me” as emnify documents it', async () => {
		const { run, calls } = await start({ startsAt: now, user: administrator });
		const result = await run(getAll({ user: { __rl: true, mode: 'list', value: 'my' } }));
		expect(result.error).toBeUndefined();
		expect(calls().map(({ path }) => path)).toEqual([
			expect.stringMatching(/^\/api\/v1\/user\/my\/event\?/),
		]);
		expect(typesOf(result.json)).toContain(46);
	});

	test('a user filter that nothing was chosen in is none', async () => {
		const { run, simulator } = await start();
		const result = await run(getAll({ user: { __rl: true, mode: 'list', value: '' } }));
		expect(result.json).toHaveLength(4);
		expect(Object.keys(queries(simulator)[0] ?? {})).not.toContain('q');
	});

	test.each([
		['whom there is not', 999_999],
		['of another organisation', ids.foreignUser],
	])('a user %s is a failure, and no empty success', async (_who, id) => {
		const { run, simulator } = await start();
		const result = await run(getAll({ user: byId(id) }));
		expect(failureOf(result)).toMatchObject({
			message: expect.stringMatching(
				new RegExp(`^Could not find user ${id}: emnify does not find it`),
			),
			httpCode: '404',
		});
		expect(simulator.count(LIST_OF_USER)).toBe(1);
	});

	test('an unknown username is a failure before the events are asked for', async () => {
		const { run, simulator } = await start();
		const result = await run(getAll({ user: byUsername('nobody@example.com') }));
		expect(failureOf(result).message).toMatch(/^Could not find user nobody@example.com/);
		expect(simulator.count(LIST_OF_USER)).toBe(0);
	});

	test('a user of whom nothing is recorded gives nothing, at the price of one request that proves the user', async () => {
		const { run, simulator } = await start();
		const result = await run(getAll({ user: byId(ids.userWithoutDevices) }));
		expect(result.error).toBeUndefined();
		expect(result.json).toEqual([]);
		expect(simulator.count(FIND_USER)).toBe(1);
	});

	describe('more types than a filter takes', () => {
		const kinds = Array.from({ length: 13 }, (_, index) => ({
			id: 200 + index,
			description: `Kind ${index}`,
		}));
		const chosen = kinds.map(({ id }) => id);
		/** An event of each kind, a minute apart, in an order of their own. */
		const addKinds = ({ simulator }: Bench) =>
			kinds.map((type, index) =>
				simulator.world.addEvent({
					organisationId: ids.acme,
					timestamp: new Date(now.getTime() + ((index * 5) % 13) * 60_000),
					type,
					severity: eventSeverities.info,
					description: `Event ${index}`,
				}),
			);

		test('go out six at a time, and come in one order, the newest first', async () => {
			const bench = await start({ startsAt: now });
			addKinds(bench);
			const { error, json } = await bench.run(getAll({ type: chosen }));
			expect(error).toBeUndefined();
			expect(queries(bench.simulator).map(({ q }) => q)).toEqual([
				'type:200|201|202|203|204|205',
				'type:206|207|208|209|210|211',
				'type:212',
			]);
			const timestamps = json.map(({ timestamp }) => String(timestamp));
			expect(timestamps).toHaveLength(13);
			expect(timestamps).toEqual([...timestamps].sort().reverse());
		});

		test('come in the order that is chosen, up to the limit', async () => {
			const bench = await start({ startsAt: now });
			addKinds(bench);
			const sort = { rules: [{ field: 'type', direction: 'ascending' }] };
			const fields = { sort, returnAll: false, limit: 8 };
			const { json } = await bench.run(getAll({ type: [...chosen].reverse() }, fields));
			expect(typesOf(json)).toEqual(chosen.slice(0, 8));
		});

		test('as text, and one of them twice, give each event once', async () => {
			const bench = await start({ startsAt: now });
			addKinds(bench);
			const types = [...chosen.slice(0, 7), 200].join(', ');
			const { json } = await bench.run(getAll({ type: types }));
			expect(json).toHaveLength(7);
			expect(new Set(json.map(({ id }) => id)).size).toBe(7);
		});

		test('exactly six are one request', async () => {
			const bench = await start();
			await bench.run(getAll({ type: chosen.slice(0, 6) }));
			expect(queries(bench.simulator)).toHaveLength(1);
		});
	});

	test.each([
		[[{ field: 'timestamp', direction: 'ascending' }], '+timestamp,+id', [41, 13, 46, 6]],
		[[{ field: 'type', direction: 'descending' }], '-type,-id', [46, 41, 13, 6]],
		[
			[
				{ field: 'severity', direction: 'descending' },
				{ field: 'id', direction: 'ascending' },
			],
			'-severity,+id',
			[13, 6, 41, 46],
		],
	])('sorts by %j', async (rules, sort, types) => {
		const { run, simulator } = await start({ startsAt: now });
		const result = await run(getAll({}, { sort: { rules } }));
		expect(result.error).toBeUndefined();
		expect(queries(simulator)).toMatchObject([{ sort }]);
		expect(typesOf(result.json)).toEqual(types);
	});

	test('refuses what emnify cannot sort by before any request', async () => {
		const { run, simulator } = await start();
		const rules = [{ field: '={{ "colour" }}', direction: 'ascending' }];
		expect(failureOf(await run(getAll({}, { sort: { rules } }))).message).toMatch(
			/^Sort field is not one of alert, endpoint, iccid, id, imsi, ip_address, organisation, severity, source, tags, timestamp, type, user$/,
		);
		expect(simulator.requests).toEqual([]);
	});

	test('simplified, an event is a row of a table', async () => {
		const bench = await start({ startsAt: now });
		bench.simulator.world.addEvent({
			organisationId: ids.acme,
			timestamp: now,
			type: eventTypes.userAuthenticationFailed,
			severity: eventSeverities.warn,
			userId: observer.id,
			description: `Failed authentication request from '${observer.username}', Reason: Invalid password from ip 2001:DB8::7, 198.51.100.4`,
		});
		const { json } = await bench.run(
			pair('event', 'getAll', { returnAll: false, limit: 1, filters: {} }),
		);
		expect(json).toEqual([
			{
				id: expect.any(Number),
				timestamp: '2026-03-01T12:00:00.000Z',
				type: 'User authentication failed',
				type_id: 6,
				severity: 'Warn',
				source: 'API',
				alert: false,
				description: expect.stringContaining('Invalid password'),
				user: observer.username,
				user_id: observer.id,
				ip_addresses: ['2001:DB8::7', '198.51.100.4'],
				organisation: 'Acme Fleet',
			},
		]);
	});

	test.each([[true], [false]])(
		'drops live tokens, wherever an event has them (Simplify: %s)',
		async (simplify) => {
			const bench = await start({ startsAt: now });
			const token = `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxMjM0NTY3ODkwIn0'}.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U`;
			for (const [id, detail] of [
				[37, { impersonation: { token, list: [{ value: `Bearer ${token}` }] } }],
				[40, JSON.stringify({ auth: token })],
				[
					13,
					{ [`access${'Token'}`]: 'opaque-secret-0123', url: `https://x.example/?t=${token}&u=1` },
				],
			] as const) {
				bench.simulator.world.addEvent({
					organisationId: ids.acme,
					timestamp: now,
					type: { id, description: 'Reseller' },
					severity: eventSeverities.info,
					description: `Session ${token} was given`,
					detail,
				});
			}
			const result = await bench.run(getAll({ type: [37, 40, 13] }, { simplify }));
			expect(result.error).toBeUndefined();
			expect(result.json.length).toBeGreaterThanOrEqual(3);
			const given = JSON.stringify(result.json);
			for (const part of [...token.split('.'), 'opaque-secret-0123'])
				expect(given).not.toContain(part);
			expect(given).toContain('Session (removed) was given');
			if (!simplify) expect(given).toContain('https://x.example/?t=(removed)&u=1');
		},
	);

	test('reads all of many pages, each event once, the newest first as emnify gives them', async () => {
		const bench = await start();
		addEvents(bench, 346);
		const { error, json } = await bench.run(getAll());
		expect(error).toBeUndefined();
		expect(json).toHaveLength(350);
		const found = json.map(({ id }) => Number(id));
		expect(new Set(found).size).toBe(350);
		expect(found).toEqual([...found].sort((a, b) => b - a));
		// Old events leave as new ones come, and no count tells of it: each page begins with the last event of the one before.
		const answered = bench.simulator.requests.filter(
			({ endpoint, status }) => endpoint === LIST && status === 200,
		);
		expect(answered).toHaveLength(4);
	});

	test('reads the pages of what happened since a time once: nothing leaves it', async () => {
		const bench = await start();
		addEvents(bench, 346);
		const { json } = await bench.run(getAll({ from: '={{ $now.minus({ days: 7 }) }}' }));
		expect(json).toHaveLength(348);
		expect(queries(bench.simulator)).toHaveLength(4);
	});

	test('returns up to Limit, 50 by default, also where it takes several pages', async () => {
		const bench = await start();
		addEvents(bench, 346);
		const newest = bench.simulator.world.events.filter(
			({ organisationId }) => organisationId === ids.acme,
		);
		newest.reverse();
		const idsOf = async (fields: object) =>
			(await bench.run(getAll({}, { returnAll: false, ...fields }))).json.map(({ id }) => id);
		expect(await idsOf({})).toEqual(newest.slice(0, 50).map(({ id }) => id));
		bench.simulator.forget();
		expect(await idsOf({ limit: 220 })).toEqual(newest.slice(0, 220).map(({ id }) => id));
		expect(queries(bench.simulator)).toHaveLength(3);
	});

	test('keeps to the ten pages a second that emnify gives, without a 429, and loses nothing', async () => {
		const bench = await start();
		addEvents(bench, 1000);
		const { error, json } = await bench.run(getAll({ type: [6] }), { items: times(2) });
		expect(error).toBeUndefined();
		expect(json).toHaveLength(2002);
		expect(bench.simulator.count('GET /api/v1/event')).toBeGreaterThan(20);
		expect(bench.simulator.requests.map(({ status }) => status)).not.toContain(429);
	});

	test('gives nothing, and does not fail, where nothing happened', async () => {
		const { run } = await start();
		for (const returnAll of [true, false]) {
			const result = await run(getAll({ type: [7] }, { returnAll }));
			expect(result.error).toBeUndefined();
			expect(result.json).toEqual([]);
		}
	});

	test('evaluates the filters for each item, and pairs what it gives', async () => {
		const { run } = await start();
		const items = itemsOf([[13], [7], [6, 46]]);
		const result = await run(getAll({ type: VALUE }), { items });
		expect(typesOf(result.json)).toEqual([13, 6, 46]);
		expect(pairedItems(result.items)).toEqual([0, 2, 2]);
		expect(inputAfter(result)).toEqual(items);
	});

	test('one bad item among good ones fails alone with Continue On Fail', async () => {
		const { run } = await start();
		const result = await run(getAll({ user: byId(VALUE) }), {
			items: itemsOf([administrator.id, 'abc', observer.id]),
			onError: 'continueRegularOutput',
		});
		expect(pairedItems(result.items)).toEqual([0, 1, 2, 2]);
		expect(result.json[1]).toEqual({
			error: expect.stringMatching(/^User “abc” is not a user ID/),
		});
		expect(failureIn(result.items[1])).toMatchObject({ itemIndex: 1 });
	});

	test('who may not read events is told so', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: LIST });
		expect(failureOf(await run(getAll()))).toMatchObject({
			message:
				'Could not list the events: emnify does not allow it: “The requesting user is not permitted to do this” (Forbidden 1104)',
			description: expect.stringMatching(/may not read events.*credential of an administrator/),
			httpCode: '403',
		});
	});

	testAdvice(start, {
		parameters: getAll(),
		action: 'list the events',
		endpoint: LIST,
	});

	test('an empty list without headers is an empty one', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 200, body: [] }, { endpoint: LIST });
		const result = await run(getAll({}, { options: AT_ONCE }));
		expect(result.error).toBeUndefined();
		expect(result.json).toEqual([]);
	});

	test.each([
		['type', 'abc', 'Type “abc” is not the ID of an event type (a whole number)'],
		['type', [6, -1], 'Type “-1” is not the ID of an event type (a whole number)'],
		['type', ['6|7'], 'Type is not the ID of an event type (a whole number)'],
		['type', { a: 1 }, 'Type is not the ID of an event type (a whole number), but an object'],
		['severity', 3, 'Severity “3” is not 0 (Info), 1 (Warn) or 2 (Critical)'],
		['severity', 'Warn', 'Severity “Warn” is not 0 (Info), 1 (Warn) or 2 (Critical)'],
		['source', '1,type:6', 'Source is not 0 (Network), 1 (Policy Control) or 2 (API)'],
		['alert', 'yes', 'Alert “yes” is not true or false'],
		[
			'description',
			'Reason: Invalid',
			'Description has a comma or a colon, which emnify’s filters cannot hold',
		],
		[
			'description',
			'a,severity',
			'Description has a comma or a colon, which emnify’s filters cannot hold',
		],
		['description', {}, 'Description is not a text'],
		[
			'from',
			'yesterday',
			'From is not a date and time since the year 2000, such as 2026-03-01T08:00',
		],
		[
			'from',
			'2026-02-31',
			'From “2026-02-31” is not a date and time since the year 2000, such as 2026-03-01T08:00',
		],
		['until', 8e15, 'Until is not a date and time since the year 2000, such as 2026-03-01T08:00'],
		['ip_address', '10.0.0.300', 'IP Address is not an IPv4 or IPv6 address'],
		['imei', '12-34', 'IMEI “12-34” is not a number of digits'],
		['endpoint', 'a||b', 'Endpoint is not one value, or up to 6 with | between them'],
		['country', 'a|b|c|d|e|f|g', 'Country is not one value, or up to 6 with | between them'],
		['from', '2999-01-01T00:00:00Z', 'From (2999-01-01T00:00:00Z) is in the future'],
	])('a %s of %j is refused before any request', async (field, value, message) => {
		const { run, simulator } = await start();
		const result = await run(getAll({ [field]: VALUE }), { items: itemsOf([value]) });
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message,
			itemIndex: 0,
		});
		expect(simulator.requests).toEqual([]);
	});

	test.each([
		['Description', { description: '={{ undefined }}' }],
		['From', { from: '={{ $json.missing }}' }],
		['Severity', { severity: '={{ null }}' }],
		['Type Names or IDs', { type: '={{ undefined }}' }],
		['Until', { from: '2026-01-01', until: '={{ null }}' }],
		['User', { user: byId('={{ $json.missing }}') }],
		['User', { user: '={{ null }}' }],
	])('%s without a result does not let all events through: %j', async (field, filters) => {
		const { run, simulator } = await start();
		expect(failureOf(await run(getAll(filters)))).toMatchObject({
			name: 'NodeOperationError',
			message: `${field} is empty`,
			description:
				'Enter a value, or remove the filter. If it is an expression, it has no result for this item.',
			itemIndex: 0,
		});
		expect(simulator.requests).toEqual([]);
	});

	test('a range that ends before it begins is refused before any request', async () => {
		const { run, simulator } = await start();
		const filters = { from: '2026-03-02T00:00:00Z', until: '2026-03-01T00:00:00Z' };
		expect(failureOf(await run(getAll(filters)))).toMatchObject({
			name: 'NodeOperationError',
			message: 'From (2026-03-02T00:00:00Z) is later than Until (2026-03-01T00:00:00Z)',
			description: 'There can be no event in between. Correct From or Until.',
		});
		expect(simulator.requests).toEqual([]);
	});

	// An empty text is a filter that nothing was filled in, and no filter.
	test.each(someBadIds.filter(({ value }) => String(value ?? 'none').trim() !== ''))(
		'a user that is $what is refused before any request',
		async ({ value, quoted }) => {
			const { run, simulator } = await start();
			const result = await run(getAll({ user: byId(VALUE) }), { items: itemsOf([value]) });
			expect(failureOf(result).message).toBe(
				refusedValue('User', quoted, 'a user ID (a whole number above 0, or my)'),
			);
			expect(simulator.requests).toEqual([]);
		},
	);
});
