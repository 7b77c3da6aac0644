import type { EmnifyClient } from '../api/client';
import { EmnifyError } from '../api/errors';
import type { User } from '../api/types';
import { usersRequest } from '../endpoints/users';

/** Whose emnify the trigger watches. It holds no secret: n8n keeps it in the workflow's static data. */
export interface Account {
	baseUrl: string;
	/** A digest of the application token (which is too long to be guessed) or of the username, never of a password. */
	login: string;
	/** The organisation's ID, or `null` where it may not be read: only administrators may list users (§5). */
	organisation: number | null;
}

/**
 * The account of the credential. Only where the login is another than before a request is sent: a new application token of
 * the same organisation is the same account. Throws an `EmnifyError`.
 */
export async function identifyAccount(
	client: EmnifyClient,
	before: Account | undefined,
): Promise<Account> {
	const { baseUrl, login } = client.identity;
	if (before?.baseUrl === baseUrl && before.login === login) return before;
	return { baseUrl, login, organisation: await firstOrganisation(client) };
}

/** Whether what was known of the one account holds for the other. */
export function isSameAccount(a: Account, b: Account): boolean {
	if (a.baseUrl !== b.baseUrl) return false;
	return a.login === b.login || (a.organisation !== null && a.organisation === b.organisation);
}

/** That of the first user who is listed: an account may see the users of several. */
async function firstOrganisation(client: EmnifyClient): Promise<number | null> {
	const first = client.page<User>(usersRequest([]), 1, 1);
	return await first.then(
		({ elements }) => elements[0]?.organisation?.id ?? null,
		(error: unknown) => {
			if (error instanceof EmnifyError && error.kind === 'rejected') return null;
			throw error;
		},
	);
}
