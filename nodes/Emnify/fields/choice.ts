import { badValue } from './locator';

/** Reads a field that has a list of values. Throws an `EmnifyError` (`input`) for a value that is not among them. */
export function readChoice<const Choice extends string>(
	field: string,
	value: unknown,
	choices: readonly Choice[],
): Choice {
	const chosen = choices.find((choice) => choice === value);
	if (chosen !== undefined) return chosen;
	throw badValue(field, value, `one of ${choices.join(', ')}`);
}
