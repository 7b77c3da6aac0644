import type { INodeProperties } from 'n8n-workflow';

import type { SortRule } from '../endpoints/sort';
import { readRows } from './collection';
import { badValue } from './locator';
import { plainText } from './text';

/** What emnify can sort a collection by (§5): the label of each field, by its name in the API. */
export type Sortable = Readonly<Record<string, string>>;

/** The Sort field: rules, of which the first counts most. A new rule begins with what `field` and `direction` are preset to. */
export function sortField(
	description: string,
	field: Pick<INodeProperties, 'default'> & { sortable: Sortable },
	direction: INodeProperties = directionField,
): INodeProperties {
	const { sortable, default: preset } = field;
	return {
		displayName: 'Sort',
		name: 'sort',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		placeholder: 'Add sort rule',
		default: {},
		description,
		options: [
			{
				displayName: 'Rule',
				name: 'rules',
				values: [
					{
						...fieldField,
						options: Object.entries(sortable).map(([value, name]) => ({ name, value })),
						default: preset,
					},
					direction,
				],
			},
		],
	};
}

const fieldField: INodeProperties = {
	displayName: 'Field',
	name: 'field',
	type: 'options',
	options: [],
	default: '',
};

/** In which direction a rule sorts. */
export const directionField: INodeProperties = {
	displayName: 'Direction',
	name: 'direction',
	type: 'options',
	options: [
		{ name: 'Ascending', value: 'ascending' },
		{ name: 'Descending', value: 'descending' },
	],
	default: 'ascending',
};

/** Reads the Sort field; without a rule it is empty. Throws an `EmnifyError` (`input`) for what cannot be sorted by. */
export function readSort(label: string, sort: unknown, sortable: Sortable): SortRule[] {
	return readRows(label, sort, 'rules').map((rule) => readRule(label, rule, sortable));
}

function readRule(
	label: string,
	{ field, direction }: Record<string, unknown>,
	sortable: Sortable,
): SortRule {
	const name = plainText(field);
	if (!Object.keys(sortable).includes(name)) {
		throw badValue(`${label} field`, field, `one of ${Object.keys(sortable).join(', ')}`);
	}
	const wanted = plainText(direction);
	if (wanted === 'ascending' || wanted === 'descending') {
		return { field: name, descending: wanted === 'descending' };
	}
	throw badValue(`${label} direction`, direction, 'ascending or descending');
}
