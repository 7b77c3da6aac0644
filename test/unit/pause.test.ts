import { sleep } from 'n8n-workflow';

import { EmnifyError } from '../../nodes/Emnify/api/errors';
import { Pause } from '../../nodes/Emnify/api/pause';
import { Retries } from '../../nodes/Emnify/api/retry';

// Time is moved by hand.

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const failure = (kind: EmnifyError['kind'], facts: EmnifyError['facts'] = {}) =>
	new EmnifyError(kind, 'It failed', 'Wait.', facts);
const limited = (retryAfterSeconds?: number) =>
	failure('rateLimited', {
		httpStatus: 429,
		...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
	});

const rateLimit = () => new Pause(({ kind }) => kind === 'rateLimited');
const patience = (patienceMs: number) => ({ startedMs: Date.now(), patienceMs });

/** Runs the work with time passing as fast as it can, and says how long it took by that time. */
async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
	const startedMs = Date.now();
	const settled = { isSettled: false };
	const done = work.finally(() => (settled.isSettled = true));
	done.catch(() => {});
	while (!settled.isSettled) await jest.advanceTimersByTimeAsync(10);
	return { result: await done, ms: Date.now() - startedMs };
}

/** Fails with these, one after the other, and then succeeds. */
function failing(...failures: EmnifyError[]) {
	const attempt = jest.fn(async () => {
		const next = failures.shift();
		return await (next ? Promise.reject(next) : Promise.resolve('answer'));
	});
	return attempt;
}

describe('a pause', () => {
	test('lasts as long as emnify asks for, then the attempt is made again', async () => {
		const attempt = failing(limited(5));
		const { result, ms } = await timed(rateLimit().pass(attempt, patience(10_000), undefined));
		expect(result).toBe('answer');
		expect(ms).toBeGreaterThanOrEqual(5000);
		expect(ms).toBeLessThan(6000);
	});

	test('that emnify asks for beyond the patience is told at once, to those who come later too', async () => {
		const pause = rateLimit();
		await expect(pause.pass(failing(limited(250)), patience(200_000), undefined)).rejects.toThrow(
			'It failed',
		);
		const later = failing();
		const startedMs = Date.now();
		await expect(pause.pass(later, patience(2000), undefined)).rejects.toThrow(
			/^emnify asks to wait until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, so nothing was sent$/,
		);
		expect(Date.now()).toBe(startedMs);
		expect(later).not.toHaveBeenCalled();
	});

	test.each([7200, 1.7e9, 1e300, Infinity])(
		'that emnify asks for %p seconds lasts five minutes, then emnify is asked again',
		async (seconds) => {
			const attempt = failing(limited(seconds));
			const { result, ms } = await timed(rateLimit().pass(attempt, patience(600_000), undefined));
			expect(result).toBe('answer');
			expect(ms).toBeGreaterThanOrEqual(300_000);
			expect(ms).toBeLessThan(301_000);
		},
	);

	test('ends where the clock is set back by hours', async () => {
		const pause = rateLimit();
		await expect(pause.pass(failing(limited(60)), patience(0), undefined)).rejects.toThrow();
		jest.setSystemTime(Date.now() - 5 * 3_600_000);
		expect(await pause.pass(failing(), patience(0), undefined)).toBe('answer');
	});

	test('ends soon after it is cancelled', async () => {
		const controller = new AbortController();
		const waiting = rateLimit().pass(failing(limited(60)), patience(600_000), controller.signal);
		const failed = expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
		await jest.advanceTimersByTimeAsync(1_000);
		controller.abort();
		await jest.advanceTimersByTimeAsync(250);
		await failed;
	});

	test('is made by a failure that is final too, which is not tried again', async () => {
		const pause = rateLimit();
		const final = failure('rateLimited', { httpStatus: 429, final: true });
		const attempt = failing(final);
		await expect(pause.pass(attempt, patience(60_000), undefined)).rejects.toBe(final);
		const { ms } = await timed(pause.pass(failing(), patience(60_000), undefined));
		expect({ calls: attempt.mock.calls.length, waited: ms > 0 }).toEqual({
			calls: 1,
			waited: true,
		});
	});

	test('is over for those who come after it', async () => {
		const pause = rateLimit();
		const first = pause.pass(failing(limited(5)), patience(1000), undefined);
		await expect(first).rejects.toThrow();
		await jest.advanceTimersByTimeAsync(6000);
		const { result, ms } = await timed(pause.pass(failing(), patience(1000), undefined));
		expect({ result, ms: ms < 100 }).toEqual({ result: 'answer', ms: true });
	});

	test('is borne as long by who comes late as by who was there first', async () => {
		const pause = rateLimit();
		const forever = Array.from({ length: 1000 }, () => limited());
		const first = pause.pass(failing(...forever), patience(10_000), undefined);
		first.catch(() => {});
		await jest.advanceTimersByTimeAsync(8000);
		const late = timed(
			pause.pass(failing(limited(), limited(), limited()), patience(10_000), undefined),
		);
		expect((await late).result).toBe('answer');
	});

	test('grows where emnify does not say how long', async () => {
		const attempt = jest.fn(async () => await Promise.reject(limited()));
		const pause = rateLimit().pass(attempt, patience(60_000), undefined);
		await expect(timed(pause)).rejects.toThrow();
		expect(attempt.mock.calls.length).toBeGreaterThan(10);
		expect(attempt.mock.calls.length).toBeLessThan(60);
	});

	test('goes on where the one that probes gets no answer: still one at a time', async () => {
		const pause = rateLimit();
		let underWay = 0;
		const besideIt: number[] = [];
		const make = async (attempt: () => Promise<string>) =>
			await pause.pass(
				async () => {
					besideIt.push(underWay++);
					return await attempt().finally(() => underWay--);
				},
				patience(60_000),
				undefined,
			);
		const first = make(failing(limited(), failure('timeout'))).catch(() => 'no answer');
		await jest.advanceTimersByTimeAsync(20);
		const others = Promise.all(['a', 'b', 'c'].map(async () => await make(failing())));
		await timed(Promise.all([first, others]));
		expect(await first).toBe('no answer');
		expect(await others).toEqual(['answer', 'answer', 'answer']);
		// The first one, its probe, and the probe that ends the pause.
		expect(besideIt.slice(0, 3)).toEqual([0, 0, 0]);
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
		const reads = new Retries(retries, patience(outageMs));
		const work = Array.from({ length: count }, async () => {
			return await reads.attempt(server.request, undefined).catch(() => 'failed');
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
			const reads = new Retries(0, patience(24 * 3_600_000));
			const fail = async () => await Promise.reject(failure('server', { httpStatus: 503 }));
			const ignore = () => {};
			for (let made = 0; made < failures; made++) {
				if (made === answerAfter)
					await reads.attempt(async () => await Promise.resolve(1), undefined);
				const settled = reads.attempt(fail, undefined).catch(ignore);
				await jest.advanceTimersByTimeAsync(betweenMs);
				void settled;
			}
			const calls = jest.fn(fail);
			let settled = false;
			void reads
				.attempt(calls, undefined)
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

		test('a refusal is an answer too', async () => {
			const reads = new Retries(0, patience(24 * 3_600_000));
			const outcomes = Array.from({ length: 19 }, (_, index) =>
				index === 9
					? failure('rejected', { httpStatus: 404 })
					: failure('server', { httpStatus: 503 }),
			);
			for (const outcome of outcomes) {
				await expect(
					reads.attempt(async () => await Promise.reject(outcome), undefined),
				).rejects.toBe(outcome);
			}
		});

		test('what was stopped, or never sent, is none', async () => {
			const reads = new Retries(0, patience(24 * 3_600_000));
			const outage = Array.from({ length: 9 }, () => failure('server', { httpStatus: 503 }));
			const others = [
				failure('cancelled'),
				failure('refused', { httpStatus: 401, neverSent: true }),
			];
			for (const outcome of [...outage, ...others]) {
				await reads.attempt(async () => await Promise.reject(outcome), undefined).catch(() => {});
			}
			let settled = false;
			void reads
				.attempt(async () => await Promise.reject(failure('server')), undefined)
				.catch(() => {})
				.then(() => (settled = true));
			await jest.advanceTimersByTimeAsync(5);
			expect(settled).toBe(false);
		});
	});
});
