import type { Simulator } from './index';
import { seed, startSimulator } from './index';
import type { Session } from './testClient';
import { asApplication, asUser, authenticate, repeat, send, start } from './testClient';

const { observer, userWithoutMfa } = seed;

let simulator: Simulator;
let call: Session;

beforeEach(async () => {
	simulator = await startSimulator({ startsAt: start, limits: { listBurst: 100 } });
	call = await asApplication(simulator);
});

afterEach(async () => await simulator.stop());

const typesOf = async (query: string): Promise<number[]> =>
	(await call('GET', `/event?${query}`)).data.map(
		(event: { event_type: { id: number } }) => event.event_type.id,
	);

const failedLogin = async () =>
	await authenticate(simulator, { username: userWithoutMfa.username, password: 'wrong' });

it('lists the organisation’s events in pages, newest first', async () => {
	const { status, data, headers } = await call('GET', '/event?per_page=3');
	expect(status).toBe(200);
	expect(headers).toMatchObject({ 'x-total-count': '10', 'x-total-pages': '4' });
	expect(data).toHaveLength(3);
	expect(data[0]).toEqual({
		id: expect.any(Number),
		timestamp: '2026-03-01T07:00:00.000Z',
		alert: false,
		description: expect.stringMatching(/^Failed authentication request from /),
		event_type: { id: 6, description: 'User authentication failed' },
		event_source: { id: 2, description: 'API' },
		event_severity: { id: 1, description: 'Warn' },
		organisation: { id: seed.ids.acme, name: 'Acme Fleet' },
		user: { id: observer.id, name: 'Otis Berg', username: observer.username },
	});
	expect(await typesOf('sort=id')).toEqual([36, 40, 41, 37, 13, 14, 46, 7, 6, 6]);
	expect(await typesOf('sort=-timestamp')).toEqual([6, 6, 7, 46, 14, 13, 37, 41, 40, 36]);
});

it('keeps 30 days of history', async () => {
	expect(simulator.world.events[0]?.type.id).toBe(17);
	expect(await typesOf('q=type:17')).toEqual([]);
	expect(await typesOf('q=type:36')).toEqual([36]);
	simulator.clock.advance({ days: 10 });
	call = await asApplication(simulator);
	expect(await typesOf('q=type:36')).toEqual([]);
	simulator.limits.eventHistoryDays = 60;
	expect(await typesOf('q=type:17')).toEqual([17]);
});

it.each([
	['type:6', [6, 6]],
	['type:7|13', [7, 13]],
	['type:7%7C13', [7, 13]],
	['type:1|2|3|4|5|7', [7]],
	['severity:1', [6, 6, 7, 46, 13]],
	['severity:1,type:13', [13]],
	['source:0', []],
	['user:Otis%20Berg', [6, 6, 41, 40]],
	['user:otis%20berg', [6, 6, 41, 40]],
	['user:Otis', []],
	[`user:${observer.id}`, []],
	[`user:${observer.username}`, []],
	['description:support', [13]],
	['alert:true', []],
	['organisation:Acme%20Fleet,type:7', [7]],
	['organisation:Borealis%20Meters', []],
	['timestamp:2026-02-20T00:00:00Z', [13]],
	['from:2026-02-20T00:00:00Z,until:2026-02-27T00:00:00Z', [46, 14, 13]],
	['from:2026-03-01T07:00:00Z,until:2026-03-01T07:00:00Z', [6]],
	...['endpoint:a', 'tags:a', 'ip_address:10.0.0.1', 'iccid:1', 'imsi:1', 'imei:1'].map(
		(filter): [string, number[]] => [filter, []],
	),
	...['network:a', 'country:a', 'rat:6', 'iccid_with_luhn:1', 'iccid:1|2|3|4|5|6'].map(
		(filter): [string, number[]] => [filter, []],
	),
])('filters by q=%s', async (filter, expected) => {
	expect(await typesOf(`q=${filter}`)).toEqual(expected);
});

it.each([
	'from:2026-02-20T00:00:00Z',
	'until:2026-02-20T00:00:00Z',
	'from:2026-02-20,until:2026-02-21',
	'from:2026-02-20T00:00:00.000Z,until:2026-02-21T00:00:00.000Z',
	'colour:red',
	'type:1|2|3|4|5|6|7',
	'iccid:1|2|3|4|5|6|7',
	'type:six',
	'type:6|',
	'severity:0|1',
	'source:api',
	'alert:yes',
])('refuses q=%s with 422', async (filter) => {
	expect(await call('GET', `/event?q=${filter}`)).toMatchObject({
		status: 422,
		data: { error_code: 1301, error_token: 'InvalidQueryCriteria' },
	});
});

it.each([
	['id', 36],
	['timestamp', 36],
	['source', 6],
	['severity', 14],
	['alert', 6],
	['organisation', 6],
	['user', 7],
	['-user', 6],
	['endpoint', 6],
	['tags', 6],
	['ip_address', 6],
	['iccid', 6],
	['imsi', 6],
	['type', 6],
	['-type', 46],
])('sorts by %s', async (sort, first) => {
	expect((await typesOf(`sort=${sort}`))[0]).toBe(first);
});

it.each([
	['sort=colour', 1302],
	['sort=description', 1302],
	['page=0', 1400],
	['per_page=x', 1400],
])('refuses %s with 400', async (query, code) => {
	expect(await call('GET', `/event?${query}`)).toMatchObject({
		status: 400,
		data: { error_code: code },
	});
});

describe('the events of a user', () => {
	const typesBy = async (user: number | string, query = '', session = call): Promise<number[]> => {
		const { status, data } = await session('GET', `/user/${user}/event${query}`);
		expect(status).toBe(200);
		return data.map((event: { event_type: { id: number } }) => event.event_type.id);
	};

	it('are those of what they did, filtered, sorted and paged like all events', async () => {
		expect(await typesBy(observer.id)).toEqual([6, 6, 41, 40]);
		expect(await typesBy(observer.id, '?q=type:41')).toEqual([41]);
		expect(await typesBy(observer.id, '?sort=id&per_page=2&page=2')).toEqual([6, 6]);
		expect((await call('GET', `/user/${observer.id}/event?q=colour:red`)).status).toBe(422);
	});

	it('are none for a user who is unknown or not to be seen', async () => {
		expect(await typesBy(999999)).toEqual([]);
		expect(await typesBy(seed.secondAdministrator.id)).toEqual([]);
	});

	it('are asked for by number or my, else 400', async () => {
		for (const reference of [observer.username, 'me', '-1']) {
			expect((await call('GET', `/user/${reference}/event`)).status).toBe(400);
		}
	});

	it('are for administrators and observers, and for everyone their own', async () => {
		const observing = await asUser(simulator, observer);
		expect(await typesBy('my', '', observing)).toEqual([6, 6, 41, 40]);
		expect((await typesBy(seed.administrator.id, '', observing)).length).toBeGreaterThan(0);
		const user = await asUser(simulator, userWithoutMfa);
		expect(await typesBy('my', '', user)).toEqual([]);
		expect(await typesBy(userWithoutMfa.id, '', user)).toEqual([]);
		expect((await user('GET', `/user/${observer.id}/event`)).status).toBe(403);
	});
});

it('lists the event types', async () => {
	const { data } = await call('GET', '/event/type');
	expect(data.map(({ id }: { id: number }) => id)).toEqual([
		6, 7, 13, 14, 41, 46, 67, 17, 36, 37, 40,
	]);
});

describe('the seeded events', () => {
	const only = async (type: number) => (await call('GET', `/event?q=type:${type}`)).data;

	it('of type 46 name who acted as the user, and who is gone in the detail', async () => {
		expect(await only(46)).toMatchObject([
			{
				user: { username: seed.administrator.username },
				detail: { user: { id: 198, username: 'left.long.ago@acme-fleet.example' } },
			},
		]);
	});

	it('of types 37 and 40 carry live tokens of the form of a JWT', async () => {
		const form = expect.stringMatching(/^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/);
		expect(await only(37)).toMatchObject([{ detail: { activationKey: form } }]);
		expect(await only(40)).toMatchObject([{ detail: { token: form } }]);
	});

	it('of type 6 come with one address and with two, in words of either case', async () => {
		expect((await only(6)).map(({ description }: { description: string }) => description)).toEqual([
			`Failed authentication request from '${observer.username}', Reason: Invalid password from IP 203.0.113.7`,
			`failed authentication request from '${observer.username}', reason: invalid password from ip 203.0.113.7, 198.51.100.4`,
		]);
	});
});

it('records failed logins, adds the lockout, and believes what the client says of its address', async () => {
	await repeat(3, failedLogin);
	await send(simulator, 'POST', '/api/v1/authenticate', {
		data: { username: userWithoutMfa.username, password: 'wrong' },
		headers: { 'X-Forwarded-For': '8.8.8.8' },
	});
	const { data } = await call('GET', '/event?q=type:6,user:Wanda%20Silva&sort=id');
	const common = `Failed authentication request from '${userWithoutMfa.username}',`;
	const addition = 'Too many failed authentication requests';
	expect(data.map((event: { description: string }) => event.description)).toEqual([
		`${common} Reason: Invalid password from IP 127.0.0.1`,
		`${common} Reason: Invalid password from IP 127.0.0.1`,
		`${common} Reason: Invalid password. ${addition} from IP 127.0.0.1`,
		`${common} reason: account locked. ${addition} from ip 8.8.8.8, 127.0.0.1`,
	]);
});

it('records refused application tokens that it knows by their names, and nobody as the user', async () => {
	for (const token of [
		seed.revokedApplicationToken,
		seed.expiredApplicationToken,
		seed.ipBoundApplicationToken,
		'unknown',
	]) {
		await authenticate(simulator, { application_token: token });
	}
	const { data } = await call('GET', '/event?q=type:7&sort=id');
	const common = 'Failed authentication request from';
	expect(data.slice(1).map((event: { description: string }) => event.description)).toEqual([
		`${common} 'Left in a repository', Reason: TokenStatus Revoked from IP 127.0.0.1`,
		`${common} 'Pilot', Reason: TokenStatus Expired from IP 127.0.0.1`,
		`${common} 'Data centre', Reason: Invalid IP from IP 127.0.0.1`,
	]);
	for (const event of data) expect(event).not.toHaveProperty('user');
});

it('keeps the events of organisations apart', async () => {
	await failedLogin();
	const other = await asApplication(simulator, seed.secondApplicationToken);
	const { data } = await other('GET', '/event');
	expect(data).toMatchObject([{ organisation: { name: 'Borealis Meters' } }]);
});
