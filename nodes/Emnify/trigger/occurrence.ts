import type { IDataObject } from 'n8n-workflow';

import type { ApplicationToken, EmnifyEvent, TrustedDevice, User } from '../api/types';
import { TRUST_DAYS } from '../audit/auditUser';
import { DAY_MS } from '../audit/day';
import { readInstant } from '../audit/instant';
import { toTimestamp } from '../shared/timestamp';
import type { EventName } from './events';

/** Whom something is about. `null` for what is not known. */
export interface Person {
	id: number;
	username: string | null;
	name: string | null;
}

/** Something that happened, once. */
export interface Occurrence {
	/** The same whenever it is told of, and of nothing else. */
	id: string;
	event: EventName;
	/** In milliseconds since 1970, by emnify's clock. */
	occurredAt: number;
	user: Person | null;
	/** What it is about: a trusted device, an event of emnify's, or an application token. */
	data: IDataObject;
}

/** An occurrence as the output item. */
export function toJson({ id, event, occurredAt, user, data }: Occurrence): IDataObject {
	const occurred_at = toTimestamp(new Date(occurredAt));
	return { id, event, occurred_at, user: user && { ...user }, ...data };
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
		user: token.creator ? toPerson(token.creator) : null,
		data: { application_token: { ...token } },
	};
}

export function logged(event: EventName, entry: EmnifyEvent, at: number): Occurrence {
	return {
		id: `event:${entry.id}`,
		event,
		occurredAt: at,
		user: entry.user ? toPerson(entry.user) : null,
		data: { emnify_event: { ...entry } as IDataObject },
	};
}

export function toPerson({ id, username, name }: Pick<User, 'id' | 'username' | 'name'>): Person {
	return { id, username: username ?? null, name: name ?? null };
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
function dayOf(instant: number): string {
	return toTimestamp(new Date(instant)).slice(0, 10);
}
