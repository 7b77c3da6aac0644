import { deleteMfaKey, mfaKeysOf } from '../../endpoints/mfaKeys';
import { userIdOf } from '../../endpoints/users';
import { keyIdField, readKeyId } from '../../fields/keyId';
import { readUser, userField } from '../../fields/user';
import { defineOperation } from '../operation';
import { create } from './create';

/** Endpoint 4 (§1). */
export const deleteKey = defineOperation({
	option: {
		name: 'Delete',
		value: 'delete',
		action: 'Delete MFA key',
		description: 'Remove a user’s second factor for good; the authenticator app no longer works',
	},
	fields: [userField, keyIdField('searchMfaKeys')],
	access: 'write',
	settles: [create],
	read: (item) => ({
		user: readUser('User', item.field('user'), item),
		keyId: readKeyId('MFA Key', item.field('keyId')),
	}),
	async run(client, { user, keyId }) {
		const userId = await userIdOf(client, user);
		await deleteMfaKey(client, user, keyId);
		return [deleted(userId, keyId)];
	},
	whenOpen: {
		advice: 'Nobody knows whether the key is deleted: MFA Key → Get Many shows the user’s keys.',
		async lookUp(client, { user, keyId }) {
			const left = await mfaKeysOf(client, user);
			if (!left) return undefined;
			if (left.some(({ id }) => String(id) === keyId)) return 'notDone';
			return [deleted(await userIdOf(client, user), keyId)];
		},
	},
});

const deleted = (userId: number, keyId: string) => ({
	deleted: true,
	user_id: userId,
	key_id: Number(keyId),
});
