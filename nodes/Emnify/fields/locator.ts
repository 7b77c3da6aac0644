import { EmnifyError } from '../api/errors';
import { isEmpty, plainText } from './text';

/** What a resource locator field holds: the way it was filled in, and the value. */
export interface LocatorValue {
	mode: string;
	/** Trimmed; `''` for nothing, such as an expression without a result, and for what is neither text nor a number. */
	value: string;
	/** The value as it is, for {@link badValue}. */
	given: unknown;
}

/** Reads a resource locator as n8n gives it; a bare value (from an expression for the whole field) counts as an ID. */
export function readLocator(field: unknown): LocatorValue {
	const isLocator =
		typeof field === 'object' && field !== null && ('value' in field || 'mode' in field);
	const { mode, value: given } = (isLocator ? field : { value: field }) as Record<string, unknown>;
	return {
		mode: typeof mode === 'string' ? mode : 'id',
		value: typeof given === 'boolean' ? '' : plainText(given),
		given,
	};
}

/** Whether the text is an ID as emnify gives them: a whole number above 0. */
export function isId(value: string): boolean {
	return /^[1-9]\d{0,14}$/.test(value);
}

/**
 * Reads the ID of something that a resource locator chooses, such as `4711`. Throws an `EmnifyError` (`input`) for what is no
 * whole number above 0; `what` it is the ID of stands in the message.
 */
export function readId(label: string, field: unknown, what: string): string {
	const { value, given } = readLocator(field);
	if (isId(value)) return value;
	throw badValue(label, given, `the ID of ${what} (a whole number above 0)`);
}

/**
 * The refusal of a field’s value, before anything is sent. Anything may have been dragged into a field by mistake, and n8n
 * stores what is said of it: the value is quoted only where it is too short, or too much of a date, to be a secret.
 */
export function badValue(field: string, value: unknown, expected: string): EmnifyError {
	if (isEmpty(value)) {
		return new EmnifyError(
			'input',
			`${field} is empty`,
			`Enter ${expected}. If it is an expression, it has no result for this item.`,
		);
	}
	const text = plainText(value);
	if (NO_SECRET.test(text)) {
		return new EmnifyError(
			'input',
			`${field} “${text}” is not ${expected}`,
			'Correct the field, or the expression that fills it.',
		);
	}
	const kind = Array.isArray(value) ? ', but a list' : ', but an object';
	return new EmnifyError(
		'input',
		`${field} is not ${expected}${typeof value === 'object' ? kind : ''}`,
		`Enter ${expected}. What it is now is not shown, because it may be a secret.`,
	);
}

/** Up to five letters and digits: a code has six. Or a date. */
const NO_SECRET = /^([\w.+-]{1,5}|\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{3})?)?Z?)?)$/;
