import type { User, UserWithMfa } from '../api/types';
import { readInstant } from '../domain/instant';
import { OVERLAP_MS } from './eventWindow';
import {
	accountChanged,
	dayOf,
	keyChanged,
	type AccountEvent,
	type Occurrence,
	type Person,
} from './occurrence';

/**
 * Whether a user is among those who are meant: `here`; no longer listed by the filters, but not removed: `away`; or removed.
 */
export type Presence = 'here' | 'away' | 'gone';

/** What the trigger knows of a user's account. */
export interface KnownAccount {
	presence: Presence;
	/** The ID of the status (§5); `null` if emnify does not tell it. */
	status: number | null;
	username: string | null;
	/** How many changes were told of. */
	changes: number;
	/** When roles and MFA keys were read last, in milliseconds since 1970, in whole seconds; absent until they are first read. */
	checked?: number;
	administrator?: boolean;
	/** The MFA keys, and whether each is active; absent until they are first read. */
	keys?: ReadonlyMap<number, boolean>;
}

export type KnownAccounts = ReadonlyMap<number, KnownAccount>;

/** What one poll read of the accounts. */
export interface AccountsReading {
	/** All who are meant and listed. */
	listed: User[];
	/** Roles and MFA keys, by the user's ID. Who is missing could not be read, or has to wait for a turn. */
	details: ReadonlyMap<number, UserWithMfa>;
	/** Of those who were known and are not listed any more: those whom there is not, and those whom there is all the same. */
	gone: ReadonlySet<number>;
	unlisted: ReadonlyMap<number, UserWithMfa>;
}

/** §5 */
const SUSPENDED = 2;
const ADMINISTRATOR = 1;
const ACTIVE_KEY = 1;

/**
 * What became of the accounts since the poll `before`, of which `known` is left; `undefined` for a start, which tells nothing. Where
 * all users are meant, whoever is not known has joined; else only whoever was created since.
 */
export function evaluateAccounts(
	known: KnownAccounts | undefined,
	{ listed, details, gone, unlisted }: AccountsReading,
	{ now, before, isOfAll }: { now: number; before: number; isOfAll: boolean },
): { occurrences: Occurrence[]; known: KnownAccounts } {
	const occurrences: Occurrence[] = [];
	const next = new Map<number, KnownAccount>(known);
	const tell = (event: AccountEvent, user: Person, at: number, changes: number): void => {
		occurrences.push(accountChanged(event, user, at, `${dayOf(at)}:${changes}`));
	};
	const isSince = (instant: number | null): instant is number =>
		instant !== null && instant >= before - OVERLAP_MS && instant <= now;

	const look = (user: User, details: UserWithMfa | undefined, presence: Presence): void => {
		const was = next.get(user.id);
		const person = { id: user.id, username: user.username ?? null, name: user.name ?? null };
		const status = user.status?.id ?? was?.status ?? null;
		let changes = was?.changes ?? 0;
		const created = readInstant(user.created);
		const hasJoined =
			known !== undefined && (was ? was.presence === 'gone' : isOfAll || isSince(created));
		if (hasJoined) tell('user_added', person, isSince(created) ? created : now, ++changes);
		if (was && status !== was.status && was.status !== null) {
			if (status === SUSPENDED) tell('user_suspended', person, now, ++changes);
			if (was.status === SUSPENDED) tell('user_reactivated', person, now, ++changes);
		}
		// Of somebody who is new there was nothing before; of others, who were never read, it is not known what there was.
		const nothing =
			hasJoined && !was ? { administrator: false, keys: new Map<number, boolean>() } : {};
		const { administrator: wasAdministrator, keys: hadKeys } = { ...nothing, ...was };
		const administrator = details && isAdministrator(details);
		if (administrator !== undefined && wasAdministrator !== undefined) {
			if (administrator && !wasAdministrator) tell('administrator_added', person, now, ++changes);
			if (!administrator && wasAdministrator) tell('administrator_removed', person, now, ++changes);
		}
		const keys = details?.mfa ?? undefined;
		for (const key of hadKeys ? (keys ?? []) : []) {
			const isActive = key.status?.id === ACTIVE_KEY;
			const wasActive = hadKeys?.get(key.id);
			if (wasActive === isActive || wasActive === true) continue;
			const date = readInstant(isActive ? key.activation_date : key.creation_date);
			const event = isActive ? 'mfa_key_activated' : 'mfa_key_pending';
			occurrences.push(keyChanged(event, person, key, isSince(date) ? date : now));
		}
		const isAdmin = administrator ?? was?.administrator;
		const knownKeys = keys
			? new Map(keys.map((key) => [key.id, key.status?.id === ACTIVE_KEY]))
			: was?.keys;
		const checked = details ? now : was?.checked;
		next.set(user.id, {
			presence,
			status,
			username: user.username ?? was?.username ?? null,
			changes,
			...(checked !== undefined && { checked }),
			...(isAdmin !== undefined && { administrator: isAdmin }),
			...(knownKeys && { keys: knownKeys }),
		});
	};

	for (const user of listed) look(user, details.get(user.id), 'here');
	for (const [, user] of unlisted) look(user, user, isOfAll ? 'here' : 'away');
	for (const id of gone) {
		const was = next.get(id);
		if (!was) continue;
		let { changes } = was;
		const person = { id, username: was.username, name: null };
		tell('user_removed', person, now, ++changes);
		if (was.administrator === true) tell('administrator_removed', person, now, ++changes);
		next.set(id, { ...was, presence: 'gone', changes, administrator: false, keys: new Map() });
	}
	return { occurrences, known: next };
}

/** `undefined` where emnify does not tell the roles. */
function isAdministrator({ roles }: UserWithMfa): boolean | undefined {
	return roles?.some(
		({ id, name }) => id === ADMINISTRATOR || /^(super ?)?admin(istrator)?$/i.test(name ?? ''),
	);
}

const PRESENCE: Record<Presence, string> = { here: 'h', away: 'a', gone: 'g' };

/** Known accounts as text that is small in n8n's database, about 25 bytes an account. */
export interface WrittenAccounts {
	/** Of the usernames, by their place in it. */
	domains: string[];
	/** Accounts in the order of their IDs, which are written as the distance to the one before. */
	known: string;
}

/** Writes accounts; ages are counted back from `now`, all numbers have base 36. */
export function writeAccounts(known: KnownAccounts, now: number): WrittenAccounts {
	const domains = new Map<string, number>();
	let previous = 0;
	const texts = [...known]
		.sort(([a], [b]) => a - b)
		.map(([id, account]) => {
			const distance = id - previous;
			previous = id;
			const { presence, status, username, changes, checked, administrator, keys } = account;
			const flags = [
				PRESENCE[presence],
				administrator === undefined ? '?' : administrator ? 'y' : 'n',
				status === null ? '' : base36(status),
			].join('');
			const [, local = username ?? '', domain] = /^(.*)@([^@]*)$/.exec(username ?? '') ?? [];
			if (domain !== undefined && !domains.has(domain)) domains.set(domain, domains.size);
			const at = domain === undefined ? '' : `@${base36(domains.get(domain) ?? 0)}`;
			return [
				base36(distance),
				flags,
				username === null ? '' : `${encodeURIComponent(local)}${at}`,
				changes === 0 ? '' : base36(changes),
				checked === undefined ? '' : base36(Math.max(0, now - checked) / 1000),
				keys &&
					`k${[...keys].map(([key, isActive]) => `${base36(key)}${isActive ? '+' : '-'}`).join('')}`,
			]
				.map((part) => part ?? '')
				.join(',')
				.replace(/,+$/, '');
		});
	return { domains: [...domains.keys()], known: texts.join(';') };
}

/** Reads what {@link writeAccounts} wrote with the same `now`; `undefined` for anything else. */
export function readAccounts(written: unknown, now: number): KnownAccounts | undefined {
	const { domains, known: text } = (written ?? {}) as { domains?: unknown; known?: unknown };
	if (!Array.isArray(domains) || typeof text !== 'string') return undefined;
	const known = new Map<number, KnownAccount>();
	let id = 0;
	for (const accountText of text === '' ? [] : text.split(';')) {
		const [distance = '', flags = '', name = '', changes = '', age = '', keys = ''] =
			accountText.split(',');
		const [, presence, administrator, status = ''] = /^([hag])([?yn])([\da-z]*)$/.exec(flags) ?? [];
		const [, local = '', domain] = /^([^@]*)(?:@([\da-z]+))?$/.exec(name) ?? [];
		id += number(distance);
		const keyParts = keys === '' ? undefined : (keys.slice(1).match(/[\da-z]+[+-]/g) ?? []);
		const found = Object.entries(PRESENCE).find(([, letter]) => letter === presence)?.[0];
		if (found === undefined || !Number.isSafeInteger(id)) return undefined;
		const domainText: unknown = domain === undefined ? undefined : domains[number(domain)];
		if (domain !== undefined && typeof domainText !== 'string') return undefined;
		const username =
			name === ''
				? null
				: `${decode(local)}${domain === undefined ? '' : `@${String(domainText)}`}`;
		known.set(id, {
			presence: found as Presence,
			status: status === '' ? null : number(status),
			username,
			changes: changes === '' ? 0 : number(changes),
			...(age !== '' && { checked: now - number(age) * 1000 }),
			...(administrator !== '?' && { administrator: administrator === 'y' }),
			...(keyParts && {
				keys: new Map(keyParts.map((key) => [number(key.slice(0, -1)), key.endsWith('+')])),
			}),
		});
	}
	return known;
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function base36(value: number): string {
	return Math.floor(value).toString(36);
}

function number(text: string): number {
	return parseInt(text, 36);
}
