import type { IDataObject } from 'n8n-workflow';

import { apiPath } from '../../api/client';
import type { TrustedDevice } from '../../api/types';
import { limitFields, readLimit } from '../../shared/limit';
import { readUser, resolveUser, userAdvice, userField, userInWords } from '../../shared/user';
import { defineOperation } from '../operation';

/** Endpoint 7 (§1). emnify gives all of a user's devices at once: there is no paging. */
export const getAllTrustedDevices = defineOperation({
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many trusted devices',
		description: 'List the browsers that a user can log in from without a second factor',
	},
	fields: [userField, ...limitFields],
	access: 'read',
	read: (item) => ({ user: readUser(item), limit: readLimit(item) }),
	async run(client, { user, limit }) {
		const devices = await client.list<TrustedDevice & IDataObject>({
			method: 'GET',
			path: apiPath`/user/${await resolveUser(client, user)}/mfa/trusted_device`,
			action: `list the trusted devices of ${userInWords(user)}`,
			advice: userAdvice(user),
		});
		return devices.slice(0, limit);
	},
});
