import type { Checkpoint } from '../../../nodes/Emnify/trigger/checkpoint';
import type { ApplicationToken, EmnifyEvent, TrustedDevice } from '../../../nodes/Emnify/api/types';
import { EVENT_NAMES, type EventName } from '../../../nodes/Emnify/trigger/events';
import { evaluate } from '../../../nodes/Emnify/trigger/evaluate';
import type { TriggerSettings } from '../../../nodes/Emnify/trigger/fields';
import type { UserScope } from '../../../nodes/Emnify/trigger/fields/scope';
import type { Person } from '../../../nodes/Emnify/trigger/person';
import type { Snapshot } from '../../../nodes/Emnify/trigger/snapshot';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 86_400_000;
const START = Date.parse('2026-03-01T12:00:00Z');
const NEXT = START + 5 * MINUTE;

const account = { baseUrl: 'https://cdn.emnify.net', login: 'login', organisation: 1 };
const all: TriggerSettings = {
	events: EVENT_NAMES,
	deviceDays: 7,
	tokenDays: 14,
	scope: { which: 'all' },
};
const only = (...events: EventName[]): TriggerSettings => ({ ...all, events });

const ada: Person = { id: 1, username: 'ada@acme.example', name: 'Ada' };
const bo: Person = { id: 2, username: 'bo@acme.example', name: 'Bo' };
const device = (id: number, activated: number): TrustedDevice => ({
	id,
	activation_date: new Date(activated).toISOString(),
});
const failedLogin = (id: number, at: number, type = 6): EmnifyEvent => ({
	id,
	timestamp: new Date(at).toISOString(),
	event_type: { id: type, description: 'Any' },
});

type Devices = Array<[Person, TrustedDevice[] | 'unread']>;

function snapshot(now: number, users: Devices, rest: Partial<Snapshot> = {}): Snapshot {
	const read = users.filter(([, devices]) => devices !== 'unread');
	return {
		now,
		devices: {
			users: users.map(([user]) => user),
			ofUser: new Map(read.map(([{ id }, devices]) => [id, devices as TrustedDevice[]])),
		},
		...rest,
	};
}

const startWith = (users: Devices, settings = all) =>
	evaluate(undefined, settings, account, snapshot(START, users)).checkpoint;

const reported = (before: Checkpoint | undefined, given: Snapshot, settings = all) =>
	evaluate(before, settings, account, given)
		.occurrences.map(({ id }) => id)
		.sort();

const old = device(11, START - 20 * DAY);
const fresh = device(12, START + MINUTE);

test('the first poll reports nothing', () => {
	const everything = snapshot(START, [[ada, [old, device(13, START - 83 * DAY)]]], {
		log: { from: START - 10 * MINUTE, events: [failedLogin(1, START)] },
		tokens: [{ id: 5, expiry_date: new Date(START + 14 * DAY).toISOString() }],
	});
	expect(reported(undefined, everything)).toEqual([]);
});

test('a user who is gone from the list is no flood of removed devices', () => {
	const before = startWith([
		[ada, [old]],
		[bo, [device(21, START)]],
	]);
	expect(reported(before, snapshot(NEXT, [[ada, [old]]]))).toEqual([]);
});

test('once the user is back, what became of the devices meanwhile is reported', () => {
	const [kept, gone] = [device(21, START - DAY), device(22, START - DAY)];
	const before = startWith([[bo, [kept, gone]]]);
	const away = evaluate(before, all, account, snapshot(NEXT, [])).checkpoint;
	const back = snapshot(NEXT + DAY, [[bo, [kept, device(23, NEXT)]]]);
	expect(reported(away, back)).toEqual([
		'trusted_device_added:2:23',
		'trusted_device_removed:2:22',
	]);
});

test('who was not listed for 90 days is forgotten', () => {
	const before = startWith([[bo, [old]]]);
	const later = (days: number) =>
		evaluate(before, all, account, snapshot(START + days * DAY, [])).checkpoint.devices?.known.size;
	expect(later(89)).toBe(1);
	expect(later(90)).toBe(0);
});

test('a user who could not be read keeps what was known, and is reported next time', () => {
	const before = startWith([[ada, [old]]]);
	const unread = evaluate(before, all, account, snapshot(NEXT, [[ada, 'unread']]));
	expect(unread.occurrences).toEqual([]);
	const expiring = device(13, NEXT - 83 * DAY);
	const later = snapshot(NEXT + MINUTE, [[ada, [fresh, expiring]]]);
	expect(reported(unread.checkpoint, later)).toEqual([
		'trusted_device_added:1:12',
		'trusted_device_added:1:13',
		'trusted_device_expiring:1:13:2026-03-01',
		'trusted_device_removed:1:11',
	]);
});

test('of a user who was not read at the start, what was activated since is reported', () => {
	const before = startWith([[ada, 'unread']]);
	expect(reported(before, snapshot(NEXT, [[ada, [old, fresh]]]))).toEqual([
		'trusted_device_added:1:12',
	]);
});

test('the first device of a new user is reported, and the old ones of a user who came by the filters are not', () => {
	const before = startWith([[ada, [old]]]);
	const users: Devices = [
		[ada, [old]],
		[bo, [device(21, START - DAY), device(22, START + MINUTE)]],
	];
	expect(reported(before, snapshot(NEXT, users))).toEqual(['trusted_device_added:2:22']);
});

test('a new user who waits for a turn loses nothing by it', () => {
	const before = startWith([[ada, [old]]]);
	const listed = snapshot(NEXT, [
		[ada, [old]],
		[bo, 'unread'],
	]);
	const waiting = evaluate(before, all, account, listed).checkpoint;
	const read = snapshot(NEXT + DAY, [
		[ada, [old]],
		[bo, [device(22, START + MINUTE)]],
	]);
	expect(reported(waiting, read)).toEqual(['trusted_device_added:2:22']);
});

describe('a change of the fields is no flood', () => {
	const chosen = (id: number): UserScope => ({ which: 'chosen', users: [{ id: String(id) }] });

	test('of users who were not meant before', () => {
		const before = startWith([[ada, [old]]], { ...all, scope: chosen(1) });
		const users: Devices = [
			[ada, [old, fresh]],
			[bo, [device(21, START - DAY), device(22, START + MINUTE), device(23, START - 83 * DAY + 1)]],
		];
		const after = evaluate(before, all, account, snapshot(NEXT, users));
		expect(after.occurrences.map(({ id }) => id)).toEqual(['trusted_device_added:1:12']);
		const next = snapshot(NEXT + MINUTE, [
			[ada, [old, fresh]],
			[bo, [device(24, NEXT)]],
		]);
		expect(reported(after.checkpoint, next)).toEqual([
			'trusted_device_added:2:24',
			'trusted_device_removed:2:21',
			'trusted_device_removed:2:22',
			'trusted_device_removed:2:23',
		]);
	});

	test('of users who are no longer meant', () => {
		const before = startWith([
			[ada, [old]],
			[bo, [fresh]],
		]);
		const after = evaluate(
			before,
			{ ...all, scope: chosen(1) },
			account,
			snapshot(NEXT, [[ada, [old]]]),
		);
		expect(after.occurrences).toEqual([]);
		expect([...(after.checkpoint.devices?.known.keys() ?? [])]).toEqual([1]);
	});

	test('of an event that was not chosen before', () => {
		const before = startWith([[ada, [old]]], only('trusted_device_added'));
		const settings = only('trusted_device_added', 'trusted_device_removed');
		const after = evaluate(before, settings, account, snapshot(NEXT, [[ada, [fresh]]]));
		expect(after.occurrences.map(({ id }) => id)).toEqual(['trusted_device_added:1:12']);
		expect(reported(after.checkpoint, snapshot(NEXT + MINUTE, [[ada, []]]), settings)).toEqual([
			'trusted_device_removed:1:12',
		]);
	});

	test('of an event of the log that was not chosen before', () => {
		const log = (now: number, ...events: EmnifyEvent[]): Snapshot => ({
			now,
			log: { from: START - 10 * MINUTE, events },
		});
		const before = evaluate(undefined, only('user_login_failed'), account, log(START)).checkpoint;
		const settings = only('user_login_failed', 'support_access');
		const events = [failedLogin(1, START + MINUTE), failedLogin(2, START + MINUTE, 13)];
		const after = evaluate(before, settings, account, log(NEXT, ...events));
		expect(after.occurrences.map(({ id }) => id)).toEqual(['event:1']);
		const later = log(NEXT + MINUTE, ...events, failedLogin(3, NEXT, 13));
		expect(reported(after.checkpoint, later, settings)).toEqual(['event:3']);
	});

	test('of devices that came to their last days because there are more of them', () => {
		const expiring = device(13, START - 80 * DAY);
		const before = startWith([[ada, [expiring]]]);
		const settings = { ...all, deviceDays: 14 };
		const after = evaluate(before, settings, account, snapshot(NEXT, [[ada, [expiring]]]));
		expect(after.occurrences).toEqual([]);
		const later = snapshot(START + 3 * DAY, [[ada, [expiring]]]);
		expect(reported(after.checkpoint, later)).toEqual([]);
	});

	test('of events that are no longer chosen, and chosen again', () => {
		const before = startWith([[ada, [old]]]);
		const without = evaluate(before, only('support_access'), account, { now: NEXT });
		expect(without.checkpoint.devices).toBeUndefined();
		expect(reported(without.checkpoint, snapshot(NEXT + DAY, [[ada, [fresh]]]))).toEqual([]);
	});
});

describe('an application token', () => {
	const settings = only('application_token_expiring');
	const before = evaluate(undefined, settings, account, { now: START, tokens: [] }).checkpoint;
	const at = (time: number) => new Date(time).toISOString();
	const expiring = (token: Partial<ApplicationToken>) =>
		reported(before, { now: NEXT, tokens: [{ id: 5, ...token }] }, settings);

	test.each([
		['comes to its last days', { expiry_date: at(START + MINUTE + 14 * DAY) }, 1],
		['comes to its last days right now', { expiry_date: at(NEXT + 14 * DAY) }, 1],
		['will come to its last days', { expiry_date: at(NEXT + SECOND + 14 * DAY) }, 0],
		['was in its last days before', { expiry_date: at(START + 3 * DAY) }, 0],
		[
			'is created for a few days',
			{ created: at(START + MINUTE), expiry_date: at(START + 3 * DAY) },
			1,
		],
		['never expires', {}, 0],
		[
			'is revoked',
			{
				expiry_date: at(START + MINUTE + 14 * DAY),
				status: { id: 1, description: 'Revoked' },
			},
			0,
		],
	])('that %s', (_what, token, count) => {
		expect(expiring(token)).toHaveLength(count);
	});
});

test('a clock that steps back reports nothing twice', () => {
	const expiring = device(13, START + MINUTE - 83 * DAY);
	const users: Devices = [[ada, [expiring]]];
	const tokens = [{ id: 5, expiry_date: new Date(START + MINUTE + 14 * DAY).toISOString() }];
	const first = evaluate(startWith(users), all, account, snapshot(NEXT, users, { tokens }));
	expect(first.occurrences).toHaveLength(2);
	const back = evaluate(first.checkpoint, all, account, snapshot(START, users, { tokens }));
	expect(back.occurrences).toEqual([]);
	expect(reported(back.checkpoint, snapshot(NEXT + MINUTE, users, { tokens }))).toEqual([]);
});
