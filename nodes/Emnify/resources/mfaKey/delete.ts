import { apiPath } from '../../api/client';
import { keyIdField, mfaKeysOf, readKeyId } from '../../shared/keyId';
import { readUser, resolveUser, userField, userInWords } from '../../shared/user';
import { defineOperation } from '../operation';
import { createMfaKey } from './create';

/** Endpoint 4 (§1). */
export const deleteMfaKey = defineOperation({
	option: {
		name: 'Delete',
		value: 'delete',
		action: 'Delete MFA key',
		description: 'Remove a user’s second factor for good; the authenticator app no longer works',
	},
	fields: [userField, keyIdField('searchMfaKeys')],
	access: 'write',
	settles: [createMfaKey],
	read: (item) => ({ user: readUser(item), keyId: readKeyId(item) }),
	async run(client, { user, keyId }) {
		await client.command({
			method: 'DELETE',
			path: apiPath`/user/${await resolveUser(client, user)}/mfa/${keyId}`,
			action: `delete MFA key ${keyId} of ${userInWords(user)}`,
			advice: {
				404: 'The key may be gone already, or belong to another user. Choose it from the list to see which there are.',
			},
		});
		return [{ deleted: true }];
	},
	whenOpen: {
		advice: 'Nobody knows whether the key is deleted: User → Get shows the user’s MFA keys.',
		async lookUp(client, { user, keyId }) {
			const left = await mfaKeysOf(client, user);
			if (!left) return undefined;
			return left.some(({ id }) => String(id) === keyId) ? 'notDone' : [{ deleted: true }];
		},
	},
});
