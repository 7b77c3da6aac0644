import { applicationTokens } from '../../endpoints/applicationTokens';
import { limitFields, readLimit } from '../../fields/limit';
import { defineOperation } from '../operation';
import { create } from './create';

/** `GET /api/v1/application_token` (§5). */
export const getAll = defineOperation({
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many application tokens',
		description: 'List the workspace’s application tokens, revoked ones too, without their secrets',
	},
	fields: limitFields,
	access: 'read',
	lists: 'application tokens',
	settles: [create],
	read: readLimit,
	async run(client, limit) {
		return (await applicationTokens(client)).slice(0, limit);
	},
});
