import fc from 'fast-check';

import type { ApplicationToken, EmnifyEvent, TrustedDevice } from '../../../nodes/Emnify/api/types';
import { EVENT_NAMES } from '../../../nodes/Emnify/trigger/events';
import { evaluate } from '../../../nodes/Emnify/trigger/evaluate';
import { OVERLAP_MS } from '../../../nodes/Emnify/trigger/eventWindow';
import type { TriggerSettings } from '../../../nodes/Emnify/trigger/fields';
import type { Snapshot } from '../../../nodes/Emnify/trigger/snapshot';
import {
	readCheckpoint,
	writeCheckpoint,
	type Checkpoint,
} from '../../../nodes/Emnify/trigger/checkpoint';

// A workspace in which things happen at random, and an n8n that polls it, fails, crashes and is started again.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2026-03-01T12:00:00Z');
const USERS = [1, 2, 3, 4];

const account = { baseUrl: 'https://cdn.emnify.net', login: 'login', organisation: 1 };
const settings: TriggerSettings = {
	events: EVENT_NAMES,
	deviceDays: 7,
	tokenDays: 14,
	scope: { which: 'all' },
};

const user = fc.constantFrom(...USERS);
const step = fc.oneof(
	fc.record({ kind: fc.constant('add' as const), user, age: fc.constantFrom(0, 82, 83) }),
	fc.record({ kind: fc.constant('remove' as const), user }),
	fc.record({ kind: fc.constant('log' as const), user, lateBy: fc.nat(9) }),
	fc.record({ kind: fc.constant('token' as const), days: fc.constantFrom(3, 14, 15, 30) }),
	fc.record({ kind: fc.constant('come or go' as const), user }),
	fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1000, MINUTE, HOUR, DAY) }),
	fc.record({
		kind: fc.constant('poll' as const),
		outcome: fc.constantFrom('ends well', 'ends well', 'fails', 'nobody may know'),
		unread: fc.uniqueArray(user, { maxLength: 2 }),
	}),
	fc.record({ kind: fc.constant('restart' as const) }),
);

type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

class Workspace {
	now = START;
	readonly devices = new Map<number, TrustedDevice[]>(USERS.map((id) => [id, []]));
	readonly listed = new Set<number>(USERS);
	readonly log: Array<EmnifyEvent & { listedAt: number }> = [];
	readonly tokens: ApplicationToken[] = [];
	private lastId = 0;

	add(owner: number, ageDays: number): void {
		const activation_date = this.at(this.now - ageDays * DAY);
		this.devices.get(owner)?.push({ id: ++this.lastId, activation_date });
	}

	remove(owner: number): void {
		this.devices.get(owner)?.shift();
	}

	write(owner: number, lateBy: number): void {
		this.log.push({
			id: ++this.lastId,
			timestamp: this.at(this.now),
			event_type: { id: 6, description: 'User authentication failed' },
			user: { id: owner, username: `user${owner}@acme.example` },
			listedAt: this.now + lateBy * MINUTE,
		});
	}

	addToken(days: number): void {
		const created = this.at(this.now);
		this.tokens.push({ id: ++this.lastId, created, expiry_date: this.at(this.now + days * DAY) });
	}

	snapshot(before: Checkpoint | undefined, unread: number[]): Snapshot {
		const users = [...this.listed].sort();
		const from = before?.log?.from ?? this.now - OVERLAP_MS;
		return {
			now: this.now - 1000,
			devices: {
				users: users.map((id) => ({ id, username: `user${id}@acme.example`, name: null })),
				ofUser: new Map(
					users
						.filter((id) => !unread.includes(id))
						.map((id) => [id, [...(this.devices.get(id) ?? [])]]),
				),
			},
			log: {
				from,
				events: this.log.filter(
					({ timestamp, listedAt }) => Date.parse(timestamp ?? '') >= from && listedAt <= this.now,
				),
			},
			tokens: [...this.tokens],
		};
	}

	private at(time: number): string {
		return new Date(time).toISOString();
	}
}

class N8n {
	readonly reported: string[] = [];
	private checkpoint?: Checkpoint;
	private saved?: string;

	constructor(private readonly workspace: Workspace) {}

	poll(unread: number[], outcome = 'ends well'): void {
		const snapshot = this.workspace.snapshot(this.checkpoint, unread);
		const { occurrences, checkpoint } = evaluate(this.checkpoint, settings, account, snapshot);
		if (outcome === 'fails') return;
		const isFirst = this.checkpoint === undefined;
		this.checkpoint = checkpoint;
		// n8n saves the checkpoint only at the start, and where there is something to hand over.
		if (occurrences.length > 0 || isFirst) this.saved = JSON.stringify(writeCheckpoint(checkpoint));
		this.reported.push(...occurrences.map(({ id }) => id));
	}

	restart(): void {
		this.checkpoint = readCheckpoint(this.saved === undefined ? undefined : JSON.parse(this.saved));
	}
}

function take(step: Step, workspace: Workspace, n8n: N8n): void {
	if (step.kind === 'add') workspace.add(step.user, step.age);
	if (step.kind === 'remove') workspace.remove(step.user);
	if (step.kind === 'log') workspace.write(step.user, step.lateBy);
	if (step.kind === 'token') workspace.addToken(step.days);
	if (step.kind === 'wait') workspace.now += step.ms;
	if (step.kind === 'poll') n8n.poll(step.unread, step.outcome);
	if (step.kind === 'restart') n8n.restart();
	if (step.kind === 'come or go' && !workspace.listed.delete(step.user)) {
		workspace.listed.add(step.user);
	}
}

/** The IDs of the devices that are there, with their users. */
const present = ({ devices }: Workspace) =>
	[...devices].flatMap(([owner, own]) => own.map(({ id }) => `${owner}:${id}`));

function live(before: Step[], after: Step[]) {
	const workspace = new Workspace();
	const n8n = new N8n(workspace);
	for (const one of before.filter(({ kind }) => kind !== 'poll' && kind !== 'restart')) {
		take(one, workspace, n8n);
	}
	// Everybody is there at the first poll and at the last: what happens to who is away is reported afterwards.
	USERS.forEach((id) => workspace.listed.add(id));
	n8n.poll([]);
	workspace.now += MINUTE;
	const atStart = { devices: present(workspace), logged: workspace.log.length, now: workspace.now };
	for (const one of after) take(one, workspace, n8n);
	USERS.forEach((id) => workspace.listed.add(id));
	workspace.now += 10 * MINUTE;
	n8n.poll([]);
	return { workspace, reported: n8n.reported, atStart };
}

const lives = [fc.array(step, { maxLength: 20 }), fc.array(step, { maxLength: 60 })] as const;
const runs = { numRuns: 1000 };

test('nothing is reported twice', () => {
	fc.assert(
		fc.property(...lives, (before, after) => {
			const { reported } = live(before, after);
			expect(reported).toEqual([...new Set(reported)]);
		}),
		runs,
	);
});

test('a device that was added and is still there was reported; one from before the start was not', () => {
	fc.assert(
		fc.property(...lives, (before, after) => {
			const { workspace, reported, atStart } = live(before, after);
			const added = reported.filter((id) => id.startsWith('trusted_device_added:'));
			const isNew = (device: string) => !atStart.devices.includes(device);
			const expected = present(workspace).filter(isNew);
			expect(added).toEqual(
				expect.arrayContaining(expected.map((device) => `trusted_device_added:${device}`)),
			);
			for (const device of atStart.devices) {
				expect(added).not.toContain(`trusted_device_added:${device}`);
			}
		}),
		runs,
	);
});

test('a device is reported as removed exactly if it was known and is gone', () => {
	fc.assert(
		fc.property(...lives, (before, after) => {
			const { workspace, reported, atStart } = live(before, after);
			const of = (event: string) =>
				reported.filter((id) => id.startsWith(`${event}:`)).map((id) => id.slice(event.length + 1));
			const known = [...atStart.devices, ...of('trusted_device_added')];
			const gone = known.filter((device) => !present(workspace).includes(device));
			expect(of('trusted_device_removed').sort()).toEqual(gone.sort());
		}),
		runs,
	);
});

test('each event of the log is reported, and none from before the start', () => {
	fc.assert(
		fc.property(...lives, (before, after) => {
			const { workspace, reported, atStart } = live(before, after);
			const of = reported.filter((id) => id.startsWith('event:')).sort();
			const ids = (events: EmnifyEvent[]) => events.map(({ id }) => `event:${id}`);
			// What was late at the start may be reported, too.
			const old = ids(workspace.log.filter(({ listedAt }) => listedAt < atStart.now - MINUTE));
			expect(of).toEqual(expect.arrayContaining(ids(workspace.log.slice(atStart.logged))));
			for (const id of old) expect(of).not.toContain(id);
		}),
		runs,
	);
});

test('each token that came to its last days is reported', () => {
	fc.assert(
		fc.property(...lives, (before, after) => {
			const { workspace, reported, atStart } = live(before, after);
			const due = workspace.tokens.filter(({ created, expiry_date }) => {
				const lastDays = Date.parse(expiry_date ?? '') - 14 * DAY;
				const at = Math.max(lastDays, Date.parse(created ?? ''));
				return at > atStart.now && at < workspace.now;
			});
			const of = reported.filter((id) => id.startsWith('application_token_expiring:'));
			for (const { id } of due) {
				expect(
					of.filter((one) => one.startsWith(`application_token_expiring:${id}:`)),
				).toHaveLength(1);
			}
		}),
		runs,
	);
});

test('each device that came to its last days, and is still there, is reported', () => {
	fc.assert(
		fc.property(...lives, (before, after) => {
			const { workspace, reported, atStart } = live(before, after);
			const of = reported.filter((id) => id.startsWith('trusted_device_expiring:'));
			const present = [...workspace.devices].flatMap(([user, devices]) =>
				devices.map((device) => ({ ...device, user })),
			);
			for (const { id, user, activation_date } of present) {
				const at = Date.parse(activation_date ?? '') + 83 * DAY;
				const isDue = at > atStart.now && at < workspace.now;
				const prefix = `trusted_device_expiring:${user}:${id}:`;
				const count = of.filter((one) => one.startsWith(prefix)).length;
				if (isDue) expect([id, count]).toEqual([id, 1]);
				if (at < atStart.now - MINUTE) expect([id, count]).toEqual([id, 0]);
			}
		}),
		runs,
	);
});
