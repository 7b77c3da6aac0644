import { badValue } from '../../fields/locator';

/**
 * Reads a field that bounds what a token can do. Left empty it sets no bound; an expression without a result was meant to
 * set one: throws an `EmnifyError` (`input`).
 */
export function readBound(label: string, value: unknown): unknown {
	if (value !== undefined && value !== null) return value;
	throw badValue(label, '', 'a value, or clear the field');
}
