import { EmnifyError } from './errors';

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
