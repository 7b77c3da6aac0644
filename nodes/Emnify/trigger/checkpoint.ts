import type { IDataObject } from 'n8n-workflow';

import type { Account } from './account';
import type { EventId, EventWindow } from './eventWindow';
import type { EventName } from './events';
import type { TriggerSettings } from './fields';
import type { UserScope } from './fields/scope';
import { readKnownDevices, writeKnownDevices, type KnownDevices } from './knownDevices';
import { readKnownUsers, writeKnownUsers, type KnownUsers } from './knownUsers';

/** What a poll leaves for the next one. Times are in milliseconds since 1970, by emnify's clock. */
export interface Checkpoint {
	account: Account;
	/** When the poll began. */
	polled: number;
	/** Which events it reported: {@link subscriptionOf}. */
	subscriptions: string[];
	/** Whose events it reported. */
	scope: UserScope;
	/** Where an event on trusted devices is chosen. */
	devices?: {
		/** When they were first looked at. */
		since: number;
		known: KnownDevices;
	};
	/** Where an event of users, roles or MFA keys is chosen. */
	users?: KnownUsers;
	/** The IDs of the application tokens whose last days began in the minutes before. */
	tokens?: ReadonlySet<number>;
	/** Where an event of the event log is chosen. */
	log?: EventWindow;
}

/** The event and how it is set: expiring in 7 days is not the same as expiring in 14. */
export function subscriptionOf(
	event: EventName,
	{ deviceDays, tokenDays }: TriggerSettings,
): string {
	if (event === 'trusted_device_expiring') return `${event}:${deviceDays}`;
	if (event === 'application_token_expiring') return `${event}:${tokenDays}`;
	return event;
}

/**
 * Raise it, and let {@link readCheckpoint} read the older versions too, whenever what {@link writeCheckpoint} writes changes:
 * people's workflows hold it, and would lose events. Each version has its sample in the tests.
 */
const VERSION = 2;

/** Version 1 has no users and tokens, and is the same otherwise. */
const READABLE: unknown[] = [1, VERSION];

/** The checkpoint for n8n's static data: JSON, without secrets. */
export function writeCheckpoint(checkpoint: Checkpoint): IDataObject {
	const { account, polled, subscriptions, scope, devices, users, tokens, log } = checkpoint;
	return {
		version: VERSION,
		account: { ...account },
		polled,
		subscriptions,
		scope: JSON.stringify(scope),
		...(devices && {
			devices: { since: devices.since, known: writeKnownDevices(devices.known, polled) },
		}),
		...(users && { accounts: writeKnownUsers(users, polled) }),
		...(tokens && { tokens: [...tokens] }),
		...(log && { log: { from: log.from, seen: [...log.seen] } }),
	};
}

/** Reads what {@link writeCheckpoint} wrote; `undefined` for anything else, such as what a later release has written. */
export function readCheckpoint(saved: unknown): Checkpoint | undefined {
	if (!isRecord(saved) || !READABLE.includes(saved.version)) return undefined;
	const { polled, subscriptions } = saved;
	const account = savedAccount(saved.account);
	const scope = savedScope(saved.scope);
	if (!account || !scope || !isInteger(polled) || !isListOf(subscriptions, isText))
		return undefined;
	const devices = saved.devices === undefined ? undefined : savedDevices(saved.devices, polled);
	const log = saved.log === undefined ? undefined : savedLog(saved.log);
	const users = saved.accounts === undefined ? undefined : readKnownUsers(saved.accounts, polled);
	const tokens = isListOf(saved.tokens, isInteger) ? new Set(saved.tokens) : undefined;
	if (saved.accounts !== undefined && !users) return undefined;
	if ((saved.devices !== undefined && !devices) || (saved.log !== undefined && !log)) {
		return undefined;
	}
	return {
		account,
		polled,
		subscriptions: [...subscriptions],
		scope,
		...(devices && { devices }),
		...(users && { users }),
		...(tokens && { tokens }),
		...(log && { log }),
	};
}

function savedAccount(saved: unknown): Account | undefined {
	if (!isRecord(saved)) return undefined;
	const { baseUrl, login, organisation } = saved;
	if (!isText(baseUrl) || !isText(login)) return undefined;
	if (organisation !== null && !isInteger(organisation)) return undefined;
	return { baseUrl, login, organisation };
}

function savedScope(saved: unknown): UserScope | undefined {
	const scope = fromJson(saved);
	if (!isRecord(scope)) return undefined;
	const { which, filters, users } = scope;
	if (which === 'all') return { which };
	if (which === 'filtered' && isListOf(filters, isText)) return { which, filters };
	if (which === 'chosen' && isListOf(users, isReference)) return { which, users };
	return undefined;
}

function savedDevices(saved: unknown, polled: number): Checkpoint['devices'] {
	if (!isRecord(saved) || !isInteger(saved.since) || !isText(saved.known)) return undefined;
	const known = readKnownDevices(saved.known, polled);
	return known && { since: saved.since, known };
}

function savedLog(saved: unknown): EventWindow | undefined {
	if (!isRecord(saved) || !isInteger(saved.from) || !isListOf(saved.seen, isEventId))
		return undefined;
	return { from: saved.from, seen: new Set(saved.seen) };
}

function fromJson(json: unknown): unknown {
	try {
		return JSON.parse(String(json)) as unknown;
	} catch {
		return undefined;
	}
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
const isEventId = (value: unknown): value is EventId =>
	typeof value === 'number' || typeof value === 'string';
const isReference = (value: unknown): value is { id: string } | { username: string } =>
	isRecord(value) && (isText(value.id) || isText(value.username));
const isListOf = <Element>(
	value: unknown,
	isElement: (element: unknown) => element is Element,
): value is Element[] => Array.isArray(value) && value.every(isElement);
