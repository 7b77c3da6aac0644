import { TRUST_DAYS } from '../domain/auditUser';
import { DAY_MS } from '../domain/day';
import type { Account } from './account';
import { subscriptionOf, type Checkpoint } from './checkpoint';
import { checkedDevices, deviceChanges } from './deviceChanges';
import { definitionOf, eventsFrom } from './events';
import { freshEvents, eventInstant, nextWindow, OVERLAP_MS } from './eventWindow';
import type { TriggerSettings } from './fields';
import { isSameScope } from './fields/scope';
import type { DevicesOfUser } from './knownDevices';
import { deviceAdded, deviceExpiring, deviceRemoved, logged, type Occurrence } from './occurrence';
import type { Snapshot } from './snapshot';
import { tokenChanges } from './tokenChanges';
import { userChanges } from './userChanges';

/** What a poll found, in no order, and the checkpoint to keep once it was handed over. */
export interface Evaluation {
	occurrences: Occurrence[];
	checkpoint: Checkpoint;
}

/**
 * Compares a snapshot with the checkpoint of the poll before. Without one (`before` is `undefined`) nothing is reported, nor
 * is an event that was not chosen then. Whether the events of the log are about the right users is not looked at here.
 */
export function evaluate(
	before: Checkpoint | undefined,
	settings: TriggerSettings,
	account: Account,
	snapshot: Snapshot,
): Evaluation {
	// Emnify's clock may step back a little from one server to another: here time then stands still.
	const now = Math.max(snapshot.now, before?.polled ?? 0);
	const devices = snapshot.devices && evaluateDevices(before, settings, now, snapshot.devices);
	const log = snapshot.log && evaluateLog(before, settings, now, snapshot.log);
	const tokens = snapshot.tokens && tokenChanges(before, settings.tokenDays, now, snapshot.tokens);
	const isSame = before !== undefined && isSameScope(before.scope, settings.scope);
	const users =
		snapshot.users &&
		userChanges(isSame ? before.users : undefined, snapshot.users, {
			now,
			before: before?.polled ?? now,
			isOfAll: settings.scope.which === 'all',
		});
	const occurrences = [devices, users, log, tokens].flatMap((part) => part?.occurrences ?? []);
	const subscriptions = settings.events.map((event) => subscriptionOf(event, settings));
	return {
		occurrences: occurrences.filter(({ event }) => {
			const subscription = subscriptionOf(event, settings);
			const isWanted = subscriptions.includes(subscription);
			return isWanted && before?.subscriptions.includes(subscription);
		}),
		checkpoint: {
			account,
			polled: now,
			subscriptions,
			scope: settings.scope,
			...(devices && { devices: devices.checkpoint }),
			...(users && { users: users.known }),
			...(tokens && { tokens: tokens.seen }),
			...(log && { log: log.window }),
		},
	};
}

/** After how long a user who is not listed is dropped from the checkpoint: all trust has ended. */
const FORGET_AFTER_MS = TRUST_DAYS * DAY_MS;

function evaluateDevices(
	before: Checkpoint | undefined,
	settings: TriggerSettings,
	now: number,
	{ users, ofUser }: NonNullable<Snapshot['devices']>,
) {
	const occurrences: Occurrence[] = [];
	const known = new Map<number, DevicesOfUser>();
	const isOtherScope = before !== undefined && !isSameScope(before.scope, settings.scope);
	const previous = before?.devices;
	// Who is new among the users joined since the last poll, or just before it. Where the fields mean other users, this is their start.
	const newUser: DevicesOfUser = {
		checked:
			before && previous && !isOtherScope
				? Math.max(before.polled - OVERLAP_MS, previous.since)
				: now,
	};
	// Who is not listed now may come back. What became of the devices is reported then, and not now that all are gone.
	for (const [id, user] of previous?.known ?? []) {
		if (!isOtherScope && now - user.checked < FORGET_AFTER_MS) known.set(id, user);
	}
	for (const user of users) {
		const knownBefore = previous?.known.get(user.id) ?? newUser;
		const devices = ofUser.get(user.id);
		known.set(user.id, devices ? checkedDevices(devices, now) : knownBefore);
		if (!devices) continue;
		const hasJoined = previous !== undefined && !isOtherScope && !previous.known.has(user.id);
		const changes = deviceChanges(knownBefore, devices, now, settings.deviceDays, hasJoined);
		occurrences.push(
			...changes.added.map((device) => deviceAdded(user, device, now)),
			...changes.removed.map(({ id, activation }) => deviceRemoved(user, id, activation, now)),
			...changes.expiring.map(({ device, at }) => deviceExpiring(user, device, at)),
		);
	}
	return { occurrences, checkpoint: { since: previous?.since ?? now, known } };
}

function evaluateLog(
	before: Checkpoint | undefined,
	{ events: chosen }: TriggerSettings,
	now: number,
	{ from, events }: NonNullable<Snapshot['log']>,
) {
	const window = before?.log ?? { from, seen: new Set() };
	const occurrences = freshEvents(window, events).flatMap((entry) => {
		const event = eventsFrom('log', chosen).find(
			(name) => definitionOf(name).eventType === entry.event_type?.id,
		);
		return event ? [logged(event, entry, eventInstant(entry, now))] : [];
	});
	return { occurrences, window: nextWindow(from, events, now) };
}
