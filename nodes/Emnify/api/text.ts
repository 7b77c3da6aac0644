import { EmnifyError } from './errors';

/**
 * The text that a field of text was given, as it is. An expression or JSON may give a number: a whole one is as good as its
 * digits, any other may have been written differently. `''` for nothing. Throws an {@link EmnifyError} (`input`) that does
 * not repeat the value, which may be a secret.
 */
export function givenText(field: string, value: unknown): string {
	if (value === undefined || value === null) return '';
	if (typeof value === 'string') return value;
	if (Number.isSafeInteger(value)) return String(value);
	throw new EmnifyError(
		'input',
		`${field} is not a text`,
		'It is a list, an object, true or false, or a number that is not whole. Give it as text, in quotation marks.',
	);
}
