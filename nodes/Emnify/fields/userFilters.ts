import type { INodeProperties } from 'n8n-workflow';

import type { UserFilters } from '../endpoints/users';
import { readCollection } from './collection';
import { readFilterText, refuseWithoutResult } from './filters';

/** Which users: what emnify can filter by (§5). How it matches a text is undocumented. */
export const userFiltersField: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	options: [
		{
			displayName: 'Name',
			name: 'name',
			type: 'string',
			default: '',
			placeholder: 'e.g. Nathan',
			description: 'The name of the user',
		},
		{
			displayName: 'Status Name or ID',
			name: 'status',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getUserStatuses' },
			default: '',
			description:
				'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		},
		{
			displayName: 'Username',
			name: 'username',
			type: 'string',
			default: '',
			placeholder: 'e.g. nathan@example.com',
			description: 'The e-mail address that the user logs in with',
		},
	],
};

/** Reads the Filters field. Throws an `EmnifyError` (`input`) for a value that emnify's filter syntax (§4) cannot hold. */
export function readUserFilters(label: string, filters: unknown): UserFilters {
	const chosen = readCollection(label, filters);
	refuseWithoutResult(userFiltersField, chosen);
	return Object.entries({ name: 'Name', status: 'Status', username: 'Username' }).flatMap(
		([field, name]) => {
			const text = readFilterText(`The filter ${name}`, chosen[field]);
			return text === undefined ? [] : [`${field}:${text}`];
		},
	);
}
