import { EmnifyError } from './errors';

/** Nothing that emnify answers is nested deeper. */
const DEEPEST = 20;

/** The largest IDs have 15 digits (§1). */
const DIGITS = /^(0|[1-9]\d{0,14})$/;

/**
 * An answer in which each `id` is a number: emnify may give digits in a string (§1). Changes the answer, which nobody else
 * holds yet. Any other text, such as a UUID, stays as it is.
 */
export function withNumericIds(answer: unknown, depth = 0): unknown {
	if (typeof answer !== 'object' || answer === null || depth > DEEPEST) return answer;
	if (Array.isArray(answer)) {
		for (const element of answer) withNumericIds(element, depth + 1);
		return answer;
	}
	const object = answer as Record<string, unknown>;
	for (const [name, value] of Object.entries(object)) {
		if (name === 'id' && typeof value === 'string' && DIGITS.test(value)) object.id = Number(value);
		else withNumericIds(value, depth + 1);
	}
	return answer;
}

/**
 * Throws an `EmnifyError` (`notEmnify`) unless each element of a list has an ID, a number or a text: what is to be told apart
 * must have one.
 */
export function requireSomeIds(elements: unknown[], action: string): void {
	const hasId = (element: unknown) => {
		const { id } = (element ?? {}) as { id?: unknown };
		return Number.isSafeInteger(id) ? Number(id) >= 0 : typeof id === 'string' && id !== '';
	};
	if (elements.every(hasId)) return;
	throw new EmnifyError(
		'notEmnify',
		`Could not ${action}: emnify’s answer holds something without an ID`,
		'Check Base URL in the credential. If it is emnify’s own, update the node package.',
	);
}
