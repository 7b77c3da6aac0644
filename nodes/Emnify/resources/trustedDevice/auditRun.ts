import type { IBinaryData, IDataObject } from 'n8n-workflow';

import type { EmnifyClient } from '../../api/client';
import { EmnifyError } from '../../api/errors';
import { requireIds } from '../../api/ids';
import { isTransient } from '../../api/retry';
import type { User } from '../../api/types';
import { auditUser, type AuditedDevice, type AuditedUser } from '../../domain/auditUser';
import { count } from '../../domain/count';
import { isFinding, type AuditScope, type Gap } from '../../domain/coverage';
import type { AuditPolicy } from '../../domain/policy';
import {
	SummaryBuilder,
	type AuditSummary,
	type Organisation,
	type UnreadableUser,
} from '../../domain/summary';
import { gapFinding } from '../../domain/trustFinding';
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
import { wordsInPlainText } from '../../report/blocks';
import { checksOf } from '../../report/checks';
import type { Report } from '../../report/report';
import { reportCsv } from '../../report/reportCsv';
import { reportHtml } from '../../report/reportHtml';
import { revocationBlocks, revocationNotes } from '../../report/revocations';
import { scopeInWords } from '../../report/scope';
import { writeSummary } from '../../report/summary';
import type { Batch, BatchInput, BatchOutput } from '../operation';
import { deviceItems, findingItems, gapDevice, type ResultRow } from './auditItems';
import { isToBeRevoked, Revocations, type DoneRevocation, type RevokePlan } from './auditRevoke';

/** What the fields say. */
export interface AuditSettings {
	/** The filters of the users, or `input` for those of the items. */
	users: UserFilters | 'input';
	policy: AuditPolicy;
	output: 'findings' | 'devices' | 'summary';
	report: 'none' | 'html' | 'csv';
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
/** A long audit logs its progress each time it has read that many users, and by the clock: that soon, then that often, in ms. */
const PROGRESS_EVERY_USERS = 500;
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

	/** Of each device, for the report's chart. */
	private readonly ages: Array<number | null> = [];

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
		const { client, log, warn } = this.batch;
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
		log(`Audited ${this.usersRead} users, ${this.usersUnreadable} of them could not be read`);
		if (this.usersUnreadable > 0) {
			warn(
				`The trusted devices of ${this.usersUnreadable} of ${this.usersRead} users could not be read. The output shows which, and why.`,
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
		const output = await this.output(inputs);
		this.hint(output.length);
		return output;
	}

	/** What a person looks for above the output. */
	private hint(items: number): void {
		const { inform, warn } = this.batch;
		const { mode, max } = this.settings.revoke;
		const { would_be_revoked = 0, over_limit = 0 } = this.revocations.counts();
		if (mode === 'dryRun') {
			inform(
				`Dry run: ${count(would_be_revoked, 'device')} would be revoked. Nothing was changed.`,
			);
		}
		if (over_limit > 0) {
			warn(
				`Max Revocations is ${max}: ${over_limit} more ${over_limit === 1 ? 'device is' : 'devices are'} left for the next run.`,
			);
		}
		if (items === 0) {
			inform(
				'Nothing found, so the nodes after this one do not run. For a message in each case, choose Summary as the output.',
			);
		}
	}

	private async auditTarget(target: Target, mayBePutOff: boolean): Promise<void> {
		const { client } = this.batch;
		const { items, place } = target;
		try {
			const user = target.user ?? (await this.find(target));
			if (!user) return;
			requireIds([user], `list the trusted devices of ${nameOf(user)}`);
			const listed = await trustedDevicesOf(
				client,
				{ id: String(user.id) },
				`list the trusted devices of ${nameOf(user)}`,
			);
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
		if (this.usersRead % PROGRESS_EVERY_USERS === 0 || Date.now() >= this.nextProgressMs)
			this.progress();
	}

	private expect(users: number): void {
		this.usersInAll = users;
		this.batch.client.expect(users - this.usersRead);
	}

	/** Says in n8n's log how far it is, how many requests emnify's window still takes, and how long it will take. */
	private progress(): void {
		this.nextProgressMs = Date.now() + PROGRESS_EVERY_MS;
		const read = this.usersRead.toLocaleString('en-GB');
		if (this.usersInAll === undefined) return this.batch.log(`Audited ${read} users`);
		const { left, ms } = this.batch.client.outlook(Math.max(0, this.usersInAll - this.usersRead));
		this.batch.log(
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
		const { output, report, revoke } = this.settings;
		const keepsFindings = output === 'findings' || report !== 'none';
		if (report !== 'none') for (const { age_days } of result.devices) this.ages.push(age_days);
		const devices = result.devices.filter(
			(device) =>
				output === 'devices' ||
				(keepsFindings && !device.compliant) ||
				isToBeRevoked(device, revoke),
		);
		if (devices.length > 0 || (result.unreadable && (keepsFindings || output === 'devices'))) {
			this.results.push({ ...result, devices });
		}
	}

	private async output(inputs: Array<BatchInput<unknown>>): Promise<BatchOutput[]> {
		const { users, output, report } = this.settings;
		const [first = 0] = inputs.map(({ index }) => index);
		const items = users === 'input' ? inputs.map(({ index }) => index) : [first];
		const scope = this.scope(inputs);
		if (output !== 'summary' && report === 'none') return this.foundItems(scope, items);
		const summary = await this.writtenSummary(scope);
		const binary = await this.reportFile(summary, scope);
		if (output === 'summary') {
			const { mode } = this.settings.revoke;
			const revocations = mode !== 'none' && { revocations: this.revocations.counts() };
			const json = { ...summary, ...revocations } as unknown as IDataObject;
			return [{ json, ...(binary && { binary }), items }];
		}
		const [firstItem, ...others] = this.foundItems(scope, items);
		const { findings, text, html } = summary;
		const carrier = firstItem ?? { json: { findings, text, html }, items };
		return [{ ...carrier, ...(binary && { binary }) }, ...others];
	}

	/** The items of Findings and Devices. */
	private foundItems(scope: AuditScope, items: number[]): BatchOutput[] {
		const isFindings = this.settings.output === 'findings';
		const itemsOf = isFindings ? findingItems : deviceItems;
		const gapOf = isFindings ? gapFinding : gapDevice;
		const gaps = this.gaps(scope).map((gap) => ({ items, json: { ...gapOf(gap, scope) } }));
		const rows = this.rows().flatMap((row) =>
			itemsOf(row).map((json) => ({ items: row.items, json: { ...json } as IDataObject })),
		);
		return [...gaps, ...rows];
	}

	private async reportFile(
		summary: AuditSummary,
		scope: AuditScope,
	): Promise<Record<string, IBinaryData> | undefined> {
		const { policy, report: format, revoke } = this.settings;
		if (format === 'none') return undefined;
		const report: Report = {
			...summary,
			title: 'Trusted-device audit',
			scope: wordsInPlainText(scopeInWords(this.summary.coverage(scope))),
			device_ages: this.ages,
			checks: checksOf(policy),
			findings: [
				...this.gaps(scope).map((gap) => gapFinding(gap, scope)),
				...this.rows().flatMap(findingItems),
			],
			accepted: [],
			notes: revocationNotes(revoke.mode, this.revocations.all()),
			sheet: null,
		};
		const name = `emnify-audit-${summary.checked_at.slice(0, 10)}.${format}`;
		const file = await (format === 'html'
			? this.batch.file(reportHtml(report), name, 'text/html')
			: this.batch.file(reportCsv(report), name, 'text/csv'));
		return { report: file };
	}

	private gaps(scope: AuditScope): Gap[] {
		return this.summary.gaps(scope).filter(isFinding);
	}

	/** What was found, in the order of the output. */
	private rows(): ResultRow[] {
		const isRevoking = this.settings.revoke.mode !== 'none';
		const now = this.results.flatMap(({ items, place, devices, unreadable }): ResultRow[] => {
			if (unreadable) return [{ place, items, unreadable }];
			return devices.map((device) => {
				const revocation = this.revocations.of(device) ?? { outcome: 'none' as const };
				return { place, items, device, ...(isRevoking && { revocation }) };
			});
		});
		return [...this.revocations.ofEarlierTries(), ...now].sort((a, b) => a.place - b.place);
	}

	private scope(inputs: Array<BatchInput<unknown>>): AuditScope {
		const { users } = this.settings;
		if (users === 'input') {
			const { unusableItems } = this.batch;
			return { which: users, items: inputs.length + unusableItems, unusableItems };
		}
		return users.length === 0 ? { which: 'all' } : { which: 'filtered', criteria: users.join(',') };
	}

	private async writtenSummary(scope: AuditScope): Promise<AuditSummary> {
		const { client } = this.batch;
		const workspace = await findWorkspace(client);
		// emnify's clock was not known yet when the audit began.
		const startedAt = new Date(client.now().getTime() - (Date.now() - this.startedMs));
		const result = this.summary.build({ scope, workspace, startedAt });
		const more = revocationBlocks(this.settings.revoke.mode, this.revocations.all());
		return writeSummary(result, this.settings.policy, more);
	}
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

const LISTING_ADVICE = {
	403: 'Only administrators can list users. Use a credential of an administrator, or set Users to Users From Input Items for users whom you name.',
};

async function* listedTargets(
	client: EmnifyClient,
	filters: UserFilters,
	item: number,
	onTotal: (total: number) => void,
): AsyncGenerator<Target, void> {
	for await (const user of allUsers(client, filters, { advice: LISTING_ADVICE, onTotal })) {
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

/** A user whom emnify does not show: all that is known is what the item says. */
function unknownUser(reference: UserReference): AuditedUser {
	const id = 'id' in reference && reference.id !== 'my' ? Number(reference.id) : null;
	const username = 'username' in reference ? reference.username : null;
	return { id, username, name: null, status: null };
}
