import { invalidQuery } from '../errors';
import { cutPage, readFilters, sorted } from '../paging';
import * as present from '../present';
import type { Answer, Call } from '../service';
import { ok } from '../service';
import type { World, WorldEvent } from '../world';
import { eventTypes } from '../world';

const filterFields = [
	'type',
	'severity',
	'source',
	'user',
	'description',
	'alert',
	'from',
	'until',
] as const;

/**
 * `GET /event` (contract §5): the events of the caller's organisation. Undocumented: that every role
 * may read them, that the newest comes first, that `id` and `timestamp` can be sorted by, that `user`
 * is an id or a username, that `description` is any part of it whatever its case, and that `from` and
 * `until` are both inclusive.
 *
 * @throws ApiError 422 for an unknown filter or sort, a time that is none, or `from` and `until` apart
 */
export function listEvents(call: Call): Answer {
	const { caller, query, service } = call;
	const filters = readFilters(query, filterFields);
	const from = filters.get('from');
	const until = filters.get('until');
	if ((from === undefined) !== (until === undefined)) {
		throw invalidQuery('from and until can only be used together');
	}
	if (from !== undefined && until !== undefined) [from, until].forEach(readTime);
	const matching = service.world.events.filter(
		(event) =>
			event.organisationId === caller.organisationId &&
			[...filters].every(([field, value]) => matches(event, field, value, service.world)),
	);
	const inOrder = sorted(matching.reverse(), query, {
		id: (event) => event.id,
		timestamp: (event) => event.timestamp.getTime(),
	});
	const page = cutPage(inOrder, call, 'events');
	return ok(
		page.items.map((event) => present.event(event, service.world)),
		page.headers,
	);
}

/** `GET /event/type` (contract §5): the security event types, which are not all there are. */
export const listEventTypes = (): Answer => ok(Object.values(eventTypes));

/** When an event happened, in whole seconds, as its timestamp is shown. */
function second(event: WorldEvent): number {
	return Math.floor(event.timestamp.getTime() / 1000) * 1000;
}

function readTime(text: string): number {
	const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : NaN;
	if (Number.isNaN(time)) throw invalidQuery(`'${text}' is not of the form YYYY-MM-DDTHH:mm:ssZ`);
	return time;
}

function matches(
	event: WorldEvent,
	field: (typeof filterFields)[number],
	value: string,
	world: World,
): boolean {
	return {
		type: () => value.split('|').includes(String(event.type.id)),
		severity: () => String(event.severity.id) === value,
		source: () => String(event.source.id) === value,
		user: () =>
			event.userId !== undefined &&
			(String(event.userId) === value || world.findUser(event.userId)?.username === value),
		description: () => event.description.toLowerCase().includes(value.toLowerCase()),
		alert: () => String(event.alert) === value,
		from: () => second(event) >= readTime(value),
		until: () => second(event) <= readTime(value),
	}[field]();
}
