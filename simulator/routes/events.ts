import { after } from '../clock';
import { forbidden, invalidQuery, malformed } from '../errors';
import { cutPage, readFilters, sorted } from '../paging';
import * as present from '../present';
import type { Answer, Call } from '../service';
import { isNobodysList, numberInPath, ok, requestingUser } from '../service';
import type { WorldEvent } from '../world';
import { eventTypes, roles } from '../world';

/** What no event of this double has, as all of them are about security. */
const fieldsOfEndpoints = [
	'endpoint',
	'tags',
	'ip_address',
	'iccid',
	'iccid_with_luhn',
	'imsi',
	'imei',
	'network',
	'rat',
	'country',
] as const;

const filterFields = [
	'type',
	'severity',
	'source',
	'user',
	'description',
	'alert',
	'organisation',
	'timestamp',
	'from',
	'until',
	...fieldsOfEndpoints,
] as const;

type Filter = (typeof filterFields)[number];

/** The filters that take several values, separated by `|`, and how many (contract §4). */
const severalValues: readonly Filter[] = [
	'type',
	'iccid',
	'iccid_with_luhn',
	'endpoint',
	'network',
	'rat',
	'country',
];
const mostValues = 6;

/**
 * `GET /event` (contract §5): the events of the caller's organisation of the last 30 days. Undocumented: that every
 * role may read them, that the newest comes first, that `user` is the whole name and `description` any part of it,
 * both whatever their case, and that `from` and `until` are both inclusive.
 *
 * @throws ApiError 422 for an unknown filter, a value that it does not take, more than six of them, or `from` and
 * `until` apart; 400 for an unknown sort and for a page that is none
 */
export const listEvents = (call: Call): Answer => listEventsThat(call, () => true);

function listEventsThat(call: Call, belong: (event: WorldEvent) => boolean): Answer {
	const { caller, query, service } = call;
	const { clock, dialects, limits, world } = service;
	const filters = [...readFilters(query, filterFields)];
	filters.forEach(([field, value]) => requireValue(field, value));
	const names = new Set(filters.map(([field]) => field));
	if (names.has('from') !== names.has('until')) {
		throw invalidQuery('from and until can only be used together');
	}
	const oldest = after(clock.now(), { days: -limits.eventHistoryDays });
	const nameOf = ({ userId }: WorldEvent) =>
		userId === undefined ? undefined : world.findUser(userId)?.name;
	const organisationOf = (event: WorldEvent) => world.organisation(event.organisationId).name;
	const userMatches = (event: WorldEvent, value: string) =>
		dialects.has('userFilterById')
			? String(event.userId) === value
			: nameOf(event)?.toLowerCase() === value.toLowerCase();
	const matches = (event: WorldEvent, field: Filter, value: string): boolean => {
		switch (field) {
			case 'type':
				return value.split('|').includes(String(event.type.id));
			case 'severity':
				return String(event.severity.id) === value;
			case 'source':
				return String(event.source.id) === value;
			case 'user':
				return userMatches(event, value);
			case 'description':
				return event.description.toLowerCase().includes(value.toLowerCase());
			case 'alert':
				return String(event.alert) === value;
			case 'organisation':
				return organisationOf(event).toLowerCase() === value.toLowerCase();
			case 'timestamp':
				return second(event) >= readTime(value) && second(event) < readTime(value) + 86_400_000;
			case 'from':
				return second(event) >= readTime(value);
			case 'until':
				return second(event) <= readTime(value);
			default:
				return false;
		}
	};
	const matching = world.events.filter(
		(event) =>
			event.organisationId === caller.organisationId &&
			event.timestamp > oldest &&
			belong(event) &&
			filters.every(([field, value]) => matches(event, field, value)),
	);
	const absent = () => '';
	const inOrder = sorted(
		matching.reverse(),
		query,
		{
			id: (event) => event.id,
			timestamp: (event) => event.timestamp.getTime(),
			source: (event) => event.source.id,
			severity: (event) => event.severity.id,
			alert: (event) => Number(event.alert),
			organisation: organisationOf,
			user: (event) => event.userId ?? 0,
			type: (event) => event.type.id,
			endpoint: absent,
			tags: absent,
			ip_address: absent,
			iccid: absent,
			imsi: absent,
		},
		'events',
	);
	const page = cutPage(inOrder, call, 'events');
	return ok(
		page.items.map((event) => present.event(event, world)),
		page.headers,
	);
}

/**
 * `GET /user/{id or my}/event` (contract §5): the events of what one user did, as above. A user who is unknown or
 * not to be seen has none.
 *
 * @throws ApiError as above; 400 for a user who is neither a number nor `my`, 403 for another user where the caller
 * is neither administrator nor observer
 */
export function listUserEvents(call: Call): Answer {
	const reference = call.params.user_id;
	if (isNobodysList(call)) return listEventsThat(call, () => false);
	if (reference === 'my') return listEventsBy(call, requestingUser(call).id);
	const id = numberInPath(reference);
	if (id === undefined) throw malformed('The user must be a number or my');
	const { caller } = call;
	const observer = caller.account.roleIds.includes(roles.observer.id);
	if (!caller.administrator && !observer && caller.user?.id !== id) throw forbidden();
	return listEventsBy(call, id);
}

const listEventsBy = (call: Call, userId: number) =>
	listEventsThat(call, (event) => event.userId === userId);

/** When an event happened, in whole seconds, which is what filters are exact to (undocumented). */
function second(event: WorldEvent): number {
	return Math.floor(event.timestamp.getTime() / 1000) * 1000;
}

function readTime(text: string): number {
	const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : NaN;
	if (Number.isNaN(time)) throw invalidQuery(`'${text}' is not of the form YYYY-MM-DDTHH:mm:ssZ`);
	return time;
}

/**
 * Throws unless a filter takes this value.
 *
 * @throws ApiError 422
 */
function requireValue(field: Filter, value: string): void {
	const values = severalValues.includes(field) ? value.split('|') : [value];
	if (values.length > mostValues) throw invalidQuery(`${field} takes at most ${mostValues} values`);
	if (['from', 'until', 'timestamp'].includes(field)) readTime(value);
	if (['type', 'severity', 'source'].includes(field) && !values.every((one) => /^\d+$/.test(one))) {
		throw invalidQuery(`${field} must be numeric`);
	}
	if (field === 'alert' && !/^(true|false)$/.test(value)) {
		throw invalidQuery('alert must be true or false');
	}
}

/** `GET /event/type` (contract §5): the security event types, which are not all there are. */
export const listEventTypes = (): Answer => ok(Object.values(eventTypes));
