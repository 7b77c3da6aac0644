import { badValue } from './locator';
import { plainText } from './text';

/**
 * Reads a switch; an expression may also give it as text. Where the field is not there (`null`), it is off. Throws an
 * `EmnifyError` (`input`) for anything else: what is meant to be on must not be off in silence.
 */
export function readBoolean(field: string, value: unknown): boolean {
	if (value === null) return false;
	const text = plainText(value);
	if (text === 'true' || text === 'false') return text === 'true';
	throw badValue(field, value, 'true or false');
}
