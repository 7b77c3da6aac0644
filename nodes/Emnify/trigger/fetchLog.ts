import type { EmnifyRequest } from '../api/request';
import type { EmnifyEvent } from '../api/types';
import { DAY_MS } from '../domain/day';
import { withoutTokens } from '../domain/eventFacts';
import { EVENT_HISTORY_DAYS, eventsRequests } from '../endpoints/events';
import type { SortRule } from '../endpoints/sort';
import { toTimestamp } from '../endpoints/timestamp';
import { definitionOf, type EventFrom } from './events';
import { OVERLAP_MS } from './eventWindow';
import type { PollTools } from './pollTools';
import type { Snapshot } from './snapshot';

/** Clocks that differ by less do not matter: the windows overlap by more. */
export const CLOCK_TOLERANCE_MS = 60_000;

/**
 * Fetches the events of the log, without the secrets in them, from the window `knownFrom` on; in the first poll, of the last
 * ten minutes. Throws an `EmnifyError`.
 */
export async function fetchLog(
	{ client, warn }: PollTools,
	events: Array<EventFrom<'log'>>,
	knownFrom: number | undefined,
): Promise<NonNullable<Snapshot['log']>> {
	const startOfFirst = () => Math.floor((client.now().getTime() - OVERLAP_MS) / 1000) * 1000;
	let from = knownFrom ?? startOfFirst();
	for (;;) {
		const now = client.now().getTime();
		const lists: EmnifyEvent[][] = [];
		for (const request of logRequests(events, from, now)) {
			lists.push(await client.collection<EmnifyEvent>(request, Infinity));
		}
		const found = lists.flat();
		// Before its first answer, emnify's clock is taken to be n8n's, and that may be wrong by more than a day.
		const isTooLate = knownFrom === undefined && startOfFirst() < from - CLOCK_TOLERANCE_MS;
		if (isTooLate) from = startOfFirst();
		else if (client.now().getTime() <= now + DAY_MS) {
			if (from < client.now().getTime() - EVENT_HISTORY_DAYS * DAY_MS) {
				warn(
					`The trigger has not polled since ${toTimestamp(new Date(from))}, and emnify keeps events for ${EVENT_HISTORY_DAYS} days: what happened before that is lost.`,
				);
			}
			return { from, events: found.map(withoutTokens) };
		}
	}
}

/**
 * Asks for the events of the log (§5) from a time up to a day from `now`, for all types at once. Times are in milliseconds
 * since 1970.
 */
export function logRequests(
	events: Array<EventFrom<'log'>>,
	from: number,
	now: number,
	sort: SortRule[] = [],
): EmnifyRequest[] {
	const types = events.map((event) => String(definitionOf(event).eventType));
	return eventsRequests({ types, from, until: now + DAY_MS, sort, now });
}
