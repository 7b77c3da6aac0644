import { CONCURRENT_READS, concurrently } from '../api/concurrently';
import { EmnifyError } from '../api/errors';
import { isTransient } from '../api/retry';
import type { Budget } from './budget';
import { eventsFrom, type EventName } from './events';

/** How many requests for users one poll sends at most, so that emnify's limit (§2) leaves room for others. */
const MOST_REQUESTS = 1_500;

/** How many requests for each user the chosen events take. */
export function requestsOfUser(events: EventName[]): number {
	return [eventsFrom('devices', events), eventsFrom('details', events)].filter(
		({ length }) => length > 0,
	).length;
}

/** How many users are read in one poll at most. */
export function mostUsers(events: EventName[]): number {
	return Math.floor(MOST_REQUESTS / Math.max(1, requestsOfUser(events)));
}

/** The `most` users whose turn it is: those first who were read longest ago (0 for never), then by their ID. */
export function whoseTurn(ids: number[], lastRead: (id: number) => number, most: number): number[] {
	return [...ids].sort((a, b) => lastRead(a) - lastRead(b) || a - b).slice(0, most);
}

/** How many transient failures, while nothing was read, mean that emnify is down. */
const DOWN_AFTER_FAILURES = 25;

/**
 * Reads something of each user, in this order, as far as the time goes, and gives what was read by the user's ID. Throws an
 * `EmnifyError` for a failure that is not of one user alone.
 */
export async function readInTurn<Answer>(
	budget: Budget,
	ids: number[],
	readOne: (id: number) => Promise<Answer>,
): Promise<{ ofUser: Map<number, Answer>; failures: EmnifyError[] }> {
	const ofUser = new Map<number, Answer>();
	const failures: EmnifyError[] = [];
	const isDown = () =>
		ofUser.size === 0 && failures.filter(isTransient).length >= DOWN_AFTER_FAILURES;
	const isOver = () => ofUser.size > 0 && budget.isSpent();
	const isAtRateLimit = () => failures.some(({ kind }) => kind === 'rateLimited');
	await concurrently(ids, CONCURRENT_READS, async (id) => {
		if (isDown() || isOver() || isAtRateLimit()) return;
		await readOne(id)
			.then((answer) => {
				ofUser.set(id, answer);
			})
			.catch((error: unknown) => {
				if (!isOfOneUser(error)) throw error;
				failures.push(error);
			});
	});
	return { ofUser, failures };
}

/** Whether it may be of this user alone. At the rate limit, too, what was read so far is of use. */
function isOfOneUser(error: unknown): error is EmnifyError {
	if (!(error instanceof EmnifyError)) return false;
	return ['rejected', 'rateLimited', 'notEmnify'].includes(error.kind) || isTransient(error);
}
