import { count } from '../domain/count';
import { minute } from '../domain/day';
import {
	rulesInForce,
	settingOf,
	type AuditPolicy,
	type RuleName,
	type Settings,
} from '../domain/policy';
import type { Check } from './report';

/** The rules in force, in words. */
export function checksOf(policy: AuditPolicy): Check[] {
	return rulesInForce(policy).map((rule) => ({
		rule,
		label: LABELS[rule],
		detail: detailOf(rule, policy),
		advice: ADVICE[rule],
	}));
}

function detailOf<Name extends RuleName>(rule: Name, policy: AuditPolicy): string | null {
	const setting = settingOf(policy, rule);
	return setting === undefined ? null : DETAILS[rule](setting);
}

const LABELS: Record<RuleName, string> = {
	maxAgeDays: 'Trusted for too long',
	expiringWithinDays: 'Trust ending',
	allowedOperatingSystems: 'Operating system',
	allowedBrowsers: 'Browser',
	maxDevicesPerUser: 'Too many devices',
	flagInactiveUsers: 'Inactive user',
	activatedAfter: 'New device',
	flagMissingData: 'Missing data',
};

const DETAILS: { [Name in RuleName]: (setting: Settings[Name]) => string } = {
	maxAgeDays: (days) => `more than ${count(days, 'day')}, or since an unknown date`,
	expiringWithinDays: (days) => `within ${count(days, 'day')}`,
	allowedOperatingSystems: () => 'not on the list, or unknown',
	allowedBrowsers: () => 'not on the list, or unknown',
	maxDevicesPerUser: (devices) => `more than ${devices} for a user`,
	flagInactiveUsers: () => 'not active, or unknown',
	activatedAfter: (instant) => `activated after ${minute(instant.getTime())} UTC`,
	flagMissingData: () => 'no browser, operating system or activation date, or a date in the future',
};

const ADVICE: Record<RuleName, string> = {
	maxAgeDays: 'Revoke the trust. The user confirms the next login with the second factor.',
	expiringWithinDays: 'Nothing needs to be done. The user will need the second factor again.',
	allowedOperatingSystems:
		'Ask the user whether the device is theirs. Revoke the trust if it is not, or if it must not be used.',
	allowedBrowsers:
		'Ask the user whether the device is theirs. Revoke the trust if it is not, or if it must not be used.',
	maxDevicesPerUser: 'Ask the user which devices are still in use, and revoke the others.',
	flagInactiveUsers: 'Revoke the trust in all devices of the user.',
	activatedAfter: 'Ask the user whether the device is theirs. Revoke the trust if it is not.',
	flagMissingData:
		'Ask the user whether the device is theirs. Revoke the trust if nobody knows the device.',
};
