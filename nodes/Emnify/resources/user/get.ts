import type { INodeProperties } from 'n8n-workflow';

import { findUser } from '../../endpoints/users';
import { readUser, userField } from '../../fields/user';
import { create as createMfaKey } from '../mfaKey/create';
import { defineOperation } from '../operation';

/** Here, unlike elsewhere, a username takes no request of its own. */
const userToGetField: INodeProperties = {
	...userField,
	description: 'Only administrators can see other users',
	modes: (userField.modes ?? []).map((mode) =>
		mode.name === 'username'
			? { ...mode, hint: 'The e-mail address that the user logs in with' }
			: mode,
	),
};

/** `GET /api/v1/user/{id or username or my}` (§5). */
export const get = defineOperation({
	option: {
		name: 'Get',
		value: 'get',
		action: 'Get user',
		description: 'Retrieve one user with status, roles and MFA keys',
	},
	fields: [userToGetField],
	access: 'read',
	settles: [createMfaKey],
	read: (item) => readUser('User', item.field('user'), item),
	run: async (client, user) => [await findUser(client, user)],
});
