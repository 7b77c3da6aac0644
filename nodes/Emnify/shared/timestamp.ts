import { readDateTime } from './dateTime';
import { badValue } from './locator';

/**
 * Reads a Date & Time field in the form in which emnify takes times: `YYYY-MM-DDTHH:mm:ssZ` (§5). `undefined` for an
 * empty field; throws an `EmnifyError` (`input`) for what is no date.
 */
export function readTimestamp(field: string, value: unknown, timezone: string): string | undefined {
	const date = readDateTime(field, value, timezone);
	if (!date) return undefined;
	const timestamp = toTimestamp(date);
	if (/^\d{4}-/.test(timestamp)) return timestamp;
	throw badValue(field, String(value), 'a date and time, such as 2026-03-01T08:00');
}

/** A time as emnify takes and writes it, in whole seconds. */
export function toTimestamp(date: Date): string {
	return `${date.toISOString().replace(/\.\d+Z$/, '')}Z`;
}
