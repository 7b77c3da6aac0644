import { limitFields, readLimit } from '../../fields/limit';
import { trustedDevicesOf } from '../../endpoints/trustedDevices';
import { userIdOf } from '../../endpoints/users';
import { readUser, userField } from '../../fields/user';
import { defineOperation } from '../operation';

/** Endpoint 7 (§1). emnify gives all of a user's devices at once: there is no paging. */
export const getAll = defineOperation({
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many trusted devices',
		description: 'List the browsers that a user can log in from without a second factor',
	},
	fields: [userField, ...limitFields],
	access: 'read',
	lists: 'trusted devices',
	read: (item) => ({
		user: readUser('User', item.field('user'), item),
		limit: readLimit(item),
	}),
	async run(client, { user, limit }) {
		const devices = (await trustedDevicesOf(client, user)).slice(0, limit);
		if (devices.length === 0) return [];
		const userId = await userIdOf(client, user);
		return devices.map((device) => ({ ...device, user_id: userId }));
	},
});
