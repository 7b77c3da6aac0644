import { listMfaKeys } from '../../endpoints/mfaKeys';
import { readUser, userField } from '../../fields/user';
import { defineOperation } from '../operation';
import { create } from './create';

/** `GET /api/v1/user/{id}` (§5): emnify gives all of a user's keys at once, without their secrets. */
export const getAll = defineOperation({
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many MFA keys',
		description: 'List a user’s second factors and whether each is active, without their secrets',
	},
	fields: [userField],
	access: 'read',
	lists: 'MFA keys',
	settles: [create],
	read: (item) => readUser('User', item.field('user'), item),
	async run(client, user) {
		const { userId, keys } = await listMfaKeys(client, user);
		return keys.map((key) => ({ ...key, user_id: userId }));
	},
});
