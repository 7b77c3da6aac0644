import {
	EmnifyError,
	type EmnifyErrorFacts,
	type EmnifyErrorKind,
} from '../../nodes/Emnify/api/errors';
import { forgetFailure, rememberFailure, throwIfHeld } from '../../nodes/Emnify/api/loginBackOff';

// Time is moved by hand.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let nextKey = 0;
const newKey = () => `login ${nextKey++}`;
const failure = (kind: EmnifyErrorKind, facts: EmnifyErrorFacts = {}) =>
	new EmnifyError(kind, 'It failed', 'Wait.', facts);
const wrongPassword = failure('refused', { httpStatus: 401, login: true, final: true });
const wrongToken = failure('refused', { httpStatus: 401, login: true });

const isHeld = (key: string, isAskedFor?: boolean) => {
	try {
		throwIfHeld(key, isAskedFor);
		return false;
	} catch {
		return true;
	}
};

/** The minutes in which something that asks every minute really tries, and fails each time. */
function attempts(key: string, error: EmnifyError, hours: number): number[] {
	const tried: number[] = [];
	for (let minute = 0; minute <= hours * 60; minute++) {
		if (!isHeld(key)) {
			tried.push(minute);
			rememberFailure(key, error);
		}
		jest.advanceTimersByTime(MINUTE_MS);
	}
	return tried;
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a login that is asked for every minute', () => {
	test.each([
		['with a wrong password', wrongPassword],
		['without a clear answer', failure('server', { httpStatus: 503, login: true, final: true })],
		['whose answer does not come', failure('timeout', { login: true, final: true })],
		['at a 429 that may be a lockout', failure('rateLimited', { httpStatus: 429, final: true })],
		['while the account is locked', failure('locked', { httpStatus: 401, final: true })],
	])('%s is never tried three times within a lockout', (_what, error) => {
		const tried = attempts(newKey(), error, 72);
		expect(tried.length).toBeGreaterThan(2);
		for (const [index, minute] of tried.entries()) {
			const third = tried[index + 2];
			if (third !== undefined) expect(third - minute).toBeGreaterThan(5);
		}
	});

	test('with a wrong password is tried twice, and then once a day', () => {
		expect(attempts(newKey(), wrongPassword, 72)).toEqual([0, 6, 1446, 2886]);
	});

	test('with a refused application token is tried less and less often, each quarter of an hour at last', () => {
		expect(attempts(newKey(), wrongToken, 1)).toEqual([0, 1, 3, 7, 15, 30, 45, 60]);
	});

	test('goes on soon after an outage, where nothing can be locked', () => {
		const key = newKey();
		rememberFailure(key, failure('server', { httpStatus: 503, login: true }));
		jest.advanceTimersByTime(3_000);
		expect(isHeld(key)).toBe(false);
	});
});

test('a person may ask for it sooner, but not three times within a lockout', () => {
	const key = newKey();
	rememberFailure(key, wrongPassword);
	jest.advanceTimersByTime(6 * MINUTE_MS);
	rememberFailure(key, wrongPassword);
	expect(isHeld(key, true)).toBe(true);
	jest.advanceTimersByTime(6 * MINUTE_MS);
	expect([isHeld(key), isHeld(key, true)]).toEqual([true, false]);
});

test('a success begins anew', () => {
	const key = newKey();
	rememberFailure(key, wrongPassword);
	rememberFailure(key, wrongPassword);
	forgetFailure(key);
	expect(isHeld(key)).toBe(false);
	rememberFailure(key, wrongPassword);
	jest.advanceTimersByTime(6 * MINUTE_MS);
	expect(isHeld(key)).toBe(false);
});

test('no other login pushes a refusal out', () => {
	const key = newKey();
	rememberFailure(key, wrongPassword);
	rememberFailure(key, wrongPassword);
	for (let other = 0; other < 60_000; other++) {
		rememberFailure(newKey(), wrongToken);
	}
	expect(isHeld(key)).toBe(true);
});

test('what was cancelled, or never fit to be sent, is no failure', () => {
	const key = newKey();
	for (const error of [failure('cancelled'), failure('input'), new RangeError('ours')]) {
		rememberFailure(key, error);
	}
	expect(isHeld(key)).toBe(false);
});

test('a clock that is set back holds nothing', () => {
	const key = newKey();
	rememberFailure(key, wrongPassword);
	jest.setSystemTime(Date.now() - 24 * HOUR_MS);
	expect(isHeld(key)).toBe(false);
});

test('it is told with the date and the time of the attempt, and of the next one', () => {
	jest.setSystemTime(new Date('2026-11-25T23:58:07Z'));
	const key = newKey();
	rememberFailure(key, wrongPassword);
	expect(() => throwIfHeld(key)).toThrow(
		expect.objectContaining({
			kind: 'refused',
			message: 'It failed (not tried again: the same login failed on 2026-11-25 23:58:07 UTC)',
			description:
				'Wait. n8n logs in again on 2026-11-26 00:04:07 UTC at the earliest, and at once when the credential is changed.',
		}) as Error,
	);
});
