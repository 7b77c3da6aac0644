import fc from 'fast-check';

import { MOST_AT_ONCE } from '../../nodes/Emnify/api/adaptiveConcurrency';
import { EMNIFY_LIMITS } from '../../nodes/Emnify/api/requestBudget';
import { Traffic, trafficOf, type Ending, type Lane } from '../../nodes/Emnify/api/traffic';
import { VirtualClock } from './virtualClock';

interface Arrival {
	atMs: number;
	from: string;
	isRefused: boolean;
}

/** emnify with its sliding window (§2), which counts a request when it arrives: some time after it was sent. */
class Emnify {
	readonly arrivals: Arrival[] = [];

	underWay = 0;

	mostUnderWay = 0;

	/** Requests that it counts and that are not this process's own. */
	readonly others: number[] = [];

	constructor(
		readonly clock: VirtualClock,
		private readonly latencyMs: (atOnce: number) => number = () => 100,
		private readonly limits = {
			requests: EMNIFY_LIMITS.requests,
			windowMs: EMNIFY_LIMITS.windowMs,
		},
	) {}

	async answer(from: string): Promise<Ending> {
		this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
		const tookMs = this.latencyMs(this.underWay);
		// Where it is on the way when it is counted differs from request to request.
		const outMs = (tookMs * ((this.arrivals.length * 7919) % 100)) / 100;
		await this.clock.sleep(outMs);
		const atMs = this.clock.now();
		const isCounted = (time: number) => time > atMs - this.limits.windowMs;
		const used = this.arrivals.filter((one) => !one.isRefused && isCounted(one.atMs)).length;
		const isRefused = used + this.others.filter(isCounted).length >= this.limits.requests;
		this.arrivals.push({ atMs, from, isRefused });
		await this.clock.sleep(tookMs - outMs);
		this.underWay--;
		return isRefused ? 'refused' : 'answered';
	}

	of(from: string): Arrival[] {
		return this.arrivals.filter((arrival) => arrival.from === from);
	}

	get refused(): number {
		return this.arrivals.filter(({ isRefused }) => isRefused).length;
	}
}

const request = {
	kind: 'GET /user/#/mfa/trusted_device',
	maxWaitMs: 600_000,
	signal: undefined as AbortSignal | undefined,
};

async function send(lane: Lane, emnify: Emnify, from: string, more: Partial<typeof request> = {}) {
	const turn = await lane.turn({ ...request, ...more });
	const ending = await emnify.answer(from);
	turn.end(ending);
	return ending;
}

/** Sends that many requests as a run does: no more in hand than its share. */
async function run(lane: Lane, emnify: Emnify, from: string, requests: number): Promise<void> {
	const underWay = new Set<Promise<unknown>>();
	for (let sent = 0; sent < requests; sent++) {
		while (underWay.size >= lane.width()) await Promise.race(underWay);
		await lane.whenIdle();
		const one: Promise<unknown> = send(lane, emnify, from).finally(() => underWay.delete(one));
		underWay.add(one);
	}
	await Promise.all(underWay);
}

function start(latencyMs?: (atOnce: number) => number) {
	const clock = new VirtualClock();
	const emnify = new Emnify(clock, latencyMs);
	const traffic = new Traffic(clock);
	const startedMs = clock.now();
	return { clock, emnify, traffic, elapsedMs: () => clock.now() - startedMs };
}

const scaled = { requests: 200, windowMs: 5_000 };
const documented = { ...EMNIFY_LIMITS };

describe('with the limit scaled down', () => {
	beforeEach(() => Object.assign(EMNIFY_LIMITS, scaled));
	afterEach(() => Object.assign(EMNIFY_LIMITS, documented));

	test('a large run gets no 429, and takes hardly longer than the limit makes it', async () => {
		const { clock, emnify, traffic, elapsedMs } = start(() => 20);
		const lane = traffic.lane();
		lane.expect(1_213);
		await clock.until(run(lane, emnify, 'audit', 1_213));
		expect(emnify.refused).toBe(0);
		// 200 in each window: the last 13 go in the seventh.
		expect(elapsedMs() / 30_040).toBeLessThanOrEqual(1.05);
	});

	test('after the first burst it goes on evenly', async () => {
		const { clock, emnify, traffic } = start(() => 20);
		await clock.until(run(traffic.lane(), emnify, 'audit', 1_000));
		const [first] = emnify.arrivals as [Arrival];
		const inTenths = (window: number) =>
			Array.from({ length: 10 }, (_, tenth) => {
				const fromMs = first.atMs + window * 5_000 + tenth * 500;
				return emnify.arrivals.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + 500).length;
			});
		expect(inTenths(0)[0]).toBeGreaterThanOrEqual(170);
		for (const count of inTenths(2)) expect(count).toBeLessThanOrEqual(24);
	});

	test('leaves room for others at any time', async () => {
		const { clock, emnify, traffic } = start(() => 20);
		let least = Infinity;
		const watch = async () => {
			for (let look = 0; look < 200; look++) {
				await clock.sleep(100);
				least = Math.min(least, traffic.budget.left(clock.now()));
			}
		};
		await clock.until(Promise.all([run(traffic.lane(), emnify, 'audit', 900), watch()]));
		expect(least).toBeGreaterThanOrEqual(4);
	});

	test('a poll in the middle of it waits for no more than one of its requests at a time', async () => {
		const { clock, emnify, traffic } = start(() => 20);
		const audit = run(traffic.lane(), emnify, 'audit', 1_000);
		const poll = (async () => {
			await clock.sleep(3_000);
			const lane = traffic.lane();
			for (let index = 0; index < 4; index++) await send(lane, emnify, 'poll');
		})();
		await clock.until(Promise.all([audit, poll]));
		const [first, ...later] = emnify.of('poll') as [Arrival, ...Arrival[]];
		const last = later.at(-1) as Arrival;
		const between = emnify
			.of('audit')
			.filter(({ atMs }) => atMs >= first.atMs && atMs <= last.atMs).length;
		expect(between).toBeLessThanOrEqual(2 * 4);
		expect(emnify.refused).toBe(0);
	});

	test('runs side by side get the same share, and together no 429', async () => {
		const { clock, emnify, traffic } = start(() => 20);
		const names = Array.from({ length: 10 }, (_, index) => `audit ${index}`);
		await clock.until(
			Promise.all(names.map(async (name) => await run(traffic.lane(), emnify, name, 80))),
		);
		expect(emnify.refused).toBe(0);
		const half = emnify.arrivals.slice(0, 400);
		for (const name of names) {
			const share = half.filter(({ from }) => from === name).length;
			expect(share).toBeGreaterThanOrEqual(30);
			expect(share).toBeLessThanOrEqual(50);
		}
	});

	test('what fits the next window as a whole is not spread over it', async () => {
		const { clock, emnify, traffic, elapsedMs } = start(() => 20);
		const lane = traffic.lane();
		lane.expect(300);
		await clock.until(run(lane, emnify, 'audit', 300));
		expect(elapsedMs()).toBeLessThan(6_000);
		expect(emnify.refused).toBe(0);
	});

	test('who does not want to wait is sent all the same, and emnify decides', async () => {
		const { clock, emnify, traffic } = start(() => 20);
		const run200 = Promise.all(
			Array.from({ length: 200 }, async () => {
				return await send(traffic.lane(), emnify, 'others');
			}),
		);
		await clock.until(run200);
		const startedMs = clock.now();
		expect(await clock.until(send(traffic.lane(), emnify, 'list', { maxWaitMs: 500 }))).toBe(
			'refused',
		);
		expect(clock.now() - startedMs).toBeLessThan(1_000);
	});

	test('gets no 429 whatever runs there are, and all of them end', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.record({ requests: fc.nat(250), afterMs: fc.nat(6_000) }), {
					minLength: 1,
					maxLength: 5,
				}),
				fc.integer({ min: 1, max: 300 }),
				async (runs, tookMs) => {
					const { clock, emnify, traffic } = start((atOnce) => tookMs + atOnce);
					const work = runs.map(async ({ requests, afterMs }, index) => {
						await clock.sleep(afterMs);
						await run(traffic.lane(), emnify, String(index), requests);
					});
					await clock.until(Promise.all(work));
					expect(emnify.refused).toBe(0);
					expect(emnify.arrivals).toHaveLength(
						runs.reduce((sum, { requests }) => sum + requests, 0),
					);
				},
			),
			{ numRuns: 15 },
		);
	});
});

test('a run alone has as many requests under way as answers come fast, up to the most', async () => {
	const { clock, emnify, traffic, elapsedMs } = start();
	await clock.until(run(traffic.lane(), emnify, 'audit', 1_000));
	expect(emnify.mostUnderWay).toBe(MOST_AT_ONCE);
	expect(elapsedMs()).toBeLessThan(1_600);
});

test('ten runs together have no more under way than one, but for the newcomers', async () => {
	const { clock, emnify, traffic } = start();
	await clock.until(
		Promise.all(
			Array.from({ length: 10 }, async (_, index) => {
				await run(traffic.lane(), emnify, String(index), 150);
			}),
		),
	);
	expect(emnify.mostUnderWay).toBeLessThanOrEqual(MOST_AT_ONCE + 2);
});

test('a run that may have three at once has no more', async () => {
	const { clock, emnify, traffic } = start();
	await clock.until(run(traffic.lane(3), emnify, 'audit', 100));
	expect(emnify.mostUnderWay).toBe(3);
});

test('requests of a run go out in their order', async () => {
	const { clock, emnify, traffic } = start();
	const lane = traffic.lane();
	const names = Array.from({ length: 60 }, (_, index) => String(index));
	const sent: string[] = [];
	await clock.until(
		Promise.all(
			names.map(async (name) => {
				const turn = await lane.turn(request);
				sent.push(name);
				turn.end(await emnify.answer(name));
			}),
		),
	);
	expect(sent).toEqual(names);
});

test('requests that hang do not keep a newcomer waiting', async () => {
	const { clock, emnify, traffic } = start((atOnce) => (atOnce <= 10 ? 30_000 : 50));
	const hanging = run(traffic.lane(), emnify, 'audit', 10);
	await clock.advance(10);
	await clock.until(send(traffic.lane(), emnify, 'poll'));
	expect(emnify.of('poll')).toHaveLength(1);
	expect(emnify.underWay).toBe(10);
	await clock.until(hanging);
});

test('pages of /event: ten a second, and a burst of no more than five', async () => {
	const { clock, emnify, traffic } = start(() => 5);
	const lane = traffic.lane();
	const events = { ...request, kind: 'GET /event', isEvents: true };
	await clock.until(
		Promise.all(
			Array.from({ length: 40 }, async () => {
				const turn = await lane.turn(events);
				turn.end(await emnify.answer('events'));
			}),
		),
	);
	const times = emnify.arrivals.map(({ atMs }) => atMs);
	const [first = 0] = times;
	expect(times.filter((atMs) => atMs < first + 20).length).toBeLessThanOrEqual(5);
	for (const fromMs of times) {
		const inASecond = times.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1_000).length;
		expect(inASecond).toBeLessThanOrEqual(10 + 5);
	}
	expect((times.at(-1) ?? 0) - first).toBeLessThan(4_000);
});

test('cancelling ends the wait at once, takes its request out, and lets the others go on', async () => {
	const { clock, emnify, traffic } = start();
	const lane = traffic.lane(1);
	const first = send(lane, emnify, 'first');
	const controller = new AbortController();
	const second = send(lane, emnify, 'second', { signal: controller.signal });
	const third = send(lane, emnify, 'third');
	const failed = expect(second).rejects.toMatchObject({ kind: 'cancelled' });
	const atMs = clock.now();
	controller.abort();
	await failed;
	expect(clock.now()).toBe(atMs);
	await clock.until(Promise.all([first, third]));
	expect(emnify.arrivals.map(({ from }) => from)).toEqual(['first', 'third']);
	await expect(send(lane, emnify, 'late', { signal: controller.signal })).rejects.toMatchObject({
		kind: 'cancelled',
	});
});

test('a clock that is set back by hours stops nothing', async () => {
	Object.assign(EMNIFY_LIMITS, scaled);
	let offsetMs = 0;
	const clock = new VirtualClock();
	const emnify = new Emnify(clock, () => 20);
	const traffic = new Traffic({ now: () => clock.now() + offsetMs, sleep: clock.sleep });
	await clock.until(run(traffic.lane(), emnify, 'before', 190));
	offsetMs = -3 * 3_600_000;
	const startedMs = clock.now();
	await clock.until(run(traffic.lane(), emnify, 'after', 5));
	Object.assign(EMNIFY_LIMITS, documented);
	expect(clock.now() - startedMs).toBeLessThan(1_000);
});

describe('where another limit than the documented one may hold', () => {
	const startUnsure = (requests: number, known = 400) => {
		Object.assign(EMNIFY_LIMITS, { requests: known, windowMs: 5_000 });
		const clock = new VirtualClock();
		const emnify = new Emnify(clock, () => 20, { requests, windowMs: 5_000 });
		return { clock, emnify, traffic: new Traffic(clock, false), startedMs: clock.now() };
	};
	afterEach(() => Object.assign(EMNIFY_LIMITS, documented));

	/** As the transport does: what is refused beyond the limit waits for another turn. */
	async function runAsking(lane: Lane, emnify: Emnify, requests: number): Promise<Ending[]> {
		const endings: Ending[] = [];
		const one = async () => {
			for (;;) {
				const turn = await lane.turn(request);
				const ending = await emnify.answer('audit');
				turn.end(ending);
				if (ending === 'refused' && turn.isBeyond) continue;
				return endings.push(ending);
			}
		};
		const underWay = new Set<Promise<unknown>>();
		for (let sent = 0; sent < requests; sent++) {
			while (underWay.size >= lane.width()) await Promise.race(underWay);
			await lane.whenIdle();
			const begun: Promise<unknown> = one().finally(() => underWay.delete(begun));
			underWay.add(begun);
		}
		await Promise.all(underWay);
		return endings;
	}

	test('a higher one is found out, without a 429', async () => {
		const { clock, emnify, traffic, startedMs } = startUnsure(Infinity);
		await clock.until(runAsking(traffic.lane(), emnify, 3_000));
		expect(emnify.refused).toBe(0);
		expect(clock.now() - startedMs).toBeLessThan(5_000);
	});

	test('the same one is found out with a single 429, which nobody sees', async () => {
		const { clock, emnify, traffic } = startUnsure(400);
		const endings = await clock.until(runAsking(traffic.lane(), emnify, 1_500));
		expect(emnify.refused).toBe(1);
		expect(new Set(endings)).toEqual(new Set(['answered']));
		expect(endings).toHaveLength(1_500);
	});
});

test('there is one for each emnify', () => {
	expect(trafficOf('https://a.example')).toBe(trafficOf('https://a.example'));
	expect(trafficOf('https://a.example')).not.toBe(trafficOf('https://b.example'));
});
