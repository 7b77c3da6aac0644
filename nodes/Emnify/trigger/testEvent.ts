import { NodeOperationError, type INode } from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';
import { CONCURRENT_READS, concurrently } from '../api/concurrently';
import { EmnifyError } from '../api/errors';
import { requireIds } from '../api/ids';
import type { EmnifyEvent, TrustedDevice, User } from '../api/types';
import { DAY_MS } from '../domain/day';
import { withoutTokens } from '../domain/eventFacts';
import { readInstant } from '../domain/instant';
import { applicationTokens, isRevoked } from '../endpoints/applicationTokens';
import { EVENT_HISTORY_DAYS } from '../endpoints/events';
import type { SortRule } from '../endpoints/sort';
import { toTimestamp } from '../endpoints/timestamp';
import { trustedDevicesOf } from '../endpoints/trustedDevices';
import { usersRequest } from '../endpoints/users';
import { concerningUsers } from './concerning';
import type { Directory } from './directory';
import { eventsFrom, type EventFrom } from './events';
import { eventInstant } from './eventWindow';
import { CLOCK_TOLERANCE_MS, logRequests } from './fetchLog';
import type { TriggerSettings } from './fields';
import type { UserScope } from './fields/scope';
import {
	deviceAdded,
	deviceExpiring,
	deviceRemoved,
	healthChanged,
	keyChanged,
	logged,
	tokenExpiring,
	userChanged,
	type KeyEvent,
	type Occurrence,
	type UserEvent,
} from './occurrence';
import { toPerson, type Person } from './person';
import { lastDaysOfToken } from './tokenChanges';
import { activationOf, lastDaysOfTrust } from './trust';

/**
 * For “Fetch test event” in the editor: what each of the chosen events would look like, made of real data, as far as there is
 * any. A person waits, so it does not read everything. Throws an `EmnifyError`, or n8n's own where there is nothing to show.
 */
export async function testEvents(
	node: INode,
	client: EmnifyClient,
	directory: Directory,
	settings: TriggerSettings,
): Promise<Occurrence[]> {
	const { events } = settings;
	const samples: Occurrence[] = [];
	for (const event of eventsFrom('log', events)) {
		samples.push(...(await latestLogged(client, directory, event, settings)));
	}
	if (eventsFrom('tokens', events).length > 0) {
		samples.push(...(await expiringToken(client, settings)));
	}
	if (eventsFrom('devices', events).length > 0) {
		samples.push(...(await newestDevice(client, directory, settings)));
	}
	if ([...eventsFrom('directory', events), ...eventsFrom('details', events)].length > 0) {
		samples.push(...(await newestUser(client, directory, settings)));
	}
	const now = client.now().getTime();
	const health = { since: toTimestamp(new Date(now - 15 * 60_000)), failed_polls: 3 };
	samples.push(
		healthChanged('trigger_unhealthy', now, {
			...health,
			until: null,
			reason: 'Could not list the events: emnify failed to process it (HTTP 503)',
		}),
		healthChanged('trigger_recovered', now, {
			...health,
			until: toTimestamp(new Date(now)),
			reason: null,
		}),
	);
	const shown = samples.filter(({ event }) => events.includes(event));
	if (shown.length > 0) return shown;
	throw new NodeOperationError(node, 'Nothing was found that could be shown as a test event', {
		description:
			'The test looks at the devices of the first 500 users, and at the 100 latest events of a kind in the last 30 days. Choose other events or users for it, or publish the workflow: it starts when the first event happens.',
	});
}

const SAMPLE_EVENTS = 100;

/** The latest event of the last days, among the latest ones of all users. */
async function latestLogged(
	client: EmnifyClient,
	directory: Directory,
	event: EventFrom<'log'>,
	{ scope }: TriggerSettings,
): Promise<Occurrence[]> {
	let now: number;
	let entries: EmnifyEvent[];
	do {
		now = client.now().getTime();
		entries = [];
		for (const request of logRequests([event], now - HISTORY_MS, now, LATEST_FIRST)) {
			entries.push(...(await client.collection<EmnifyEvent>(request, SAMPLE_EVENTS)));
		}
		// Before its first answer, emnify's clock is taken to be n8n's, which may be wrong.
	} while (Math.abs(client.now().getTime() - now) > CLOCK_TOLERANCE_MS);
	const found = entries.map((entry) =>
		logged(event, withoutTokens(entry), eventInstant(entry, now)),
	);
	return newest(await concerningUsers(directory, found, [scope]), ({ occurredAt }) => occurredAt);
}

const HISTORY_MS = EVENT_HISTORY_DAYS * DAY_MS;

const LATEST_FIRST: SortRule[] = [
	{ field: 'timestamp', descending: true },
	{ field: 'id', descending: true },
];

/** The token that expires next. */
async function expiringToken(
	client: EmnifyClient,
	{ tokenDays }: TriggerSettings,
): Promise<Occurrence[]> {
	const tokens = await applicationTokens(client);
	const now = client.now().getTime();
	const next = newest(
		tokens.filter((token) => (readInstant(token.expiry_date) ?? 0) > now && !isRevoked(token)),
		({ expiry_date }) => -(readInstant(expiry_date) ?? 0),
	);
	return next.map((token) => tokenExpiring(token, lastDaysOfToken(token, tokenDays) ?? now));
}

const USERS_AT_ONCE = 50;
const MOST_USERS = 500;

/** The newest device of the first users who have any. */
async function newestDevice(
	client: EmnifyClient,
	directory: Directory,
	{ scope, deviceDays }: TriggerSettings,
): Promise<Occurrence[]> {
	const failures: EmnifyError[] = [];
	let isAnyoneReadable = false;
	/** A user may be gone by now. Where nobody can be read, the first failure is thrown. */
	const skip = (error: unknown): void => {
		if (!(error instanceof EmnifyError) || error.kind !== 'rejected') throw error;
		failures.push(error);
	};
	for await (const users of someUsers(client, directory, scope)) {
		const found: Array<{ user: Person; device: TrustedDevice }> = [];
		await concurrently(users, CONCURRENT_READS, async (user) => {
			await trustedDevicesOf(client, { id: String(user.id) }).then((devices) => {
				isAnyoneReadable = true;
				found.push(...devices.map((device) => ({ user, device })));
			}, skip);
		});
		const [one] = newest(found, ({ device }) => activationOf(device) ?? 0);
		if (!one) continue;
		const user = await directory.described(one.user);
		const now = client.now().getTime();
		const activation = activationOf(one.device);
		return [
			deviceAdded(user, one.device, now),
			deviceExpiring(user, one.device, lastDaysOfTrust(activation ?? now, deviceDays)),
			deviceRemoved(user, one.device.id, activation, now),
		];
	}
	const [failure] = [...directory.notFound, ...failures];
	if (failure && !isAnyoneReadable) await Promise.reject(failure);
	return [];
}

/** How many users are looked at to find one who has an MFA key. */
const MOST_LOOKED_AT = 20;

/** The newest of the first users, and one of them who has an MFA key. */
async function newestUser(
	client: EmnifyClient,
	directory: Directory,
	{ scope, events }: TriggerSettings,
): Promise<Occurrence[]> {
	const users: User[] = [];
	if (scope.which === 'chosen') users.push(...(await directory.listed(scope)));
	else users.push(...(await client.collection<User>(usersOf(scope), USERS_AT_ONCE)));
	const now = client.now().getTime();
	const newestUsers = [...users].sort(
		(a, b) => (readInstant(b.created) ?? 0) - (readInstant(a.created) ?? 0),
	);
	const found = newestUsers.slice(0, 1).flatMap((user) =>
		USER_EVENTS.map((event) => {
			const at = event === 'user_added' ? (readInstant(user.created) ?? now) : now;
			return userChanged(event, toPerson(user), at, 1);
		}),
	);
	if (!KEY_EVENTS.some((event) => events.includes(event))) return found;
	for (const { id } of newestUsers.slice(0, MOST_LOOKED_AT)) {
		const user = await directory.detailsOf({ id: String(id) });
		const [key] = user.mfa ?? [];
		if (!key) continue;
		const at = readInstant(key.activation_date ?? key.creation_date) ?? now;
		return [...found, ...KEY_EVENTS.map((event) => keyChanged(event, toPerson(user), key, at))];
	}
	return found;
}

const KEY_EVENTS: KeyEvent[] = ['mfa_key_activated', 'mfa_key_pending'];

const USER_EVENTS: UserEvent[] = [
	'user_added',
	'user_removed',
	'user_suspended',
	'user_reactivated',
	'administrator_added',
	'administrator_removed',
];

const usersOf = (scope: UserScope) => usersRequest(scope.which === 'filtered' ? scope.filters : []);

async function* someUsers(
	client: EmnifyClient,
	directory: Directory,
	scope: UserScope,
): AsyncGenerator<Person[], void> {
	if (scope.which === 'chosen') return yield await directory.users(scope);
	const request = usersOf(scope);
	const users = requireIds(await client.collection<User>(request, MOST_USERS), request.action);
	for (let start = 0; start < users.length; start += USERS_AT_ONCE) {
		yield users.slice(start, start + USERS_AT_ONCE).map(toPerson);
	}
}

/** The element of the highest rank, if there is any. */
function newest<Element>(elements: Element[], rank: (element: Element) => number): Element[] {
	return [...elements].sort((a, b) => rank(b) - rank(a)).slice(0, 1);
}
