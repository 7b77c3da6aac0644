/**
 * What an audit checks. Every rule is optional; absent, `false` or an empty list means not checked. A rule is called by its
 * field's name. Numbers are 0 or more, the date is valid: who fills the policy in sees to that.
 */
export interface AuditPolicy {
	/** The longest that a device may have been trusted, to the millisecond. */
	maxAgeDays?: number;
	/** Finds the devices whose trust ends from now up to so many days from now, not those whose trust has ended. */
	expiringWithinDays?: number;
	/** See {@link matchesWildcard}; one of them must match. */
	allowedOperatingSystems?: string[];
	allowedBrowsers?: string[];
	/** Finds all of a user's devices but the so many that were activated last. */
	maxDevicesPerUser?: number;
	/** Finds each device of a user who is not active, or of whom nobody knows. */
	flagInactiveUsers?: boolean;
	/** Finds the devices that were activated after this instant. */
	activatedAfter?: Date;
	/** Finds the devices with a field missing, or with an activation date that is none or lies in the future. */
	flagMissingData?: boolean;
}

export type RuleName = keyof AuditPolicy;

/** What a rule is set to when it is in force. */
export type Settings = Required<AuditPolicy>;

/** The order of a device's findings. */
export const RULE_NAMES: readonly RuleName[] = [
	'maxAgeDays',
	'expiringWithinDays',
	'allowedOperatingSystems',
	'allowedBrowsers',
	'maxDevicesPerUser',
	'flagInactiveUsers',
	'activatedAfter',
	'flagMissingData',
];

/** What a rule is set to, or `undefined` if it is not in force. */
export function settingOf<Name extends RuleName>(
	policy: AuditPolicy,
	name: Name,
): Settings[Name] | undefined {
	const setting = policy[name] as Settings[Name] | undefined;
	const isOff = setting === false || (Array.isArray(setting) && setting.length === 0);
	return isOff ? undefined : setting;
}

export function rulesInForce(policy: AuditPolicy): RuleName[] {
	return RULE_NAMES.filter((name) => settingOf(policy, name) !== undefined);
}
