import type { EmnifyClient, EmnifyRequest } from '../api/client';
import { concurrently, CONCURRENT_READS } from '../api/concurrently';
import { EmnifyError } from '../api/errors';
import { mayPass } from '../api/retry';
import type { EmnifyEvent, UserWithMfa } from '../api/types';
import { DAY_MS } from '../domain/day';
import { withoutTokens } from '../domain/eventFacts';
import { applicationTokens } from '../endpoints/applicationTokens';
import { EVENT_HISTORY_DAYS, eventsRequests } from '../endpoints/events';
import type { SortRule } from '../endpoints/sort';
import { toTimestamp } from '../endpoints/timestamp';
import { trustedDevicesOf } from '../endpoints/trustedDevices';
import type { Budget } from './budget';
import type { Directory } from './directory';
import { definitionOf, eventsOf, type EventName } from './events';
import { OVERLAP_MS } from './eventWindow';
import type { AccountsReading } from './accounts';
import { isSameScope, type Reading } from './evaluate';
import type { Settings } from './settings';
import type { TriggerState } from './state';

/** What a poll reads with. */
export interface Reader {
	client: EmnifyClient;
	directory: Directory;
	budget: Budget;
	/** Warns in n8n's log of what could not be read. */
	warn(message: string): void;
	/** Warns of something once, as long as n8n runs. */
	warnOnce(what: string, message: string): void;
}

/** Reads what the chosen events need. Throws an `EmnifyError` where something of it cannot be read at all. */
export async function read(
	reader: Reader,
	settings: Settings,
	before: TriggerState | undefined,
): Promise<Reading> {
	const { client, budget } = reader;
	const { events } = settings;
	const tokens =
		eventsOf('tokens', events).length === 0 ? undefined : await applicationTokens(client);
	const log = await readLog(reader, eventsOf('log', events), before?.log?.from);
	const devices =
		eventsOf('devices', events).length === 0
			? undefined
			: await readDevices(reader, settings, before?.devices?.known);
	const accounts =
		eventsOf('directory', events).length + needsDetails(events) === 0
			? undefined
			: await readAccounts(reader, settings, before);
	if (!tokens && !log && !devices && !accounts) await client.session(false);
	// By now emnify has answered, and its clock is known.
	const began = client.now().getTime() - budget.spentMs();
	const now = Math.floor(began / 1000 - 1) * 1000;
	return {
		now,
		...(devices && { devices }),
		...(log && { log }),
		...(tokens && { tokens }),
		...(accounts && { accounts }),
	};
}

/** Clocks that differ by less do not matter: the windows overlap by more. */
export const CLOCK_TOLERANCE_MS = 60_000;

async function readLog(
	{ client, warn }: Reader,
	events: EventName[],
	knownFrom: number | undefined,
): Promise<Reading['log']> {
	if (events.length === 0) return undefined;
	const startOfFirst = () => Math.floor((client.now().getTime() - OVERLAP_MS) / 1000) * 1000;
	let from = knownFrom ?? startOfFirst();
	for (;;) {
		const now = client.now().getTime();
		const lists: EmnifyEvent[][] = [];
		for (const request of logRequests(events, from, now)) {
			lists.push(await client.collection<EmnifyEvent>(request, Infinity));
		}
		const found = lists.flat();
		// Before its first answer, emnify's clock is taken to be n8n's, and that may be wrong by more than a day.
		const isTooLate = knownFrom === undefined && startOfFirst() < from - CLOCK_TOLERANCE_MS;
		if (isTooLate) from = startOfFirst();
		else if (client.now().getTime() <= now + DAY_MS) {
			if (from < client.now().getTime() - EVENT_HISTORY_DAYS * DAY_MS) {
				warn(
					`The trigger has not polled since ${toTimestamp(new Date(from))}, and emnify keeps events for ${EVENT_HISTORY_DAYS} days: what happened before that is lost.`,
				);
			}
			return { from, events: found.map(withoutTokens) };
		}
	}
}

/**
 * Asks for the events of the log (§5) from a time up to a day from `now`, for all types at once. Times are in milliseconds
 * since 1970.
 */
export function logRequests(
	events: EventName[],
	from: number,
	now: number,
	sort: SortRule[] = [],
): EmnifyRequest[] {
	const types = events.map((event) => String(definitionOf(event).eventType));
	return eventsRequests({ types, from, until: now + DAY_MS, sort, now });
}

/** The devices of so many users are read in one poll at most, so that emnify's limit (§2) leaves room for others. */
export const MOST_USERS_IN_A_POLL = 1_500;

/** After so many failures that may pass, and nothing read, emnify is down. */
const MOST_FAILURES = 25;

async function readDevices(
	reader: Reader,
	{ events, scope }: Settings,
	known: NonNullable<TriggerState['devices']>['known'] | undefined,
): Promise<Reading['devices']> {
	const { client, directory, warn } = reader;
	const users = await directory.users(scope);
	const lastRead = (id: number) => (known?.get(id)?.devices ? known.get(id)?.checked : 0) ?? 0;
	const { ofUser, failures } = await eachUser(
		reader,
		users.map(({ id }) => id),
		lastRead,
		mostUsers(events),
		async (id) => await trustedDevicesOf(client, { id: String(id) }),
	);
	const [failure] = [...failures, ...directory.notFound];
	if (failure !== undefined && ofUser.size === 0) {
		// Nobody can be read. Users who are gone must not keep the other events waiting; where there are none it is told.
		const areGone = failures.every(isRejected);
		const hasOthers = eventsOf('devices', events).length < events.length;
		if (!areGone || !hasOthers) throw failure;
	}
	if (failure instanceof EmnifyError) {
		warn(
			`The trusted devices of some users could not be read, and are looked at again in the next poll. The first of ${failures.length + directory.notFound.length} failures: ${failure.message}`,
		);
	}
	return { users, ofUser };
}

/** How many requests for each user the chosen events take. */
export function requestsOfUser(events: EventName[]): number {
	return (eventsOf('devices', events).length > 0 ? 1 : 0) + needsDetails(events);
}

const needsDetails = (events: EventName[]) => (eventsOf('details', events).length > 0 ? 1 : 0);

const mostUsers = (events: EventName[]) =>
	Math.floor(MOST_USERS_IN_A_POLL / Math.max(1, requestsOfUser(events)));

/** So many of those who are not listed any more are looked at in one poll: the others have to wait for theirs. */
const MOST_MISSING = 25;

async function readAccounts(
	reader: Reader,
	{ events, scope }: Settings,
	before: TriggerState | undefined,
): Promise<AccountsReading> {
	const { directory, warn } = reader;
	const known = before && isSameScope(before.scope, scope) ? before.accounts : undefined;
	const listed = await directory.listed(scope);
	const [notFound] = directory.notFound;
	const hasOthers =
		eventsOf('directory', events).length + eventsOf('details', events).length < events.length;
	if (notFound && listed.length === 0 && !known && !hasOthers) throw notFound;
	const isListed = new Set(listed.map(({ id }) => id));
	const read = async (id: number) => await directory.account({ id: String(id) });
	const details =
		scope.which === 'chosen'
			? { ofUser: new Map(listed.map((user) => [user.id, user as UserWithMfa])), failures: [] }
			: needsDetails(events) === 0
				? { ofUser: new Map<number, UserWithMfa>(), failures: [] }
				: await eachUser(
						reader,
						[...isListed],
						(id) => known?.get(id)?.checked ?? 0,
						mostUsers(events),
						read,
					);
	const [failure] = details.failures;
	if (failure !== undefined && details.ofUser.size === 0 && !details.failures.every(isRejected)) {
		throw failure;
	}
	if (failure instanceof EmnifyError) {
		warn(
			`The roles and MFA keys of some users could not be read, and are looked at again in the next poll. The first of ${details.failures.length} failures: ${failure.message}`,
		);
	}
	// A list may be incomplete, or filtered: that somebody is gone is only told where emnify says so of this user.
	const missing = [...(known ?? [])]
		.filter(([id, { presence }]) => presence === 'here' && !isListed.has(id))
		.map(([id]) => id);
	const looked = await eachUser(
		reader,
		missing,
		() => 0,
		MOST_MISSING,
		async (id) =>
			await read(id).catch((error: unknown) => {
				if (isMissing(error)) return undefined;
				throw error;
			}),
	);
	const found = [...looked.ofUser].filter((entry): entry is [number, UserWithMfa] => !!entry[1]);
	return {
		listed,
		details: details.ofUser,
		gone: new Set([...looked.ofUser].filter(([, user]) => !user).map(([id]) => id)),
		unlisted: new Map(found),
	};
}

/** To whom the list does not belong any more, emnify gives no access either. */
function isMissing(error: unknown): boolean {
	return error instanceof EmnifyError && [403, 404].includes(error.facts.httpStatus ?? 0);
}

/** Reads something of each user, those first who waited longest, as far as the time goes. */
async function eachUser<Answer>(
	{ budget }: Reader,
	ids: number[],
	lastRead: (id: number) => number,
	most: number,
	readOne: (id: number) => Promise<Answer>,
): Promise<{ ofUser: Map<number, Answer>; failures: unknown[] }> {
	const ofUser = new Map<number, Answer>();
	const failures: unknown[] = [];
	const isDown = () => ofUser.size === 0 && failures.filter(mayPass).length >= MOST_FAILURES;
	const isOver = () => ofUser.size > 0 && budget.isSpent();
	const queue = [...ids].sort((a, b) => lastRead(a) - lastRead(b) || a - b);
	await concurrently(queue.slice(0, most), CONCURRENT_READS, async (id) => {
		if (isDown() || isOver() || failures.some(isRateLimit)) return;
		await readOne(id)
			.then((answer) => {
				ofUser.set(id, answer);
			})
			.catch((error: unknown) => {
				if (!isOfOneUser(error)) throw error;
				failures.push(error);
			});
	});
	return { ofUser, failures };
}

/** Whether it may be of this user alone; at the rate limit what was read so far is of use. */
function isOfOneUser(error: unknown): boolean {
	if (!(error instanceof EmnifyError)) return false;
	return ['rejected', 'rateLimited', 'notEmnify'].includes(error.kind) || mayPass(error);
}

function isRejected(error: unknown): boolean {
	return error instanceof EmnifyError && error.kind === 'rejected';
}

function isRateLimit(error: unknown): boolean {
	return error instanceof EmnifyError && error.kind === 'rateLimited';
}
