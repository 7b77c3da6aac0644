import type { INodeProperties } from 'n8n-workflow';

import { badValue } from '../../shared/locator';

/** What emnify can sort users by (§5), by the name in the API. */
const SORTABLE = {
	created: 'Created',
	id: 'ID',
	name: 'Name',
	organisation: 'Organisation',
	status: 'Status',
	username: 'Username',
};

/** In which order the users come. */
export const userSortField: INodeProperties = {
	displayName: 'Sort',
	name: 'sort',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, sortable: true },
	placeholder: 'Add sort rule',
	default: {},
	description:
		'The first rule counts most. Without a rule the users come in the order of their IDs.',
	options: [
		{
			displayName: 'Rule',
			name: 'rules',
			values: [
				{
					displayName: 'Field',
					name: 'field',
					type: 'options',
					options: Object.entries(SORTABLE).map(([value, name]) => ({ name, value })),
					default: 'name',
				},
				{
					displayName: 'Direction',
					name: 'direction',
					type: 'options',
					options: [
						{ name: 'Ascending', value: 'ascending' },
						{ name: 'Descending', value: 'descending' },
					],
					default: 'ascending',
				},
			],
		},
	],
};

/**
 * Reads the Sort field, as emnify takes it (§4): `-created,+id`. The ID comes last in each case: pages of users that are
 * equal otherwise would differ from request to request. Throws an `EmnifyError` (`input`) for what cannot be sorted by.
 */
export function readUserSort(sort: unknown): string {
	const { rules } = (sort ?? {}) as { rules?: unknown };
	const criteria = (Array.isArray(rules) ? rules : []).map(readRule);
	const hasId = criteria.some((criterion) => criterion.slice(1) === 'id');
	return [...criteria, ...(hasId ? [] : ['+id'])].join(',');
}

function readRule(rule: unknown): string {
	const { field, direction } = (rule ?? {}) as { field?: unknown; direction?: unknown };
	const name = String(field ?? '').trim();
	if (!Object.keys(SORTABLE).includes(name)) {
		throw badValue('Sort field', name, `one of ${Object.keys(SORTABLE).join(', ')}`);
	}
	const wanted = String(direction ?? '').trim();
	if (wanted === 'ascending') return `+${name}`;
	if (wanted === 'descending') return `-${name}`;
	throw badValue('Sort direction', wanted, 'ascending or descending');
}
