import type { Directory, Meant } from './directory';
import { definitionOf } from './events';
import type { UserScope } from './fields/scope';
import type { Occurrence } from './occurrence';

/**
 * The occurrences that are about the users of all scopes, with the users whom emnify's log names looked up. An event counts
 * if it concerns one of these users, or if one of them did it. It also counts if it names nobody, or somebody who cannot be
 * looked up: one report too many is better than a failed login that nobody sees. Throws an `EmnifyError`.
 */
export async function concerningUsers(
	directory: Directory,
	occurrences: Occurrence[],
	scopes: UserScope[],
): Promise<Occurrence[]> {
	const found = await Promise.all(occurrences.map(async (one) => await withUser(directory, one)));
	const narrow = scopes.filter(({ which }) => which !== 'all');
	const isAsked = found.some(({ occurrence, ids }) => isLoggedOfUser(occurrence) && ids);
	const meant = isAsked
		? await Promise.all(
				narrow.map(async (scope) => new Set((await directory.users(scope)).map(({ id }) => id))),
			)
		: [];
	return found
		.filter(
			({ occurrence, ids }) =>
				!isLoggedOfUser(occurrence) ||
				!ids ||
				meant.every((users) => ids.some((id) => users.has(id))),
		)
		.map(({ occurrence }) => occurrence);
}

interface Found {
	occurrence: Occurrence;
	/** Who may be concerned, and who acted; `undefined` where it is not known whom it concerns. */
	ids: number[] | undefined;
}

async function withUser(directory: Directory, occurrence: Occurrence): Promise<Found> {
	const { named, ...rest } = occurrence;
	const { user, actor } = rest;
	const concerned: Meant | undefined = named
		? await directory.named(named)
		: user
			? { user, ids: user.id === null ? undefined : [user.id] }
			: undefined;
	const acting = actor?.id ?? null;
	return {
		occurrence: concerned ? { ...rest, user: concerned.user } : rest,
		ids: concerned?.ids && [...concerned.ids, ...(acting === null ? [] : [acting])],
	};
}

/** The log is of the whole workspace; devices are only read of the users who are meant. */
function isLoggedOfUser({ event }: Occurrence): boolean {
	const { source, isOfUser } = definitionOf(event);
	return source === 'log' && isOfUser === true;
}
