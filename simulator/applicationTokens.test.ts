import type { Simulator } from './index';
import { seed, startSimulator } from './index';
import type { Session } from './testClient';
import { asApplication, authenticate, start } from './testClient';

const { administrator, ids } = seed;

let simulator: Simulator;
let call: Session;

beforeEach(async () => {
	simulator = await startSimulator({ startsAt: start });
	call = await asApplication(simulator);
});

afterEach(async () => await simulator.stop());

const path = '/application_token';

it('lists the organisation’s tokens without their secrets', async () => {
	const { status, data } = await call('GET', path);
	expect(status).toBe(200);
	expect(data).toHaveLength(5);
	expect(data[0]).toEqual({
		id: ids.applicationToken,
		description: 'n8n',
		created: expect.any(String),
		status: { id: 0, description: 'Activated' },
		creator: { id: administrator.id, name: 'Ada Lindqvist', username: administrator.username },
	});
	expect(data[1]).toMatchObject({ status: { id: 1, description: 'Revoked' } });
	expect(data[2]).toMatchObject({ expiry_date: '2026-02-27T12:00:00.000+0000' });
	expect(data[3]).toMatchObject({ ip: '203.0.113.7' });
	expect(JSON.stringify(data)).not.toContain('fake-application-token');
});

it('creates a token that logs in, and shows its secret once', async () => {
	const body = { description: 'CI', expiry_date: '2026-04-01T00:00:00Z', ip: '127.0.0.1' };
	const { status, data } = await call('POST', path, body);
	expect(status).toBe(200);
	expect(Object.keys(data)).toEqual(['application_token']);
	expect((await authenticate(simulator, data)).status).toBe(200);
	const { data: all } = await call('GET', path);
	expect(all.at(-1)).toMatchObject({ ...body, expiry_date: '2026-04-01T00:00:00.000+0000' });
	expect(JSON.stringify(all)).not.toContain(data.application_token);
	simulator.clock.advance({ days: 31 });
	expect((await authenticate(simulator, data)).status).toBe(401);
});

it.each([
	['127.0.0.0/8', 200],
	['127.0.0.1/32', 200],
	['10.0.0.0/8', 403],
	['::1', 403],
])('binds a token to addresses in CIDR notation: %s', async (ip, status) => {
	const { data } = await call('POST', path, { ip });
	expect((await authenticate(simulator, data)).status).toBe(status);
});

it('lets the sessions of a token that is revoked or expires live on for up to 240 minutes', async () => {
	const token = simulator.world.findApplicationToken(seed.applicationToken)!;
	token.expiryDate = new Date(start.getTime() + 60_000);
	await call('PATCH', `${path}/${token.id}`, { status: { id: 1 } });
	simulator.clock.advance({ minutes: 239 });
	expect((await call('GET', path)).status).toBe(200);
	simulator.clock.advance({ minutes: 1 });
	expect((await call('GET', path)).status).toBe(401);
});

it('creates a token from nothing', async () => {
	expect((await call('POST', path, {})).status).toBe(200);
});

it.each<[string, unknown]>([
	['a date that is none', { expiry_date: 'tomorrow' }],
	['a date in the past', { expiry_date: '2020-01-01T00:00:00Z' }],
	['a date that is a number', { expiry_date: 5 }],
	['a description that is a number', { description: 5 }],
	['an address that is a list', { ip: [] }],
	['an address that is none', { ip: 'localhost' }],
	['a network that is none', { ip: '10.0.0.0/33' }],
])('refuses to create one with %s', async (_, body) => {
	expect(await call('POST', path, body)).toMatchObject({
		status: 422,
		data: { error_code: 1400, errors: [{ error_code: 1403, error_token: 'InvalidFormat' }] },
	});
});

it('revokes a token for good: it logs in no more, what it obtained stays valid', async () => {
	const own = `${path}/${ids.applicationToken}`;
	expect(await call('PATCH', own, { status: { id: 1 } })).toMatchObject({ status: 204, data: '' });
	expect(await authenticate(simulator, { application_token: seed.applicationToken })).toMatchObject(
		{ status: 401, data: '' },
	);
	expect((await call('PATCH', own, { status: { id: 1 } })).status).toBe(204);
	expect((await call('PATCH', own, { status: { id: 0 } })).status).toBe(409);
});

it('describes a token anew', async () => {
	await call('PATCH', `${path}/${ids.applicationToken}`, { description: 'n8n in Kassel' });
	const { data } = await call('GET', path);
	expect(data[0]).toMatchObject({ description: 'n8n in Kassel', status: { id: 0 } });
});

it.each<[string, unknown, number]>([
	['an unknown status', { status: { id: 7 } }, 1401],
	['a status that is text', { status: { id: 'Revoked' } }, 1403],
	['a status without an id', { status: {} }, 1402],
])('refuses to change one to %s', async (_, body, code) => {
	expect(await call('PATCH', `${path}/${ids.applicationToken}`, body)).toMatchObject({
		status: 422,
		data: { errors: [{ error_code: code }] },
	});
});

it.each([1, 202, 'abc'])(
	'answers 404 for a token that is not the organisation’s (%s)',
	async (id) => {
		expect((await call('PATCH', `${path}/${id}`, { status: { id: 1 } })).status).toBe(404);
	},
);

it('lets every role list and create, and only administrators edit', async () => {
	const session = await asApplication(simulator, seed.observerApplicationToken);
	expect((await session('GET', path)).status).toBe(200);
	expect((await session('POST', path, {})).status).toBe(200);
	expect((await session('PATCH', `${path}/${ids.applicationToken}`, {})).status).toBe(403);
});
