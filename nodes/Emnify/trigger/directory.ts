import type { EmnifyClient } from '../api/client';
import { EmnifyError } from '../api/errors';
import { requireIds } from '../api/ids';
import { isTransient } from '../api/retry';
import type { User, UserWithMfa } from '../api/types';
import type { NamedUser } from '../domain/eventFacts';
import { findUser, usersRequest, type UserReference } from '../endpoints/users';
import type { UserScope } from './fields/scope';
import { toPerson, type Person, type Someone } from './person';

/** Whom a name means. */
export interface Meant {
	user: Someone;
	/** All who may be meant: nobody where there is no such user (any more), `undefined` where it could not be found out. */
	ids: number[] | undefined;
}

const EVERYBODY: UserScope = { which: 'all' };

/** How many names are looked up one by one; where there are more, all users are listed. */
const MOST_LOOK_UPS = 20;

/** The users of a poll. Each request is sent at most once, and only where its answer is needed. */
export class Directory {
	private readonly lists = new Map<string, Promise<User[]>>();

	private readonly details = new Map<string, Promise<UserWithMfa>>();

	private readonly people = new Map<number, Promise<Person>>();

	private readonly names = new Map<string, Promise<Meant>>();

	/** Why chosen users were not found. */
	readonly notFound: EmnifyError[] = [];

	constructor(private readonly client: EmnifyClient) {}

	/**
	 * The users that are meant, each once. Of those chosen by ID no more than the ID is known. Who was chosen otherwise and is
	 * not found is left out, so that the others need not wait. Throws an `EmnifyError`.
	 */
	async users(scope: UserScope): Promise<Person[]> {
		if (scope.which !== 'chosen') return (await this.listed(scope)).map(toPerson);
		const people = await Promise.all(scope.users.map(async (user) => await this.chosen(user)));
		return distinct(people);
	}

	/** Those of the users that are meant who exist, each once, with their status. Throws an `EmnifyError`. */
	async listed(scope: UserScope): Promise<User[]> {
		if (scope.which === 'chosen') {
			const users = scope.users.map(async (user) => await this.existing(user));
			return distinct(await Promise.all(users));
		}
		const key = JSON.stringify(scope);
		const list = this.lists.get(key) ?? this.request(scope);
		this.lists.set(key, list);
		return await list;
	}

	/** One user with roles and MFA keys, asked for once. Throws an `EmnifyError`. */
	async detailsOf(user: UserReference): Promise<UserWithMfa> {
		const key = 'id' in user ? user.id : user.username;
		const details = this.details.get(key) ?? findUser(this.client, user);
		this.details.set(key, details);
		return await details;
	}

	/** The user with a name, where emnify knows one. */
	async described(person: Person): Promise<Person> {
		if (person.username !== null) return person;
		const found = this.people.get(person.id) ?? this.find(person);
		this.people.set(person.id, found);
		return await found;
	}

	/** Whom an event of the log names. Nobody is guessed: where several users have the name it is nobody's ID. */
	async named(named: NamedUser): Promise<Meant> {
		const key = JSON.stringify(named);
		const meant = this.names.get(key) ?? this.lookUp(named);
		this.names.set(key, meant);
		return await meant;
	}

	private async lookUp({ id, username, name }: NamedUser): Promise<Meant> {
		if (id !== undefined) {
			const person = { id, username: username ?? null, name: name ?? null };
			return { user: await this.described(person), ids: [id] };
		}
		const text = username ?? name ?? '';
		const isUsername = username !== undefined || text.includes('@');
		const nobody: Someone = {
			id: null,
			username: isUsername ? text : null,
			name: isUsername ? (username !== undefined && name !== undefined ? name : null) : text,
		};
		return await this.usersCalled(text, isUsername).then(
			(users) => {
				const [one, ...others] = users;
				if (!one) return { user: nobody, ids: [] };
				if (others.length === 0) return { user: one, ids: [one.id] };
				return { user: { ...nobody, matches: users.length }, ids: users.map(({ id }) => id) };
			},
			(error: unknown) => {
				const isMissing = error instanceof EmnifyError && error.facts.httpStatus === 404;
				if (isMissing) return { user: nobody, ids: [] };
				if (isOfUser(error)) return { user: nobody, ids: undefined };
				throw error;
			},
		);
	}

	/** Those who have the username or name, whatever its case. */
	private async usersCalled(text: string, isUsername: boolean): Promise<Person[]> {
		const isListed = this.lists.has(JSON.stringify(EVERYBODY)) || this.names.size >= MOST_LOOK_UPS;
		const everybody = isListed ? this.users(EVERYBODY) : undefined;
		if (!everybody && isUsername) {
			return [toPerson(await this.detailsOf({ username: text }))];
		}
		const listed = everybody ?? this.users(/[,:]/.test(text) ? EVERYBODY : filteredBy(text));
		const users = await listed;
		return (
			(['username', 'name'] as const)
				.map((field) => users.filter((user) => isSame(user[field], text)))
				.find((found) => found.length > 0) ?? []
		);
	}

	private async find(person: Person): Promise<Person> {
		return await this.detailsOf({ id: String(person.id) }).then(toPerson, (error: unknown) => {
			if (isOfUser(error)) return person;
			throw error;
		});
	}

	private async request(scope: UserScope): Promise<User[]> {
		const filters = scope.which === 'filtered' ? scope.filters : [];
		const users = await this.client.collection<User>(usersRequest(filters), Infinity);
		return requireIds(users, 'list the users');
	}

	private async chosen(user: UserReference): Promise<Person | undefined> {
		if ('id' in user && user.id !== 'my') {
			return { id: Number(user.id), username: null, name: null };
		}
		const found = await this.existing(user);
		return found && toPerson(found);
	}

	private async existing(user: UserReference): Promise<UserWithMfa | undefined> {
		return await this.detailsOf(user).catch((error: unknown) => {
			if (!(error instanceof EmnifyError) || error.kind !== 'rejected') {
				return Promise.reject(error as Error);
			}
			if (!this.notFound.includes(error)) this.notFound.push(error);
			return undefined;
		});
	}
}

function distinct<One extends { id: number }>(users: Array<One | undefined>): One[] {
	const found = users.filter((user) => user !== undefined);
	return [...new Map(found.map((user) => [user.id, user])).values()];
}

/** Whether a failure only leaves one user without a name. */
function isOfUser(error: unknown): boolean {
	return (error instanceof EmnifyError && error.kind === 'rejected') || isTransient(error);
}

const filteredBy = (name: string): UserScope => ({ which: 'filtered', filters: [`name:${name}`] });

function isSame(a: string | null, b: string): boolean {
	return a?.trim().toLowerCase() === b.trim().toLowerCase();
}
