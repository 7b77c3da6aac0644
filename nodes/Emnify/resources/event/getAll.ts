import type { IDataObject } from 'n8n-workflow';

import { apiPath, type EmnifyClient } from '../../api/client';
import type { EmnifyEvent } from '../../api/types';
import { limitFields, readLimit } from '../../shared/limit';
import { findUser, resolveUser, type UserReference } from '../../shared/user';
import { defineOperation } from '../operation';
import { eventFiltersField, readEventFilters } from './eventFilters';

/** `GET /api/v1/event` (§5). In which order emnify gives them, and by what it could sort them, is undocumented. */
export const getAllEvents = defineOperation({
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many events',
		description: 'List what happened in the workspace, such as failed logins',
	},
	fields: [...limitFields, eventFiltersField],
	access: 'read',
	read: (item) => ({ limit: readLimit(item), filters: readEventFilters(item) }),
	async run(client, { limit, filters: { criteria, hasStart, user } }) {
		const ofUser = user ? [`user:${await userIdOf(client, user)}`] : [];
		const q = [...criteria, ...ofUser].join(',');
		return await client.collection<EmnifyEvent & IDataObject>(
			{
				method: 'GET',
				path: apiPath`/event`,
				...(q !== '' && { query: { q } }),
				...(hasStart && { readOnce: true as const }),
				action: 'list the events',
				advice: {
					403: 'The credential’s user may not read events. Use a credential of an administrator.',
				},
			},
			limit,
		);
	},
});

/** That the filter takes anything but an ID is undocumented. */
async function userIdOf(client: EmnifyClient, user: UserReference): Promise<string> {
	const id = await resolveUser(client, user);
	return id === 'my' ? String((await findUser(client, user)).id) : id;
}
