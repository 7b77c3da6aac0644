import type { IHttpRequestOptions } from 'n8n-workflow';

import { clockOffsetMs, retryAfter, sendWith } from '../../nodes/Emnify/api/http';

const now = new Date('2026-11-25T06:00:00Z');
const emnifyIsAhead = { date: 'Wed, 25 Nov 2026 07:00:00 GMT' };

beforeEach(() => jest.useFakeTimers({ now }));
afterEach(() => jest.useRealTimers());

describe('Retry-After', () => {
	const seconds = (value: unknown, headers = {}) =>
		retryAfter({ ...headers, 'retry-after': value as string }).retryAfterSeconds;

	test.each([
		['seconds', '7', 7],
		['a fraction of a second', '0.5', 0.5],
		['an hour', '3600', 300],
		['a huge number', '9'.repeat(40), 300],
		['a number beyond all numbers', '9'.repeat(400), 300],
		['a date', 'Wed, 25 Nov 2026 06:00:30 GMT', 30],
		['a date of the old form', 'Wednesday, 25-Nov-26 06:00:30 GMT', 30],
		['an ISO date', '2026-11-25T06:00:30Z', 30],
		['a date in the year 9999', 'Fri, 31 Dec 9999 23:59:59 GMT', 300],
		['the time in seconds since 1970', String(now.getTime() / 1000 + 30), 30],
		['the time in milliseconds since 1970', String(now.getTime() + 30_000), 30],
		['a far time since 1970', String(now.getTime() / 1000 + 1e6), 300],
	])('%s', (_what, value, expected) => {
		expect(seconds(value)).toBe(expected);
	});

	test.each([
		['nothing', undefined],
		['an empty text', ''],
		['a negative number', '-5'],
		['zero', '0'],
		['words', 'soon'],
		['a number of another kind', '0x10'],
		['a number with an exponent', '1e9'],
		['infinity', 'Infinity'],
		['a date that is none', 'Wed, 99 Nov 2026 06:00:30 GMT'],
		['a date that is past', 'Wed, 25 Nov 2026 05:00:00 GMT'],
		['a past time since 1970', String(now.getTime() / 1000 - 30)],
		['two values', ['1', '2']],
	])('%s asks for nothing', (_what, value) => {
		expect(seconds(value)).toBeUndefined();
	});

	test('counts by the server’s clock', () => {
		expect(seconds('Wed, 25 Nov 2026 07:00:20 GMT', emnifyIsAhead)).toBe(20);
		expect(seconds(String(now.getTime() / 1000 + 3620), emnifyIsAhead)).toBe(20);
	});
});

test.each(['', 'now', 'Mon, 01 Jan 1900 00:00:00 GMT', undefined])(
	'a Date header of %p moves no clock',
	(date) => {
		expect(clockOffsetMs({ date })).toBe(0);
	},
);

describe('a request', () => {
	const never = async () => await new Promise(() => {});
	const request = { method: 'GET', url: 'https://emnify.example/x' } as const;

	test('whose answer does not end is given up when its whole time is over, and told to end', async () => {
		let options: IHttpRequestOptions | undefined;
		const send = sendWith(async (given) => {
			options = given;
			return await never();
		});
		const answer = send({ ...request, timeout: 2_000 });
		const failed = expect(answer).rejects.toMatchObject({
			kind: 'timeout',
			message: 'No answer from emnify.example within 2 s',
		});
		await jest.advanceTimersByTimeAsync(1_999);
		expect(options?.abortSignal?.aborted).toBe(false);
		await jest.advanceTimersByTimeAsync(1);
		await failed;
		expect(options?.abortSignal?.aborted).toBe(true);
	});

	test('gets the time that it is given meanwhile', async () => {
		let limitMs = 1_000;
		const answer = sendWith(never)({ ...request }, () => limitMs);
		const settled = jest.fn();
		answer.catch(settled);
		await jest.advanceTimersByTimeAsync(500);
		limitMs = 3_000;
		await jest.advanceTimersByTimeAsync(2_000);
		expect(settled).not.toHaveBeenCalled();
		await jest.advanceTimersByTimeAsync(1_000);
		expect(settled).toHaveBeenCalled();
	});

	test('ends at once when it is cancelled, even if the helper does not', async () => {
		const controller = new AbortController();
		const answer = sendWith(never)({ ...request, abortSignal: controller.signal });
		controller.abort();
		await expect(answer).rejects.toMatchObject({ kind: 'cancelled' });
		await expect(
			sendWith(never)({ ...request, abortSignal: controller.signal }),
		).rejects.toMatchObject({ kind: 'cancelled' });
	});
});
