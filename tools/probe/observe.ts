/* eslint-disable @n8n/community-nodes/require-node-api-error -- a command that runs in Node, not in n8n */
import { isObject, Stopped, textOf, type Answer, type Login, type ReadOnlyEmnify } from './emnify';

/** The questions, and what they are asked for, as a person reads it. */
export interface Observed {
	/** Whether the login is that of a user, and not an application token's. */
	asUser: boolean;
	/** What the login was answered with. */
	login: Record<string, unknown>;
	/** Why not everything was asked. */
	stopped?: string;
	/** Every answer in the order in which they came. */
	all: Answer[];
	organisation?: Answer;
	/** As the node lists users: 1,000 a page, from the lowest ID. */
	users?: Answer;
	usersPastTheEnd?: Answer;
	usersDescending?: Answer;
	/** By a part of a name in the other case, the part as it is, and the whole name. */
	usersByPart?: { wanted: unknown; otherCase: Answer; part?: Answer; whole?: Answer };
	userStatuses?: Answer;
	roles?: Answer;
	mfaStatuses?: Answer;
	mfaTypes?: Answer;
	me?: Answer;
	myDevices?: Answer;
	unknownUser?: Answer;
	unknownUsersEvents?: Answer;
	user?: Answer;
	devices: Answer[];
	eventTypes?: Answer;
	events?: Answer;
	eventsPastTheEnd?: Answer;
	eventsDescending?: Answer;
	securityEvents?: Answer;
	oldEvents?: Answer;
	/** By the name and by the ID of a user who did something. */
	eventsOfUser?: { byName: Answer; byId: Answer };
	tokens?: Answer;
	foreignToken?: Answer;
}

/** An ID that nobody has: emnify's have up to 15 digits, and are nowhere near the highest. */
const UNKNOWN_USER = '999999999999998';

/** Past the end of any account that a person looks after. */
const PAGE_PAST_THE_END = 100_000;

/** The devices of so many users are looked at. */
const MOST_USERS = 10;

/** The security events (§5), the most that one filter takes. */
const SECURITY_TYPES = [6, 7, 13, 14, 41, 46];

const DAY_MS = 86_400_000;

/** Asks everything that the facts are seen by. What cannot be asked, or comes after a limit, stays undefined. */
export async function observe(
	emnify: ReadOnlyEmnify,
	login: Login,
	answer: Record<string, unknown>,
): Promise<Observed> {
	const observed: Observed = {
		asUser: 'username' in login,
		login: answer,
		all: [],
		devices: [],
	};
	try {
		await new Questions(emnify, observed).askAll();
	} catch (error) {
		if (!(error instanceof Stopped)) throw error;
		observed.stopped = error.message;
	}
	return observed;
}

class Questions {
	constructor(
		private readonly emnify: ReadOnlyEmnify,
		private readonly observed: Observed,
	) {}

	async askAll(): Promise<void> {
		await this.askLookups();
		await this.askUsers();
		await this.askOneUser();
		await this.askEvents();
		const { observed } = this;
		observed.tokens = await this.ask('/application_token');
		observed.foreignToken = await this.ask(
			'/user/mfa/status',
			'/user/mfa/status',
			{},
			'no.such.token',
		);
	}

	private async askLookups(): Promise<void> {
		const { observed } = this;
		observed.mfaStatuses = await this.ask('/user/mfa/status');
		observed.mfaTypes = await this.ask('/user/mfa/type');
		observed.userStatuses = await this.ask('/user/status');
		observed.roles = await this.ask('/user/role');
		observed.eventTypes = await this.ask('/event/type');
		observed.organisation = await this.ask('/organisation/my');
		observed.me = await this.ask('/user/my');
		observed.myDevices = await this.ask('/user/my/mfa/trusted_device');
	}

	private async askUsers(): Promise<void> {
		const { observed } = this;
		const page = { page: 1, per_page: 1000 };
		observed.users = await this.ask('/user', '/user', { ...page, sort: '+id' });
		if (observed.users.status !== 200) return;
		observed.usersPastTheEnd = await this.ask('/user', '/user', {
			page: PAGE_PAST_THE_END,
			per_page: 100,
		});
		observed.usersDescending = await this.ask('/user', '/user', {
			page: 1,
			per_page: 5,
			sort: '-id',
		});
		await this.askUsersByPart();
	}

	private async askUsersByPart(): Promise<void> {
		const users = elementsOf(this.observed.users);
		const named = users.find(({ name }) => /[a-z]{4}/i.test(textOf(name)) && isPlain(name));
		if (!named) return;
		const name = textOf(named.name);
		const part = (/[a-z]{4,}/i.exec(name)?.[0] ?? '').slice(1, 5);
		const otherCase = part === part.toLowerCase() ? part.toUpperCase() : part.toLowerCase();
		const byName = async (text: string) =>
			await this.ask('/user', '/user', { page: 1, per_page: 1000, q: `name:${text}` });
		const found = (this.observed.usersByPart = {
			wanted: named.id,
			otherCase: await byName(otherCase),
		} as NonNullable<Observed['usersByPart']>);
		if (holds(found.otherCase, named.id)) return;
		found.part = await byName(part);
		if (holds(found.part, named.id)) return;
		found.whole = await byName(name);
	}

	private async askOneUser(): Promise<void> {
		const { observed } = this;
		observed.unknownUser = await this.ask('/user/{unknown}', `/user/${UNKNOWN_USER}`);
		observed.unknownUsersEvents = await this.ask(
			'/user/{unknown}/event',
			`/user/${UNKNOWN_USER}/event`,
		);
		const ids = [
			...elementsOf(observed.users),
			...(isObject(observed.me?.body) ? [observed.me.body] : []),
		]
			.map(({ id }) => id)
			.filter((id) => typeof id === 'number' || typeof id === 'string')
			.slice(0, MOST_USERS)
			.map((id) => encodeURIComponent(id));
		const [first] = ids;
		if (first === undefined) return;
		observed.user = await this.ask('/user/{id}', `/user/${first}`);
		for (const id of ids) {
			const path = `/user/${id}/mfa/trusted_device`;
			observed.devices.push(await this.ask('/user/{id}/mfa/trusted_device', path));
		}
	}

	private async askEvents(): Promise<void> {
		const { observed } = this;
		observed.events = await this.ask('/event', '/event', { page: 1, per_page: 1000 });
		if (observed.events.status !== 200) return;
		observed.eventsPastTheEnd = await this.ask('/event', '/event', {
			page: PAGE_PAST_THE_END,
			per_page: 100,
		});
		observed.eventsDescending = await this.ask('/event', '/event', {
			page: 1,
			per_page: 20,
			sort: '-timestamp,-id',
		});
		observed.securityEvents = await this.ask('/event', '/event', {
			page: 1,
			per_page: 100,
			q: `type:${SECURITY_TYPES.join('|')}`,
		});
		const now = observed.events.atMs;
		observed.oldEvents = await this.ask('/event', '/event', {
			page: 1,
			per_page: 5,
			q: `from:${timestamp(now - 60 * DAY_MS)},until:${timestamp(now - 31 * DAY_MS)}`,
		});
		await this.askEventsOfUser();
	}

	private async askEventsOfUser(): Promise<void> {
		const { observed } = this;
		const found = [...elementsOf(observed.securityEvents), ...elementsOf(observed.events)]
			.map(({ user }) => user)
			.filter(isObject)
			.find(({ id, name }) => id !== undefined && id !== null && isPlain(name));
		if (!found) return;
		const by = async (value: unknown) =>
			await this.ask('/event', '/event', { page: 1, per_page: 100, q: `user:${textOf(value)}` });
		observed.eventsOfUser = { byName: await by(found.name), byId: await by(found.id) };
	}

	private async ask(
		name: string,
		path = name,
		query: Record<string, string | number> = {},
		token?: string,
	): Promise<Answer> {
		const answer = await this.emnify.get(`/v1${name}`, `/v1${path}`, query, token);
		this.observed.all.push(answer);
		if (answer.status === 429) {
			throw new Stopped('emnify’s rate limit was reached, so that the rest was not asked');
		}
		return answer;
	}
}

/** The objects of a list that was answered with 200; empty for everything else. */
export function elementsOf(answer: Answer | undefined): Array<Record<string, unknown>> {
	if (answer?.status !== 200 || !Array.isArray(answer.body)) return [];
	return answer.body.filter(isObject);
}

/** Whether a list holds the element with an ID. */
export function holds(answer: Answer, id: unknown): boolean {
	return elementsOf(answer).some((element) => textOf(element.id) === textOf(id));
}

/** A text that emnify's filters can hold (§4). */
function isPlain(text: unknown): boolean {
	return typeof text === 'string' && text.trim() !== '' && !/[,:|]/.test(text);
}

function timestamp(ms: number): string {
	return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
