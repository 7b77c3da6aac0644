import { EmnifyError } from './errors';

/**
 * Throws an `EmnifyError` (`notEmnify`) unless each element of a list has an ID, a number or a text: what is to be distinguished
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

/**
 * What emnify listed, each with a number for an ID: what is to be distinguished, or addressed by it, must have one. Throws an
 * `EmnifyError` (`notEmnify`) where one has none, is no object, or where it is no list at all.
 */
export function requireIds<Element extends { id: number }>(
	elements: Element[],
	action: string,
): Element[] {
	if (Array.isArray(elements) && elements.every(hasId)) return elements;
	throw new EmnifyError(
		'notEmnify',
		`Could not ${action}: the answer holds an ID that is no number`,
		'Check Base URL in the credential. If it is emnify’s own, update the node package.',
	);
}

function hasId(element: unknown): boolean {
	const { id } = (element ?? {}) as { id?: unknown };
	return Number.isSafeInteger(id) && Number(id) >= 0;
}
