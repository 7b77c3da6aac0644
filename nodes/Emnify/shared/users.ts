import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeProperties,
	INodePropertyOptions,
} from 'n8n-workflow';

import { apiPath, EmnifyClient, type EmnifyRequest } from '../api/client';
import type { Lookup, User } from '../api/types';
import { toNodeError } from '../nodeError';
import { requireIds } from './ids';
import { lookupOptions } from './lookup';
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

/** The criteria of §4 for a request, such as `status:1`; empty for all users. */
export type UserFilters = string[];

/** Reads the Filters field. Throws an `EmnifyError` (`input`) for a value that emnify's filter syntax (§4) cannot hold. */
export function readUserFilters(filters: unknown): UserFilters {
	const chosen = readCollection('Filters', filters);
	refuseWithoutResult(userFiltersField, chosen);
	return Object.entries({ name: 'Name', status: 'Status', username: 'Username' }).flatMap(
		([field, label]) => {
			const text = readFilterText(`The filter ${label}`, chosen[field]);
			return text === undefined ? [] : [`${field}:${text}`];
		},
	);
}

/** `GET /api/v1/user` (§5), for {@link EmnifyClient.collection} and {@link EmnifyClient.pages}. */
export function usersRequest(filters: UserFilters, sort = '+id'): EmnifyRequest {
	return {
		method: 'GET',
		path: apiPath`/user`,
		query: { sort, ...(filters.length > 0 && { q: filters.join(',') }) },
		// Who joins the workspace gets the highest ID; by a filter, or in another order, users join anywhere.
		...(filters.length === 0 && sort === '+id' && { changes: 'joinsLast' as const }),
		action: 'list the users',
		advice: {
			403: 'Only administrators can list users. Use a credential of an administrator. Where one user will do, choose By ID and enter the number.',
		},
	};
}

/** All users (§5), each once. The next page is fetched while the users of this one are worked on. */
export async function* allUsers(
	client: EmnifyClient,
	filters: UserFilters,
): AsyncGenerator<User, void> {
	const request = usersRequest(filters);
	const pages = client.pages<User>(request);
	let next = pages.next();
	for (let page = await next; !page.done; page = await next) {
		next = pages.next();
		// Whoever asks for the next user gets a failure; until then it must not count as unhandled.
		next.catch(() => {});
		yield* requireIds(page.value, request.action);
	}
}

/** Fills the list of statuses (§5). */
export async function getUserStatuses(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	try {
		const client = await EmnifyClient.connect(this);
		const statuses = await client.list<Lookup & IDataObject>({
			method: 'GET',
			path: apiPath`/user/status`,
			action: 'list the statuses of users',
		});
		return lookupOptions(statuses, 'list the statuses of users');
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}
