import { EmnifyError } from '../api/errors';

/** Reads a field that has a list of values. Throws an `EmnifyError` (`input`) for a value that is not among them. */
export function readChoice<const Choice extends string>(
	field: string,
	value: unknown,
	choices: readonly Choice[],
): Choice {
	const chosen = choices.find((choice) => choice === value);
	if (chosen !== undefined) return chosen;
	throw new EmnifyError(
		'input',
		`${field} “${String(value).slice(0, 60)}” is not one of ${choices.join(', ')}`,
		'Choose one from the list, or let the expression give one.',
	);
}
