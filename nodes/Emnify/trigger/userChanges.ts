import type { User, UserWithMfa } from '../api/types';
import { readInstant } from '../domain/instant';
import { isActive } from '../endpoints/mfaKeys';
import { OVERLAP_MS } from './eventWindow';
import type { KnownUser, KnownUsers, Presence } from './knownUsers';
import { keyChanged, userChanged, type Occurrence, type UserEvent } from './occurrence';
import { toPerson } from './person';
import type { Snapshot } from './snapshot';

/** §5 */
const SUSPENDED = 2;
const ADMINISTRATOR = 1;

/**
 * What became of the users since the poll `before`, which left `known`; `undefined` for a start, which reports nothing. Where
 * all users are meant, whoever is not known has joined; else only whoever was created since. Times are in milliseconds.
 */
export function userChanges(
	known: KnownUsers | undefined,
	{ listed, details, gone, unlisted }: NonNullable<Snapshot['users']>,
	{ now, before, isOfAll }: { now: number; before: number; isOfAll: boolean },
): { occurrences: Occurrence[]; known: KnownUsers } {
	const occurrences: Occurrence[] = [];
	const next = new Map<number, KnownUser>(known);
	const isSince = (instant: number | null): instant is number =>
		instant !== null && instant >= before - OVERLAP_MS && instant <= now;

	const compare = (user: User, details: UserWithMfa | undefined, presence: Presence): void => {
		const was = next.get(user.id);
		const person = toPerson(user);
		const status = user.status?.id ?? was?.status ?? null;
		let changes = was?.changes ?? 0;
		const report = (event: UserEvent, at: number) =>
			occurrences.push(userChanged(event, person, at, ++changes));

		const created = readInstant(user.created);
		const hasJoined =
			known !== undefined && (was ? was.presence === 'gone' : isOfAll || isSince(created));
		if (hasJoined) report('user_added', isSince(created) ? created : now);
		if (was && status !== was.status && was.status !== null) {
			if (status === SUSPENDED) report('user_suspended', now);
			if (was.status === SUSPENDED) report('user_reactivated', now);
		}

		// Of somebody who is new there was nothing before; of others, who were never read, it is not known what there was.
		const had = hasJoined && !was ? NOTHING : was;
		const administrator = details && isAdministrator(details);
		if (administrator !== undefined && had?.administrator !== undefined) {
			if (administrator && !had.administrator) report('administrator_added', now);
			if (!administrator && had.administrator) report('administrator_removed', now);
		}
		const keys = details?.mfa ?? undefined;
		for (const key of had?.keys ? (keys ?? []) : []) {
			const wasActive = had?.keys?.get(key.id);
			if (wasActive === isActive(key) || wasActive === true) continue;
			const date = readInstant(isActive(key) ? key.activation_date : key.creation_date);
			const event = isActive(key) ? 'mfa_key_activated' : 'mfa_key_pending';
			occurrences.push(keyChanged(event, person, key, isSince(date) ? date : now));
		}

		const isAdministratorNow = administrator ?? was?.administrator;
		const keysNow = keys ? new Map(keys.map((key) => [key.id, isActive(key)])) : was?.keys;
		const checked = details ? now : was?.checked;
		next.set(user.id, {
			presence,
			status,
			username: user.username ?? was?.username ?? null,
			changes,
			...(checked !== undefined && { checked }),
			...(isAdministratorNow !== undefined && { administrator: isAdministratorNow }),
			...(keysNow && { keys: keysNow }),
		});
	};

	for (const user of listed) compare(user, details.get(user.id), 'here');
	for (const [, user] of unlisted) compare(user, user, isOfAll ? 'here' : 'away');
	for (const id of gone) {
		const was = next.get(id);
		if (!was) continue;
		let { changes } = was;
		const person = { id, username: was.username, name: null };
		occurrences.push(userChanged('user_removed', person, now, ++changes));
		if (was.administrator === true) {
			occurrences.push(userChanged('administrator_removed', person, now, ++changes));
		}
		next.set(id, { ...was, presence: 'gone', changes, administrator: false, keys: new Map() });
	}
	return { occurrences, known: next };
}

const NOTHING: Pick<KnownUser, 'administrator' | 'keys'> = {
	administrator: false,
	keys: new Map(),
};

/** `undefined` where emnify leaves the roles out. */
function isAdministrator({ roles }: UserWithMfa): boolean | undefined {
	return roles?.some(
		({ id, name }) => id === ADMINISTRATOR || /^(super ?)?admin(istrator)?$/i.test(name ?? ''),
	);
}
