import { EmnifyError } from '../api/errors';
import type { UserWithMfa } from '../api/types';
import type { Checkpoint } from './checkpoint';
import { eventsFrom } from './events';
import type { TriggerSettings } from './fields';
import { isSameScope } from './fields/scope';
import { mostUsers, readInTurn, whoseTurn } from './inTurn';
import type { KnownUsers } from './knownUsers';
import type { PollTools } from './pollTools';
import type { Snapshot } from './snapshot';

type UsersSnapshot = NonNullable<Snapshot['users']>;

/** Fetches the users who are meant, and their roles and MFA keys where these are chosen. Throws an `EmnifyError`. */
export async function fetchUsers(
	tools: PollTools,
	{ events, scope }: TriggerSettings,
	before: Checkpoint | undefined,
): Promise<UsersSnapshot> {
	const { directory } = tools;
	const known = before && isSameScope(before.scope, scope) ? before.users : undefined;
	const ofUsers = [...eventsFrom('directory', events), ...eventsFrom('details', events)];
	const listed = await directory.listed(scope);
	const [notFound] = directory.notFound;
	const hasOthers = ofUsers.length < events.length;
	if (notFound && listed.length === 0 && !known && !hasOthers) throw notFound;

	const ids = new Set(listed.map(({ id }) => id));
	let details: UsersSnapshot['details'] = new Map();
	// Chosen users were fetched one by one, with their details.
	if (scope.which === 'chosen') details = new Map(listed.map((user) => [user.id, user]));
	else if (eventsFrom('details', events).length > 0) {
		const lastRead = (id: number) => known?.get(id)?.checked ?? 0;
		details = await fetchDetails(tools, whoseTurn([...ids], lastRead, mostUsers(events)));
	}
	return { listed, details, ...(await fetchMissing(tools, known, ids)) };
}

async function fetchDetails(
	{ directory, budget, warn }: PollTools,
	ids: number[],
): Promise<UsersSnapshot['details']> {
	const { ofUser, failures } = await readInTurn(
		budget,
		ids,
		async (id) => await directory.detailsOf({ id: String(id) }),
	);
	const [failure] = failures;
	if (!failure) return ofUser;
	if (ofUser.size === 0 && !failures.every(({ kind }) => kind === 'rejected')) throw failure;
	warn(
		`The roles and MFA keys of some users could not be read, and are looked at again in the next poll. The first of ${failures.length} failures: ${failure.message}`,
	);
	return ofUser;
}

/** How many of those who are not listed any more one poll looks at: the others have to wait for theirs. */
const MOST_MISSING = 25;

/**
 * Looks at those who were known and are not listed any more. A list may be incomplete, or filtered: somebody only counts as
 * gone where emnify says so of this user.
 */
async function fetchMissing(
	{ directory, budget }: PollTools,
	known: KnownUsers | undefined,
	listed: ReadonlySet<number>,
): Promise<Pick<UsersSnapshot, 'gone' | 'unlisted'>> {
	const missing = [...(known ?? [])]
		.filter(([id, { presence }]) => presence === 'here' && !listed.has(id))
		.map(([id]) => id);
	const { ofUser } = await readInTurn(
		budget,
		whoseTurn(missing, () => 0, MOST_MISSING),
		async (id) =>
			await directory.detailsOf({ id: String(id) }).catch((error: unknown) => {
				if (doesNotExist(error)) return 'gone' as const;
				throw error;
			}),
	);
	const gone = new Set<number>();
	const unlisted = new Map<number, UserWithMfa>();
	for (const [id, user] of ofUser) {
		if (user === 'gone') gone.add(id);
		else unlisted.set(id, user);
	}
	return { gone, unlisted };
}

/** To whom the list does not belong any more, emnify gives no access either. */
function doesNotExist(error: unknown): boolean {
	return error instanceof EmnifyError && [403, 404].includes(error.facts.httpStatus ?? 0);
}
