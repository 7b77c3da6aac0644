import type { INodeProperties } from 'n8n-workflow';

import { EmnifyError, isEmnifysNotFound, isOutcomeOpen } from '../../api/errors';
import type { AuditedDevice } from '../../domain/auditUser';
import type { AuditPolicy, RuleName } from '../../domain/policy';
import type { Revocation, RevocationOutcome, RevokeMode } from '../../domain/revocation';
import { oldestFirst } from '../../domain/summary';
import { readChoice } from '../../fields/choice';
import type { ItemFields } from '../../fields/itemFields';
import { readCount } from '../../fields/limit';
import { revokeTrust, trustedDevicesOf } from '../../endpoints/trustedDevices';
import type { Batch } from '../operation';
import { readRules, ruleOptions } from './auditPolicy';

/** Whether the audit revokes what it finds: off, unless chosen. */
export const revokeFields: INodeProperties[] = [
	{
		displayName: 'Revoke',
		name: 'revoke',
		type: 'options',
		default: 'none',
		description: 'Whether to revoke the trust in the devices that break certain rules',
		options: [
			{ name: 'Off (Report Only)', value: 'none', description: 'Revoke nothing' },
			{
				name: 'Dry Run',
				value: 'dryRun',
				description: 'Revoke nothing, and show for each device whether it would be revoked',
			},
			{
				name: 'Revoke',
				value: 'revoke',
				description: 'The next login from such a device needs the second factor again',
			},
		],
	},
	{
		displayName: 'Rules That Revoke',
		name: 'revokeRules',
		type: 'multiOptions',
		required: true,
		default: [],
		description:
			'A device that breaks one of these rules is revoked. Each must be in Policy. That a user’s status is unknown revokes nothing.',
		options: ruleOptions,
		displayOptions: { show: { revoke: ['dryRun', 'revoke'] } },
	},
	{
		displayName: 'Max Revocations',
		name: 'maxRevocations',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 10,
		description:
			'The most devices to revoke in one run, those trusted for the longest first. One that cannot be revoked does not count. The others are reported as over the limit.',
		displayOptions: { show: { revoke: ['dryRun', 'revoke'] } },
	},
];

/** What to revoke; nothing where `rules` is empty. */
export interface RevokePlan {
	mode: RevokeMode;
	rules: RuleName[];
	max: number;
}

/** A device of the audit, where it stands in the output, and the items that it comes from. */
export interface PlacedDevice {
	device: AuditedDevice;
	place: number;
	items: number[];
}

/** What may have been done, for the next try of this run. */
export interface DoneRevocation extends PlacedDevice {
	revocation: Revocation;
}

/** Reads the fields on revoking. Throws an `EmnifyError` (`input`). */
export function readRevokePlan(item: ItemFields, policy: AuditPolicy): RevokePlan {
	const mode = readChoice('Revoke', item.field('revoke') ?? 'none', ['none', 'dryRun', 'revoke']);
	if (mode === 'none') return { mode, rules: [], max: 0 };
	return {
		mode,
		rules: readRules('Rules That Revoke', item.field('revokeRules'), policy),
		max: readCount('Max Revocations', item.field('maxRevocations')),
	};
}

/**
 * Whether the plan wants a device revoked. That nobody knows a user's status is a finding, but no reason to log them out: it
 * may be unknown of everybody.
 */
export function isToBeRevoked({ user, findings }: AuditedDevice, { rules }: RevokePlan): boolean {
	const isReason = (rule: RuleName) => rule !== 'flagInactiveUsers' || user.status !== null;
	return findings.some(({ rule }) => rules.includes(rule) && isReason(rule));
}

/** After so many failures in a row the next one would fail as well: nobody may do it, say. */
const MOST_FAILED_IN_A_ROW = 100;

/** What counts towards the cap: what was revoked, may have been, or would be. */
const COUNTED: RevocationOutcome[] = ['revoked', 'unknown', 'would_be_revoked'];

/** Revokes devices, and keeps what became of each, over the tries of a run as well (Retry On Fail). */
export class Revocations {
	private readonly outcomes = new Map<string, DoneRevocation>();

	/** What an earlier try did, or may have done. */
	private readonly before: Map<string, DoneRevocation>;

	constructor(
		private readonly batch: Batch<DoneRevocation>,
		private readonly plan: RevokePlan,
	) {
		this.before = new Map(batch.done);
	}

	/** Learns from a user's devices what became of those of an earlier try: one that is missing is gone. */
	seen(userId: number, listed: Array<{ id: number }>): void {
		for (const [key, done] of this.before) {
			const { user, device } = done.device;
			if (user.id !== userId) continue;
			if (listed.some(({ id }) => id === device.id)) this.before.delete(key);
			else {
				const gone: DoneRevocation = {
					...done,
					revocation: { ...done.revocation, outcome: 'revoked' },
				};
				this.before.set(key, gone);
				this.batch.done.set(key, gone);
			}
		}
	}

	/**
	 * Revokes the devices, one after the other, those trusted for the longest first, until as many as the cap allows were
	 * revoked, or may have been, earlier tries included. A device that cannot be revoked does not keep the others from it.
	 * Throws an `EmnifyError` that accounts for what was done where no further one can be revoked: no session, the rate limit,
	 * or the execution cancelled.
	 */
	async revoke(candidates: PlacedDevice[]): Promise<void> {
		const { max } = this.plan;
		const ordered = [...candidates].sort((a, b) => oldestFirst(a.device, b.device));
		for (const { device } of ordered) this.before.delete(keyOf(device));
		let counted = this.before.size;
		let failedInARow = 0;
		for (const [index, candidate] of ordered.entries()) {
			const { device } = candidate;
			if (counted >= max) this.note(candidate, { outcome: 'over_limit' });
			else if (failedInARow >= MOST_FAILED_IN_A_ROW) this.note(candidate, NOT_TRIED);
			else {
				const revocation = await this.attempt(device).catch((error: unknown) => {
					// It was under way when the execution was stopped, or just before.
					if (error instanceof EmnifyError && error.kind === 'cancelled') {
						this.note(candidate, { outcome: 'unknown', message: error.message });
					}
					throw this.account(error, ordered.slice(0, index + max - counted));
				});
				this.note(candidate, revocation);
				if (COUNTED.includes(revocation.outcome)) counted++;
				failedInARow = ['failed', 'unknown'].includes(revocation.outcome) ? failedInARow + 1 : 0;
			}
		}
	}

	/** What became of a device, or `undefined` where it was not to be revoked. */
	of(device: AuditedDevice): Revocation | undefined {
		return this.outcomes.get(keyOf(device))?.revocation;
	}

	/** What an earlier try did with devices that are not there any more, or that nobody could look at again. */
	ofEarlierTries(): DoneRevocation[] {
		return [...this.before.values()];
	}

	/** What became of each device that was to be revoked, in the order in which they were; earlier tries come first. */
	all(): DoneRevocation[] {
		return [...this.ofEarlierTries(), ...this.outcomes.values()];
	}

	/** How many devices there are of each outcome. */
	counts(): Partial<Record<RevocationOutcome, number>> {
		const counts: Partial<Record<RevocationOutcome, number>> = { revoked: 0 };
		for (const { revocation } of this.all()) {
			counts[revocation.outcome] = (counts[revocation.outcome] ?? 0) + 1;
		}
		return counts;
	}

	private note(candidate: PlacedDevice, revocation: Revocation): void {
		const key = keyOf(candidate.device);
		this.outcomes.set(key, { ...candidate, revocation });
		if (this.plan.mode === 'dryRun') return;
		if (COUNTED.includes(revocation.outcome))
			this.batch.done.set(key, { ...candidate, revocation });
		else if (revocation.outcome !== 'over_limit') this.batch.done.delete(key);
	}

	private async attempt({ user, device }: AuditedDevice): Promise<Revocation> {
		if (this.plan.mode === 'dryRun') return { outcome: 'would_be_revoked' };
		const owner = { id: String(user.id) };
		try {
			await revokeTrust(this.batch.client, owner, device.id);
			return { outcome: 'revoked' };
		} catch (error) {
			if (!(error instanceof EmnifyError) || error.kind === 'cancelled') {
				return await Promise.reject(error as Error);
			}
			const { kind, message, facts } = error;
			if (isEmnifysNotFound(error)) return this.missing({ user, device }, message);
			// A 404 of something else than emnify says nothing. What found no connection may have one by now.
			const foundNoConnection = kind === 'unreachable' && facts.neverSent === true;
			if (foundNoConnection || facts.httpStatus === 404 || isOutcomeOpen(error)) {
				return await this.lookAfter(error, { user, device });
			}
			if (isRefusal(error)) return { outcome: 'failed', message };
			return await Promise.reject(error);
		}
	}

	/** Nobody knows whether that was carried out, so it is not sent again: the list of the user's devices tells. */
	private async lookAfter(error: EmnifyError, device: Known): Promise<Revocation> {
		const { message, facts } = error;
		const isOpen = isOutcomeOpen(error);
		const left = await trustedDevicesOf(this.batch.client, { id: String(device.user.id) }).catch(
			async (failure: unknown) =>
				facts.neverSent ? await Promise.reject(failure as Error) : undefined,
		);
		if (!left) return { outcome: isOpen ? 'unknown' : 'failed', message };
		if (left.some(({ id }) => id === device.device.id)) return { outcome: 'failed', message };
		return isOpen ? { outcome: 'revoked', message } : this.missing(device, message);
	}

	/** It is not there: by an earlier try of this run, or by somebody else. */
	private missing(device: Known, message: string): Revocation {
		return { outcome: this.batch.done.has(keyOf(device)) ? 'revoked' : 'gone_already', message };
	}

	/** The failure that ended the revoking, with what became of each device before. */
	private account(error: unknown, planned: PlacedDevice[]): unknown {
		if (!(error instanceof EmnifyError)) return error;
		const all = [
			...this.ofEarlierTries(),
			...planned.map(({ device }) => ({ device, revocation: this.of(device) })),
		];
		const having = (outcome: RevocationOutcome | undefined) =>
			all.filter(({ revocation }) => revocation?.outcome === outcome).map(({ device }) => device);
		const revoked = having('revoked');
		const others = [
			['Not revoked', having(undefined)],
			['Could not be revoked', having('failed')],
			['Perhaps revoked', having('unknown')],
			['Gone already', having('gone_already')],
		] as const;
		const accounts = others.filter(([, found]) => found.length > 0);
		return new EmnifyError(
			error.kind,
			`${error.message}. ${revoked.length} of ${all.length} devices were revoked before this: ${named(revoked)}`,
			[error.description, ...accounts.map(([what, found]) => `${what}: ${named(found)}.`)].join(
				' ',
			),
			error.facts,
		);
	}
}

type Known = Pick<AuditedDevice, 'user' | 'device'>;

const NOT_TRIED: Revocation = {
	outcome: 'not_tried',
	message: `It was not tried, because the ${MOST_FAILED_IN_A_ROW} devices before could not be revoked`,
};

function keyOf({ user, device }: Known): string {
	return `${user.id}/${device.id}`;
}

/** Whether it was refused because of what was asked for: another device may fare better. */
function isRefusal({ facts: { httpStatus = 0 } }: EmnifyError): boolean {
	return httpStatus >= 400 && ![401, 429].includes(httpStatus);
}

const MOST_NAMED = 100;

function named(devices: AuditedDevice[]): string {
	if (devices.length === 0) return 'none';
	const names = devices
		.slice(0, MOST_NAMED)
		.map(({ device, user }) => `${device.id} of user ${user.id}`);
	const more = devices.length - names.length;
	return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
