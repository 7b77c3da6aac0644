import { CircuitBreaker } from '../../nodes/Emnify/api/circuitBreaker';
import type { EmnifyError } from '../../nodes/Emnify/api/errors';
import { failure, limit, timed } from './fakeTime';

// Time is moved by hand.

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const limited = (retryAfterSeconds?: number) =>
	failure('rateLimited', {
		httpStatus: 429,
		...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
	});

const rateLimit = () => new CircuitBreaker(({ kind }) => kind === 'rateLimited');

/** Fails with these, one after the other, and then succeeds. */
function failing(...failures: EmnifyError[]) {
	const attempt = jest.fn(async () => {
		const next = failures.shift();
		return await (next ? Promise.reject(next) : Promise.resolve('answer'));
	});
	return attempt;
}

describe('a circuit breaker', () => {
	test('stays open as long as emnify asks for, then the attempt is made again', async () => {
		const attempt = failing(limited(5));
		const { result, ms } = await timed(rateLimit().run(attempt, limit(10_000), undefined));
		expect(result).toBe('answer');
		expect(ms).toBeGreaterThanOrEqual(5000);
		expect(ms).toBeLessThan(6000);
	});

	test('that would stay open beyond the limit is reported at once, to those who come later too', async () => {
		const breaker = rateLimit();
		await expect(breaker.run(failing(limited(250)), limit(200_000), undefined)).rejects.toThrow(
			'It failed',
		);
		const later = failing();
		const startedMs = Date.now();
		await expect(breaker.run(later, limit(2000), undefined)).rejects.toThrow(
			/^emnify asks to wait until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, so nothing was sent$/,
		);
		expect(Date.now()).toBe(startedMs);
		expect(later).not.toHaveBeenCalled();
	});

	test.each([7200, 1.7e9, 1e300, Infinity])(
		'that is to stay open for %p seconds stays so for five minutes, then emnify is asked again',
		async (seconds) => {
			const attempt = failing(limited(seconds));
			const { result, ms } = await timed(rateLimit().run(attempt, limit(600_000), undefined));
			expect(result).toBe('answer');
			expect(ms).toBeGreaterThanOrEqual(300_000);
			expect(ms).toBeLessThan(301_000);
		},
	);

	test('closes where the clock is set back by hours', async () => {
		const breaker = rateLimit();
		await expect(breaker.run(failing(limited(60)), limit(0), undefined)).rejects.toThrow();
		jest.setSystemTime(Date.now() - 5 * 3_600_000);
		expect(await breaker.run(failing(), limit(0), undefined)).toBe('answer');
	});

	test('lets those who wait go soon after they are cancelled', async () => {
		const controller = new AbortController();
		const waiting = rateLimit().run(failing(limited(60)), limit(600_000), controller.signal);
		const failed = expect(waiting).rejects.toMatchObject({ kind: 'cancelled' });
		await jest.advanceTimersByTimeAsync(1_000);
		controller.abort();
		await jest.advanceTimersByTimeAsync(250);
		await failed;
	});

	test('opens at a failure that is final too, which is not tried again', async () => {
		const breaker = rateLimit();
		const final = failure('rateLimited', { httpStatus: 429, final: true });
		const attempt = failing(final);
		await expect(breaker.run(attempt, limit(60_000), undefined)).rejects.toBe(final);
		const { ms } = await timed(breaker.run(failing(), limit(60_000), undefined));
		expect({ calls: attempt.mock.calls.length, waited: ms > 0 }).toEqual({
			calls: 1,
			waited: true,
		});
	});

	test('is half-open for those who come later: the first of them closes it', async () => {
		const breaker = rateLimit();
		const first = breaker.run(failing(limited(5)), limit(1000), undefined);
		await expect(first).rejects.toThrow();
		await jest.advanceTimersByTimeAsync(6000);
		const { result, ms } = await timed(breaker.run(failing(), limit(1000), undefined));
		expect({ result, ms: ms < 100 }).toEqual({ result: 'answer', ms: true });
	});

	test('is waited for as long by who comes late as by who was there first', async () => {
		const breaker = rateLimit();
		const forever = Array.from({ length: 1000 }, () => limited());
		const first = breaker.run(failing(...forever), limit(10_000), undefined);
		first.catch(() => {});
		await jest.advanceTimersByTimeAsync(8000);
		const late = timed(
			breaker.run(failing(limited(), limited(), limited()), limit(10_000), undefined),
		);
		expect((await late).result).toBe('answer');
	});

	test('backs off where emnify does not say how long to wait', async () => {
		const attempt = jest.fn(async () => await Promise.reject(limited()));
		const breaker = rateLimit().run(attempt, limit(60_000), undefined);
		await expect(timed(breaker)).rejects.toThrow();
		expect(attempt.mock.calls.length).toBeGreaterThan(10);
		expect(attempt.mock.calls.length).toBeLessThan(60);
	});

	test('stays open where the probe gets no answer: still one at a time', async () => {
		const breaker = rateLimit();
		let underWay = 0;
		const besideIt: number[] = [];
		const make = async (attempt: () => Promise<string>) =>
			await breaker.run(
				async () => {
					besideIt.push(underWay++);
					return await attempt().finally(() => underWay--);
				},
				limit(60_000),
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
