import { readInstant } from './instant';

export const DAY_MS = 24 * 60 * 60 * 1000;

/** Made once: an audit formats thousands of dates, and making a format costs more than using it. */
const FORMAT = new Intl.DateTimeFormat('en-GB', {
	day: 'numeric',
	month: 'short',
	year: 'numeric',
	timeZone: 'UTC',
});

/** An instant's day for a person, in UTC: `20 Feb 2026`. */
export function day(timeMs: number): string {
	return FORMAT.format(timeMs);
}

/** An instant for a person, in UTC, to the minute: `20 Feb 2026 at 14:05`. */
export function minute(timeMs: number): string {
	return `${day(timeMs)} at ${new Date(timeMs).toISOString().slice(-13, -8)}`;
}

/** How many midnights (UTC) lie between two instants: 1 from this evening to tomorrow morning. */
export function midnightsBetween(fromMs: number, untilMs: number): number {
	return Math.floor(untilMs / DAY_MS) - Math.floor(fromMs / DAY_MS);
}

/** A date from the API (§1) for a person, in UTC: `20 Feb 2026`; a text that is no date is given back as it is, else `''`. */
export function dayOfDate(date: unknown): string {
	const instant = readInstant(date);
	if (instant !== null) return day(instant);
	return typeof date === 'string' ? date.trim() : '';
}
