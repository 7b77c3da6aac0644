import type { IDataObject } from 'n8n-workflow';

import { mfaKeyTypesRequest } from '../../shared/mfaKeyType';
import { defineOperation } from '../operation';

/** Endpoint 6 (§1). */
export const getMfaKeyTypes = defineOperation({
	option: {
		name: 'Get Types',
		value: 'getTypes',
		action: 'Get MFA key types',
		description: 'List the kinds of MFA keys that emnify offers',
	},
	fields: [],
	access: 'read',
	read: () => undefined,
	async run(client) {
		return await client.list<IDataObject>(mfaKeyTypesRequest);
	},
});
