import type { IDataObject } from 'n8n-workflow';

import type { Account } from './account';
import { readAccounts, writeAccounts, type KnownAccounts } from './accounts';
import type { EventId, EventWindow } from './eventWindow';
import type { EventName } from './events';
import type { Settings, UserScope } from './settings';
import { readSnapshot, writeSnapshot, type Snapshot } from './snapshot';

/** What the trigger remembers from one poll to the next. Times are in milliseconds since 1970, by emnify's clock. */
export interface TriggerState {
	account: Account;
	/** When the last poll began. */
	polled: number;
	/** What it told of: {@link subscriptionOf}. */
	subscriptions: string[];
	/** Whose events it told of. */
	scope: UserScope;
	/** Where an event on trusted devices is chosen. */
	devices?: {
		/** When they were first looked at. */
		since: number;
		known: Snapshot;
	};
	/** Where an event of the directory is chosen. */
	accounts?: KnownAccounts;
	/** The IDs of the application tokens that came to their last days in the minutes before. */
	tokens?: ReadonlySet<number>;
	/** Where an event of the event log is chosen. */
	log?: EventWindow;
}

/** The event and how it is set: expiring in 7 days is not the same as expiring in 14. */
export function subscriptionOf(event: EventName, { deviceDays, tokenDays }: Settings): string {
	if (event === 'trusted_device_expiring') return `${event}:${deviceDays}`;
	if (event === 'application_token_expiring') return `${event}:${tokenDays}`;
	return event;
}

/**
 * Raise it, and let {@link readState} read the older ones too, whenever what {@link writeState} writes changes: people's
 * workflows hold it, and would lose events. Each version has its sample in the tests.
 */
const VERSION = 2;

/** Version 1 knew nothing of accounts and tokens, and is the same otherwise. */
const READABLE: unknown[] = [1, VERSION];

/** The state for n8n's static data: JSON, without secrets. */
export function writeState(state: TriggerState): IDataObject {
	const { account, polled, subscriptions, scope, devices, accounts, tokens, log } = state;
	return {
		version: VERSION,
		account: { ...account },
		polled,
		subscriptions,
		scope: JSON.stringify(scope),
		...(devices && {
			devices: { since: devices.since, known: writeSnapshot(devices.known, polled) },
		}),
		...(accounts && { accounts: { ...writeAccounts(accounts, polled) } }),
		...(tokens && { tokens: [...tokens] }),
		...(log && { log: { from: log.from, seen: [...log.seen] } }),
	};
}

/** Reads what {@link writeState} wrote; `undefined` for anything else, such as what a later release has written. */
export function readState(saved: unknown): TriggerState | undefined {
	if (!isObject(saved) || !READABLE.includes(saved.version)) return undefined;
	const { polled, subscriptions } = saved;
	const account = readAccount(saved.account);
	const scope = readScope(saved.scope);
	if (!account || !scope || !isTime(polled) || !isListOf(subscriptions, isText)) return undefined;
	const devices = saved.devices === undefined ? undefined : readDevices(saved.devices, polled);
	const log = saved.log === undefined ? undefined : readLog(saved.log);
	const accounts = saved.accounts === undefined ? undefined : readAccounts(saved.accounts, polled);
	const tokens = isListOf(saved.tokens, isTime) ? new Set(saved.tokens) : undefined;
	if (saved.accounts !== undefined && !accounts) return undefined;
	if ((saved.devices !== undefined && !devices) || (saved.log !== undefined && !log)) {
		return undefined;
	}
	return {
		account,
		polled,
		subscriptions: [...subscriptions],
		scope,
		...(devices && { devices }),
		...(accounts && { accounts }),
		...(tokens && { tokens }),
		...(log && { log }),
	};
}

function readAccount(saved: unknown): Account | undefined {
	if (!isObject(saved)) return undefined;
	const { baseUrl, login, organisation } = saved;
	if (!isText(baseUrl) || !isText(login)) return undefined;
	if (organisation !== null && !Number.isSafeInteger(organisation)) return undefined;
	return { baseUrl, login, organisation: organisation as number | null };
}

function readScope(saved: unknown): UserScope | undefined {
	const scope = parse(saved);
	if (!isObject(scope)) return undefined;
	const { which, filters, users } = scope;
	if (which === 'all') return { which };
	if (which === 'filtered' && isListOf(filters, isText)) return { which, filters };
	if (which === 'chosen' && isListOf(users, isReference)) return { which, users };
	return undefined;
}

function readDevices(saved: unknown, polled: number): TriggerState['devices'] {
	if (!isObject(saved) || !isTime(saved.since) || !isText(saved.known)) return undefined;
	const known = readSnapshot(saved.known, polled);
	return known && { since: saved.since, known };
}

function readLog(saved: unknown): EventWindow | undefined {
	if (!isObject(saved) || !isTime(saved.from) || !isListOf(saved.seen, isEventId)) return undefined;
	return { from: saved.from, seen: new Set(saved.seen) };
}

function parse(json: unknown): unknown {
	try {
		return JSON.parse(String(json)) as unknown;
	} catch {
		return undefined;
	}
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTime = (value: unknown): value is number => Number.isSafeInteger(value);
const isEventId = (value: unknown): value is EventId =>
	typeof value === 'number' || typeof value === 'string';
const isReference = (value: unknown): value is { id: string } | { username: string } =>
	isObject(value) && (isText(value.id) || isText(value.username));
const isListOf = <Element>(
	value: unknown,
	isElement: (element: unknown) => element is Element,
): value is Element[] => Array.isArray(value) && value.every(isElement);
