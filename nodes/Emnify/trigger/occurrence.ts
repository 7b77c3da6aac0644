import type { IDataObject } from 'n8n-workflow';

import type { ApplicationToken, EmnifyEvent, MfaKey, TrustedDevice, User } from '../api/types';
import { TRUST_DAYS } from '../domain/auditUser';
import { DAY_MS } from '../domain/day';
import { concernedUserOf, ipAddressesOf, type NamedUser } from '../domain/eventFacts';
import { readInstant } from '../domain/instant';
import { toTimestamp } from '../endpoints/timestamp';
import { definitionOf, type EventName } from './events';
import { textOf } from './text';

/** Whom something is about. `null` for what is not known. */
export interface Person {
	id: number;
	username: string | null;
	name: string | null;
}

/** Somebody whom an event of the log names, and of whom no ID is known. */
export interface Stranger {
	id: null;
	username: string | null;
	name: string | null;
	/** How many users have the name, where it is more than one: then it is not told which of them is meant. */
	matches?: number;
}

export type Someone = Person | Stranger;

/** Something that happened, once. */
export interface Occurrence {
	/** The same whenever it is told of, and of nothing else. */
	id: string;
	event: EventName;
	/** In milliseconds since 1970, by emnify's clock. */
	occurredAt: number;
	/** Whom it concerns. */
	user: Someone | null;
	/** Who did it, as emnify's log says. Under an application token nobody (§5). */
	actor?: Someone | null;
	/** Whom an event of the log concerns, as it names the user itself; who that is remains to be looked up. */
	named?: NamedUser;
	/** What it is about: a trusted device, an event of emnify's, or an application token. */
	data: IDataObject;
}

/** An occurrence as the output item. */
export function toJson(occurrence: Occurrence): IDataObject {
	const { id, event, occurredAt, user, actor, data } = occurrence;
	return {
		id,
		event,
		text: textOf(occurrence),
		occurred_at: toTimestamp(new Date(occurredAt)),
		user: user && { ...user },
		...(actor !== undefined && { actor: actor && { ...actor } }),
		...data,
	};
}

/** The events that tell of a change of an account. */
export type AccountEvent =
	| 'user_added'
	| 'user_removed'
	| 'user_suspended'
	| 'user_reactivated'
	| 'administrator_added'
	| 'administrator_removed';

/** `change` tells apart changes of the same kind of the same user. */
export function accountChanged(
	event: AccountEvent,
	user: Person,
	at: number,
	change: string,
): Occurrence {
	return { id: `${event}:${user.id}:${change}`, event, occurredAt: at, user, data: {} };
}

export function keyChanged(
	event: 'mfa_key_activated' | 'mfa_key_pending',
	user: Person,
	{ id, status, type, creation_date, activation_date }: MfaKey,
	at: number,
): Occurrence {
	const lookup = (entry: MfaKey['status']) => (entry ? { ...entry } : null);
	return {
		id: `${event}:${user.id}:${id}`,
		event,
		occurredAt: at,
		user,
		data: {
			mfa_key: {
				id,
				status: lookup(status),
				type: lookup(type),
				creation_date: creation_date ?? null,
				activation_date: activation_date ?? null,
			},
		},
	};
}

/** How the polls go. */
export interface Health extends IDataObject {
	/** When the last poll succeeded before polls failed, and when one did again. */
	since: string;
	until: string | null;
	failed_polls: number;
	reason: string | null;
}

export function healthChanged(
	event: 'trigger_unhealthy' | 'trigger_recovered',
	at: number,
	health: Health,
): Occurrence {
	return { id: `${event}:${health.since}`, event, occurredAt: at, user: null, data: { health } };
}

/** The order of the items: by the time, then by the ID. */
export function oldestFirst(a: Occurrence, b: Occurrence): number {
	return a.occurredAt - b.occurredAt || a.id.localeCompare(b.id, 'en', { numeric: true });
}

/** When a device was activated, in milliseconds, in whole seconds; `null` where that is unknown, or before 1970. */
export function activationOf({ activation_date }: TrustedDevice): number | null {
	const instant = readInstant(activation_date);
	return instant === null || instant < 0 ? null : Math.floor(instant / 1000) * 1000;
}

/** When the trust in a device that was activated then comes to its last days. */
export function lastDaysOfTrust(activation: number, days: number): number {
	return activation + (TRUST_DAYS - days) * DAY_MS;
}

/** When an application token that can expire comes to its last days, or came to be if that was later. */
export function lastDaysOfToken(
	{ created, expiry_date }: ApplicationToken,
	days: number,
): number | null {
	const expiry = readInstant(expiry_date);
	if (expiry === null) return null;
	return Math.max(expiry - days * DAY_MS, readInstant(created) ?? 0);
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
	const activation_date = activation === null ? undefined : toTimestamp(new Date(activation));
	return {
		id: `trusted_device_removed:${user.id}:${id}`,
		event: 'trusted_device_removed',
		occurredAt: now,
		user,
		data: deviceData({ id, ...(activation_date !== undefined && { activation_date }) }),
	};
}

export function deviceExpiring(user: Person, device: TrustedDevice, at: number): Occurrence {
	return {
		id: `trusted_device_expiring:${user.id}:${device.id}:${dayOf(at)}`,
		event: 'trusted_device_expiring',
		occurredAt: at,
		user,
		data: deviceData(device),
	};
}

export function tokenExpiring(token: ApplicationToken, at: number): Occurrence {
	return {
		id: `application_token_expiring:${token.id}:${dayOf(at)}`,
		event: 'application_token_expiring',
		occurredAt: at,
		user: token.creator ? toSomeone(token.creator) : null,
		data: { application_token: { ...token } },
	};
}

/**
 * An event of emnify's log. Who acted and whom it concerns are two (§5): a failed login concerns the user who is said to act,
 * other events the user whom they name. An event that is not about a user concerns nobody.
 */
export function logged(event: EventName, entry: EmnifyEvent, at: number): Occurrence {
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
		data: { ip_addresses: ipAddressesOf(entry), emnify_event: { ...entry } as IDataObject },
	};
}

export function toPerson({ id, username, name }: Pick<User, 'id' | 'username' | 'name'>): Person {
	return { id, username: username ?? null, name: name ?? null };
}

/** The same of a user inside an event, where the ID may be missing too. */
function toSomeone({ id, username, name }: NonNullable<EmnifyEvent['user']>): Someone {
	return {
		id: Number.isSafeInteger(id) ? id : null,
		username: username ?? null,
		name: name ?? null,
	};
}

/** As in an audit (n8n shows both alike): what the API left out is `null`. */
function deviceData(device: TrustedDevice): IDataObject {
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

/** The day of an instant in UTC, such as `2026-03-01`. */
export function dayOf(instant: number): string {
	return toTimestamp(new Date(instant)).slice(0, 10);
}
