import { applicationTokens } from '../../shared/applicationToken';
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
		return (await applicationTokens(client)).slice(0, limit);
	},
});
