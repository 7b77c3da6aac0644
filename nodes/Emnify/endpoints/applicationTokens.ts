import type { IDataObject } from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';
import { apiPath } from '../api/request';
import { requireIds } from '../api/ids';
import type { ApplicationToken } from '../api/types';
import { withSecret } from './secretAnswer';

/** What to do at a 403: whom emnify lets list, create and revoke is documented in two ways (§5). */
const FORBIDDEN =
	'Use a credential of an administrator. By emnify’s documentation every user may list and create application tokens, and only administrators revoke them; in some workspaces everything may be for administrators.';

/** `GET /api/v1/application_token` (§5): all of the Workspace, revoked ones too. Throws an `EmnifyError`. */
export async function applicationTokens(
	client: EmnifyClient,
): Promise<Array<ApplicationToken & IDataObject>> {
	const action = 'list the application tokens';
	const tokens = await client.list<ApplicationToken & IDataObject>({
		method: 'GET',
		path: apiPath`/application_token`,
		action,
		advice: { 403: FORBIDDEN },
	});
	return requireIds(tokens, action);
}

const REVOKED = 1;

/** Whether the token can log in no more (§5). */
export function isRevoked({ status }: ApplicationToken): boolean {
	return status?.id === REVOKED;
}

/** What a new application token is to be (§5). */
export interface NewApplicationToken {
	/** Sent even where it is empty: n8n's HTTP helper sends no body at all for an empty object. */
	description: string;
	/** `YYYY-MM-DDTHH:mm:ssZ`; without it the token never expires. */
	expiry_date?: string;
	/** An address or a range in CIDR notation; without it the token works from anywhere. */
	ip?: string;
}

/**
 * `POST /api/v1/application_token` (§5). Gives emnify's answer, which holds the secret this once; throws an `EmnifyError`, also
 * (`notEmnify`) where it does not.
 */
export async function createApplicationToken(
	client: EmnifyClient,
	token: NewApplicationToken,
): Promise<IDataObject> {
	const action = 'create the application token';
	const answer = await client.object<IDataObject>({
		method: 'POST',
		path: apiPath`/application_token`,
		body: { ...token },
		action,
		advice: { 403: FORBIDDEN },
	});
	return withSecret(answer, 'application_token', action);
}

/**
 * The tokens as {@link applicationTokens} lists them, to find a new one among them; `undefined` where they could not be listed.
 * It is asked once, and never throws.
 */
export async function applicationTokensSeen(
	client: EmnifyClient,
): Promise<ApplicationToken[] | undefined> {
	const action = 'list the application tokens';
	const path = apiPath`/application_token`;
	try {
		const tokens = await client.list<ApplicationToken>({ method: 'GET', path, once: true, action });
		return requireIds(tokens, action);
	} catch {
		return undefined;
	}
}

/** `PATCH /api/v1/application_token/{id}` (§5), for good. Its answer is undocumented. Throws an `EmnifyError`. */
export async function revokeApplicationToken(client: EmnifyClient, tokenId: string): Promise<void> {
	await client.send({
		method: 'PATCH',
		path: apiPath`/application_token/${tokenId}`,
		body: { status: { id: REVOKED } },
		action: `revoke application token ${tokenId}`,
		advice: {
			403: FORBIDDEN,
			404: 'The token may belong to another workspace. Choose it from the list to see which there are.',
			409: 'The token may be revoked already. Application Token → Get Many shows its status.',
		},
	});
}
