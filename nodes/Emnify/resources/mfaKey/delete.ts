import { apiPath } from '../../api/client';
import { keyIdField, readKeyId } from '../../shared/keyId';
import { readUser, resolveUser, userAdvice, userField, userInWords } from '../../shared/user';
import { defineOperation } from '../operation';

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
	read: (item) => ({ user: readUser(item), keyId: readKeyId(item) }),
	async run(client, { user, keyId }) {
		await client.command({
			method: 'DELETE',
			path: apiPath`/user/${await resolveUser(client, user)}/mfa/${keyId}`,
			action: `delete MFA key ${keyId} of ${userInWords(user)}`,
			advice: userAdvice(
				user,
				'The key may be gone already, or belong to another user. Choose it from the list to see which there are.',
			),
		});
		return [{ deleted: true }];
	},
});
