import fc from 'fast-check';

import type { EmnifyEvent } from '../../../nodes/Emnify/api/types';
import {
	freshEvents,
	MOST_SEEN,
	nextWindow,
	OVERLAP_MS,
	type EventWindow,
} from '../../../nodes/Emnify/trigger/eventWindow';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const SECOND = 1000;
const MINUTE = 60 * SECOND;

const event = (id: number, time: number): EmnifyEvent => ({
	id,
	timestamp: new Date(time).toISOString(),
});
const ids = (events: EmnifyEvent[]) => events.map(({ id }) => id);

test('windows overlap by ten minutes, and keep what happened in them', () => {
	const events = [event(1, NOW - 11 * MINUTE), event(2, NOW - 10 * MINUTE), event(3, NOW)];
	expect(nextWindow(NOW - 12 * MINUTE, events, NOW)).toEqual({
		from: NOW - OVERLAP_MS,
		seen: new Set([2, 3]),
	});
});

test('a window never begins before the one before it', () => {
	expect(nextWindow(NOW, [], NOW - 3 * MINUTE)).toEqual({ from: NOW, seen: new Set() });
});

test('an event is fresh once, also if emnify gives it twice or among others of the same second', () => {
	const first = [event(1, NOW), event(2, NOW)];
	const window = nextWindow(NOW - OVERLAP_MS, first, NOW);
	const second = [event(2, NOW), event(3, NOW), event(3, NOW), event(1, NOW)];
	expect(ids(freshEvents(window, second))).toEqual([3]);
});

test('an event without a time that can be read is kept, too', () => {
	const odd = { id: 1, timestamp: 'just now' };
	const window = nextWindow(NOW - OVERLAP_MS, [odd], NOW);
	expect(freshEvents(window, [odd])).toEqual([]);
});

/** When an event happened, and how much later it turns up in the log, in seconds from the start. */
const happening = fc.record({
	at: fc.integer({ min: 1, max: 3600 }),
	delay: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: OVERLAP_MS / SECOND - 1 })),
});

test.each([
	['by emnify’s clock', 0],
	['by a clock that is three minutes fast', 3 * MINUTE],
	['by a clock that is three minutes slow', -3 * MINUTE],
])('polls %s tell of each event once, however late it turns up', (_clock, skew) => {
	const polls = fc.uniqueArray(fc.integer({ min: 1, max: 5000 }), { maxLength: 40 });
	// A clock that is fast leaves less of the overlap for what is late.
	const longestDelay = (OVERLAP_MS - Math.max(0, skew)) / SECOND - 1;
	fc.assert(
		fc.property(fc.array(happening, { maxLength: 50 }), polls, (happenings, times) => {
			const all = happenings.map(({ at, delay }, index) => ({
				...event(index, NOW + at * SECOND),
				listedAt: NOW + (at + Math.min(delay, longestDelay)) * SECOND,
			}));
			const readAt = (from: number, now: number) =>
				all.filter(
					({ timestamp, listedAt }) => Date.parse(timestamp ?? '') >= from && listedAt <= now,
				);
			let window: EventWindow = nextWindow(NOW + skew - OVERLAP_MS, [], NOW + skew);
			const reported: number[] = [];
			for (const time of [...times.sort((a, b) => a - b), 6000]) {
				const now = NOW + time * SECOND;
				const events = readAt(window.from, now);
				reported.push(...ids(freshEvents(window, events)));
				window = nextWindow(window.from, events, now + skew);
			}
			expect(reported.sort((a, b) => a - b)).toEqual(ids(all));
		}),
		{ numRuns: 500 },
	);
});

describe('under a flood of events', () => {
	const flood = (count: number, time: (index: number) => number) =>
		Array.from({ length: count }, (_, index) => event(index, time(index)));

	test('only so many of them are kept as a checkpoint can hold, and none is reported twice', () => {
		const events = flood(20_000, (index) => NOW - (index % 500) * SECOND);
		const window = nextWindow(NOW - OVERLAP_MS, events, NOW);
		expect(window.seen.size).toBeLessThanOrEqual(MOST_SEEN);
		expect(window.seen.size).toBeGreaterThan(MOST_SEEN / 2);
		const again = events.filter(({ timestamp }) => Date.parse(timestamp ?? '') >= window.from);
		expect(freshEvents(window, again)).toEqual([]);
	});

	test('of one second, some are reported twice rather than one not at all', () => {
		const events = flood(MOST_SEEN + 10, () => NOW);
		const window = nextWindow(NOW - OVERLAP_MS, events, NOW);
		expect(window).toMatchObject({ from: NOW });
		expect(window.seen.size).toBe(MOST_SEEN);
		const late = event(999_999, NOW);
		expect(ids(freshEvents(window, [...events, late]))).toContain(late.id);
	});
});
