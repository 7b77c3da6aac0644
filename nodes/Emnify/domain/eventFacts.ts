import type { EmnifyEvent } from '../api/types';
import { isIpAddress } from './ipAddress';

/**
 * Three parts of base64url, of which the first begins as a JSON object does: a JSON Web Token, in whatever text it stands. With
 * it goes one that lacks its signature, or has the five parts of an encrypted one.
 */
const JSON_WEB_TOKEN = /\be(?:y[A-DJ]|w[0ko])[\w-]{6,}(?:(?:\.|%2E)[\w-]*){1,4}/g;
const SECRET_NAME =
	/(?:token|secret|password|jwt|authorization|(?:api|activation|private|secret)_?key)$/i;
const REMOVED = '(removed)';

/**
 * An event without the secrets that emnify puts into some, such as the live tokens in `detail` of types 37 and 40 (§5): n8n
 * stores what a node gives.
 */
export function withoutTokens<Event>(event: Event): Event {
	return clean(event, '') as Event;
}

function clean(value: unknown, name: string): unknown {
	if (typeof value === 'string') {
		if (value !== '' && SECRET_NAME.test(name)) return REMOVED;
		return value.replace(JSON_WEB_TOKEN, REMOVED);
	}
	if (Array.isArray(value)) return value.map((part) => clean(part, name));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, part]) => [
			key.replace(JSON_WEB_TOKEN, REMOVED),
			clean(part, key),
		]),
	);
}

const ANNOUNCED = /\bIP(?:v?[46]|s)?(?:[ -]?addr(?:ess(?:es)?)?)?\b\s*[:=]?\s*/gi;
const ADDRESS_FIELD = /(?:ips?|addresse?s?)$/i;

/**
 * Every IP address that an event names, each once, in the order in which it names them: those after “IP” in its text, and
 * those in its details. The first of several may be forged by a client (§5).
 */
export function ipAddressesOf({ description, detail }: EmnifyEvent): string[] {
	const found = new Set<string>();
	const text = description ?? '';
	for (const { 0: announcement, index } of text.matchAll(ANNOUNCED)) {
		for (const address of leadingAddresses(text.slice(index + announcement.length))) {
			found.add(address);
		}
	}
	for (const address of addressesIn(detail, '')) found.add(address);
	return [...found];
}

/** The addresses that a text begins with, as in `203.0.113.7, [2001:db8::1]:443 and 198.51.100.4.` */
function leadingAddresses(text: string): string[] {
	const found: string[] = [];
	for (const part of text.split(/[\s,;|/()]|(?<=\d)['"]/)) {
		if (part === '' || part.toLowerCase() === 'and') continue;
		const address = addressIn(part);
		if (address === undefined) break;
		found.push(address);
	}
	return found;
}

/** Without quotes, brackets, a port, a zone, or the full stop of a sentence. */
function addressIn(part: string): string | undefined {
	const bare = part.replace(/^['"“‘[]+|['"”’.\]]+$/g, '');
	const candidates = [bare, bare.replace(/\]?:\d+$/, ''), bare.replace(/%.*/, '')];
	return candidates.find(isIpAddress);
}

function addressesIn(value: unknown, name: string): string[] {
	if (typeof value === 'string') return ADDRESS_FIELD.test(name) ? leadingAddresses(value) : [];
	if (Array.isArray(value)) return value.flatMap((part) => addressesIn(part, name));
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, part]) => addressesIn(part, key));
}

/** Whom an event is about, as far as it says so itself. */
export interface NamedUser {
	id?: number;
	username?: string;
	/** What the text calls the user: a username or a name. */
	name?: string;
}

/** A closing quote is followed by no letter: so a name may have an apostrophe. */
const QUOTED_USER =
	/\b(?:for|of|from|by)\s+(?:the\s+)?(?:user\s+)?(?:'([^']+(?:'(?=\p{L})[^']+)*)'|["“]([^"”]+)["”]|‘([^’]+(?:’(?=\p{L})[^’]+)*)’)/iu;

/**
 * The user whom an event concerns, which is not the one who acted (§5): from `detail.user`, or from its text, as in
 * `… deleted for user 'NAME'`. `undefined` where it names nobody.
 */
export function concernedUserOf({ description, detail }: EmnifyEvent): NamedUser | undefined {
	return inDetail(detail) ?? inText(description ?? '');
}

function inText(text: string): NamedUser | undefined {
	const parts = QUOTED_USER.exec(text)?.slice(1);
	const name = parts?.find((part) => part !== undefined)?.trim();
	return name === undefined || name === '' ? undefined : { name };
}

function inDetail(detail: unknown): NamedUser | undefined {
	const { user } = (detail ?? {}) as { user?: unknown };
	if (typeof user === 'string' && user.trim() !== '') return { name: user.trim() };
	if (Number.isSafeInteger(user)) return { id: user as number };
	const { id, username, name } = (user ?? {}) as Record<string, unknown>;
	const named = {
		...(Number.isSafeInteger(id) && { id: id as number }),
		...(typeof username === 'string' && username !== '' && { username }),
		...(typeof name === 'string' && name !== '' && { name }),
	};
	return Object.keys(named).length > 0 ? named : undefined;
}
