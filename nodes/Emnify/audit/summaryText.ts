import type { AuditedDevice, AuditedUser } from './auditUser';
import { codeSpan } from './codeSpan';
import { count } from './count';
import { day, minute } from './day';
import { readInstant } from './instant';
import type { AuditPolicy, RuleName, Settings } from './policy';
import { rulesInForce, settingOf } from './policy';
import type { AuditSummary } from './summary';

const MOST_USERS_NAMED = 5;

/**
 * An audit's summary in the Markdown that Slack and e-mail show alike: `*…*`, `- ` and code spans. What users and devices
 * call themselves stands in code spans only. `named` are the devices to show, of all that have findings.
 */
export function summaryText(summary: Facts, named: AuditedDevice[], policy: AuditPolicy): string {
	return [
		headline(summary),
		`${count(summary.devices, 'device')} of ${count(summary.users_checked, 'user')} checked.`,
		warning(summary),
		verdict(summary, policy),
		ruleLines(summary, policy).join('\n'),
		named.length === 0 ? '' : 'Devices with findings, oldest first:',
		deviceLines(summary, named).join('\n'),
	]
		.filter((paragraph) => paragraph !== '')
		.join('\n\n');
}

type Facts = Omit<AuditSummary, 'text'>;

function headline({ devices, devices_with_findings, users_failed }: Facts): string {
	const incomplete = users_failed > 0;
	const result =
		devices_with_findings > 0
			? `findings on ${devices_with_findings} of ${count(devices, 'device')}`
			: `no findings${incomplete ? ' in what could be read' : ''}`;
	return `*Trusted-device audit${incomplete ? ' (incomplete)' : ''}: ${result}*`;
}

function warning({ users_failed, failed_users }: Facts): string {
	if (users_failed === 0) return '';
	const users = failed_users.slice(0, MOST_USERS_NAMED).map(userInWords);
	if (users_failed > users.length) users.push(`${users_failed - users.length} more`);
	return `*Warning:* the devices of ${count(users_failed, 'user')} could not be read: ${users.join(', ')}`;
}

function verdict(summary: Facts, policy: AuditPolicy): string {
	if (rulesInForce(policy).length === 0) {
		return 'No rule is set: the devices were counted, not judged.';
	}
	if (summary.devices_with_findings > 0 || summary.users_failed > 0) return '';
	return `Nothing found: ${summary.devices === 0 ? 'there are no trusted devices' : 'every device meets the policy'}.`;
}

function ruleLines({ findings }: Facts, policy: AuditPolicy): string[] {
	return rulesInForce(policy).flatMap((rule) => {
		const found = findings[rule] ?? 0;
		return found === 0 ? [] : [`- ${ruleInWords(rule, policy)}: ${count(found, 'device')}`];
	});
}

function deviceLines({ devices_with_findings }: Facts, named: AuditedDevice[]): string[] {
	const more = devices_with_findings - named.length;
	return [
		...named.map(
			(audited) =>
				`- ${userInWords(audited.user)}, ${deviceInWords(audited.device)}, ${activationInWords(audited)}: ` +
				audited.findings.map(({ rule }) => LABELS[rule].toLowerCase()).join(', '),
		),
		...(more > 0 ? [`- and ${more} more`] : []),
	];
}

function ruleInWords<Name extends RuleName>(rule: Name, policy: AuditPolicy): string {
	const setting = settingOf(policy, rule);
	return setting === undefined ? LABELS[rule] : `${LABELS[rule]} (${DETAILS[rule](setting)})`;
}

const LABELS: Record<RuleName, string> = {
	maxAgeDays: 'Age',
	expiringWithinDays: 'Trust ending',
	allowedOperatingSystems: 'Operating system',
	allowedBrowsers: 'Browser',
	maxDevicesPerUser: 'Too many devices',
	flagInactiveUsers: 'Inactive user',
	activatedAfter: 'New device',
	flagMissingData: 'Missing data',
};

const DETAILS: { [Name in RuleName]: (setting: Settings[Name]) => string } = {
	maxAgeDays: (days) => `more than ${count(days, 'day')}, or unknown`,
	expiringWithinDays: (days) => `within ${count(days, 'day')}`,
	allowedOperatingSystems: () => 'not on the list, or unknown',
	allowedBrowsers: () => 'not on the list, or unknown',
	maxDevicesPerUser: (devices) => `more than ${devices} for a user`,
	flagInactiveUsers: () => 'user is not active',
	activatedAfter: (instant) => `activated after ${minute(instant.getTime())} UTC`,
	flagMissingData: () => 'or an activation date in the future',
};

function userInWords({ id, username }: Pick<AuditedUser, 'id' | 'username'>): string {
	return codeSpan(username ?? '') ?? (id === null ? 'the credential’s own user' : `user ${id}`);
}

function deviceInWords({ id, browser, operating_system }: AuditedDevice['device']): string {
	const known = [browser, operating_system].filter((text) => text !== null && text.trim() !== '');
	return codeSpan(known.join(' on ')) ?? `device ${id}`;
}

function activationInWords({ device }: AuditedDevice): string {
	const activatedAt = readInstant(device.activation_date);
	return activatedAt === null ? 'activation date unknown' : `activated ${day(activatedAt)}`;
}
