import type { TrustedDevice } from '../api/types';
import { DAY_MS } from './day';
import { readInstant } from './instant';
import type { AuditPolicy, RuleName } from './policy';
import { RULE_NAMES } from './policy';
import { messageOf } from './rules';
import { readUserStatus } from './userStatus';

/** So long a device stays trusted from its activation (§1). */
export const TRUST_DAYS = 90;

export interface AuditedUser {
	/** `null` where emnify did not tell it. */
	id: number | null;
	username: string | null;
	name: string | null;
	status: string | null;
}

export interface BrokenRule {
	rule: RuleName;
	/** Why, for a person, without the device and its user: `Trusted for 89 days, more than 60`. */
	message: string;
}

export interface AuditedDevice {
	user: AuditedUser;
	/** As the API gave it; `null` for what it left out. */
	device: {
		id: number;
		operating_system: string | null;
		browser: string | null;
		activation_date: string | null;
	};
	/** Whole days since the activation, 0 if that lies in the future, `null` if it is unknown. */
	age_days: number | null;
	/** ISO 8601, {@link TRUST_DAYS} after the activation; `null` if that is unknown. */
	trusted_until: string | null;
	/** In the order of `RULE_NAMES`, at most one a rule. */
	findings: BrokenRule[];
	/** Whether there is no finding. */
	compliant: boolean;
}

/**
 * Checks one user's trusted devices, in their order. A device does not pass a rule on what it must be (`maxAgeDays`,
 * `allowedOperatingSystems`, `allowedBrowsers`, `flagInactiveUsers`) if that is unknown; rules on a point in time
 * (`expiringWithinDays`, `activatedAfter`) skip an unknown one. `active` says whether the user is, where more is known
 * than the words for the status: see {@link readUserStatus}.
 */
export function auditUser(
	user: AuditedUser,
	devices: TrustedDevice[],
	policy: AuditPolicy,
	now: Date,
	active = readUserStatus(user.status).active,
): AuditedDevice[] {
	const activations = devices.map(({ activation_date }) => readInstant(activation_date));
	const ranks = ranksFromTheNewest(devices, activations);
	return devices.map((device, index) => {
		const activatedAt = activations[index] ?? null;
		const trustedUntil = activatedAt === null ? null : activatedAt + TRUST_DAYS * DAY_MS;
		const facts = {
			device,
			status: user.status,
			active,
			activatedAt,
			trustedUntil,
			rank: ranks[index] ?? 0,
			devicesOfUser: devices.length,
			now: now.getTime(),
		};
		const findings = RULE_NAMES.flatMap((rule) => {
			const message = messageOf(rule, policy, facts);
			return message === undefined ? [] : [{ rule, message }];
		});
		return {
			user: { ...user },
			device: {
				id: device.id,
				operating_system: textOrNull(device.operating_system),
				browser: textOrNull(device.browser),
				activation_date: textOrNull(device.activation_date),
			},
			age_days:
				activatedAt === null ? null : Math.max(0, Math.floor((facts.now - activatedAt) / DAY_MS)),
			trusted_until: trustedUntil === null ? null : new Date(trustedUntil).toISOString(),
			findings,
			compliant: findings.length === 0,
		};
	});
}

/** The place of each device among all of the user's: 0 for the one activated last; those of unknown date come last. */
function ranksFromTheNewest(devices: TrustedDevice[], activations: Array<number | null>): number[] {
	const age = (index: number) => activations[index] ?? Number.MIN_SAFE_INTEGER;
	const id = (index: number) => devices[index]?.id ?? 0;
	const newestFirst = [...devices.keys()].sort((a, b) => age(b) - age(a) || id(b) - id(a));
	const ranks: number[] = [];
	newestFirst.forEach((index, rank) => (ranks[index] = rank));
	return ranks;
}

function textOrNull(value: unknown): string | null {
	return typeof value === 'string' ? value : null;
}
