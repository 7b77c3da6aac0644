import type { TrustedDevice } from '../api/types';
import { count } from './count';
import { DAY_MS, day, midnightsBetween, minute } from './day';
import type { AuditPolicy, RuleName, Settings } from './policy';
import { settingOf } from './policy';
import { shorten } from './shorten';
import { matchesWildcard } from './wildcard';

const LONGEST_QUOTE = 60;

/** What the rules judge a device by. Times are milliseconds since 1970, `null` if unknown. */
export interface Facts {
	device: TrustedDevice;
	/** The user's, in words. */
	status: string | null;
	/** Whether the user is active, `null` if unknown. */
	active: boolean | null;
	activatedAt: number | null;
	trustedUntil: number | null;
	/** The device's place among the user's devices, 0 for the one activated last. */
	rank: number;
	devicesOfUser: number;
	now: number;
}

/** What a rule in force has to say of a device, `undefined` if nothing. */
export function messageOf<Name extends RuleName>(
	rule: Name,
	policy: AuditPolicy,
	facts: Facts,
): string | undefined {
	const setting = settingOf(policy, rule);
	return setting === undefined ? undefined : RULES[rule](setting, facts);
}

type Rule<Setting> = (setting: Setting, facts: Facts) => string | undefined;

const RULES: { [Name in RuleName]: Rule<Settings[Name]> } = {
	maxAgeDays(most, { activatedAt, now }) {
		if (activatedAt === null) return 'Trusted since an unknown date';
		const days = (now - activatedAt) / DAY_MS;
		if (days <= most) return undefined;
		const wholeDays = Math.floor(days);
		return wholeDays > most
			? `Trusted for ${count(wholeDays, 'day')}, more than ${most}`
			: `Trusted for more than ${count(most, 'day')}`;
	},

	expiringWithinDays(most, { activatedAt, trustedUntil, now }) {
		if (activatedAt === null || trustedUntil === null || activatedAt > now) return undefined;
		if (trustedUntil < now || trustedUntil > now + most * DAY_MS) return undefined;
		const days = midnightsBetween(now, trustedUntil);
		return `Trust ends on ${day(trustedUntil)}, ${days === 0 ? 'today' : `in ${count(days, 'day')}`}`;
	},

	allowedOperatingSystems: (allowed, { device }) =>
		notAllowed('Operating system', device.operating_system, allowed),

	allowedBrowsers: (allowed, { device }) => notAllowed('Browser', device.browser, allowed),

	maxDevicesPerUser(most, { rank, devicesOfUser }) {
		if (rank < most) return undefined;
		const excess = devicesOfUser - most;
		const place = excess === 1 ? 'the oldest' : `among the ${excess} oldest`;
		return `User has ${count(devicesOfUser, 'device')}, more than ${most}, and this one is ${place}`;
	},

	flagInactiveUsers(_on, { status, active }) {
		if (active === true) return undefined;
		if (active === null || isMissing(status)) return 'Status of the user is unknown';
		return `User is ${shorten(status.trim(), LONGEST_QUOTE)}`;
	},

	activatedAfter(instant, { activatedAt }) {
		if (activatedAt === null || activatedAt <= instant.getTime()) return undefined;
		return `Activated on ${minute(activatedAt)}, after ${minute(instant.getTime())} UTC`;
	},

	flagMissingData(_on, { device, activatedAt, now }) {
		const flaws: string[] = [];
		if (isMissing(device.operating_system)) flaws.push('no operating system');
		if (isMissing(device.browser)) flaws.push('no browser');
		if (isMissing(device.activation_date)) flaws.push('no activation date');
		else if (activatedAt === null) flaws.push('an activation date that cannot be read');
		else if (activatedAt > now) flaws.push('an activation date in the future');
		const sentence = flaws.join(', ');
		return sentence === '' ? undefined : sentence.charAt(0).toUpperCase() + sentence.slice(1);
	},
};

function notAllowed(
	what: string,
	value: string | null | undefined,
	allowed: string[],
): string | undefined {
	if (isMissing(value)) return `${what} is unknown`;
	if (allowed.some((pattern) => matchesWildcard(value, pattern))) return undefined;
	return `${what} is not on the list`;
}

/** Also where the API breaks its promise and gives what is no text. */
function isMissing(value: string | null | undefined): value is null | undefined {
	return typeof value !== 'string' || value.trim() === '';
}
