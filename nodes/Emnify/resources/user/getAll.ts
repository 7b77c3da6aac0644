import type { IDataObject } from 'n8n-workflow';

import type { EmnifyClient } from '../../api/client';
import type { MfaKey, User, UserWithMfa } from '../../api/types';
import { isActive } from '../../endpoints/mfaKeys';
import { findUser, usersRequest } from '../../endpoints/users';
import { readBoolean } from '../../fields/boolean';
import { readCollection } from '../../fields/collection';
import type { ItemFields } from '../../fields/itemFields';
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
	options: [
		{
			displayName: 'Details',
			name: 'details',
			type: 'boolean',
			default: false,
			description:
				'Whether to add the roles and MFA keys of each user, which takes one more request per user',
		},
	],
	fields: [...limitFields, simplifyField, userFiltersField, userSortField],
	access: 'read',
	lists: 'users',
	read: (item) => ({
		limit: readLimit(item),
		request: usersRequest(
			readUserFilters('Filters', item.field('filters')),
			readUserSort('Sort', item.field('sort')),
		),
		simplify: readBoolean('Simplify', item.field('simplify')),
		details: readDetails(item),
	}),
	async run(client, { limit, request, simplify, details }) {
		const users = await client.collection<User & IDataObject>(request, limit);
		if (!details) return simplify ? users.map(simplified) : users;
		const detailed: IDataObject[] = [];
		await client.concurrently(users, async (user, index) => {
			const { roles = null, mfa = null } = await detailsOf(client, user);
			detailed[index] = simplify
				? { ...simplified(user), roles: roles && roleNames(roles), mfa: mfa && countKeys(mfa) }
				: { ...user, roles, mfa };
		});
		return detailed;
	},
});

function readDetails(item: ItemFields): boolean {
	const options = readCollection('Options', item.field('options') ?? {});
	return 'details' in options && readBoolean('Details', options.details ?? '');
}

/** Who cannot be read fails the whole list: without roles and keys, a user would look like one who has none. */
async function detailsOf(client: EmnifyClient, { id, username }: User): Promise<UserWithMfa> {
	const action = `read the roles and MFA keys of ${username ? `user ${username}` : `user ${id}`}`;
	return await findUser(client, { id: String(id) }, action);
}

function roleNames(roles: NonNullable<UserWithMfa['roles']>): string[] {
	return roles.map(({ id, name }) => name ?? `Role ${id}`);
}

function countKeys(keys: MfaKey[]): { active: number; pending: number } {
	const active = keys.filter(isActive).length;
	return { active, pending: keys.length - active };
}

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
