import { givenText } from '../api/text';
import { EmnifyError } from '../api/errors';

/**
 * Reads a text field that must hold something. A whole number counts as its digits. Throws an `EmnifyError` (`input`); the
 * value may be a secret and is not quoted.
 */
export function readText(label: string, value: unknown): string {
	const text = givenText(label, value);
	if (text.trim() !== '') return text;
	throw new EmnifyError(
		'input',
		`${label} is empty`,
		`Fill in ${label}. If it is an expression, it has no text as its result for this item.`,
	);
}

/** Reads a text field that may be left empty, trimmed. Throws an `EmnifyError` (`input`) for what is no text. */
export function readOptionalText(label: string, value: unknown): string | undefined {
	const text = givenText(label, value).trim();
	return text === '' ? undefined : text;
}

/** Whether a field holds nothing: left empty, or an expression without a result. */
export function isEmpty(value: unknown): boolean {
	return (value ?? '') === '' || (typeof value === 'string' && value.trim() === '');
}

/**
 * The entries of a list, or of a text with commas between them, but for those that are empty texts. An entry that is no text
 * stays as it is.
 */
export function entriesOf(value: unknown): unknown[] {
	const entries = Array.isArray(value)
		? value
		: typeof value === 'string'
			? value.split(',')
			: [value];
	return (value ?? '') === ''
		? []
		: entries
				.map((entry: unknown) => (typeof entry === 'string' ? entry.trim() : entry))
				.filter((entry) => entry !== '');
}

/**
 * What can be compared with text, as text without blanks around it: a text, a number, true or false. `''` for nothing, and
 * for a list or an object: `String` would make one text of many things, or fail.
 */
export function plainText(value: unknown): string {
	if (typeof value === 'string') return value.trim();
	return ['number', 'boolean', 'bigint'].includes(typeof value) ? String(value) : '';
}
