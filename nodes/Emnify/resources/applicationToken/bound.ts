import { badValue } from '../../shared/locator';
import type { ItemFields } from '../operation';

/**
 * Reads a field that bounds what a token can do. Left empty it sets no bound; an expression without a result was meant to
 * set one: throws an `EmnifyError` (`input`).
 */
export function readBound(item: ItemFields, name: string, label: string): unknown {
	const value = item.field(name);
	if (value !== undefined && value !== null) return value;
	throw badValue(label, '', 'a value, or clear the field');
}
