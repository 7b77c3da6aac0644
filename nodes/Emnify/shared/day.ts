import { day as dayOf } from '../audit/day';
import { readInstant } from '../audit/instant';

/** A date from the API (§1) for a person, in UTC: `20 Feb 2026`; a text that is no date is given back as it is, else `''`. */
export function day(date: unknown): string {
	const instant = readInstant(date);
	if (instant !== null) return dayOf(instant);
	return typeof date === 'string' ? date.trim() : '';
}
