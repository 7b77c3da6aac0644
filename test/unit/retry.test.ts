import { sleep } from 'n8n-workflow';

import type { EmnifyError } from '../../nodes/Emnify/api/errors';
import { Retries } from '../../nodes/Emnify/api/retry';
import { endsAtOnce, failure, limit, timed } from './fakeTime';

// Time is moved by hand.

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a read that fails while emnify is up', () => {
	/** Fails like that each time, and says how often it was sent and when. */
	async function sendings(error: EmnifyError, retries: number): Promise<number[]> {
		const reads = new Retries(retries, limit(120_000));
		const startedMs = Date.now();
		const sentMs: number[] = [];
		const attempt = async () => {
			sentMs.push(Date.now() - startedMs);
			return await Promise.reject(error);
		};
		await expect(timed(reads.run(attempt, undefined))).rejects.toBe(error);
		return sentMs;
	}

	test.each<[EmnifyError['kind'], EmnifyError['facts'], again: boolean]>([
		['server', { httpStatus: 500 }, true],
		['server', { httpStatus: 503 }, true],
		['timeout', {}, true],
		['unreachable', {}, true],
		['unreachable', { neverSent: true }, true],
		['notEmnify', { httpStatus: 200 }, true],
		['notEmnify', { httpStatus: 299 }, true],
		['notEmnify', { httpStatus: 199 }, false],
		['notEmnify', { httpStatus: 300 }, false],
		['notEmnify', {}, false],
		['rejected', { httpStatus: 408 }, true],
		['rejected', { httpStatus: 404 }, false],
		['rateLimited', { httpStatus: 429 }, false],
		['refused', { httpStatus: 401 }, false],
		['tls', { neverSent: true }, false],
		['cancelled', {}, false],
		['input', {}, false],
		['server', { httpStatus: 500, final: true }, false],
	])('with %s %j is sent again: %p', async (kind, facts, again) => {
		expect(await sendings(failure(kind, facts), 3)).toHaveLength(again ? 4 : 1);
	});

	test('waits a quarter of a second, then four times as long each time, a quarter more or less', async () => {
		const sentMs = await sendings(failure('server'), 4);
		const waits = sentMs.slice(1).map((at, index) => at - (sentMs[index] ?? 0));
		expect(waits).toHaveLength(4);
		for (const [index, waitMs] of waits.entries()) {
			expect(waitMs).toBeGreaterThanOrEqual(250 * 4 ** index * 0.75);
			expect(waitMs).toBeLessThanOrEqual(250 * 4 ** index * 1.25 + 20);
		}
	});

	test('is sent once where it is not to be repeated', async () => {
		expect(await sendings(failure('server'), 0)).toEqual([0]);
	});

	test('gives the answer that comes in the end', async () => {
		const reads = new Retries(3, limit(0));
		const failures = [failure('timeout'), failure('server')];
		const attempt = async () => {
			const next = failures.shift();
			return await (next ? Promise.reject(next) : Promise.resolve('answer'));
		};
		expect((await timed(reads.run(attempt, undefined))).result).toBe('answer');
	});
});

describe('reads while emnify is down', () => {
	/** Emnify, which answers but for the time in which it is down. */
	function emnify(down: { fromMs: number; untilMs: number }) {
		const startedMs = Date.now();
		const requests: number[] = [];
		return {
			requests,
			request: async () => {
				const nowMs = Date.now() - startedMs;
				requests.push(nowMs);
				await sleep(5);
				if (nowMs >= down.fromMs && nowMs < down.untilMs) throw failure('server');
				return 'answer';
			},
		};
	}

	async function read(
		server: { request(): Promise<string> },
		count: number,
		outageMs: number,
		retries = 3,
	) {
		const reads = new Retries(retries, limit(outageMs));
		const work = Array.from({ length: count }, async () => {
			return await reads.run(server.request, undefined).catch(() => 'failed');
		});
		return await timed(Promise.all(work));
	}

	test('wait for it together, lose nothing, and leave it alone meanwhile', async () => {
		const server = emnify({ fromMs: 0, untilMs: 60_000 });
		const { result, ms } = await read(server, 30, 120_000);
		expect(new Set(result)).toEqual(new Set(['answer']));
		expect(ms).toBeLessThan(75_000);
		const meanwhile = server.requests.filter((at) => at > 2000 && at < 60_000);
		expect(meanwhile.length).toBeLessThan(40);
	});

	test('give up where it lasts too long, each with one request more', async () => {
		const server = emnify({ fromMs: 0, untilMs: Infinity });
		const { result, ms } = await read(server, 30, 120_000);
		expect(new Set(result)).toEqual(new Set(['failed']));
		expect(ms).toBeGreaterThan(90_000);
		expect(ms).toBeLessThan(150_000);
		expect(server.requests.length).toBeLessThan(150);
	});

	test('do not wait where nobody wants to', async () => {
		const server = emnify({ fromMs: 0, untilMs: Infinity });
		const { result, ms } = await read(server, 30, 0, 0);
		expect(new Set(result)).toEqual(new Set(['failed']));
		expect(ms).toBeLessThan(100);
		expect(server.requests).toHaveLength(30);
	});

	describe('it is taken to be down by what happened lately:', () => {
		/** Fails this often, with so much time in between, and says whether the next failure is then waited for. */
		async function isDownAfter(failures: number, betweenMs: number, answerAfter = Infinity) {
			const reads = new Retries(0, limit(24 * 3_600_000));
			const fail = async () => await Promise.reject(failure('server', { httpStatus: 503 }));
			const ignore = () => {};
			for (let made = 0; made < failures; made++) {
				if (made === answerAfter) await reads.run(async () => await Promise.resolve(1), undefined);
				const settled = reads.run(fail, undefined).catch(ignore);
				await jest.advanceTimersByTimeAsync(betweenMs);
				void settled;
			}
			const calls = jest.fn(fail);
			let settled = false;
			void reads
				.run(calls, undefined)
				.catch(ignore)
				.then(() => (settled = true));
			await jest.advanceTimersByTimeAsync(5);
			return !settled;
		}

		test('ten failures in a row within a minute are an outage', async () => {
			expect(await isDownAfter(9, 1_000)).toBe(true);
		});

		test('nine are none', async () => {
			expect(await isDownAfter(8, 1_000)).toBe(false);
		});

		test('ten scattered over an hour are none', async () => {
			expect(await isDownAfter(20, 6 * 60_000)).toBe(false);
		});

		test('nor are nine, an answer, and nine more', async () => {
			expect(await isDownAfter(17, 1_000, 9)).toBe(false);
		});

		/** Fails with all of these, and says which of them were reported at once: an outage is waited for. */
		async function reportedAtOnce(outcomes: EmnifyError[]): Promise<boolean[]> {
			const reads = new Retries(0, limit(24 * 3_600_000));
			const reported: boolean[] = [];
			for (const outcome of outcomes) {
				const read = reads.run(async () => await Promise.reject(outcome), undefined);
				reported.push(await endsAtOnce(read));
			}
			return reported;
		}

		const serverFailures = (count: number) =>
			Array.from({ length: count }, () => failure('server', { httpStatus: 503 }));
		const times = <Value>(count: number, value: Value): Value[] => Array(count).fill(value);

		test.each([
			['a refusal', failure('rejected', { httpStatus: 404 })],
			['a login page of a proxy', failure('notEmnify', { httpStatus: 302 })],
			['the rate limit', failure('rateLimited', { httpStatus: 429 })],
		])('%s is an answer too', async (_what, answer) => {
			const outcomes = [...serverFailures(9), answer, ...serverFailures(10)];
			expect(await reportedAtOnce(outcomes)).toEqual([...times(19, true), false]);
		});

		test.each([
			['what was stopped', failure('cancelled')],
			['what was never sent', failure('refused', { httpStatus: 401, neverSent: true })],
			['no secure connection', failure('tls', { neverSent: true })],
		])('%s is none, and no failure either', async (_what, other) => {
			const outcomes = [...serverFailures(9), other, ...serverFailures(1)];
			expect(await reportedAtOnce(outcomes)).toEqual([...times(10, true), false]);
		});
	});
});
