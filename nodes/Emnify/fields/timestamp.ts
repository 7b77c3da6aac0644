import { toTimestamp } from '../endpoints/timestamp';
import { readDateTime } from './dateTime';

/**
 * Reads a Date & Time field in the form in which emnify takes times: `YYYY-MM-DDTHH:mm:ssZ` (§5). `undefined` for an
 * empty field; throws an `EmnifyError` (`input`) for what is no date.
 */
export function readTimestamp(field: string, value: unknown, timezone: string): string | undefined {
	const date = readDateTime(field, value, timezone);
	return date && toTimestamp(date);
}
