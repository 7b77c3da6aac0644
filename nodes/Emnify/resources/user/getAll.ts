import type { IDataObject } from 'n8n-workflow';

import type { User } from '../../api/types';
import { usersRequest } from '../../endpoints/users';
import { readBoolean } from '../../fields/boolean';
import { limitFields, readLimit } from '../../fields/limit';
import { simplifyField } from '../../fields/simplify';
import { readUserFilters, userFiltersField } from '../../fields/userFilters';
import { defineOperation } from '../operation';
import { readUserSort, userSortField } from './userSort';

/** `GET /api/v1/user` (§5). */
export const getAll = defineOperation({
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many users',
		description:
			'List the users of the workspace and its child organisations, for administrators only',
	},
	fields: [...limitFields, simplifyField, userFiltersField, userSortField],
	access: 'read',
	read: (item) => ({
		limit: readLimit(item),
		request: usersRequest(
			readUserFilters('Filters', item.field('filters')),
			readUserSort('Sort', item.field('sort')),
		),
		simplify: readBoolean('Simplify', item.field('simplify')),
	}),
	async run(client, { limit, request, simplify }) {
		const users = await client.collection<User & IDataObject>(request, limit);
		return simplify ? users.map(simplified) : users;
	},
});

/** What a table shows of a user: no field holds fields of its own. */
function simplified({ id, username, name, status, organisation, created }: User): IDataObject {
	return {
		id,
		username,
		name,
		status: status?.description,
		organisation: organisation?.name,
		created,
	};
}
