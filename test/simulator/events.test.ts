import type { Simulator } from './index';
import { seed, startSimulator } from './index';
import type { Session } from './testClient';
import { asApplication, authenticate, repeat, start } from './testClient';

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
	expect(headers).toMatchObject({ 'x-total-count': '4', 'x-total-pages': '2' });
	expect(data).toHaveLength(3);
	expect(data[0]).toEqual({
		id: expect.any(Number),
		timestamp: '2026-03-01T07:00:00Z',
		alert: true,
		description: expect.stringMatching(/^Failed authentication request from /),
		event_type: { id: 6, description: 'User authentication failed' },
		event_source: { id: 2, description: 'API' },
		event_severity: { id: 1, description: 'Warn' },
		organisation: { id: seed.ids.acme, name: 'Acme Fleet' },
		user: { id: observer.id, name: 'Otis Berg', username: observer.username },
	});
	expect(await typesOf('sort=id')).toEqual([41, 13, 46, 6]);
	expect(await typesOf('sort=-timestamp')).toEqual([6, 46, 13, 41]);
});

it.each([
	['type:6', [6]],
	['type:6|13', [6, 13]],
	['type:6%7C13', [6, 13]],
	['severity:1', [6, 13]],
	['severity:1,type:13', [13]],
	['source:2', [6, 46, 13, 41]],
	['source:0', []],
	[`user:${observer.id}`, [6, 41]],
	[`user:${observer.username}`, [6, 41]],
	['description:support', [13]],
	['alert:false', [46, 41]],
	['from:2026-02-20T00:00:00Z,until:2026-02-27T00:00:00Z', [46, 13]],
	['from:2026-03-01T07:00:00Z,until:2026-03-01T07:00:00Z', [6]],
])('filters by q=%s', async (filter, expected) => {
	expect(await typesOf(`q=${filter}`)).toEqual(expected);
});

it.each([
	'from:2026-02-20T00:00:00Z',
	'until:2026-02-20T00:00:00Z',
	'from:2026-02-20,until:2026-02-21',
	'from:2026-02-20T00:00:00.000Z,until:2026-02-21T00:00:00.000Z',
	'colour:red',
])('refuses q=%s with 422', async (filter) => {
	expect(await call('GET', `/event?q=${filter}`)).toMatchObject({
		status: 422,
		data: { error_code: 1301, error_token: 'InvalidQueryCriteria' },
	});
});

it('lists the event types', async () => {
	const { data } = await call('GET', '/event/type');
	expect(data.map(({ id }: { id: number }) => id)).toEqual([6, 7, 13, 14, 41, 46]);
});

it('records failed logins as the contract shows them, and adds the lockout', async () => {
	await repeat(4, failedLogin);
	const { data } = await call('GET', `/event?q=type:6,user:${userWithoutMfa.id}&sort=id`);
	const common = `Failed authentication request from '${userWithoutMfa.username}', Reason:`;
	const addition = 'Too many failed authentication requests';
	expect(data.map((event: { description: string }) => event.description)).toEqual([
		`${common} Invalid password from IP 127.0.0.1`,
		`${common} Invalid password from IP 127.0.0.1`,
		`${common} Invalid password from IP 127.0.0.1. ${addition}`,
		`${common} Account locked from IP 127.0.0.1. ${addition}`,
	]);
});

it('records refused application tokens that it knows', async () => {
	for (const token of [seed.revokedApplicationToken, seed.ipBoundApplicationToken, 'unknown']) {
		await authenticate(simulator, { application_token: token });
	}
	const { data } = await call('GET', '/event?q=type:7&sort=id');
	expect(data.map((event: { description: string }) => event.description)).toEqual([
		expect.stringContaining('Token revoked'),
		expect.stringContaining('IP not permitted'),
	]);
});

it('keeps the events of organisations apart', async () => {
	await failedLogin();
	const other = await asApplication(simulator, seed.secondApplicationToken);
	const { data } = await other('GET', '/event');
	expect(data).toMatchObject([{ organisation: { name: 'Borealis Meters' } }]);
});
