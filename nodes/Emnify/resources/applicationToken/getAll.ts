import type { IDataObject } from 'n8n-workflow';

import { applicationTokensRequest } from '../../shared/applicationToken';
import { limitFields, readLimit } from '../../shared/limit';
import { defineOperation } from '../operation';
import { createApplicationToken } from './create';

/** `GET /api/v1/application_token` (§5). */
export const getAllApplicationTokens = defineOperation({
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many application tokens',
		description: 'List the workspace’s application tokens, revoked ones too, without their secrets',
	},
	fields: limitFields,
	access: 'read',
	settles: [createApplicationToken],
	read: readLimit,
	async run(client, limit) {
		return (await client.list<IDataObject>(applicationTokensRequest)).slice(0, limit);
	},
});
