import { TRUST_DAYS } from '../domain/auditUser';
import { EmnifyError } from '../api/errors';
import type { ItemFields } from '../fields/itemFields';
import { readRows } from '../fields/collection';
import { badValue } from '../fields/locator';
import { entriesOf, plainText } from '../fields/text';
import type { UserFilters, UserReference } from '../endpoints/users';
import { readUser } from '../fields/user';
import { readUserFilters } from '../fields/userFilters';
import { EVENT_NAMES, eventsOfUsers, type EventName } from './events';

/** Whose events count. */
export type UserScope =
	| { which: 'all' }
	| { which: 'filtered'; filters: UserFilters }
	| { which: 'chosen'; users: UserReference[] };

/** What the node's fields say. */
export interface Settings {
	/** At least one, each once. */
	events: EventName[];
	/** So many days before a device's trust ends it counts as expiring. */
	deviceDays: number;
	/** So many days before its expiry date an application token counts as expiring. */
	tokenDays: number;
	scope: UserScope;
}

/** Reads and checks the node's fields. Throws an `EmnifyError` (`input`). */
export function readSettings(fields: ItemFields): Settings {
	const events = readEvents(fields.field('events'));
	return {
		events,
		deviceDays: events.includes('trusted_device_expiring')
			? readDays('Days Before Trust Ends', fields.field('deviceDays'), TRUST_DAYS - 1)
			: 0,
		tokenDays: events.includes('application_token_expiring')
			? readDays('Days Before Token Expires', fields.field('tokenDays'), 3650)
			: 0,
		scope: eventsOfUsers(events).length > 0 ? readScope(fields) : { which: 'all' },
	};
}

/** A list, or text such as `trusted_device_added, support_access`, as an expression may give it. */
function readEvents(value: unknown): EventName[] {
	const names = entriesOf(value);
	for (const name of names) {
		if (!EVENT_NAMES.some((event) => event === name)) {
			throw badValue('Trigger On', name, `one of ${EVENT_NAMES.join(', ')}`);
		}
	}
	if (names.length > 0) return EVENT_NAMES.filter((event) => names.includes(event));
	throw new EmnifyError(
		'input',
		'Trigger On is empty',
		'Choose at least one event that is to start the workflow.',
	);
}

function readDays(field: string, value: unknown, most: number): number {
	const text = plainText(value);
	const days = text === '' ? NaN : Number(text);
	if (Number.isInteger(days) && days >= 1 && days <= most) return days;
	throw badValue(field, value, `a whole number of days from 1 to ${most}`);
}

function readScope(fields: ItemFields): UserScope {
	const which = fields.field('scope');
	if (which === 'all') return { which };
	if (which === 'filtered') return { which, filters: readFilters(fields) };
	if (which === 'chosen') return { which, users: readChosenUsers(fields) };
	throw badValue('Users', which, 'all, chosen or filtered');
}

function readFilters(fields: ItemFields): UserFilters {
	const filters = readUserFilters('Filters', fields.field('filters'));
	if (filters.length > 0) return filters;
	throw new EmnifyError(
		'input',
		'Filters is empty, which would be all users',
		'Add a filter, or choose All Users. If it is an expression, it has no result.',
	);
}

function readChosenUsers(fields: ItemFields): UserReference[] {
	const chosen = readRows('Chosen Users', fields.field('chosenUsers'), 'users');
	if (chosen.length > 0) {
		return chosen.map(({ user }) => readUser('User', user, fields));
	}
	throw new EmnifyError(
		'input',
		'Chosen Users is empty',
		'Add at least one user, or choose All Users.',
	);
}
