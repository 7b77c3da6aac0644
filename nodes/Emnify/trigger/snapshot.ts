import type { ApplicationToken, EmnifyEvent, TrustedDevice, User, UserWithMfa } from '../api/types';
import type { Person } from './person';

/** What one poll fetched from emnify: what the chosen events need, and nothing else. */
export interface Snapshot {
	/**
	 * The last whole second before the poll began, by emnify's clock, in milliseconds since 1970. What happens later, while
	 * the poll fetches, is reported by the next poll if this one missed it.
	 */
	now: number;
	devices?: {
		/** Whose devices count. */
		users: Person[];
		/** By the user's ID. Who is missing could not be read, or has to wait for a turn. */
		ofUser: ReadonlyMap<number, TrustedDevice[]>;
	};
	log?: {
		/** Since when the events were read, in milliseconds. */
		from: number;
		events: EmnifyEvent[];
	};
	tokens?: ApplicationToken[];
	users?: {
		/** All who are meant and listed. */
		listed: User[];
		/** Roles and MFA keys, by the user's ID. Who is missing could not be read, or has to wait for a turn. */
		details: ReadonlyMap<number, UserWithMfa>;
		/** Of those who were known and are not listed any more: who does not exist any more, and who still does. */
		gone: ReadonlySet<number>;
		unlisted: ReadonlyMap<number, UserWithMfa>;
	};
}
