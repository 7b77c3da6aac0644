import type { Severity } from './finding';
import type { RuleName } from './policy';

/** How severe it is to break a rule. */
const SEVERITY_OF_RULE: Record<RuleName, Severity> = {
	maxAgeDays: 'medium',
	expiringWithinDays: 'low',
	allowedOperatingSystems: 'medium',
	allowedBrowsers: 'medium',
	maxDevicesPerUser: 'medium',
	flagInactiveUsers: 'high',
	activatedAfter: 'info',
	flagMissingData: 'low',
};

/** How severe a finding of this name is: what could not be looked at is as bad as what must not be. */
export function severityOf(rule: string): Severity {
	return Object.hasOwn(SEVERITY_OF_RULE, rule) ? SEVERITY_OF_RULE[rule as RuleName] : 'high';
}
