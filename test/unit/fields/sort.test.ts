import { sortQuery, withId } from '../../../nodes/Emnify/endpoints/sort';
import { directionField, readSort, sortField } from '../../../nodes/Emnify/fields/sort';
import { refusalOf } from './refusal';

const sortable = { id: 'ID', name: 'Name' };
const read = (rules: unknown) => readSort('Sort', { rules }, sortable);

test('rules are read in their order', () => {
	expect(
		read([
			{ field: 'name', direction: 'descending' },
			{ field: ' id ', direction: 'ascending' },
		]),
	).toEqual([
		{ field: 'name', descending: true },
		{ field: 'id', descending: false },
	]);
	expect(readSort('Sort', {}, sortable)).toEqual([]);
});

test.each([
	[{ field: 'age', direction: 'ascending' }, 'Sort field “age” is not one of id, name'],
	[{ field: 'toString', direction: 'ascending' }, 'Sort field is not one of id, name'],
	[{ direction: 'ascending' }, 'Sort field is empty'],
	[{ field: ['id'], direction: 'ascending' }, 'Sort field is not one of id, name, but a list'],
	[{ field: 'id', direction: 'up' }, 'Sort direction “up” is not ascending or descending'],
	[{ field: 'id' }, 'Sort direction is empty'],
])('%j is no rule', (rule, message) => {
	expect(refusalOf(() => read([rule]))).toBe(message);
});

test('a rule can choose what is sortable, in either direction, and begins with the preset', () => {
	expect(sortField('How.', { sortable, default: 'name' })).toMatchObject({
		name: 'sort',
		description: 'How.',
		typeOptions: { multipleValues: true, sortable: true },
		options: [
			{
				name: 'rules',
				values: [
					{
						name: 'field',
						default: 'name',
						options: [
							{ name: 'ID', value: 'id' },
							{ name: 'Name', value: 'name' },
						],
					},
					directionField,
				],
			},
		],
	});
	const direction = { ...directionField, default: 'descending' };
	expect(sortField('How.', { sortable, default: 'id' }, direction)).toMatchObject({
		options: [{ values: [{ default: 'id' }, direction] }],
	});
});

test('the ID decides between equals, unless it is a rule already', () => {
	const byName = { field: 'name', descending: true };
	const byId = { field: 'id', descending: true };
	expect(withId([])).toEqual([{ field: 'id', descending: false }]);
	expect(withId([byName])).toEqual([byName, { field: 'id', descending: false }]);
	expect(withId([byName], true)).toEqual([byName, byId]);
	expect(withId([byId, byName])).toEqual([byId, byName]);
});

test('rules are sent as emnify takes them', () => {
	expect(sortQuery([])).toBe('');
	expect(sortQuery(withId([{ field: 'created', descending: true }]))).toBe('-created,+id');
});
