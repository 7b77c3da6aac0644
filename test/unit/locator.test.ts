import fc from 'fast-check';

import { EmnifyError } from '../../nodes/Emnify/api/errors';
import { badValue, isId, readLocator } from '../../nodes/Emnify/fields/locator';
import { plainText } from '../../nodes/Emnify/fields/text';

describe('a resource locator', () => {
	test.each([
		['a number', { __rl: true, mode: 'id', value: 12 }, { mode: 'id', value: '12' }],
		['text', { mode: 'list', value: '12' }, { mode: 'list', value: '12' }],
		['text with spaces', { mode: 'id', value: ' 12\t\n' }, { mode: 'id', value: '12' }],
		['a bare number', 12, { mode: 'id', value: '12' }],
		['bare text', ' my ', { mode: 'id', value: 'my' }],
		['a mode that is none', { mode: 7, value: 'my' }, { mode: 'id', value: 'my' }],
	])('is read from %s', (_what, field, expected) => {
		expect(readLocator(field)).toMatchObject(expected);
	});

	test.each([
		['undefined', undefined],
		['null', null],
		['an object', {}],
		['a list', [12]],
		['a value of null', { mode: 'id', value: null }],
		['a value without result', { mode: 'id', value: undefined }],
		['a value that is an object', { mode: 'id', value: { id: 12 } }],
		['a value that is true', { mode: 'id', value: true }],
	])('holds nothing for %s', (_what, field) => {
		expect(readLocator(field).value).toBe('');
	});

	test.each([
		['a list', [12], [12]],
		['an object', { id: 12 }, { id: 12 }],
		['true', true, true],
		['a value that is an object', { mode: 'id', value: { id: 12 } }, { id: 12 }],
		['a value that is true', { mode: 'id', value: true }, true],
		['a locator without a value', { __rl: true, mode: 'id' }, undefined],
	])('keeps what it was given: %s', (_what, field, given) => {
		expect(readLocator(field).given).toEqual(given);
	});

	test('can be read from anything', () => {
		fc.assert(
			fc.property(fc.anything(), (field) => {
				const { mode, value } = readLocator(field);
				expect([typeof mode, typeof value]).toEqual(['string', 'string']);
			}),
		);
	});
});

describe('an ID', () => {
	test('is a whole number above 0, and nothing that could change a path', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), (id) => isId(String(id))),
		);
		fc.assert(
			fc.property(fc.string(), (text) => {
				fc.pre(!/^[1-9]\d*$/.test(text));
				return !isId(text);
			}),
		);
	});

	test.each([
		'',
		'0',
		'-3',
		'1.5',
		'01',
		'1e3',
		'+1',
		' 1',
		'1\n',
		'١',
		'../1',
		'1/2',
		'1%2F',
		'9'.repeat(16),
	])('is not %j', (text) => {
		expect(isId(text)).toBe(false);
	});
});

describe('the refusal of a value', () => {
	test('quotes it and says what to enter', () => {
		const error = badValue('User', 'abc', 'a user ID');
		expect(error).toBeInstanceOf(EmnifyError);
		expect(error).toMatchObject({
			kind: 'input',
			message: 'User “abc” is not a user ID',
			description: 'Correct the field, or the expression that fills it.',
		});
	});

	test('says that it is empty, and how an expression can be so', () => {
		expect(badValue('User', '', 'a user ID')).toMatchObject({
			message: 'User is empty',
			description: 'Enter a user ID. If it is an expression, it has no result for this item.',
		});
	});

	test.each([
		['a list', [12], 'User is not a user ID, but a list'],
		['an object', { toString: 1 }, 'User is not a user ID, but an object'],
		['false', false, 'User “false” is not a user ID'],
		['0', 0, 'User “0” is not a user ID'],
		['a date', '2026-03-01T08:00', 'User “2026-03-01T08:00” is not a user ID'],
		['a fraction', -1.5, 'User “-1.5” is not a user ID'],
	])('is in words for %s', (_what, value, message) => {
		expect(badValue('User', value, 'a user ID').message).toBe(message);
	});

	test.each([
		['a TOTP secret', 'JBSWY3DPEHPK3PXP'],
		['a token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
		['a code', '012345'],
		['a code from an e-mail', 'x7Q2kP'],
		['a code as a number', 123456.5],
		['a SHA-1', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
		['a short password', 'p"w\\'],
		['a password of another script', '١٢'],
		['a password of two lines', '1\n2'],
	])('does not quote %s', (_what, value) => {
		const { message, description } = badValue('User', value, 'a user ID');
		expect(message).toBe('User is not a user ID');
		expect(description).toBe(
			'Enter a user ID. What it is now is not shown, because it may be a secret.',
		);
	});

	test('quotes nothing of six characters or more but dates', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ minLength: 6 }), fc.anything()), (value) => {
				const text = plainText(value);
				fc.pre(text.length > 5 && !/^\d{4}-\d\d-\d\d/.test(text));
				return badValue('User', value, 'a user ID').message === 'User is not a user ID';
			}),
		);
	});

	test('can be made of anything', () => {
		fc.assert(
			fc.property(fc.anything({ withNullPrototype: true }), (value) => {
				return badValue('User', value, 'a user ID').message.length < 50;
			}),
		);
	});
});
