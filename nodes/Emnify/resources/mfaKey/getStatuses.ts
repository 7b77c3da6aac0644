import type { IDataObject } from 'n8n-workflow';

import { apiPath } from '../../api/client';
import { defineOperation } from '../operation';

/** Endpoint 5 (§1). */
export const getMfaKeyStatuses = defineOperation({
	option: {
		name: 'Get Statuses',
		value: 'getStatuses',
		action: 'Get MFA key statuses',
		description: 'List what the status of an MFA key can be, such as Active',
	},
	fields: [],
	access: 'read',
	read: () => undefined,
	async run(client) {
		return await client.list<IDataObject>({
			method: 'GET',
			path: apiPath`/user/mfa/status`,
			action: 'list the statuses of MFA keys',
		});
	},
});
