import type { ApplicationToken, EmnifyEvent, MfaKey, TrustedDevice } from '../api/types';
import { concernedUserOf, ipAddressesOf, type NamedUser } from '../domain/eventFacts';
import { toTimestamp } from '../endpoints/timestamp';
import { definitionOf, type EventName, type EventFrom } from './events';
import { toSomeone, type Person, type Someone } from './person';
import { activationOf, lastDaysOfTrust } from './trust';

/** The events that report a change of an MFA key. */
export type KeyEvent = 'mfa_key_activated' | 'mfa_key_pending';

/** The events that report a change of a user: of the status, or of the role. */
export type UserEvent = EventFrom<'directory'> | Exclude<EventFrom<'details'>, KeyEvent>;

/** What the API left out is `null`, as in an audit: n8n shows both alike. */
interface DeviceData {
	device: {
		id: number;
		operating_system: string | null;
		browser: string | null;
		activation_date: string | null;
	};
	trusted_until: string | null;
}

/** How the polls go. */
interface HealthData {
	health: {
		/** When the last poll before the failures succeeded. */
		since: string;
		/** When a poll succeeded again; `null` until then. */
		until: string | null;
		failed_polls: number;
		reason: string | null;
	};
}

interface KeyData {
	mfa_key: Pick<MfaKey, 'id' | 'status' | 'type' | 'creation_date' | 'activation_date'>;
}

interface LogData {
	ip_addresses: string[];
	emnify_event: EmnifyEvent;
}

/** What an item of each event holds beside what all items hold. */
type DataOf = Record<EventFrom<'devices'>, DeviceData> &
	Record<EventFrom<'health'>, HealthData> &
	Record<EventFrom<'log'>, LogData> &
	Record<EventFrom<'tokens'>, { application_token: ApplicationToken }> &
	Record<KeyEvent, KeyData> &
	Record<UserEvent, object>;

/** Something that happened, once. */
export type Occurrence<Name extends EventName = EventName> = {
	[Event in Name]: {
		/** The same whenever it is reported, and of nothing else. */
		id: string;
		event: Event;
		/** In milliseconds since 1970, by emnify's clock. */
		occurredAt: number;
		/** Whom it concerns. */
		user: Someone | null;
		/** Who did it, as emnify's log says. Under an application token nobody (§5). */
		actor?: Someone | null;
		/** Whom an event of the log concerns, as it names the user itself; who that is remains to be looked up. */
		named?: NamedUser;
		data: DataOf[Event];
	};
}[Name];

/** The order of the items: by the time, then by the ID. */
export function byTimeAndId(a: Occurrence, b: Occurrence): number {
	return a.occurredAt - b.occurredAt || a.id.localeCompare(b.id, 'en', { numeric: true });
}

/** `change` is the number of the change among all of the same user: each is reported once. */
export function userChanged(
	event: UserEvent,
	user: Person,
	at: number,
	change: number,
): Occurrence<UserEvent> {
	const id = `${event}:${user.id}:${utcDate(at)}:${change}`;
	return { id, event, occurredAt: at, user, data: {} };
}

export function keyChanged(
	event: KeyEvent,
	user: Person,
	{ id, status, type, creation_date, activation_date }: MfaKey,
	at: number,
): Occurrence<KeyEvent> {
	return {
		id: `${event}:${user.id}:${id}`,
		event,
		occurredAt: at,
		user,
		data: {
			mfa_key: {
				id,
				status: status ?? null,
				type: type ?? null,
				creation_date: creation_date ?? null,
				activation_date: activation_date ?? null,
			},
		},
	};
}

export function healthChanged(
	event: EventFrom<'health'>,
	at: number,
	health: HealthData['health'],
): Occurrence<EventFrom<'health'>> {
	return { id: `${event}:${health.since}`, event, occurredAt: at, user: null, data: { health } };
}

export function deviceAdded(user: Person, device: TrustedDevice, now: number): Occurrence {
	return {
		id: `trusted_device_added:${user.id}:${device.id}`,
		event: 'trusted_device_added',
		occurredAt: activationOf(device) ?? now,
		user,
		data: deviceData(device),
	};
}

/** Of a device that is gone only its ID and its activation are known, and of its end that it was before now. */
export function deviceRemoved(
	user: Person,
	id: number,
	activation: number | null,
	now: number,
): Occurrence {
	const activation_date = activation === null ? null : toTimestamp(new Date(activation));
	return {
		id: `trusted_device_removed:${user.id}:${id}`,
		event: 'trusted_device_removed',
		occurredAt: now,
		user,
		data: deviceData({ id, activation_date }),
	};
}

export function deviceExpiring(user: Person, device: TrustedDevice, at: number): Occurrence {
	return {
		id: `trusted_device_expiring:${user.id}:${device.id}:${utcDate(at)}`,
		event: 'trusted_device_expiring',
		occurredAt: at,
		user,
		data: deviceData(device),
	};
}

export function tokenExpiring(token: ApplicationToken, at: number): Occurrence {
	return {
		id: `application_token_expiring:${token.id}:${utcDate(at)}`,
		event: 'application_token_expiring',
		occurredAt: at,
		user: token.creator ? toSomeone(token.creator) : null,
		data: { application_token: token },
	};
}

/**
 * An event of emnify's log. Who acted and whom it concerns are two (§5): a failed login concerns the user who is said to act,
 * other events the user whom they name. An event that is not about a user concerns nobody.
 */
export function logged(event: EventFrom<'log'>, entry: EmnifyEvent, at: number): Occurrence {
	const { concerns } = definitionOf(event);
	const actor = entry.user ? toSomeone(entry.user) : null;
	const user = concerns === 'actor' ? actor : null;
	const named = concerns !== undefined && user === null ? concernedUserOf(entry) : undefined;
	return {
		id: `event:${entry.id}`,
		event,
		occurredAt: at,
		user,
		actor,
		...(named && { named }),
		data: { ip_addresses: ipAddressesOf(entry), emnify_event: entry },
	};
}

function deviceData(device: TrustedDevice): DeviceData {
	const { id, operating_system, browser, activation_date } = device;
	const activation = activationOf(device);
	return {
		device: {
			id,
			operating_system: operating_system ?? null,
			browser: browser ?? null,
			activation_date: activation_date ?? null,
		},
		trusted_until:
			activation === null ? null : toTimestamp(new Date(lastDaysOfTrust(activation, 0))),
	};
}

/** The date of an instant in UTC, such as `2026-03-01`. */
function utcDate(instant: number): string {
	return toTimestamp(new Date(instant)).slice(0, 10);
}
