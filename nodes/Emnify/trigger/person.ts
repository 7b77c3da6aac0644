import type { User } from '../api/types';

/** Whom something is about. `null` for what is not known. */
export interface Person {
	id: number;
	username: string | null;
	name: string | null;
}

/** Somebody whom an event of the log names, and of whom no ID is known. */
interface Stranger {
	id: null;
	username: string | null;
	name: string | null;
	/** How many users have the name, where several do: then it is left open which of them is meant. */
	matches?: number;
}

export type Someone = Person | Stranger;

type NamedByEmnify = Pick<User, 'id' | 'username' | 'name'>;

export function toPerson({ id, username, name }: NamedByEmnify): Person {
	return { id, username: username ?? null, name: name ?? null };
}

/** The same of a user inside an event or a token, where the ID may be missing too. */
export function toSomeone({ id, username, name }: NamedByEmnify): Someone {
	return {
		id: Number.isSafeInteger(id) ? id : null,
		username: username ?? null,
		name: name ?? null,
	};
}
