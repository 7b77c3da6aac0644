import { count } from '../domain/count';
import { minute } from '../domain/day';
import { rulesInForce, settingOf } from '../domain/policy';
import type { AuditPolicy, RuleName, Settings } from '../domain/policy';
import type { Check } from './report';

/** The rules of a policy that are in force, for a person. */
export function checksOf(policy: AuditPolicy): Array<Check & { rule: RuleName }> {
	return rulesInForce(policy).map((rule) => checkOf(rule, policy));
}

function checkOf<Name extends RuleName>(rule: Name, policy: AuditPolicy) {
	const setting = settingOf(policy, rule);
	const detail = setting === undefined ? null : DETAILS[rule](setting);
	return { rule, label: LABELS[rule], detail, advice: ADVICE[rule] };
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
	maxAgeDays:
		'Revoke the trust in these devices. The next login from them asks for the second factor again.',
	expiringWithinDays:
		'Remind these users to have their second factor at hand. Once the trust has ended, the next login asks for it.',
	allowedOperatingSystems:
		'Ask whose device it is. Revoke the trust if nobody knows it or it is out of date, or add the system to the list.',
	allowedBrowsers:
		'Ask whose device it is. Revoke the trust if nobody knows it or it is out of date, or add the browser to the list.',
	maxDevicesPerUser:
		'Ask these users which devices they still use, and revoke the trust in the others.',
	flagInactiveUsers:
		'Revoke the trust in these devices now. Whoever is not active needs no trusted device.',
	activatedAfter:
		'Ask these users whether the device is theirs. If not, revoke the trust and have the password changed.',
	flagMissingData: 'Ask whose device it is. Revoke the trust if nobody knows it.',
};

/** What stands where a rule does, but is about what could not be read. */
export const GAP_CHECKS: Check[] = [
	{
		rule: 'unreadable',
		label: 'Not read',
		detail: null,
		advice:
			'See why in the list of findings, and run the audit again. Only administrators can read what belongs to other users.',
	},
	{
		rule: 'mostly_unreadable',
		label: 'Most not read',
		detail: null,
		advice:
			'Do not rely on this report. Use the credential of an administrator, and run the audit again.',
	},
	{
		rule: 'nothing_checked',
		label: 'Nothing checked',
		detail: null,
		advice: 'Look at the filters and at the credential, and run the audit again.',
	},
];
