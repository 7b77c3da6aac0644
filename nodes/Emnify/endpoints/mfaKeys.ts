import type { IDataObject } from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';
import { EmnifyError } from '../api/errors';
import { apiPath } from '../api/request';
import type { Lookup, MfaKey } from '../api/types';
import { lookup } from './lookup';
import { withSecret } from './secretAnswer';
import { findUser, resolveUser, userInWords, type UserReference } from './users';

/** The status of an MFA key (§1, endpoint 5). */
const ACTIVE = 1;

/** Whether a key is in effect: logins need its code. */
export function isActive({ status }: MfaKey): boolean {
	return status?.id === ACTIVE;
}

/** What a new MFA key needs (§1, endpoint 2). */
export interface NewMfaKey {
	/** The ID of a type (endpoint 6). */
	type: number;
	/** The requesting user's, in the form in which it is sent. */
	password: string;
}

/**
 * Endpoint 2 (§1): a pending key for the requesting user. Gives emnify's answer, which holds the secret this once; throws an
 * `EmnifyError`, also (`notEmnify`) where it does not.
 */
export async function createMfaKey(
	client: EmnifyClient,
	{ type, password }: NewMfaKey,
): Promise<IDataObject> {
	const action = 'create the MFA key';
	const key = await client.object<IDataObject>({
		method: 'POST',
		path: apiPath`/user/mfa`,
		body: { type: { id: type }, password },
		action,
		advice: {
			409: 'The user already has an MFA key of this type. Activate it if it is pending, or delete it first (MFA Key → Delete).',
			422: 'Check the password, which must be that of the credential’s own user, and the type.',
		},
	});
	return withSecret(key, 'secret_key', action);
}

/** Endpoint 3 (§1): proves a pending key of the requesting user with a code of six digits. Throws an `EmnifyError`. */
export async function activateMfaKey(
	client: EmnifyClient,
	keyId: string,
	code: string,
): Promise<void> {
	await client.send({
		method: 'PATCH',
		path: apiPath`/user/mfa/${keyId}`,
		body: { status: { id: ACTIVE }, code },
		action: `activate MFA key ${keyId}`,
		advice: {
			404: 'Only the keys of the user who logs in can be activated. Check the ID, and the user of the credential.',
			409: 'The MFA key is active already: nothing is left to do.',
			422: 'The code is wrong or has expired. Use the code that the authenticator app shows now, and check that its clock is right.',
		},
	});
}

/** Endpoint 4 (§1). Throws an `EmnifyError`. */
export async function deleteMfaKey(
	client: EmnifyClient,
	user: UserReference,
	keyId: string,
): Promise<void> {
	await client.send({
		method: 'DELETE',
		path: apiPath`/user/${await resolveUser(client, user)}/mfa/${keyId}`,
		action: `delete MFA key ${keyId} of ${userInWords(user)}`,
		advice: {
			404: 'The key may be gone already, or belong to another user. Choose it from the list to see which there are.',
		},
	});
}

/** A user's MFA keys (§5), without their secrets; `undefined` where emnify does not show them. Throws an `EmnifyError`. */
export async function mfaKeysOf(
	client: EmnifyClient,
	user: UserReference,
): Promise<MfaKey[] | undefined> {
	const action = `list the MFA keys of ${userInWords(user)}`;
	const { mfa } = await findUser(client, user, action);
	return mfa ?? undefined;
}

/**
 * A user's MFA keys (§5), and the user's number. Throws an `EmnifyError`, also (`notEmnify`) where emnify does not show the
 * keys: that would pass for a user without a second factor. A secret that came with them is left out.
 */
export async function listMfaKeys(
	client: EmnifyClient,
	user: UserReference,
): Promise<{ userId: number; keys: IDataObject[] }> {
	const action = `list the MFA keys of ${userInWords(user)}`;
	const { id, mfa } = await findUser(client, user, action);
	if (mfa) return { userId: id, keys: mfa.map((key) => withoutSecret({ ...key })) };
	throw new EmnifyError(
		'notEmnify',
		`Could not ${action}: emnify’s answer does not show them`,
		'Use a credential of an administrator, and check that User → Get shows the user.',
	);
}

function withoutSecret(key: IDataObject): IDataObject {
	const shown = Object.entries(key).filter(([name]) => !SECRETS.includes(name));
	return Object.fromEntries(shown);
}

const SECRETS = ['secret_key', 'otpauth'];

/** Endpoint 5 (§1). Throws an `EmnifyError`. */
export async function mfaKeyStatuses(client: EmnifyClient): Promise<IDataObject[]> {
	return await client.list<IDataObject>({
		method: 'GET',
		path: apiPath`/user/mfa/status`,
		action: 'list the statuses of MFA keys',
	});
}

/** Endpoint 6 (§1). Throws an `EmnifyError`. */
export async function mfaKeyTypes(client: EmnifyClient): Promise<Array<Lookup & IDataObject>> {
	return await lookup(client, apiPath`/user/mfa/type`, 'list the types of MFA keys');
}
