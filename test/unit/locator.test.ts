import fc from 'fast-check';

import { EmnifyError } from '../../nodes/Emnify/api/errors';
import { badValue, isId, readLocator } from '../../nodes/Emnify/shared/locator';

describe('a resource locator', () => {
	test.each([
		['a number', { __rl: true, mode: 'id', value: 12 }, { mode: 'id', value: '12' }],
		['text', { mode: 'list', value: '12' }, { mode: 'list', value: '12' }],
		['text with spaces', { mode: 'id', value: ' 12\t\n' }, { mode: 'id', value: '12' }],
		['a bare number', 12, { mode: 'id', value: '12' }],
		['bare text', ' my ', { mode: 'id', value: 'my' }],
		['a mode that is none', { mode: 7, value: 'my' }, { mode: 'id', value: 'my' }],
	])('is read from %s', (_what, field, expected) => {
		expect(readLocator(field)).toEqual(expected);
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
			description: 'Enter a user ID.',
		});
	});

	test('says that it is empty, and how an expression can be so', () => {
		expect(badValue('User', '', 'a user ID')).toMatchObject({
			message: 'User is empty',
			description: 'Enter a user ID. If it is an expression, it has no result for this item.',
		});
	});

	test('does not repeat a long value in full', () => {
		expect(badValue('User', 'x'.repeat(500), 'a user ID').message.length).toBeLessThan(100);
	});
});
