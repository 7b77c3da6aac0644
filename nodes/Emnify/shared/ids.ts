import { EmnifyError } from '../api/errors';

/** Throws an `EmnifyError` (`notEmnify`) unless each element has a number for an ID: what is to be told apart must have one. */
export function requireIds<Element extends { id: number }>(
	elements: Element[],
	action: string,
): Element[] {
	if (elements.every(({ id }) => Number.isSafeInteger(id) && id >= 0)) return elements;
	throw new EmnifyError(
		'notEmnify',
		`Could not ${action}: the answer holds an ID that is no number`,
		'Check Base URL in the credential. If it is emnify’s own, update the node package.',
	);
}
