import type { Fault, Simulator } from './index';
import { seed, startSimulator } from './index';
import type { Session } from './testClient';
import { asApplication, repeat, start } from './testClient';

const types = '/user/mfa/type';
const { deviceId, id: userId } = seed.trustedDeviceUser;
const devicePath = `/user/${userId}/mfa/trusted_device/${deviceId}`;

let simulator: Simulator;
let call: Session;

beforeEach(async () => {
	simulator = await startSimulator({ startsAt: start });
	call = await asApplication(simulator);
	simulator.forget();
});

afterEach(async () => await simulator.stop());

const hasDevice = () => simulator.world.user(userId).trustedDevices.length === 1;

it.each<[string, Fault, object]>([
	['429', { kind: 'status', status: 429 }, { status: 429, data: { error_code: 1105 } }],
	['403', { kind: 'status', status: 403 }, { status: 403, data: { error_code: 1104 } }],
	['401', { kind: 'status', status: 401 }, { status: 401, data: '' }],
	['503', { kind: 'status', status: 503 }, { status: 503, data: '' }],
	['500', { kind: 'status', status: 500, body: { a: 1 } }, { status: 500, data: { a: 1 } }],
	[
		'502 as HTML',
		{ kind: 'status', status: 502, html: true },
		{ status: 502, data: expect.stringContaining('<html>') },
	],
	['HTML with 200', { kind: 'html' }, { status: 200, data: expect.stringContaining('<html>') }],
])('answers %s in place of the service, and does nothing', async (_, fault, expected) => {
	simulator.faults.next(fault);
	expect(await call('DELETE', devicePath)).toMatchObject(expected);
	expect(hasDevice()).toBe(true);
	expect((await call('DELETE', devicePath)).status).toBe(204);
});

it.each([
	[7, '7'],
	['Sun, 01 Mar 2026 12:00:30 GMT', 'Sun, 01 Mar 2026 12:00:30 GMT'],
])('sends Retry-After: %s where told to', async (retryAfter, header) => {
	simulator.faults.next({ kind: 'status', status: 429, retryAfter });
	expect((await call('GET', types)).headers['retry-after']).toBe(header);
	simulator.faults.next({ kind: 'status', status: 429 });
	expect((await call('GET', types)).headers).not.toHaveProperty('retry-after');
});

it('resets the connection before it acts', async () => {
	simulator.faults.next({ kind: 'reset' });
	await expect(call('DELETE', devicePath)).rejects.toMatchObject({ code: 'ECONNRESET' });
	expect(hasDevice()).toBe(true);
	expect(simulator.requests[0]?.status).toBeUndefined();
});

it('resets the connection after it has acted', async () => {
	simulator.faults.next({ kind: 'resetAfter' });
	await expect(call('DELETE', devicePath)).rejects.toMatchObject({ code: 'ECONNRESET' });
	expect(hasDevice()).toBe(false);
});

it('cuts the JSON of a 200 off, and leaves other answers alone', async () => {
	simulator.faults.next({ kind: 'truncate' }, { times: 2 });
	const { status, data } = await call('GET', types);
	expect(status).toBe(200);
	expect(typeof data).toBe('string');
	expect(() => JSON.parse(data as string) as unknown).toThrow(SyntaxError);
	expect((await call('DELETE', devicePath)).status).toBe(204);
});

it('stalls a request until it is released', async () => {
	simulator.faults.next({ kind: 'stall', untilReleased: true });
	const stalled = call('DELETE', devicePath);
	await simulator.faults.whenStalled();
	expect(hasDevice()).toBe(true);
	expect(simulator.faults.stalled).toBe(1);
	simulator.faults.release();
	expect((await stalled).status).toBe(204);
	expect(hasDevice()).toBe(false);
	expect(simulator.faults.stalled).toBe(0);
});

it('stalls a request for a time', async () => {
	simulator.faults.next({ kind: 'stall', ms: 5 });
	expect((await call('GET', types)).status).toBe(200);
});

it('stops while requests are stalled, without serving them', async () => {
	simulator.faults.next({ kind: 'stall' });
	const stalled = call('DELETE', devicePath);
	await simulator.faults.whenStalled();
	await Promise.all([expect(stalled).rejects.toThrow(), simulator.stop()]);
	expect(hasDevice()).toBe(true);
});

it('counts its faults down, in the order they were planned', async () => {
	simulator.faults.next({ kind: 'status', status: 503 }, { times: 2 });
	simulator.faults.next({ kind: 'status', status: 502 });
	expect(simulator.faults.pending).toBe(3);
	const answers = await repeat(4, async () => await call('GET', types));
	expect(answers.map(({ status }) => status)).toEqual([503, 503, 502, 200]);
	expect(simulator.faults.pending).toBe(0);
});

it('keeps a fault for the endpoint it is meant for', async () => {
	simulator.faults.next(
		{ kind: 'status', status: 500 },
		{ endpoint: 'GET /api/v1/user/{user_id}/mfa/trusted_device' },
	);
	expect((await call('GET', types)).status).toBe(200);
	expect((await call('GET', '/user/mfa/trusted_device')).status).toBe(500);
	const path = `/user/${seed.administrator.id}/mfa/trusted_device`;
	expect((await call('GET', path)).status).toBe(200);
});

it('forgets its faults when it is told to', async () => {
	simulator.faults.next({ kind: 'reset' }, { times: 9 });
	simulator.faults.clear();
	expect((await call('GET', types)).status).toBe(200);
});
