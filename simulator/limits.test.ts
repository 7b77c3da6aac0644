import fc from 'fast-check';
import { contractLimits, seed, startSimulator } from './index';
import type { Simulator, SimulatorOptions } from './index';
import { Clock } from './clock';
import { RateLimiter } from './limits';
import { asApplication, authenticate, start } from './testClient';

const tooManyRequests = {
	error_code: 1105,
	error_token: 'TooManyRequests',
	message: expect.any(String),
};

let simulator: Simulator;

const run = async (limits?: SimulatorOptions['limits']) => {
	simulator = await startSimulator({ startsAt: start, limits });
};

afterEach(async () => await simulator.stop());

const times = async (count: number, action: () => Promise<{ status: number }>) => {
	const answers = await Promise.all(Array.from({ length: count }, action));
	return answers.filter(({ status }) => status === 200).length;
};

const login = async () =>
	await authenticate(simulator, { application_token: seed.applicationToken });

it('starts from the numbers of the contract', async () => {
	await run();
	expect(simulator.limits).toEqual(contractLimits());
	expect(simulator.limits).toMatchObject({
		authenticatePerWindow: 100,
		requestsPerWindow: 2000,
		windowSeconds: 300,
		listPerSecond: 10,
		listBurst: 5,
		lockoutAfter: 3,
		lockoutSeconds: 300,
		tokenMinutes: 240,
		trustDays: 90,
	});
});

it('lets 100 logins through in 5 minutes', async () => {
	await run();
	expect(await times(110, login)).toBe(100);
	expect(await login()).toMatchObject({ status: 429, data: tooManyRequests });
	simulator.clock.advance({ minutes: 5 });
	expect((await login()).status).toBe(200);
});

it('lets 2,000 requests of any kind through in 5 minutes', async () => {
	await run();
	const session = await asApplication(simulator);
	expect((await session('GET', '/no/such/thing')).status).toBe(404);
	const one = async () => await session('GET', '/user/mfa/type');
	expect(await times(2010, one)).toBe(1998);
	expect(await one()).toMatchObject({ status: 429, data: tooManyRequests });
	expect((await login()).status).toBe(429);
	simulator.clock.advance({ minutes: 5 });
	expect((await login()).status).toBe(200);
});

it('slides its window: room comes back as the requests in it grow old', async () => {
	await run({ authenticatePerWindow: 4 });
	expect(await times(2, login)).toBe(2);
	simulator.clock.advance({ seconds: 200 });
	expect(await times(5, login)).toBe(2);
	simulator.clock.advance({ seconds: 101 });
	expect(await times(5, login)).toBe(2);
});

it('does not count the requests it refused', async () => {
	await run({ requestsPerWindow: 1 });
	await login();
	simulator.clock.advance({ seconds: 299 });
	expect((await login()).status).toBe(429);
	simulator.clock.advance({ seconds: 2 });
	expect((await login()).status).toBe(200);
});

it('says nothing about when to come back, unless told to', async () => {
	await run({ authenticatePerWindow: 1 });
	await login();
	expect((await login()).headers).not.toHaveProperty('retry-after');
	simulator.limits.sendRetryAfter = true;
	const seconds = Number((await login()).headers['retry-after']);
	expect(seconds).toBeGreaterThan(0);
	expect(seconds).toBeLessThanOrEqual(300);
	simulator.clock.advance({ seconds });
	expect((await login()).status).toBe(200);
});

it.each(['/event', '/sim'])('lets bursts of 5 through to %s', async (path) => {
	await run({ listPerSecond: 0.0001 });
	const session = await asApplication(simulator);
	const list = async () => await session('GET', path);
	expect(await times(8, list)).toBe(5);
	expect((await session('GET', '/event/type')).status).toBe(200);
	simulator.limits.listPerSecond = 10;
	simulator.clock.advance({ seconds: 1 });
	expect((await list()).status).toBe(200);
	simulator.limits.listPerSecond = 0.0001;
	expect(await times(8, list)).toBe(4);
});

it('can be changed and reset while it runs', async () => {
	await run({ authenticatePerWindow: 1 });
	await login();
	expect((await login()).status).toBe(429);
	simulator.resetLimits();
	expect((await login()).status).toBe(200);
	simulator.limits.authenticatePerWindow = 2;
	expect((await login()).status).toBe(200);
	simulator.forget();
	expect((await login()).status).toBe(429);
});

it('admits exactly what a naive count of the last window would', async () => {
	await run();
	const machineTime = jest.spyOn(Date, 'now').mockReturnValue(start.getTime());
	try {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 60 }),
				fc.array(
					fc.record({
						wait: fc.integer({ min: 0, max: 200 }),
						burst: fc.integer({ max: 90, min: 1 }),
					}),
					{ maxLength: 60 },
				),
				(limit, bursts) => {
					const clock = new Clock(start);
					const limiter = new RateLimiter(clock, { ...contractLimits(), requestsPerWindow: limit });
					const admitted: number[] = [];
					for (const { wait, burst } of bursts) {
						clock.advance({ seconds: wait });
						const now = clock.now().getTime();
						for (let request = 0; request < burst; request += 1) {
							const recent = admitted.filter((time) => time > now - 300_000).length;
							const passes = limiter.admit('127.0.0.1', { login: false }) === undefined;
							expect(passes).toBe(recent < limit);
							if (passes) admitted.push(now);
						}
					}
				},
			),
			{ numRuns: 50 },
		);
	} finally {
		machineTime.mockRestore();
	}
});
