import type { Lookup } from '../api/types';

/** The statuses of users (§5), by ID. */
const STATUSES: Record<number, string | undefined> = {
	0: 'Activation pending',
	1: 'Active',
	2: 'Suspended',
};

const ACTIVE = 1;

/** What is known of a user's status. */
export interface UserStatus {
	/** In emnify's words where there are any; `null` where nothing is known. */
	text: string | null;
	/** `null` where nobody knows. */
	active: boolean | null;
}

/**
 * Reads a user's status. The ID decides, where there is one, also against the description, whose wording varies; without it
 * the description does.
 */
export function readUserStatus(status: Lookup | string | null | undefined): UserStatus {
	const { id, description } = typeof status === 'string' ? { description: status } : { ...status };
	const words = typeof description === 'string' ? description.trim() : '';
	const isActiveByWords = /^activ(e|ated)$/i.test(words);
	if (typeof id === 'number') {
		const active = id === ACTIVE;
		const saysSo = words !== '' && active === isActiveByWords;
		return { text: saysSo ? words : (STATUSES[id] ?? `Status ${id}`), active };
	}
	return words === '' ? { text: null, active: null } : { text: words, active: isActiveByWords };
}
