import fc from 'fast-check';

import {
	EmnifyError,
	emnifyErrorIn,
	errorTokenOf,
	quoteEmnify,
	withoutSecrets,
} from '../../nodes/Emnify/api/errors';

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

describe('a secret that was sent', () => {
	const error = (message: string) => new EmnifyError('rejected', message, 'Do something.');

	test('is taken out of the message, wherever it stands in the body', () => {
		const body = {
			password: 'fake-secret',
			trusted_device: { fingerprint: 'fake-print', browser: 'n8n' },
		};
		const { message } = withoutSecrets(error('fake-secret, fake-print and fake-secret, n8n'), body);
		expect(message).toBe('***, *** and ***, n8n');
	});

	test('is not looked for where there is none', () => {
		const body = {
			username: 'someone',
			password: '',
			code: undefined,
			status: { id: 1 },
			mfa: null,
		};
		const { message } = withoutSecrets(error('someone did 1 thing'), body);
		expect(message).toBe('someone did 1 thing');
	});
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
