import type { Simulator } from './index';
import { Clock, endpoints, seed, seedWorld, startSimulator, totp, unknownEndpoint } from './index';
import { asApplication, asUser, authenticate, send, start } from './testClient';

let simulator: Simulator;

beforeEach(async () => {
	simulator = await startSimulator({ startsAt: start });
});

afterEach(async () => await simulator.stop());

describe('the endpoints', () => {
	it('include the eight of the authentication API', () => {
		const numbers = endpoints.flatMap(({ number }) => (number === undefined ? [] : [number]));
		expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
	});

	const forms = endpoints.flatMap(({ label, paths }) => paths.map((path) => [label, path]));

	it.each(forms)('%s is reached at %s and counted under its label', async (label, path) => {
		const call = await asApplication(simulator);
		simulator.forget();
		const method = label!.slice(0, label!.indexOf(' '));
		const reference = path!.replace(/\{\w+\}/g, '1');
		const { status } = await call(method, reference, method === 'GET' ? undefined : {});
		expect([200, 400, 404, 422]).toContain(status);
		expect(simulator.requests).toMatchObject([{ endpoint: label, status }]);
		expect(simulator.count(label)).toBe(1);
	});

	it.each(forms.filter(([label]) => label !== 'POST /api/v1/authenticate'))(
		'%s at %s needs Authorization',
		async (label, path) => {
			const method = label!.slice(0, label!.indexOf(' '));
			expect(await send(simulator, method, path!)).toMatchObject({ status: 401, data: '' });
		},
	);

	it.each([
		['GET', '/api/v1/nothing'],
		['GET', '/'],
		['PUT', '/api/v1/user'],
		['HEAD', '/api/v1/user'],
		['GET', '/api/v1/authenticate'],
	])('do not include %s %s: 404', async (method, path) => {
		const { status, data } = await send(simulator, method, path);
		expect(status).toBe(404);
		if (method !== 'HEAD')
			expect(data).toMatchObject({ error_code: 1201, error_token: 'NotFound' });
		expect(simulator.count(unknownEndpoint)).toBe(1);
	});
});

it('records what came in, and forgets it when told to', async () => {
	const body = { username: seed.userWithoutMfa.username, password: 'wrong' };
	await authenticate(simulator, body);
	const call = await asApplication(simulator);
	await call('GET', '/user?per_page=1&q=name:a%20b');
	expect(simulator.requests).toMatchObject([
		{ method: 'POST', endpoint: 'POST /api/v1/authenticate', status: 401, body },
		{ endpoint: 'POST /api/v1/authenticate', status: 200 },
		{
			method: 'GET',
			path: '/api/v1/user?per_page=1&q=name:a%20b',
			endpoint: 'GET /api/v1/user',
			status: 200,
			headers: { authorization: expect.stringMatching(/^Bearer /) },
			at: expect.any(Date),
			userId: seed.administrator.id,
			organisationId: seed.ids.acme,
		},
	]);
	expect(simulator.requests[2]).toHaveProperty('body', undefined);
	expect(simulator.count()).toBe(3);
	expect(simulator.count('POST /api/v1/authenticate')).toBe(2);
	simulator.forget();
	expect(simulator.count()).toBe(0);
});

it('dates every answer by its own clock', async () => {
	const dateOf = async (path: string) => String((await send(simulator, 'GET', path)).headers.date);
	expect(await dateOf('/api/v1/user')).toMatch(/^Sun, 01 Mar 2026 12:00/);
	simulator.clock.advance({ days: 1, hours: 2 });
	expect(await dateOf('/nothing')).toMatch(/^Mon, 02 Mar 2026 14:00/);
	simulator.faults.next({ kind: 'html' });
	expect(await dateOf('/api/v1/user')).toMatch(/^Mon, 02 Mar 2026 14:00/);
	expect(await dateOf('/_simulator/clock')).toMatch(/^Mon, 02 Mar 2026 14:00/);
});

it('has a clock that runs on from where it is and never back', () => {
	const clock = new Clock(start);
	const before = clock.now().getTime();
	expect(before).toBeGreaterThanOrEqual(start.getTime());
	clock.advance({ days: 1, hours: 1, minutes: 1, seconds: 1 });
	expect(clock.now().getTime() - before).toBeGreaterThanOrEqual(90_061_000);
	expect(() => clock.advance({ seconds: -1 })).toThrow(RangeError);
});

it('answers as usual, only later, with a latency', async () => {
	simulator.latencyMs = 1;
	const call = await asApplication(simulator);
	expect((await call('GET', '/user/mfa/type')).status).toBe(200);
	expect(simulator.latencyMs).toBe(1);
});

it('refuses bodies that are too large with 413, and goes on', async () => {
	const { status } = await authenticate(simulator, { application_token: 'x'.repeat(2_000_000) });
	expect(status).toBe(413);
	await asApplication(simulator);
});

describe('the seeded world', () => {
	it('is the same each time', () => {
		expect(seedWorld(start)).toEqual(seedWorld(start));
	});

	it('has devices of all ages and users of every role and status', () => {
		const { users, organisations } = seedWorld(start);
		const all = [...users.values()];
		const ages = all
			.flatMap((user) => user.trustedDevices)
			.flatMap(({ activatedAt }) =>
				activatedAt ? [(start.getTime() - activatedAt.getTime()) / 86_400_000] : [],
			);
		expect(organisations.size).toBe(4);
		expect(new Set(all.flatMap((user) => user.roleIds))).toEqual(new Set([1, 2, 3]));
		expect(new Set(all.map((user) => user.statusId))).toEqual(new Set([0, 1, 2]));
		expect(Math.min(...ages)).toBeLessThan(1);
		expect(ages).toEqual(expect.arrayContaining([89, 95, 400]));
	});

	it.each(['administrator', 'totpUser', 'trustedDeviceUser'] as const)(
		'lets %s in by TOTP',
		async (who) => {
			const user = seed[who];
			const { data } = await authenticate(simulator, {
				username: user.username,
				password: user.passwordHash,
			});
			const code = totp(user.totpSecret, user.username).generate({
				timestamp: simulator.clock.now().getTime(),
			});
			const answer = await authenticate(simulator, { mfa_token: data.mfa_token, code });
			expect(answer.status).toBe(200);
		},
	);

	it.each(['emailMfaUser', 'observer', 'userWithoutMfa', 'secondAdministrator'] as const)(
		'lets %s in',
		async (who) => {
			const call = await asUser(simulator, seed[who]);
			expect((await call('GET', '/user/my')).data).toMatchObject({ id: seed[who].id });
		},
	);
});

describe('the control routes', () => {
	const control = async (method: string, path: string, data?: unknown) =>
		await send(simulator, method, `/_simulator${path}`, { data });

	it('are no API requests: neither recorded nor limited nor failed', async () => {
		simulator.limits.requestsPerWindow = 0;
		simulator.faults.next({ kind: 'reset' });
		expect((await control('GET', '/inbox')).status).toBe(200);
		expect((await control('GET', '/nothing')).status).toBe(404);
		expect(simulator.count()).toBe(0);
		expect(simulator.faults.pending).toBe(1);
	});

	it('take alerts in and give them back', async () => {
		const alert = { text: 'A device is too old' };
		const { status } = await send(
			simulator,
			'POST',
			simulator.inboxUrl.replace(simulator.url, ''),
			{
				data: alert,
				headers: { 'X-Workflow': 'audit' },
			},
		);
		expect(status).toBe(200);
		expect(simulator.inbox).toMatchObject([
			{ body: alert, receivedAt: expect.any(Date), headers: { 'x-workflow': 'audit' } },
		]);
		expect((await control('GET', '/inbox')).data).toMatchObject([
			{ body: alert, receivedAt: expect.stringMatching(/^2026-03-01T12:00/) },
		]);
		await control('DELETE', '/inbox');
		expect(simulator.inbox).toEqual([]);
	});

	it('plan faults and take them back', async () => {
		const fault = { kind: 'status', status: 503 };
		const endpoint = 'POST /api/v1/authenticate';
		expect((await control('POST', '/faults', { fault, times: 2, endpoint })).status).toBe(204);
		expect((await authenticate(simulator, {})).status).toBe(503);
		await control('DELETE', '/faults');
		expect((await authenticate(simulator, {})).status).toBe(400);
		expect((await control('POST', '/faults', { fault: { kind: 'fire' } })).status).toBe(400);
		expect((await control('POST', '/faults')).status).toBe(400);
	});

	it('move the clock, forwards', async () => {
		const { data } = await control('POST', '/clock', { advance: { hours: 2 } });
		expect(data.now).toMatch(/^2026-03-01T14:00/);
		expect((await control('GET', '/clock')).data.now).toMatch(/^2026-03-01T14:00/);
		expect((await control('POST', '/clock', { advance: { hours: -2 } })).status).toBe(400);
	});

	it('show the requests and forget them', async () => {
		await authenticate(simulator, {});
		expect((await control('GET', '/requests')).data).toMatchObject([
			{ endpoint: 'POST /api/v1/authenticate', status: 400 },
		]);
		await control('DELETE', '/requests');
		expect(simulator.count()).toBe(0);
	});

	it('add trusted devices', async () => {
		const path = `/users/${seed.ids.userWithoutDevices}/trusted_devices`;
		const device = { browser: 'Mothra', activation_date: '2025-12-24T18:00:00Z' };
		expect((await control('POST', path, device)).data).toMatchObject(device);
		expect((await control('POST', path, {})).data).toEqual({
			id: expect.any(Number),
			activation_date: expect.stringMatching(/^2026-03-01T12:00/),
		});
		expect(simulator.world.user(seed.ids.userWithoutDevices).trustedDevices).toHaveLength(2);
		expect((await control('POST', path, { activation_date: 'then' })).status).toBe(400);
		expect((await control('POST', '/users/1/trusted_devices', {})).status).toBe(404);
	});
});
