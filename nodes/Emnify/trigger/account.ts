import { createHash } from 'crypto';

import type { EmnifyClient } from '../api/client';
import type { EmnifyCredential } from '../api/credential';
import { EmnifyError } from '../api/errors';
import type { User } from '../api/types';
import { usersRequest } from '../endpoints/users';

/** Whose emnify the trigger watches. It holds no secret: n8n keeps it in the workflow's static data. */
export interface Account {
	baseUrl: string;
	/** A digest of the application token (which is too long to be guessed) or of the username, never of a password. */
	login: string;
	/** The organisation's ID, or `null` where emnify does not tell it: only administrators may list users (§5). */
	organisation: number | null;
}

/**
 * The account of the credential. Only where the login is another than before a request is sent: a new application token of
 * the same organisation is the same account.
 */
export async function identifyAccount(
	client: EmnifyClient,
	{ baseUrl, login }: EmnifyCredential,
	before: Account | undefined,
): Promise<Account> {
	const secret =
		login.method === 'applicationToken' ? login.applicationToken : `user ${login.username}`;
	const digest = createHash('sha256').update(secret).digest('hex').slice(0, 16);
	if (before?.baseUrl === baseUrl && before.login === digest) return before;
	return { baseUrl, login: digest, organisation: await organisationOf(client) };
}

/** Whether what was known of the one account holds for the other. */
export function isSameAccount(a: Account, b: Account): boolean {
	if (a.baseUrl !== b.baseUrl) return false;
	return a.login === b.login || (a.organisation !== null && a.organisation === b.organisation);
}

/** That of the first user who is listed: an account may see the users of several. */
async function organisationOf(client: EmnifyClient): Promise<number | null> {
	const first = client.page<User>(usersRequest([]), 1, 1);
	return await first.then(
		({ elements }) => elements[0]?.organisation?.id ?? null,
		(error: unknown) => {
			if (error instanceof EmnifyError && error.kind === 'rejected') return null;
			throw error;
		},
	);
}
