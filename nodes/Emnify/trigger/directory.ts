import type { EmnifyClient } from '../api/client';
import { EmnifyError } from '../api/errors';
import { mayPass } from '../api/retry';
import type { User } from '../api/types';
import { requireIds } from '../shared/ids';
import { findUser, type UserReference } from '../shared/user';
import { usersRequest } from '../shared/users';
import { toPerson, type Person } from './occurrence';
import type { UserScope } from './settings';

/** The users of a poll. Each request is sent at most once, and only where its answer is needed. */
export class Directory {
	private readonly lists = new Map<string, Promise<Person[]>>();

	private readonly people = new Map<number, Promise<Person>>();

	/** Why chosen users were not found. */
	readonly notFound: EmnifyError[] = [];

	constructor(private readonly client: EmnifyClient) {}

	/**
	 * The users that are meant, each once. Of those chosen by ID no more than the ID is known; who was chosen otherwise and is
	 * not found (any more) is left out, so that the others are not kept waiting. Throws an `EmnifyError`.
	 */
	async users(scope: UserScope): Promise<Person[]> {
		const key = JSON.stringify(scope);
		const list = this.lists.get(key) ?? this.request(scope);
		this.lists.set(key, list);
		return await list;
	}

	/** The user with a name, where emnify tells it. */
	async described(person: Person): Promise<Person> {
		if (person.username !== null) return person;
		const found = this.people.get(person.id) ?? this.find(person);
		this.people.set(person.id, found);
		return await found;
	}

	private async find(person: Person): Promise<Person> {
		return await findUser(this.client, { id: String(person.id) }).then(
			toPerson,
			(error: unknown) => {
				const isOfUser = error instanceof EmnifyError && error.kind === 'rejected';
				if (isOfUser || mayPass(error)) return person;
				throw error;
			},
		);
	}

	private async request(scope: UserScope): Promise<Person[]> {
		if (scope.which === 'chosen') {
			const people = await Promise.all(scope.users.map(async (user) => await this.chosen(user)));
			const found = people.filter((person) => person !== undefined);
			return [...new Map(found.map((person) => [person.id, person])).values()];
		}
		const filters = scope.which === 'filtered' ? scope.filters : [];
		const users = await this.client.collection<User>(usersRequest(filters), Infinity);
		return requireIds(users, 'list the users').map(toPerson);
	}

	private async chosen(user: UserReference): Promise<Person | undefined> {
		if ('id' in user && user.id !== 'my') {
			return { id: Number(user.id), username: null, name: null };
		}
		return await findUser(this.client, user).then(toPerson, (error: unknown) => {
			if (!(error instanceof EmnifyError) || error.kind !== 'rejected') {
				return Promise.reject(error as Error);
			}
			this.notFound.push(error);
			return undefined;
		});
	}
}
