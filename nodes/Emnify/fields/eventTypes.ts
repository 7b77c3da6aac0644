import { badValue } from './locator';
import { entriesOf, plainText } from './text';

/** Reads a choice of event types, also as text such as `6, 13`. Throws an `EmnifyError` (`input`) for what is no ID. */
export function readEventTypes(label: string, value: unknown): string[] {
	return entriesOf(value).map((type) => {
		if (/^\d{1,9}$/.test(plainText(type))) return plainText(type);
		throw badValue(label, type, 'the ID of an event type (a whole number)');
	});
}
