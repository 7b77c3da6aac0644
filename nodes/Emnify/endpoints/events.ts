import type { EmnifyClient } from '../api/client';
import { apiPath, type EmnifyRequest } from '../api/request';
import type { Lookup } from '../api/types';
import { DAY_MS } from '../domain/day';
import { lookup } from './lookup';
import { sortQuery, type SortRule } from './sort';
import { toTimestamp } from './timestamp';

/** How long emnify keeps events (§5). */
export const EVENT_HISTORY_DAYS = 30;

/** The most values that a filter takes (§4). */
export const MOST_VALUES = 6;

/** Which events are asked for. */
export interface EventQuery {
	/** Of which types; empty for all. There may be more than a filter takes. */
	types: string[];
	/** More criteria of §4, such as `severity:1`. */
	criteria?: string[];
	/** Times in milliseconds since 1970; emnify takes both or none. */
	from?: number;
	until?: number;
	/** Of whom, by the ID or `my`; absent for everybody's. */
	userId?: string;
	sort?: SortRule[];
	/** The time by emnify's clock, or nearly so, in milliseconds since 1970. */
	now: number;
}

/**
 * `GET /api/v1/event` or `GET /api/v1/user/{id or my}/event` (§5): one request, or several where there are more types than a
 * filter takes. An unknown user gives an empty list.
 */
export function eventsRequests({ types, ...query }: EventQuery): EmnifyRequest[] {
	if (types.length === 0) return [eventsRequest('', query)];
	const distinct = [...new Set(types)];
	const groups = Math.ceil(distinct.length / MOST_VALUES);
	return Array.from({ length: groups }, (_, group) =>
		eventsRequest(
			`type:${distinct.slice(group * MOST_VALUES, (group + 1) * MOST_VALUES).join('|')}`,
			query,
		),
	);
}

function eventsRequest(
	type: string,
	{ criteria = [], from, until, userId, sort = [], now }: Omit<EventQuery, 'types'>,
): EmnifyRequest {
	const period =
		from === undefined || until === undefined
			? []
			: [`from:${toTimestamp(new Date(from))}`, `until:${toTimestamp(new Date(until))}`];
	const q = [...(type === '' ? [] : [type]), ...criteria, ...period].join(',');
	return {
		method: 'GET',
		path: userId === undefined ? apiPath`/event` : apiPath`/user/${userId}/event`,
		query: {
			...(sort.length > 0 && { sort: sortQuery(sort) }),
			...(q !== '' && { q }),
		},
		// Nothing leaves what happened since a time, unless it gets too old while it is read.
		...((from ?? 0) > now - (EVENT_HISTORY_DAYS - 1) * DAY_MS && {
			guarantee: 'appendOnly' as const,
		}),
		action:
			userId === undefined
				? 'list the events'
				: `list the events of ${userId === 'my' ? 'the credential’s own user' : `user ${userId}`}`,
		advice: {
			403:
				userId === undefined
					? 'The credential’s user may not read events. Use a credential of an administrator.'
					: 'Only administrators and observers may read the events of other users. Use a credential of one of them.',
		},
	};
}

/** The types of events (§5). Throws an `EmnifyError`. */
export async function eventTypes(client: EmnifyClient): Promise<Lookup[]> {
	return await lookup(client, apiPath`/event/type`, 'list the event types');
}
