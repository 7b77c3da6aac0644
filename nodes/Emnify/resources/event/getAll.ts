import type { IDataObject } from 'n8n-workflow';

import type { EmnifyEvent } from '../../api/types';
import { ipAddressesOf, withoutTokens } from '../../domain/eventFacts';
import { eventsRequests } from '../../endpoints/events';
import { findUser, resolveUser } from '../../endpoints/users';
import { readBoolean } from '../../fields/boolean';
import { limitFields, readLimit } from '../../fields/limit';
import { simplifyField } from '../../fields/simplify';
import { defineOperation } from '../operation';
import { eventFiltersField, readEventFilters } from './eventFilters';
import { eventSortField, mergeSorted, readEventSort } from './eventSort';

/** `GET /api/v1/event`, and by user `GET /api/v1/user/{id or my}/event` (§5). */
export const getAll = defineOperation({
	option: {
		name: 'Get Many',
		value: 'getAll',
		action: 'Get many events',
		description: 'List what happened in the workspace in the last 30 days, such as failed logins',
	},
	fields: [...limitFields, simplifyField, eventFiltersField, eventSortField],
	access: 'read',
	lists: 'events',
	read: (item) => ({
		limit: readLimit(item),
		filters: readEventFilters('Filters', item.field('filters'), item),
		sort: readEventSort('Sort', item.field('sort')),
		simplify: readBoolean('Simplify', item.field('simplify')),
	}),
	async run(client, { limit, filters: { user, ...filters }, sort, simplify }) {
		const userId = user && (await resolveUser(client, user));
		const requests = eventsRequests({
			...filters,
			...(userId !== undefined && { userId }),
			sort,
			now: client.now().getTime(),
		});
		const lists: Array<Array<EmnifyEvent & IDataObject>> = [];
		for (const request of requests) lists.push(await client.collection(request, limit));
		const events = mergeSorted(lists, sort).slice(0, limit);
		// emnify gives an empty list for a user whom there is not, too (§5): this proves the user, or fails in words.
		if (events.length === 0 && user && 'id' in user && user.id !== 'my') {
			await findUser(client, user);
		}
		const harmless = events.map(withoutTokens);
		return simplify ? harmless.map(simplified) : harmless;
	},
});

/** What a table shows of an event: no field holds fields of its own. */
function simplified(event: EmnifyEvent): IDataObject {
	const { id, timestamp, event_type, event_severity, event_source, alert, description } = event;
	const { user, organisation } = event;
	return {
		id,
		timestamp,
		type: event_type?.description,
		type_id: event_type?.id,
		severity: event_severity?.description,
		source: event_source?.description,
		alert,
		description,
		user: user?.username ?? user?.name,
		user_id: user?.id,
		ip_addresses: ipAddressesOf(event),
		organisation: organisation?.name,
	};
}
