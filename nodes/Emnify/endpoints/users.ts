import type { IDataObject } from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';
import { apiPath, type EmnifyRequest } from '../api/request';
import { EmnifyError } from '../api/errors';
import { requireIds } from '../api/ids';
import type { Lookup, User, UserWithMfa } from '../api/types';
import { lookup } from './lookup';

/** `id` as emnify gives it, or `my` for the requesting user; or a username that is yet to be looked up. */
export type UserReference = { id: string } | { username: string };

/** The user for a sentence. */
export function userInWords(user: UserReference): string {
	if ('username' in user) return `user ${user.username}`;
	return user.id === 'my' ? 'the credential’s own user' : `user ${user.id}`;
}

const lookedUp = new WeakMap<EmnifyClient, Map<string, Promise<string>>>();

/** The user for a path: endpoints 4, 7 and 8 take no username (§1), so it is looked up (§5), once in a run. */
export async function resolveUser(client: EmnifyClient, user: UserReference): Promise<string> {
	return 'id' in user ? user.id : await lookUpId(client, user);
}

/** The number of the user, for the output. One whose number is not given is looked up (§5), once in a run. */
export async function userIdOf(client: EmnifyClient, user: UserReference): Promise<number> {
	const isKnown = 'id' in user && user.id !== 'my';
	return Number(isKnown ? user.id : await lookUpId(client, user));
}

async function lookUpId(client: EmnifyClient, user: UserReference): Promise<string> {
	const known = lookedUp.get(client) ?? new Map<string, Promise<string>>();
	lookedUp.set(client, known);
	const key = 'id' in user ? user.id : user.username;
	const found = known.get(key) ?? findUser(client, user).then(({ id }) => String(id));
	known.set(key, found);
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

/** The criteria of §4 for a request, such as `status:1`; empty for all users. */
export type UserFilters = string[];

/** `GET /api/v1/user` (§5), for {@link EmnifyClient.collection} and {@link EmnifyClient.pages}. */
export function usersRequest(filters: UserFilters, sort = '+id'): EmnifyRequest {
	return {
		method: 'GET',
		path: apiPath`/user`,
		query: { sort, ...(filters.length > 0 && { q: filters.join(',') }) },
		// Who joins the workspace gets the highest ID; by a filter, or in another order, users join anywhere.
		...(filters.length === 0 && sort === '+id' && { guarantee: 'sortedById' as const }),
		action: 'list the users',
		advice: {
			403: 'Only administrators can list users. Use a credential of an administrator.',
		},
	};
}

/** All users (§5), each once; `onTotal` hears how many there are, where emnify says so. The next page is fetched while the users of this one are worked on. */
export async function* allUsers(
	client: EmnifyClient,
	filters: UserFilters,
	{
		advice = {},
		onTotal,
	}: { advice?: EmnifyRequest['advice']; onTotal?: (total: number) => void } = {},
): AsyncGenerator<User, void> {
	const request = usersRequest(filters);
	request.advice = { ...request.advice, ...advice };
	const pages = client.pages<User>(request, onTotal);
	let next = pages.next();
	for (let page = await next; !page.done; page = await next) {
		next = pages.next();
		// Whoever asks for the next user gets a failure; until then it must not count as unhandled.
		next.catch(() => {});
		yield* requireIds(page.value, request.action);
	}
}

/** What the status of a user can be (§5). Throws an `EmnifyError`. */
export async function userStatuses(client: EmnifyClient): Promise<Lookup[]> {
	return await lookup(client, apiPath`/user/status`, 'list the statuses of users');
}
