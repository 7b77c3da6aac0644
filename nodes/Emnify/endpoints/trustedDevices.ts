import type { IDataObject } from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';
import { apiPath } from '../api/request';
import { requireIds } from '../api/ids';
import type { TrustedDevice } from '../api/types';
import { resolveUser, userInWords, type UserReference } from './users';

/** All trusted devices of a user (endpoint 7, §1). Throws an `EmnifyError`. */
export async function trustedDevicesOf(
	client: EmnifyClient,
	user: UserReference,
	action = `list the trusted devices of ${userInWords(user)}`,
): Promise<Array<TrustedDevice & IDataObject>> {
	const devices = await client.list<TrustedDevice & IDataObject>({
		method: 'GET',
		path: apiPath`/user/${await resolveUser(client, user)}/mfa/trusted_device`,
		action,
	});
	return requireIds(devices, action);
}

/** Revokes the trust in a device (endpoint 8, §1). Throws an `EmnifyError`. */
export async function revokeTrust(
	client: EmnifyClient,
	user: UserReference,
	deviceId: string | number,
): Promise<void> {
	await client.send({
		method: 'DELETE',
		path: apiPath`/user/${await resolveUser(client, user)}/mfa/trusted_device/${deviceId}`,
		action: `delete trusted device ${deviceId} of ${userInWords(user)}`,
		advice: {
			404: 'The device may be gone already, or belong to another user. List the user’s trusted devices to see which there are.',
		},
	});
}
