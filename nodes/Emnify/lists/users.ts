import type {
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
} from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';
import { requireIds } from '../api/ids';
import { hasMoreAfter, hasMoreThan } from '../api/page';
import type { User } from '../api/types';
import { usersRequest } from '../endpoints/users';
import { load } from './list';

const USERS_IN_A_PAGE = 50;

/**
 * Fills the list of the User field, a page at a time, “Me” first where the credential logs in as a user. The text searched for
 * is looked for in the usernames where it holds an @, else in the names, and in the usernames where no name fits. How emnify
 * matches is undocumented.
 */
export async function searchUsers(
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	return await load(this, async ({ client }) => {
		// A comma or a colon would end the value in emnify's filter syntax (§4).
		const text = (filter ?? '').split(/[,:]/)[0]?.trim() ?? '';
		const next = paginationToken === undefined ? undefined : readToken(paginationToken);
		const field = next?.field ?? (text.includes('@') ? 'username' : 'name');
		const found = await usersPage(client, field, text, next);
		if (found.results.length === 0 && !next && field === 'name' && text !== '') {
			return await usersPage(client, 'username', text, undefined);
		}
		if (client.actsAsUser && !next && text === '') {
			found.results.unshift({ name: 'Me', value: 'my' });
		}
		return found;
	});
}

/** Where the list goes on. What the pages before held shows where it ends, if emnify's headers do not (§4). */
interface NextPage {
	field: string;
	page: number;
	/** How many users the first page held. */
	size: number;
	/** The first user of the page before: past the end, emnify may give the last page again. */
	before: number;
}

const writeToken = ({ field, page, size, before }: NextPage) =>
	[field, page, size, before].join(':');

function readToken(token: string): NextPage {
	const [field = '', page, size, before] = token.split(':');
	return { field, page: Number(page), size: Number(size), before: Number(before) };
}

async function usersPage(
	client: EmnifyClient,
	field: string,
	text: string,
	next: NextPage | undefined,
): Promise<{ results: INodeListSearchItems[]; paginationToken?: string }> {
	const filters = text === '' ? [] : [`${field}:${text}`];
	const request = {
		...usersRequest(filters, '+username'),
		advice: {
			403: 'Only administrators can list users. Use a credential of an administrator, or choose By ID and enter the number of the user.',
		},
	};
	const number = next?.page ?? 1;
	const page = await client.page<User>(request, number, USERS_IN_A_PAGE);
	const users = requireIds(page.elements, request.action);
	const [first] = users;
	if (!first || first.id === next?.before) return { results: [] };
	const results = users.map((user) => ({ name: userNameInWords(user), value: user.id }));
	const size = next?.size ?? users.length;
	const hasMore = next ? hasMoreAfter(page, number, size) : hasMoreThan(page);
	if (!hasMore) return { results };
	const paginationToken = writeToken({ field, page: number + 1, size, before: first.id });
	return { results, paginationToken };
}

function userNameInWords({ id, name, username }: User): string {
	if (name) return `${name} (${username || `user ${id}`})`;
	return username || `User ${id}`;
}
