import { fromBase36, toBase36 } from './base36';

/** Whether a user is among those who are meant: `here`; not listed by the filters any more, but not removed: `away`; or removed. */
export type Presence = 'here' | 'away' | 'gone';

/** What the trigger knows of a user. */
export interface KnownUser {
	presence: Presence;
	/** The ID of the status (§5); `null` where emnify leaves it out. */
	status: number | null;
	username: string | null;
	/** How many changes were reported. */
	changes: number;
	/** When roles and MFA keys were read last, in milliseconds since 1970, in whole seconds; absent until they are first read. */
	checked?: number;
	administrator?: boolean;
	/** The MFA keys, and whether each is active; absent until they are first read. */
	keys?: ReadonlyMap<number, boolean>;
}

/** The known users, by their ID. */
export type KnownUsers = ReadonlyMap<number, KnownUser>;

const LETTERS: Array<[letter: string, presence: Presence]> = [
	['h', 'here'],
	['a', 'away'],
	['g', 'gone'],
];

/** Known users as text that is small in n8n's database, about 25 bytes a user. */
interface WrittenUsers {
	/** Of the usernames, by their place in it. */
	domains: string[];
	/** Users in the order of their IDs, which are written as the distance to the one before. */
	known: string;
}

/** Writes known users; ages are counted back from `now`, all numbers have base 36. */
export function writeKnownUsers(known: KnownUsers, now: number): WrittenUsers {
	const domains = new Map<string, number>();
	let previous = 0;
	const texts = [...known]
		.sort(([a], [b]) => a - b)
		.map(([id, user]) => {
			const distance = id - previous;
			previous = id;
			const { presence, status, username, changes, checked, administrator, keys } = user;
			const flags = [
				LETTERS.find((pair) => pair[1] === presence)?.[0],
				administrator === undefined ? '?' : administrator ? 'y' : 'n',
				status === null ? '' : toBase36(status),
			].join('');
			const [, local = username ?? '', domain] = /^(.*)@([^@]*)$/.exec(username ?? '') ?? [];
			if (domain !== undefined && !domains.has(domain)) domains.set(domain, domains.size);
			const at = domain === undefined ? '' : `@${toBase36(domains.get(domain) ?? 0)}`;
			return [
				toBase36(distance),
				flags,
				username === null ? '' : `${encodeURIComponent(local)}${at}`,
				changes === 0 ? '' : toBase36(changes),
				checked === undefined ? '' : toBase36(Math.max(0, now - checked) / 1000),
				keys ? keysToText(keys) : '',
			]
				.join(',')
				.replace(/,+$/, '');
		});
	return { domains: [...domains.keys()], known: texts.join(';') };
}

/** Reads what {@link writeKnownUsers} wrote with the same `now`; `undefined` for anything else. */
export function readKnownUsers(written: unknown, now: number): KnownUsers | undefined {
	const { domains, known: text } = (written ?? {}) as { domains?: unknown; known?: unknown };
	if (!Array.isArray(domains) || typeof text !== 'string') return undefined;
	const known = new Map<number, KnownUser>();
	let id = 0;
	for (const userText of text === '' ? [] : text.split(';')) {
		const [distance = '', flags = '', name = '', changes = '', age = '', keys = ''] =
			userText.split(',');
		const [, letter, administrator, status = ''] = /^([hag])([?yn])([\da-z]*)$/.exec(flags) ?? [];
		const [, local = '', domain] = /^([^@]*)(?:@([\da-z]+))?$/.exec(name) ?? [];
		id += fromBase36(distance);
		const presence = LETTERS.find((pair) => pair[0] === letter)?.[1];
		if (!presence || !Number.isSafeInteger(id)) return undefined;
		const domainText: unknown = domain === undefined ? '' : domains[fromBase36(domain)];
		if (typeof domainText !== 'string') return undefined;
		const at = domain === undefined ? '' : `@${domainText}`;
		known.set(id, {
			presence,
			status: status === '' ? null : fromBase36(status),
			username: name === '' ? null : `${decode(local)}${at}`,
			changes: changes === '' ? 0 : fromBase36(changes),
			...(age !== '' && { checked: now - fromBase36(age) * 1000 }),
			...(administrator !== '?' && { administrator: administrator === 'y' }),
			...(keys !== '' && { keys: keysFromText(keys) }),
		});
	}
	return known;
}

/** `k`, then each key's ID with `+` if it is active, else `-`. */
function keysToText(keys: ReadonlyMap<number, boolean>): string {
	return `k${[...keys].map(([id, isActive]) => `${toBase36(id)}${isActive ? '+' : '-'}`).join('')}`;
}

function keysFromText(text: string): Map<number, boolean> {
	const keys = text.slice(1).match(/[\da-z]+[+-]/g) ?? [];
	return new Map(keys.map((key) => [fromBase36(key.slice(0, -1)), key.endsWith('+')]));
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
