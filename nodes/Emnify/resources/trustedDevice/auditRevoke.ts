import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { EmnifyError } from '../../api/errors';
import { mayPass } from '../../api/retry';
import type { AuditedDevice } from '../../audit/auditUser';
import type { AuditPolicy, RuleName } from '../../audit/policy';
import { oldestFirst } from '../../audit/summary';
import { readChoice } from '../../shared/choice';
import { readCount } from '../../shared/limit';
import { revokeTrust, trustedDevicesOf } from '../../shared/trustedDevices';
import type { Batch, ItemFields } from '../operation';
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
			{ name: 'Nothing', value: 'none', description: 'Only report' },
			{
				name: 'Dry Run',
				value: 'dryRun',
				description: 'Only report, and tell of each device whether it would be revoked',
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
		description: 'A device that breaks one of these rules is revoked. Each must be in Policy.',
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
			'The most devices to revoke in one run, those trusted for the longest first. The others are reported as over the limit.',
		displayOptions: { show: { revoke: ['dryRun', 'revoke'] } },
	},
];

/** What to revoke; nothing where `rules` is empty. */
export interface RevokePlan {
	mode: 'none' | 'dryRun' | 'revoke';
	rules: RuleName[];
	max: number;
}

/** What was done, or would be done, with a device. */
export type RevocationOutcome =
	'none' | 'would_be_revoked' | 'revoked' | 'gone_already' | 'failed' | 'unknown' | 'over_limit';

export interface Revocation {
	outcome: RevocationOutcome;
	/** What emnify said, where it was not simply done. */
	message?: string;
}

/** A device of the audit's output, with what became of it. */
export interface RevocableDevice extends AuditedDevice {
	revocation?: Revocation;
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

/** Whether the plan wants a device revoked. */
export function isToBeRevoked({ findings }: AuditedDevice, { rules }: RevokePlan): boolean {
	return findings.some(({ rule }) => rules.includes(rule));
}

/** What an earlier try of this run did (Retry On Fail): where a device is listed again, it was not done after all. */
export function doneBefore({ remembered }: Batch, devices: RevocableDevice[]): RevocableDevice[] {
	const isSame = (a: RevocableDevice) => (b: RevocableDevice) =>
		a.device.id === b.device.id && a.user.id === b.user.id;
	const before = remembered as unknown as RevocableDevice[];
	return before.filter((device) => !devices.some(isSame(device)));
}

/**
 * Revokes the devices, one after the other, those trusted for the longest first, and notes with each what became of it. A
 * device that cannot be revoked does not keep the others from it. What was done `before` counts towards the cap. Throws an
 * `EmnifyError` that accounts for what was done where no further one can be revoked: no session, the rate limit, or the
 * execution cancelled.
 */
export async function revokeDevices(
	batch: Batch,
	devices: RevocableDevice[],
	{ mode, max }: RevokePlan,
	before: RevocableDevice[],
): Promise<void> {
	const chosen = [...devices].sort(oldestFirst);
	for (const device of chosen.splice(Math.max(0, max - before.length))) {
		device.revocation = { outcome: 'over_limit' };
	}
	for (const device of chosen) {
		if (mode === 'dryRun') {
			device.revocation = { outcome: 'would_be_revoked' };
			continue;
		}
		device.revocation = await revokeDevice(batch, device).catch((error: unknown) => {
			// It was under way when the execution was stopped, or just before.
			const isOpen = error instanceof EmnifyError && error.kind === 'cancelled';
			if (isOpen) device.revocation = { outcome: 'unknown', message: error.message };
			throw accountFor(error, [...before, ...chosen]);
		});
		const { outcome } = device.revocation;
		if (outcome === 'revoked' || outcome === 'unknown') {
			batch.remember(device as unknown as IDataObject);
		}
	}
}

async function revokeDevice(batch: Batch, { user, device }: AuditedDevice): Promise<Revocation> {
	const owner = { id: String(user.id) };
	try {
		await revokeTrust(batch.client, owner, device.id);
		return { outcome: 'revoked' };
	} catch (error) {
		if (!(error instanceof EmnifyError)) return await Promise.reject(error as Error);
		if (error.facts.httpStatus === 404) return { outcome: 'gone_already', message: error.message };
		if (error.kind === 'rejected') return { outcome: 'failed', message: error.message };
		if (!mayPass(error)) return await Promise.reject(error);
		return await lookAfter(error, batch, device.id, owner);
	}
}

/** Nobody knows whether that was carried out, so it is not sent again: the list of the user's devices tells. */
async function lookAfter(
	{ message }: EmnifyError,
	{ client }: Batch,
	deviceId: number,
	owner: { id: string },
): Promise<Revocation> {
	return await trustedDevicesOf(client, owner).then(
		(left) =>
			left.some(({ id }) => id === deviceId)
				? { outcome: 'failed', message }
				: { outcome: 'revoked', message },
		() => ({ outcome: 'unknown', message }),
	);
}

/** The failure that ended the revoking, with what became of each device before. */
function accountFor(error: unknown, devices: RevocableDevice[]): unknown {
	if (!(error instanceof EmnifyError)) return error;
	const of = (outcome: RevocationOutcome | undefined) =>
		devices.filter(({ revocation }) => revocation?.outcome === outcome);
	const revoked = of('revoked');
	const others = [
		['Not revoked', of(undefined)],
		['Could not be revoked', of('failed')],
		['Perhaps revoked', of('unknown')],
		['Gone already', of('gone_already')],
	] as const;
	const accounts = others.filter(([, found]) => found.length > 0);
	return new EmnifyError(
		error.kind,
		`${error.message}. ${revoked.length} of ${devices.length} devices were revoked before this: ${named(revoked)}`,
		[error.description, ...accounts.map(([what, found]) => `${what}: ${named(found)}.`)].join(' '),
		error.facts,
	);
}

const MOST_NAMED = 100;

function named(devices: RevocableDevice[]): string {
	if (devices.length === 0) return 'none';
	const names = devices
		.slice(0, MOST_NAMED)
		.map(({ device, user }) => `${device.id} of user ${user.id}`);
	const more = devices.length - names.length;
	return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** How many devices there are of each outcome. */
export function countOutcomes(devices: RevocableDevice[]): Record<string, number> {
	const counts: Record<string, number> = { revoked: 0 };
	for (const { revocation } of devices) {
		if (revocation) counts[revocation.outcome] = (counts[revocation.outcome] ?? 0) + 1;
	}
	return counts;
}

const outcomesInWords: Record<string, string> = {
	would_be_revoked: 'would be revoked',
	revoked: 'revoked',
	gone_already: 'gone already',
	failed: 'not revoked',
	unknown: 'perhaps revoked',
	over_limit: 'left for the next run (Max Revocations)',
};

/** The line of the summary's text on the revoking. */
export function revocationsInWords(
	mode: RevokePlan['mode'],
	counts: Record<string, number>,
): string {
	const parts = Object.entries(outcomesInWords).flatMap(([outcome, words]) => {
		const count = counts[outcome] ?? 0;
		return count > 0 ? [`${count} ${words}`] : [];
	});
	const heading = mode === 'dryRun' ? 'Dry run' : 'Revocation';
	return `${heading}: ${parts.length > 0 ? parts.join(', ') : 'nothing to revoke'}`;
}
