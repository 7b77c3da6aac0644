import type { ApplicationToken, EmnifyEvent, TrustedDevice } from '../api/types';
import { TRUST_DAYS } from '../domain/auditUser';
import { DAY_MS } from '../domain/day';
import { isRevoked } from '../endpoints/applicationTokens';
import type { Account } from './account';
import { evaluateAccounts, type AccountsReading } from './accounts';
import { deviceChanges, knownUser } from './deviceChanges';
import { definitionOf, eventsOf } from './events';
import { freshEvents, instantOf, nextWindow, OVERLAP_MS } from './eventWindow';
import {
	deviceAdded,
	deviceExpiring,
	deviceRemoved,
	lastDaysOfToken,
	logged,
	tokenExpiring,
	type Occurrence,
	type Person,
} from './occurrence';
import type { Settings } from './settings';
import type { KnownUser } from './snapshot';
import { subscriptionOf, type TriggerState } from './state';

/** What one poll read from emnify: what the chosen events need, and nothing else. */
export interface Reading {
	/**
	 * The last whole second before the poll began, by emnify's clock, in milliseconds since 1970: what happens while it reads,
	 * or in the second in which it began, is later than this, and is told of by the next poll if it was missed.
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
	accounts?: AccountsReading;
}

/** What a poll found, in no order, and what is to be remembered once it was handed over. */
export interface Evaluation {
	occurrences: Occurrence[];
	state: TriggerState;
}

/**
 * Compares what was read with what the poll before knew. Nothing occurs without one (`before` is `undefined`), nor of an
 * event that was not chosen then. Whether the events of the log are about the right users is not looked at here.
 */
export function evaluate(
	before: TriggerState | undefined,
	settings: Settings,
	account: Account,
	reading: Reading,
): Evaluation {
	// Emnify's clock may step back a little from one server to another: then time stands still here.
	const now = Math.max(reading.now, before?.polled ?? 0);
	const devices = reading.devices && evaluateDevices(before, settings, now, reading.devices);
	const log = reading.log && evaluateLog(before, settings, now, reading.log);
	const tokens = reading.tokens && expiringTokens(before, settings, now, reading.tokens);
	const isSame = before !== undefined && isSameScope(before.scope, settings.scope);
	const accounts =
		reading.accounts &&
		evaluateAccounts(isSame ? before.accounts : undefined, reading.accounts, {
			now,
			before: before?.polled ?? now,
			isOfAll: settings.scope.which === 'all',
		});
	const occurrences = [devices, accounts, log, tokens].flatMap((part) => part?.occurrences ?? []);
	const subscriptions = settings.events.map((event) => subscriptionOf(event, settings));
	return {
		occurrences: occurrences.filter(({ event }) => {
			const subscription = subscriptionOf(event, settings);
			const isWanted = subscriptions.includes(subscription);
			return isWanted && before?.subscriptions.includes(subscription);
		}),
		state: {
			account,
			polled: now,
			subscriptions,
			scope: settings.scope,
			...(devices && { devices: devices.state }),
			...(accounts && { accounts: accounts.known }),
			...(tokens && { tokens: tokens.seen }),
			...(log && { log: log.state }),
		},
	};
}

/** Whether the same users are meant. */
export function isSameScope(a: Settings['scope'], b: Settings['scope']): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

/** Who was not listed for so long needs no memory: all trust has ended. */
const FORGET_AFTER_MS = TRUST_DAYS * DAY_MS;

function evaluateDevices(
	before: TriggerState | undefined,
	settings: Settings,
	now: number,
	{ users, ofUser }: NonNullable<Reading['devices']>,
) {
	const occurrences: Occurrence[] = [];
	const known = new Map<number, KnownUser>();
	const isOtherScope = before !== undefined && !isSameScope(before.scope, settings.scope);
	const previous = before?.devices;
	// Who is new among the users was not yet there at the last poll, or nearly so. Other users by other fields are the start.
	const newUser: KnownUser = {
		checked:
			before && previous && !isOtherScope
				? Math.max(before.polled - OVERLAP_MS, previous.since)
				: now,
	};
	// Who is not listed may be back: what became of the devices meanwhile is told then, and not that they are all gone now.
	for (const [id, user] of previous?.known ?? []) {
		if (!isOtherScope && now - user.checked < FORGET_AFTER_MS) known.set(id, user);
	}
	for (const user of users) {
		const knownBefore = previous?.known.get(user.id) ?? newUser;
		const devices = ofUser.get(user.id);
		known.set(user.id, devices ? knownUser(devices, now) : knownBefore);
		if (!devices) continue;
		const hasJoined = previous !== undefined && !isOtherScope && !previous.known.has(user.id);
		const changes = deviceChanges(knownBefore, devices, now, settings.deviceDays, hasJoined);
		occurrences.push(
			...changes.added.map((device) => deviceAdded(user, device, now)),
			...changes.removed.map(({ id, activation }) => deviceRemoved(user, id, activation, now)),
			...changes.expiring.map(({ device, at }) => deviceExpiring(user, device, at)),
		);
	}
	return { occurrences, state: { since: previous?.since ?? now, known } };
}

function evaluateLog(
	before: TriggerState | undefined,
	{ events: chosen }: Settings,
	now: number,
	{ from, events }: NonNullable<Reading['log']>,
) {
	const window = before?.log ?? { from, seen: new Set() };
	const occurrences = freshEvents(window, events).flatMap((entry) => {
		const event = eventsOf('log', chosen).find(
			(name) => definitionOf(name).eventType === entry.event_type?.id,
		);
		return event ? [logged(event, entry, instantOf(entry, now))] : [];
	});
	return { occurrences, state: nextWindow(from, events, now) };
}

/**
 * Tokens that came to their last days since the poll before. One that is made so short that it is in them at once may be dated
 * before that poll, where emnify's clocks differ: so those of the minutes before are remembered. Version 1 did not.
 */
function expiringTokens(
	before: TriggerState | undefined,
	{ tokenDays }: Settings,
	now: number,
	tokens: ApplicationToken[],
): { occurrences: Occurrence[]; seen: Set<number> } {
	const seen = new Set<number>();
	const occurrences: Occurrence[] = [];
	const polled = before?.polled ?? now;
	const from = before?.tokens ? polled - OVERLAP_MS : polled;
	for (const token of tokens) {
		const at = lastDaysOfToken(token, tokenDays);
		if (at === null || at > now || isRevoked(token)) continue;
		if (at > now - OVERLAP_MS) seen.add(token.id);
		if (at > from && before?.tokens?.has(token.id) !== true) {
			occurrences.push(tokenExpiring(token, at));
		}
	}
	return { occurrences, seen };
}
