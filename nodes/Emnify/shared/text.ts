import { EmnifyError } from '../api/errors';
import type { ItemFields } from '../resources/operation';

/** Reads a text field that must hold something. Throws an `EmnifyError` (`input`); the value may be a secret and is not quoted. */
export function readText(item: ItemFields, name: string, label: string): string {
	const value = item.field(name);
	if (typeof value === 'string' && value.trim() !== '') return value;
	throw new EmnifyError(
		'input',
		`${label} is empty`,
		`Fill in ${label}. If it is an expression, it has no text as its result for this item.`,
	);
}

/** Reads a text field that may be left empty. */
export function readOptionalText(item: ItemFields, name: string): string | undefined {
	const value = item.field(name);
	return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
