import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchItems,
	INodeListSearchResult,
	INodeProperties,
} from 'n8n-workflow';

import { apiPath, EmnifyClient } from '../api/client';
import { hasMoreAfter, hasMoreThan } from '../api/paging';
import { EmnifyError } from '../api/errors';
import type { User, UserWithMfa } from '../api/types';
import { toNodeError } from '../nodeError';
import type { ItemFields } from '../resources/operation';
import { requireIds } from './ids';
import { badValue, isId, readLocator } from './locator';
import { requireRequestingUser } from './requestingUser';
import { usersRequest } from './users';

/** Whose things an operation is about. Nobody is preset: what acts on a user must not act on the wrong one. */
export const userField: INodeProperties = {
	displayName: 'User',
	name: 'user',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'Only administrators can act on other users',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a user…',
			typeOptions: {
				searchListMethod: 'searchUsers',
				searchable: true,
			},
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 12345',
			hint: 'The number of the user. With User Credentials also “my”, for the user who logs in.',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: '^\\s*([1-9]\\d*|my)\\s*$',
						errorMessage: 'Enter a whole number above 0, or my',
					},
				},
			],
		},
		{
			displayName: 'By Username',
			name: 'username',
			type: 'string',
			placeholder: 'e.g. nathan@example.com',
			hint: 'The e-mail address that the user logs in with. Costs one more request.',
		},
	],
};

/** `id` as emnify gives it, or `my` for the requesting user; or a username that is yet to be looked up. */
export type UserReference = { id: string } | { username: string };

/**
 * Reads the User field. Throws an `EmnifyError` (`input`) for what is neither an ID, `my` nor a username, and for `my` under
 * an application token (§1).
 */
export function readUser(item: ItemFields): UserReference {
	const { mode, value, given } = readLocator(item.field('user'));
	if (mode === 'username') {
		if (/^[^\s@/]+@[^\s@/]+$/.test(value)) return { username: value };
		throw badValue('User', given, 'a username (an e-mail address)');
	}
	if (value === 'my') {
		const others = 'Choose a user from the list, or enter an ID or a username. ';
		requireRequestingUser(item, 'There is no “Me”', others);
		return { id: value };
	}
	if (isId(value)) return { id: value };
	throw badValue('User', given, 'a user ID (a whole number above 0, or my)');
}

/** The user for a sentence. */
export function userInWords(user: UserReference): string {
	if ('username' in user) return `user ${user.username}`;
	return user.id === 'my' ? 'the credential’s own user' : `user ${user.id}`;
}

const lookedUp = new WeakMap<EmnifyClient, Map<string, Promise<string>>>();

/** The user for a path: endpoints 4, 7 and 8 take no username (§1), so it is looked up (§5), once in a run. */
export async function resolveUser(client: EmnifyClient, user: UserReference): Promise<string> {
	if ('id' in user) return user.id;
	const known = lookedUp.get(client) ?? new Map<string, Promise<string>>();
	lookedUp.set(client, known);
	const { username } = user;
	const found = known.get(username) ?? findUser(client, user).then(({ id }) => String(id));
	known.set(username, found);
	return await found;
}

/**
 * One user with roles and MFA keys (§5). Throws an `EmnifyError`, also (`notEmnify`) where the answer is about nobody, or
 * somebody else: what follows may be done to them.
 */
export async function findUser(
	client: EmnifyClient,
	user: UserReference,
	action = `find ${userInWords(user)}`,
): Promise<UserWithMfa & IDataObject> {
	const found = await client.object<UserWithMfa & IDataObject>({
		method: 'GET',
		path: apiPath`/user/${'id' in user ? user.id : user.username}`,
		action,
		...('username' in user && {
			advice: {
				404: 'Check the username, and that the user belongs to the same workspace as the credential.',
			},
		}),
	});
	requireIds([found], action);
	// No list where there is one would read as “no key”, or “no administrator”.
	for (const list of [found.mfa, found.roles]) {
		if ((list ?? null) !== null) requireIds(list as Array<{ id: number }>, action);
	}
	if (isAskedFor(found, user)) return found;
	throw new EmnifyError(
		'notEmnify',
		`Could not ${action}: the answer is about another user`,
		'Check Base URL in the credential, and any proxy between n8n and emnify that keeps answers.',
	);
}

/** How emnify compares usernames is undocumented: it may take capitals for small letters. */
function isAskedFor({ id, username }: User, user: UserReference): boolean {
	if ('id' in user) return user.id === 'my' || user.id === String(id);
	return !username || username.toLowerCase() === user.username.toLowerCase();
}

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
	try {
		const client = await EmnifyClient.connect(this);
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
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
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
	const request = usersRequest(filters, '+username');
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
