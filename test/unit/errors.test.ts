import fc from 'fast-check';

import {
	cancelled,
	dateAndTime,
	EmnifyError,
	type EmnifyErrorKind,
	emnifyErrorIn,
	errorTokenOf,
	isAnswered,
	isEmnifysNotFound,
	isOutcomeOpen,
	neverSent,
	quoteEmnify,
} from '../../nodes/Emnify/api/errors';
import { noAnswer, retryAfter } from '../../nodes/Emnify/api/http';
import { refusal } from '../../nodes/Emnify/api/refusal';

describe('emnify’s own words', () => {
	test('are its message, with token and code behind it', () => {
		expect(quoteEmnify({ error_code: 1201, error_token: 'NotFound', message: 'Not there' })).toBe(
			'“Not there” (NotFound 1201)',
		);
	});

	test('hold what is wrong in detail', () => {
		expect(
			quoteEmnify({
				error_code: 1400,
				error_token: 'InputValidationFailed',
				message: 'Input validation failed',
				errors: [
					{ error_code: 1402, error_token: 'Required', message: 'code is required' },
					{ error_code: 1403, error_token: 'InvalidFormat', message: 'type must be a number' },
				],
			}),
		).toBe(
			'“Input validation failed” (InputValidationFailed 1400), “code is required” (Required 1402), “type must be a number” (InvalidFormat 1403)',
		);
	});

	test.each([
		['a message alone', { message: 'Not there' }, '“Not there”'],
		['a token alone', { error_token: 'NotFound' }, 'NotFound'],
		['a code alone', { error_code: 1201 }, '1201'],
		['details alone', { errors: [{ message: 'code is required' }] }, '“code is required”'],
	])('may be %s', (_what, body, expected) => {
		expect(quoteEmnify(body)).toBe(expected);
	});

	test.each([
		['an empty body', ''],
		['an HTML page', '<html><body>Not found</body></html>'],
		['JSON that was cut off', '{"error_code":1201,"mess'],
		['an array', [{ message: 'Not there' }]],
		['null', null],
		['nothing', undefined],
		['a number', 404],
		['an object that says nothing', {}],
		['fields of other types', { message: { a: 1 }, error_token: ['x'], error_code: {} }],
		['details that are no list', { errors: { message: 'x' } }],
		['details that are empty', { errors: [null, 'x', 7, {}] }],
	])('are none for %s', (_what, body) => {
		expect(quoteEmnify(body)).toBe('');
	});

	test('say of many details how many more there are', () => {
		const errors = Array.from({ length: 20_000 }, (_, index) => ({
			error_token: `Token${index}`,
			message: 'x'.repeat(1_000),
		}));
		const quote = quoteEmnify({ message: 'y'.repeat(1_000), errors });
		expect(quote).toMatch(/^“y{300}”, “x{300}” \(Token0\), .* \(Token4\), and 19995 more$/);
		expect(quote.length).toBeLessThan(2_000);
		expect(quoteEmnify({ message: 'No', errors: errors.slice(0, 5) })).toMatch(/\(Token4\)$/);
		expect(quoteEmnify({ message: 'No', errors: errors.slice(0, 6) })).toMatch(/, and 1 more$/);
	});

	test('are cut where they are long', () => {
		expect(quoteEmnify({ message: 'x'.repeat(10_000) }).length).toBeLessThan(310);
		expect(quoteEmnify({ error_token: 'x'.repeat(10_000) })).toBe('');
	});

	test('can be read from any body without failing', () => {
		fc.assert(
			fc.property(
				fc.oneof(
					fc.jsonValue(),
					fc.record({
						message: fc.jsonValue(),
						error_token: fc.jsonValue(),
						errors: fc.jsonValue(),
					}),
				),
				(body) => {
					expect(typeof quoteEmnify(body)).toBe('string');
					expect(['string', 'undefined']).toContain(typeof errorTokenOf(body));
				},
			),
		);
	});
});

test('an error token that is too long to be one is left out', () => {
	const body = { error_token: 'x'.repeat(100), message: 'No' };
	const { facts } = refusal({ status: 422, headers: {}, body }, { action: 'do something' });
	expect(facts).toEqual({ httpStatus: 422 });
});

describe('that emnify does not find it', () => {
	const answered = (status: number, body: unknown) =>
		refusal({ status, headers: {}, body }, { action: 'do something' });

	test.each([
		['NotFound', { error_code: 1201, error_token: 'NotFound', message: 'Not there' }],
		['InvalidReference', { error_code: 1401, error_token: 'InvalidReference' }],
		['Unavailable', { error_code: 1601, error_token: 'Unavailable', errors: null }],
		['the token alone', { error_token: 'NotFound' }],
		['the code alone', { error_code: 1201, error_token: null }],
		['the code as text', { error_code: '1401', message: 'No such device' }],
	])('is said by a 404 with %s', (_what, body) => {
		expect(isEmnifysNotFound(answered(404, body))).toBe(true);
	});

	test.each([
		['an empty 404', answered(404, '')],
		['an HTML page', answered(404, '<html><h1>404 Not Found</h1></html>')],
		['a gateway', answered(404, { message: 'Not Found' })],
		['a proxy with words of its own', answered(404, { error: 'NotFound', code: 1201 })],
		['a code that is none', answered(404, { error_code: { toString: 1 }, message: 'constructor' })],
		['a list', answered(404, [{ error_token: 'NotFound' }])],
		['another refusal of emnify', answered(404, { error_code: 1104, error_token: 'Forbidden' })],
		['another status', answered(422, { error_code: 1401, error_token: 'InvalidReference' })],
		['anything else that failed', new Error('NotFound')],
	])('is not said by %s', (_what, error) => {
		expect(isEmnifysNotFound(error)).toBe(false);
	});
});

describe('Retry-After', () => {
	const now = new Date('2026-03-01T12:00:00Z');
	beforeEach(() => jest.useFakeTimers({ now }));
	afterEach(() => jest.useRealTimers());

	test.each([
		['12', 12],
		['1.5', 1.5],
		['Sun, 01 Mar 2026 12:00:30 GMT', 30],
		[' 7 ', 7],
	])('%p is %p seconds', (value, retryAfterSeconds) => {
		expect(retryAfter({ 'retry-after': value })).toEqual({ retryAfterSeconds });
	});

	test.each(['0', '0.0', '-5', 'soon', '', '2026-03-01', 'Sun, 01 Mar 2026 11:59:00 GMT'])(
		'%p asks for no wait',
		(value) => expect(retryAfter({ 'retry-after': value })).toEqual({}),
	);
});

describe('an EmnifyError is found', () => {
	const error = new EmnifyError('server', 'It failed', 'Wait.');

	test('as it is, and inside what n8n wraps around it', () => {
		expect(emnifyErrorIn(error)).toBe(error);
		const wrapped = new Error('outer', { cause: new Error('inner', { cause: error }) });
		expect(emnifyErrorIn(wrapped)).toBe(error);
	});

	test('in nothing else, and not without end', () => {
		expect(emnifyErrorIn(new Error('other'))).toBeUndefined();
		expect(emnifyErrorIn('text')).toBeUndefined();
		expect(emnifyErrorIn(undefined)).toBeUndefined();
		const loop: Error & { cause?: unknown } = new Error('loop');
		loop.cause = loop;
		expect(emnifyErrorIn(loop)).toBeUndefined();
	});
});

describe('the outcome of a write is', () => {
	const failed = (kind: EmnifyErrorKind, httpStatus?: number) =>
		new EmnifyError(kind, 'what', 'to do', httpStatus === undefined ? {} : { httpStatus });

	test.each([
		['no answer in time', failed('timeout')],
		['a connection that broke off', failed('unreachable')],
		['an execution that was stopped', failed('cancelled')],
		['408', failed('rejected', 408)],
		['500', failed('server', 500)],
		['504', failed('server', 504)],
		['a 200 that cannot be read', failed('notEmnify', 200)],
		['a 201 that cannot be read', failed('notEmnify', 201)],
		['a 204 where there is more to tell', failed('notEmnify', 204)],
		['a 303, which a done write is answered with', failed('notEmnify', 303)],
		['a proxy that gave up', failed('rejected', 499)],
	])('open after %s', (_what, error) => {
		expect(isOutcomeOpen(error)).toBe(true);
	});

	test.each([
		['a refusal', failed('rejected', 403)],
		['409', failed('rejected', 409)],
		['429', failed('rateLimited', 429)],
		['a redirect', failed('notEmnify', 302)],
		['bad input', failed('input')],
		['a certificate that is not accepted', failed('tls')],
		['a login without an answer', neverSent(failed('timeout'))],
		['a login that met 503', neverSent(failed('server', 503))],
		['what is not ours', new Error('boom')],
		['undefined', undefined],
	])('known after %s', (_what, error) => {
		expect(isOutcomeOpen(error)).toBe(false);
	});

	test.each([
		['ECONNREFUSED', false],
		['ENOTFOUND', false],
		['EAI_AGAIN', false],
		['ECONNRESET', true],
		['EPIPE', true],
		['ECONNABORTED', true],
		['ETIMEDOUT', true],
	])('after %s: open is %p', (code, open) => {
		const thrown = Object.assign(new Error('failed'), { code });
		expect(isOutcomeOpen(noAnswer(thrown, { url: 'https://emnify.example' }))).toBe(open);
	});
});

test.each([
	['emnify refuses', new EmnifyError('rejected', 'm', 'd', { httpStatus: 404 }), true],
	['emnify fails', new EmnifyError('server', 'm', 'd', { httpStatus: 503 }), true],
	['no answer', new EmnifyError('timeout', 'm', 'd'), false],
	[
		'a login failed before',
		new EmnifyError('refused', 'm', 'd', { httpStatus: 401, neverSent: true }),
		false,
	],
	['something else', new Error('x'), false],
	['nothing', undefined, false],
])('whether emnify has answered: %s', (_what, error, answered) => {
	expect(isAnswered(error)).toBe(answered);
});

test('a moment in a message is in UTC, to the second', () => {
	expect(dateAndTime(Date.parse('2026-11-25T06:37:37.999Z'))).toBe('2026-11-25 06:37:37 UTC');
});

test('a cancelled execution is reported as one', () => {
	expect(cancelled()).toMatchObject({
		kind: 'cancelled',
		message: 'The request to emnify was stopped',
	});
	expect(isOutcomeOpen(cancelled())).toBe(true);
	expect(isOutcomeOpen(neverSent(cancelled()))).toBe(false);
});

test('emnify’s failure is found as deep as five causes, and no deeper', () => {
	const failure = new EmnifyError('timeout', 'm', 'd');
	const wrapped = (times: number): unknown =>
		times === 0 ? failure : new Error('wrapped', { cause: wrapped(times - 1) });
	expect(emnifyErrorIn(wrapped(4))).toBe(failure);
	expect(emnifyErrorIn(wrapped(5))).toBeUndefined();
});
