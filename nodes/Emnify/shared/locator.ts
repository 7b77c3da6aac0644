import { EmnifyError } from '../api/errors';

/** What a resource locator field holds: the way it was filled in, and the value. */
export interface LocatorValue {
	mode: string;
	/** Trimmed; `''` for nothing, such as an expression without a result. */
	value: string;
}

/** Reads a resource locator as n8n gives it; a bare value (from an expression for the whole field) counts as an ID. */
export function readLocator(field: unknown): LocatorValue {
	const located =
		typeof field === 'object' && field !== null ? field : { mode: 'id', value: field };
	const { mode, value } = located as { mode?: unknown; value?: unknown };
	const usable = typeof value === 'string' || typeof value === 'number';
	return {
		mode: typeof mode === 'string' ? mode : 'id',
		value: usable ? String(value).trim() : '',
	};
}

/** Whether the text is an ID as emnify gives them: a whole number above 0. */
export function isId(value: string): boolean {
	return /^[1-9]\d{0,14}$/.test(value);
}

/** The refusal of a field’s value, before anything is sent. The value is quoted, shortened. */
export function badValue(field: string, value: string, expected: string): EmnifyError {
	return new EmnifyError(
		'input',
		value === '' ? `${field} is empty` : `${field} “${value.slice(0, 60)}” is not ${expected}`,
		value === ''
			? `Enter ${expected}. If it is an expression, it has no result for this item.`
			: `Enter ${expected}.`,
	);
}
