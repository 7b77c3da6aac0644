import fc from 'fast-check';

import {
	entriesOf,
	isEmpty,
	plainText,
	readOptionalText,
	readText,
} from '../../../nodes/Emnify/fields/text';
import { refusalOf } from './refusal';

describe('a text that must be there', () => {
	test.each([
		['as it is, blanks included', ' a b ', ' a b '],
		['as the digits of a whole number', 42, '42'],
		['though it be 0', 0, '0'],
	])('is read %s', (_how, value, expected) => {
		expect(readText('Password', value)).toBe(expected);
	});

	test.each([
		['nothing', undefined],
		['null', null],
		['an empty text', ''],
		['blanks', ' \t\n'],
	])('is missing in %s', (_what, value) => {
		expect(refusalOf(() => readText('Password', value))).toBe('Password is empty');
	});

	test.each([
		['a list', ['p']],
		['an object', {}],
		['true', true],
		['a fraction', 1.5],
		['a number too great to be exact', 2 ** 53],
	])('is not %s', (_what, value) => {
		expect(refusalOf(() => readText('Password', value))).toBe('Password is not a text');
	});
});

describe('a text that may be left out', () => {
	test.each([
		[' a b ', 'a b'],
		[7, '7'],
		['', undefined],
		['  ', undefined],
		[null, undefined],
		[undefined, undefined],
	])('%j is read as %j', (value, expected) => {
		expect(readOptionalText('Description', value)).toBe(expected);
	});

	test('is refused where it is no text', () => {
		expect(refusalOf(() => readOptionalText('Description', [1]))).toBe('Description is not a text');
	});
});

test.each([
	[undefined, true],
	[null, true],
	['', true],
	[' \n', true],
	['a', false],
	[0, false],
	[false, false],
	[[], false],
	[{}, false],
])('%j is empty: %j', (value, expected) => {
	expect(isEmpty(value)).toBe(expected);
});

describe('the entries', () => {
	test.each<[unknown, unknown[]]>([
		['6, 13 ,7', ['6', '13', '7']],
		['6', ['6']],
		[',6,, ,', ['6']],
		[' ', []],
		['', []],
		[null, []],
		[undefined, []],
		[6, [6]],
		[0, [0]],
		[false, [false]],
		[
			[' 6 ', 13, '', ' ', null, ['7']],
			['6', 13, null, ['7']],
		],
		[['6, 13'], ['6, 13']],
		[[], []],
		[{ a: 1 }, [{ a: 1 }]],
	])('of %j are %j', (value, expected) => {
		expect(entriesOf(value)).toEqual(expected);
	});

	test('of a list and of the same with commas are the same', () => {
		const entry = fc.string().filter((text) => !text.includes(','));
		fc.assert(
			fc.property(fc.array(entry), (entries) => {
				expect(entriesOf(entries.join(','))).toEqual(entriesOf(entries));
			}),
		);
	});
});

test.each<[unknown, string]>([
	[' a b\n', 'a b'],
	[1.5, '1.5'],
	[0, '0'],
	[true, 'true'],
	[false, 'false'],
	[12n, '12'],
	[['a'], ''],
	[{ toString: () => 'a' }, ''],
	[Symbol('a'), ''],
	[() => 'a', ''],
	[null, ''],
	[undefined, ''],
])('plain text of %p is %j', (value, expected) => {
	expect(plainText(value)).toBe(expected);
});
