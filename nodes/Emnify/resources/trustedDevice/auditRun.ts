import type { IDataObject } from 'n8n-workflow';

import type { EmnifyClient } from '../../api/client';
import { EmnifyError } from '../../api/errors';
import { requireIds } from '../../api/ids';
import { isTransient } from '../../api/retry';
import type { User } from '../../api/types';
import { auditUser, type AuditedDevice, type AuditedUser } from '../../domain/auditUser';
import type { AuditScope, Gap } from '../../domain/coverage';
import { count } from '../../domain/count';
import type { AuditPolicy } from '../../domain/policy';
import { SummaryBuilder, type Organisation, type UnreadableUser } from '../../domain/summary';
import { readUserStatus } from '../../domain/userStatus';
import { trustedDevicesOf } from '../../endpoints/trustedDevices';
import {
	allUsers,
	findUser,
	userInWords,
	type UserFilters,
	type UserReference,
} from '../../endpoints/users';
import { findWorkspace } from '../../endpoints/workspace';
import { writeSummary } from '../../report/summary';
import type { Batch, BatchInput, BatchOutput } from '../operation';
import {
	isToBeRevoked,
	Revocations,
	revocationsInWords,
	type DoneRevocation,
	type RevokePlan,
} from './auditRevoke';

/** What the fields say. */
export interface AuditSettings {
	/** The filters of the users, or `input` for those of the items. */
	users: UserFilters | 'input';
	policy: AuditPolicy;
	output: 'findings' | 'devices' | 'summary';
	revoke: RevokePlan;
	stopAtUnreadable: boolean;
}

/** A user to audit, and the items that name them. */
interface Target {
	reference: UserReference;
	/** Known where emnify listed the users. */
	user?: User;
	items: number[];
	/** Where the user stands in the output. */
	place: number;
}

/** What the audit found of one user. */
interface UserResult {
	place: number;
	items: number[];
	devices: AuditedDevice[];
	unreadable?: UnreadableUser;
}

/** After so many users in a row that could not be read, emnify is down, and the audit stops. */
const MOST_UNREADABLE_IN_A_ROW = 25;
const TELL_EVERY = 500;
/** A long audit reports its progress that soon, and then that often, in milliseconds. */
const FIRST_PROGRESS_MS = 2_000;
const PROGRESS_EVERY_MS = 15_000;

/** One audit: reads the users' devices, checks them, revokes what is to be revoked, and gives the output. */
export class Audit {
	private readonly summary: SummaryBuilder;

	/** What the output, or the revoking, still needs: not all devices of twelve thousand users. */
	private readonly results: UserResult[] = [];

	/** The items that name a user: several references may be to the same one. */
	private readonly itemsOfUser = new Map<number, number[]>();

	/** Those whose turn comes once more at the end: what may pass may have passed by then. */
	private readonly putOff: Target[] = [];

	private readonly revocations: Revocations;

	private readonly startedMs = Date.now();

	private usersRead = 0;

	/** How many there are; `undefined` as long as emnify has not said so. */
	private usersInAll?: number;

	private nextProgressMs = this.startedMs + FIRST_PROGRESS_MS;

	private usersUnreadable = 0;

	private unreadableInARow = 0;

	constructor(
		private readonly batch: Batch<DoneRevocation>,
		private readonly settings: AuditSettings,
	) {
		this.summary = new SummaryBuilder(settings.policy);
		this.revocations = new Revocations(batch, settings.revoke);
	}

	async run(inputs: Array<BatchInput<UserReference | undefined>>): Promise<BatchOutput[]> {
		const { client, tell, warn } = this.batch;
		const targets =
			this.settings.users === 'input'
				? targetsOf(inputs)
				: listedTargets(client, this.settings.users, inputs[0]?.index ?? 0, (total) =>
						this.expect(total),
					);
		if (Array.isArray(targets)) this.expect(targets.length);
		await client.concurrently(targets, async (target) => {
			await this.auditTarget(target, true);
		});
		await client.concurrently(this.putOff, async (target) => {
			await this.auditTarget(target, false);
		});
		tell(`Audited ${this.usersRead} users, ${this.usersUnreadable} of them could not be read`);
		if (this.usersUnreadable > 0) {
			warn(
				`The trusted devices of ${this.usersUnreadable} of ${this.usersRead} users could not be read. The output tells which and why.`,
			);
		} else if (this.usersRead === 0) {
			for (const { message } of this.summary.gaps(this.scope(inputs))) warn(`${message}.`);
		}
		if (this.settings.users === 'input' && this.usersRead === 1 && inputs.length > 1) {
			warn(
				`All ${inputs.length} items name the same user. If that is not meant, enter an expression in User, such as {{ $json.id }}.`,
			);
		}
		await this.revocations.revoke(
			this.results
				.flatMap(({ devices, place, items }) => devices.map((device) => ({ device, place, items })))
				.filter(({ device }) => isToBeRevoked(device, this.settings.revoke)),
		);
		return await this.output(inputs);
	}

	private async auditTarget(target: Target, mayBePutOff: boolean): Promise<void> {
		const { client } = this.batch;
		const { items, place } = target;
		try {
			const user = target.user ?? (await this.find(target));
			if (!user) return;
			requireIds([user], `list the trusted devices of ${nameOf(user)}`);
			const listed = await trustedDevicesOf(client, { id: String(user.id) });
			const { policy } = this.settings;
			const { active } = readUserStatus(user.status);
			const devices = auditUser(auditedUser(user), listed, policy, client.now(), active);
			this.unreadableInARow = 0;
			this.revocations.seen(user.id, listed);
			this.summary.addUser(devices, organisationOf(user));
			this.keep({ place, items, devices });
		} catch (error) {
			const unreadable = this.unreadable(error, target);
			// At the end only those who failed before are read: that many fail in a row says nothing then.
			if (mayBePutOff) this.stopIfDown(error);
			if (mayBePutOff && isTransient(error)) {
				this.putOff.push(target);
				return;
			}
			this.usersUnreadable++;
			this.summary.addFailedUser(unreadable, target.user && organisationOf(target.user));
			this.keep({ place, items, devices: [], unreadable });
		}
		this.usersRead++;
		if (this.usersRead % TELL_EVERY === 0 || Date.now() >= this.nextProgressMs) this.progress();
	}

	private expect(users: number): void {
		this.usersInAll = users;
		this.batch.client.expect(users - this.usersRead);
	}

	/** Says in n8n's log how far it is, how many requests emnify's window still takes, and how long it will take. */
	private progress(): void {
		this.nextProgressMs = Date.now() + PROGRESS_EVERY_MS;
		const read = this.usersRead.toLocaleString('en-GB');
		if (this.usersInAll === undefined) return this.batch.tell(`Audited ${read} users`);
		const { left, ms } = this.batch.client.outlook(Math.max(0, this.usersInAll - this.usersRead));
		this.batch.tell(
			`Audited ${read} of ${this.usersInAll.toLocaleString('en-GB')} users. Requests left in emnify’s five minutes: ${left.toLocaleString('en-GB')}. Time to go: about ${durationInWords(ms)}.`,
		);
	}

	/** The user whom an item names, or `undefined` where another item has named the same one in another way. */
	private async find(target: Target): Promise<User | undefined> {
		const { reference, items } = target;
		const found = await findUser(this.batch.client, reference);
		const [user] = requireIds([found], `find ${userInWords(reference)}`);
		if (!user) return undefined;
		const known = this.itemsOfUser.get(user.id);
		if (known && known !== items) {
			for (const item of items) known.push(item);
			known.sort((a, b) => a - b);
			return undefined;
		}
		this.itemsOfUser.set(user.id, items);
		return user;
	}

	/** The report on a user who could not be read. Throws what concerns the other users as well. */
	private unreadable(error: unknown, { reference, user }: Target): UnreadableUser {
		const isOfUser =
			error instanceof EmnifyError &&
			(error.kind === 'rejected' || error.kind === 'notEmnify' || isTransient(error));
		if (!isOfUser || this.settings.stopAtUnreadable) throw error;
		return { user: user ? auditedUser(user) : unknownUser(reference), message: error.message };
	}

	/** Throws the failure where nobody could be read for long. */
	private stopIfDown(error: unknown): void {
		const isOfUser = error instanceof EmnifyError && error.kind === 'rejected';
		this.unreadableInARow = isOfUser ? 0 : this.unreadableInARow + 1;
		if (this.unreadableInARow >= MOST_UNREADABLE_IN_A_ROW) throw error;
	}

	private keep(result: UserResult): void {
		const { output, revoke } = this.settings;
		const devices = result.devices.filter(
			(device) =>
				output === 'devices' ||
				(output === 'findings' && !device.compliant) ||
				isToBeRevoked(device, revoke),
		);
		if (devices.length > 0 || (result.unreadable && output !== 'summary')) {
			this.results.push({ ...result, devices });
		}
	}

	private async output(inputs: Array<BatchInput<unknown>>): Promise<BatchOutput[]> {
		const { users, output, revoke } = this.settings;
		const [first = 0] = inputs.map(({ index }) => index);
		const items = users === 'input' ? inputs.map(({ index }) => index) : [first];
		if (output === 'summary') return [{ json: await this.summaryJson(this.scope(inputs)), items }];
		const isRevoking = revoke.mode !== 'none';
		const before = this.revocations.ofEarlierTries().map(({ device, revocation, ...placed }) => ({
			...placed,
			json: { ...device, revocation } as IDataObject,
		}));
		const now = this.results.flatMap(({ items, place, devices, unreadable }) => {
			if (unreadable) return [{ place, items, json: unreadableItem(unreadable) }];
			return devices.map((device) => {
				const revocation = this.revocations.of(device) ?? { outcome: 'none' };
				return {
					place,
					items,
					json: { ...device, ...(isRevoking && { revocation }) } as IDataObject,
				};
			});
		});
		const gaps = this.summary
			.gaps(this.scope(inputs))
			.filter(({ rule }) => rule === 'nothing_checked' || rule === 'mostly_unreadable')
			.map((gap) => ({ items, json: gapItem(gap) }));
		return [...gaps, ...[...before, ...now].sort((a, b) => a.place - b.place)];
	}

	private scope(inputs: Array<BatchInput<unknown>>): AuditScope {
		const { users } = this.settings;
		if (users === 'input') {
			const { unusableItems } = this.batch;
			return { which: users, items: inputs.length + unusableItems, unusableItems };
		}
		return users.length === 0 ? { which: 'all' } : { which: 'filtered', criteria: users.join(',') };
	}

	private async summaryJson(scope: AuditScope): Promise<IDataObject> {
		const { mode } = this.settings.revoke;
		const { client } = this.batch;
		const workspace = await findWorkspace(client);
		// emnify's clock was not known yet when the audit began.
		const startedAt = new Date(client.now().getTime() - (Date.now() - this.startedMs));
		const result = this.summary.build({ scope, workspace, startedAt });
		const summary = writeSummary(result, this.settings.policy) as unknown as IDataObject;
		if (mode === 'none') return summary;
		const revocations = this.revocations.counts();
		return {
			...summary,
			revocations,
			text: `${String(summary.text)}\n\n${revocationsInWords(mode, revocations)}`,
		};
	}
}

function unreadableItem({ user, message }: UnreadableUser): IDataObject {
	return itemWithoutDevice(user, { rule: 'unreadable', message });
}

function gapItem({ rule, message }: Gap): IDataObject {
	return itemWithoutDevice(
		{ id: null, username: null, name: null, status: null },
		{ rule, message },
	);
}

/** Looks like a device with a finding, so that whoever alerts on findings hears of it. */
function itemWithoutDevice(
	user: AuditedUser,
	finding: { rule: string; message: string },
): IDataObject {
	return {
		user: { ...user },
		device: null,
		age_days: null,
		trusted_until: null,
		findings: [finding],
		compliant: false,
	};
}

function targetsOf(inputs: Array<BatchInput<UserReference | undefined>>): Target[] {
	const targets = new Map<string, Target>();
	for (const { index, input: reference } of inputs) {
		if (!reference) continue;
		const key = JSON.stringify(reference);
		const target = targets.get(key) ?? { reference, items: [], place: index };
		targets.set(key, target);
		target.items.push(index);
	}
	return [...targets.values()];
}

async function* listedTargets(
	client: EmnifyClient,
	filters: UserFilters,
	item: number,
	onTotal: (total: number) => void,
): AsyncGenerator<Target, void> {
	for await (const user of allUsers(client, filters, onTotal)) {
		// One whom emnify lists without an ID comes last.
		const place = user.id ?? Number.MAX_SAFE_INTEGER;
		yield { reference: { id: String(user.id) }, user, items: [item], place };
	}
}

function durationInWords(ms: number): string {
	const seconds = Math.ceil(ms / 1000);
	return seconds < 90 ? count(seconds, 'second') : count(Math.ceil(seconds / 60), 'minute');
}

function auditedUser({ id, username, name, status }: User): AuditedUser {
	return {
		id: typeof id === 'number' ? id : null,
		username: username ?? null,
		name: name ?? null,
		status: readUserStatus(status).text,
	};
}

function nameOf({ id, username }: User): string {
	return username ? `user ${username}` : `user ${id ?? 'without an ID'}`;
}

function organisationOf({ organisation }: User): Organisation | null {
	return organisation ? { id: organisation.id, name: organisation.name ?? null } : null;
}

/** A user that emnify would not tell of: all that is known is what the item says. */
function unknownUser(reference: UserReference): AuditedUser {
	const id = 'id' in reference && reference.id !== 'my' ? Number(reference.id) : null;
	const username = 'username' in reference ? reference.username : null;
	return { id, username, name: null, status: null };
}
