import type { EmnifyEvent } from '../api/types';
import { readInstant } from '../domain/instant';

/** How late an event may turn up in emnify's log and still be noticed, in milliseconds. It also covers clocks that differ by minutes. */
export const OVERLAP_MS = 10 * 60_000;

/** How many events of the log a checkpoint holds at most. */
export const MOST_SEEN = 5_000;

/**
 * From when on the event log is read next time, in milliseconds since 1970, and which events from then on are known. Each
 * window overlaps with the one before, for events that turn up late.
 */
export interface EventWindow {
	from: number;
	seen: ReadonlySet<EventId>;
}

export type EventId = EmnifyEvent['id'];

/** Those of the events of this window that were not in an earlier one, each once. */
export function freshEvents(window: EventWindow, events: EmnifyEvent[]): EmnifyEvent[] {
	const fresh = new Map(events.map((event) => [event.id, event]));
	return [...fresh.values()].filter(({ id }) => !window.seen.has(id));
}

/**
 * The window to read next time, after these events of the window from `from` were read at `now`. Where more events happen
 * than a checkpoint holds, it begins later: an event that turns up late may then be lost, but none is reported twice. Only
 * where that many happen in one second, some of them are reported twice.
 */
export function nextWindow(from: number, events: EmnifyEvent[], now: number): EventWindow {
	const next = Math.max(from, now - OVERLAP_MS);
	const newestFirst = events
		.map((event) => ({ id: event.id, at: eventInstant(event, now) }))
		.filter(({ at }) => at >= next)
		.sort((a, b) => b.at - a.at);
	const firstLeftOut = newestFirst[MOST_SEEN];
	if (!firstLeftOut) return windowOf(next, newestFirst);
	const wholeSeconds = newestFirst.filter(({ at }) => at > firstLeftOut.at);
	if (wholeSeconds.length > 0) return windowOf(firstLeftOut.at + 1000, wholeSeconds);
	return windowOf(firstLeftOut.at, newestFirst.slice(0, MOST_SEEN));
}

/** When an event happened, in whole seconds; `now` where its timestamp cannot be read. */
export function eventInstant({ timestamp }: EmnifyEvent, now: number): number {
	const instant = readInstant(timestamp) ?? now;
	return Math.floor(instant / 1000) * 1000;
}

function windowOf(from: number, events: Array<{ id: EventId }>): EventWindow {
	return { from, seen: new Set(events.map(({ id }) => id)) };
}
