import { apiPath } from '../../api/client';
import { deviceIdField, readDeviceId } from '../../shared/deviceId';
import { readUser, resolveUser, userAdvice, userField, userInWords } from '../../shared/user';
import { defineOperation } from '../operation';

/** Endpoint 8 (§1). */
export const deleteTrustedDevice = defineOperation({
	option: {
		name: 'Delete',
		value: 'delete',
		action: 'Delete trusted device',
		description: 'Revoke the trust: the next login from that browser needs the second factor again',
	},
	fields: [userField, deviceIdField],
	access: 'write',
	read: (item) => ({ user: readUser(item), deviceId: readDeviceId(item) }),
	async run(client, { user, deviceId }) {
		await client.command({
			method: 'DELETE',
			path: apiPath`/user/${await resolveUser(client, user)}/mfa/trusted_device/${deviceId}`,
			action: `delete trusted device ${deviceId} of ${userInWords(user)}`,
			advice: userAdvice(
				user,
				'The device may be gone already, or belong to another user. List the user’s trusted devices to see which there are.',
			),
		});
		return [{ deleted: true }];
	},
});
