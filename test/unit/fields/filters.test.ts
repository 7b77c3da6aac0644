import type { INodeProperties } from 'n8n-workflow';

import {
	filterValue,
	readFilterText,
	refuseWithoutResult,
} from '../../../nodes/Emnify/fields/filters';
import { readUserFilters } from '../../../nodes/Emnify/fields/userFilters';
import { refusalOf } from './refusal';

describe('a text to filter by', () => {
	test.each<[unknown, string | undefined]>([
		[' Ada L. ', 'Ada L.'],
		[7, '7'],
		['', undefined],
		[' ', undefined],
		[null, undefined],
		[undefined, undefined],
	])('of %j is %j', (value, expected) => {
		expect(readFilterText('Name', value)).toBe(expected);
	});

	test.each(['a,b', 'a:b', ',', 'status:1,name'])('cannot change the filter: %j', (value) => {
		expect(refusalOf(() => readFilterText('Name', value))).toBe(
			'Name has a comma or a colon, which emnify’s filters cannot hold',
		);
	});

	test('is not a list', () => {
		expect(refusalOf(() => readFilterText('Name', ['a']))).toBe('Name is not a text');
	});
});

test.each<[unknown, unknown]>([
	['Ada', 'Ada'],
	[{ __rl: true, mode: 'id', value: 7 }, 7],
	[{ mode: 'id', value: undefined }, undefined],
	[{ mode: 'id' }, { mode: 'id' }],
	[null, null],
	[[7], [7]],
])('the value of the filter %j is %j', (filter, value) => {
	expect(filterValue(filter)).toEqual(value);
});

describe('a filter without a result', () => {
	const option = (displayName: string, name: string): INodeProperties => ({
		displayName,
		name,
		type: 'string',
		default: '',
	});
	const field: INodeProperties = {
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		default: {},
		options: [option('Name', 'name'), option('User', 'user')],
	};

	test.each([
		{ name: undefined },
		{ name: null },
		{ user: 7, name: null },
		{ name: { mode: 'id', value: undefined } },
		{ name: { mode: 'id', value: null } },
	])('lets nothing pass: %j', (chosen) => {
		expect(refusalOf(() => refuseWithoutResult(field, chosen))).toBe('Name is empty');
	});

	test.each([{}, { name: '' }, { name: 'Ada' }, { name: 0 }, { other: null }])(
		'is none where it was left out or left empty: %j',
		(chosen) => {
			expect(refusalOf(() => refuseWithoutResult(field, chosen))).toBeUndefined();
		},
	);
});

describe('the filters of users', () => {
	const read = (filters: unknown) => readUserFilters('Filters', filters);

	test('are the criteria that emnify takes', () => {
		expect(read({ username: 'ada@a.example', status: 1, name: ' Ada ' })).toEqual([
			'name:Ada',
			'status:1',
			'username:ada@a.example',
		]);
		expect(read({ name: '', status: '' })).toEqual([]);
		expect(read(undefined)).toEqual([]);
	});

	test.each<[unknown, string]>([
		[{ status: null }, 'Status Name or ID is empty'],
		[{ name: 'a,b' }, 'The filter Name has a comma or a colon, which emnify’s filters cannot hold'],
		[{ username: [] }, 'The filter Username is not a text'],
		[[], 'Filters is not a collection of fields, but a list'],
	])('are not %j', (filters, message) => {
		expect(refusalOf(() => read(filters))).toBe(message);
	});
});
