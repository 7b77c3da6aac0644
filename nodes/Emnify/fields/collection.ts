import { badValue } from './locator';

/**
 * Reads a collection: the fields that were added to it, by name. Throws an `EmnifyError` (`input`) for what is none: what was
 * meant to narrow something must not be passed over.
 */
export function readCollection(field: string, value: unknown): Record<string, unknown> {
	if (value === undefined || value === null || value === '') return {};
	if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
	throw badValue(field, value, 'a collection of fields');
}

/**
 * Reads the rows of a fixed collection that may be added several times. Throws an `EmnifyError` (`input`) for what is none.
 */
export function readRows(
	field: string,
	collection: unknown,
	name: string,
): Array<Record<string, unknown>> {
	const rows = readCollection(field, collection)[name] ?? [];
	if (!Array.isArray(rows)) throw badValue(field, rows, 'a list of fields');
	return rows.map((row) => readCollection(field, row));
}
