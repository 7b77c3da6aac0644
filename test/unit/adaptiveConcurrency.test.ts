import fc from 'fast-check';

import {
	AdaptiveConcurrency,
	FEWEST_AT_START,
	MOST_AT_ONCE,
} from '../../nodes/Emnify/api/adaptiveConcurrency';

/** Keeps as many requests under way as it may, each of which takes as long as `latencyMs` says; returns the limits passed. */
function load(
	concurrency: AdaptiveConcurrency,
	rounds: number,
	latencyMs: (atOnce: number) => number,
	{ startMs = 0, most = Infinity, kind = 'GET /user' } = {},
): { limits: number[]; endMs: number } {
	const limits: number[] = [];
	let nowMs = startMs;
	for (let round = 0; round < rounds; round++) {
		const atOnce = Math.min(most, concurrency.limit);
		concurrency.sending(nowMs);
		const sentMs = nowMs;
		nowMs += latencyMs(atOnce);
		for (let index = 0; index < atOnce; index++) {
			concurrency.answered({ kind, sentMs, endedMs: nowMs, atOnce: index + 1 });
		}
		limits.push(concurrency.limit);
	}
	return { limits, endMs: nowMs };
}

const sample = (sentMs: number, endedMs: number) => ({
	kind: 'GET /user',
	sentMs,
	endedMs,
	atOnce: FEWEST_AT_START,
});

test('begins low, and doubles in each round trip while answers come as fast as before', () => {
	const concurrency = new AdaptiveConcurrency();
	expect(concurrency.limit).toBe(FEWEST_AT_START);
	const { limits } = load(concurrency, 5, () => 100);
	expect(limits).toEqual([20, 40, 80, MOST_AT_ONCE, MOST_AT_ONCE]);
});

test('stops growing near what the server can do at once, and stays there', () => {
	const concurrency = new AdaptiveConcurrency();
	// Beyond 20 at once, requests wait for one another: more of them are not answered sooner.
	const latencyMs = (atOnce: number) => 100 * Math.max(1, atOnce / 20);
	const { limits } = load(concurrency, 100, latencyMs);
	const last = limits.slice(-50);
	expect(Math.min(...last)).toBeGreaterThanOrEqual(20);
	// Twice as slow is borne, and a queue of the square root.
	expect(Math.max(...last)).toBeLessThanOrEqual(20 * 2 + 2 * Math.sqrt(50) + 10);
});

test('shrinks as soon as answers slow down, and grows again by its square root once they do not', () => {
	const concurrency = new AdaptiveConcurrency();
	const { endMs } = load(concurrency, 5, () => 100);
	const slow = load(concurrency, 4, () => 1_000, { startMs: endMs });
	expect(slow.limits).toEqual([...slow.limits].sort((a, b) => b - a));
	expect(concurrency.limit).toBeLessThan(MOST_AT_ONCE / 4);
	const low = concurrency.limit;
	const { limits } = load(concurrency, 2, () => 100, { startMs: slow.endMs });
	expect(limits[1]).toBeGreaterThan(low);
	expect(limits[1]).toBeLessThan(low + 3 * Math.sqrt(low) + 2);
});

test('halves where emnify fails, once for all requests that were under way together', () => {
	const concurrency = new AdaptiveConcurrency();
	const { endMs } = load(concurrency, 4, () => 100);
	for (let index = 0; index < 50; index++) concurrency.failed(sample(endMs, endMs + 10 + index));
	expect(concurrency.limit).toBe(MOST_AT_ONCE / 2);
	concurrency.failed(sample(endMs + 100, endMs + 120));
	expect(concurrency.limit).toBe(MOST_AT_ONCE / 4);
});

test('does not grow where few requests are under way: nothing is learned of more', () => {
	const concurrency = new AdaptiveConcurrency();
	load(concurrency, 100, () => 100, { most: 4 });
	expect(concurrency.limit).toBe(FEWEST_AT_START);
});

test('compares answers with those to the same kind of request alone', () => {
	const concurrency = new AdaptiveConcurrency();
	const { endMs } = load(concurrency, 1, () => 10, { kind: 'GET /user/mfa/status' });
	const before = concurrency.limit;
	load(concurrency, 2, () => 400, { kind: 'GET /user', startMs: endMs });
	expect(concurrency.limit).toBe(before * 4);
});

test('one slow answer in a round changes nothing', () => {
	const concurrency = new AdaptiveConcurrency();
	const { endMs } = load(concurrency, 1, () => 100);
	const before = concurrency.limit;
	concurrency.answered(sample(endMs, endMs + 9_000));
	load(concurrency, 1, () => 100, { startMs: endMs + 9_000 });
	expect(concurrency.limit).toBe(before * 2);
});

test('begins anew after a minute without a request', () => {
	const concurrency = new AdaptiveConcurrency();
	const { endMs } = load(concurrency, 5, () => 100);
	concurrency.sending(endMs + 59_000);
	expect(concurrency.limit).toBe(MOST_AT_ONCE);
	concurrency.sending(endMs + 120_000);
	expect(concurrency.limit).toBe(FEWEST_AT_START);
});

test('takes a network that became slower for what is normal after some minutes', () => {
	const concurrency = new AdaptiveConcurrency();
	let { endMs } = load(concurrency, 5, () => 20);
	({ endMs } = load(concurrency, 20, () => 400, { startMs: endMs }));
	expect(concurrency.limit).toBeLessThan(20);
	load(concurrency, 600, () => 400, { startMs: endMs });
	expect(concurrency.limit).toBe(MOST_AT_ONCE);
});

test('never leaves its bounds, whatever happens', () => {
	fc.assert(
		fc.property(
			fc.array(
				fc.record({
					waitMs: fc.integer({ min: 0, max: 100_000 }),
					tookMs: fc.integer({ min: -5_000, max: 60_000 }),
					atOnce: fc.integer({ min: 1, max: 500 }),
					isAnswer: fc.boolean(),
					kind: fc.string(),
				}),
				{ maxLength: 300 },
			),
			(events) => {
				const concurrency = new AdaptiveConcurrency();
				let nowMs = 0;
				for (const { waitMs, tookMs, atOnce, isAnswer, kind } of events) {
					nowMs += waitMs;
					concurrency.sending(nowMs);
					const ended = { kind, sentMs: nowMs, endedMs: nowMs + tookMs, atOnce };
					if (isAnswer) concurrency.answered(ended);
					else concurrency.failed(ended);
					expect(concurrency.limit).toBeGreaterThanOrEqual(2);
					expect(concurrency.limit).toBeLessThanOrEqual(MOST_AT_ONCE);
				}
			},
		),
		{ numRuns: 100 },
	);
});
