import { readBoolean } from '../../../nodes/Emnify/fields/boolean';
import { readChoice } from '../../../nodes/Emnify/fields/choice';
import { readCollection, readRows } from '../../../nodes/Emnify/fields/collection';
import { refusalOf } from './refusal';

describe('a switch', () => {
	test.each<[unknown, boolean]>([
		[true, true],
		[false, false],
		['true', true],
		[' false ', false],
		[null, false],
	])('%j is %j', (value, expected) => {
		expect(readBoolean('Revoke', value)).toBe(expected);
	});

	test.each<[unknown, string]>([
		['yes', 'Revoke “yes” is not true or false'],
		['TRUE', 'Revoke “TRUE” is not true or false'],
		[1, 'Revoke “1” is not true or false'],
		[0, 'Revoke “0” is not true or false'],
		['', 'Revoke is empty'],
		[undefined, 'Revoke is empty'],
		[[true], 'Revoke is not true or false, but a list'],
		[{}, 'Revoke is not true or false, but an object'],
	])('%j is neither on nor off in silence', (value, message) => {
		expect(refusalOf(() => readBoolean('Revoke', value))).toBe(message);
	});
});

describe('a choice', () => {
	const read = (value: unknown) => readChoice('Format', value, ['plain', 'sha1']);

	test('is one of those there are', () => {
		expect(read('plain')).toBe('plain');
		expect(read('sha1')).toBe('sha1');
	});

	test.each<[unknown, string]>([
		['md5', 'Format “md5” is not one of plain, sha1'],
		['SHA1', 'Format “SHA1” is not one of plain, sha1'],
		[['plain'], 'Format is not one of plain, sha1, but a list'],
		['', 'Format is empty'],
		[undefined, 'Format is empty'],
		[0, 'Format “0” is not one of plain, sha1'],
	])('is refused: %j', (value, message) => {
		expect(refusalOf(() => read(value))).toBe(message);
	});
});

describe('a collection', () => {
	test.each([undefined, null, ''])('%j has no fields', (value) => {
		expect(readCollection('Filters', value)).toEqual({});
		expect(readRows('Sort', value, 'rules')).toEqual([]);
	});

	test('has the fields that were added', () => {
		const fields = { name: 'Ada' };
		expect(readCollection('Filters', fields)).toBe(fields);
	});

	test.each<[unknown, string]>([
		['Ada', 'Filters “Ada” is not a collection of fields'],
		[[{ name: 'Ada' }], 'Filters is not a collection of fields, but a list'],
		[0, 'Filters “0” is not a collection of fields'],
		[false, 'Filters “false” is not a collection of fields'],
	])('is not passed over where it is %j', (value, message) => {
		expect(refusalOf(() => readCollection('Filters', value))).toBe(message);
	});

	test('has the rows of its name', () => {
		expect(readRows('Sort', { rules: [{ a: 1 }, { b: 2 }] }, 'rules')).toEqual([
			{ a: 1 },
			{ b: 2 },
		]);
		expect(readRows('Sort', { rows: [{ a: 1 }] }, 'rules')).toEqual([]);
		expect(readRows('Sort', { rules: null }, 'rules')).toEqual([]);
	});

	test.each<[unknown, string]>([
		['name', 'Sort “name” is not a collection of fields'],
		[{ rules: { a: 1 } }, 'Sort is not a list of fields, but an object'],
		[{ rules: 'name' }, 'Sort “name” is not a list of fields'],
		[{ rules: ['name'] }, 'Sort “name” is not a collection of fields'],
	])('has no rows where it is %j', (value, message) => {
		expect(refusalOf(() => readRows('Sort', value, 'rules'))).toBe(message);
	});
});
