import type { AuditedDevice, AuditedUser } from '../domain/auditUser';
import { codeSpan } from './codeSpan';
import { count } from '../domain/count';
import { day, minute } from '../domain/day';
import { readInstant } from '../domain/instant';
import type { AuditPolicy, RuleName, Settings } from '../domain/policy';
import { rulesInForce, settingOf } from '../domain/policy';
import type { AuditSummary, Organisation } from '../domain/summary';

const MOST_USERS_NAMED = 5;
const MOST_ORGANISATIONS_NAMED = 5;

/**
 * An audit's summary in the Markdown that Slack and e-mail show alike: `*…*`, `- ` and code spans. What users and devices
 * call themselves stands in code spans only. `named` are the devices to show, of all that have findings.
 */
export function summaryText(summary: Facts, named: AuditedDevice[], policy: AuditPolicy): string {
	return [
		headline(summary, policy),
		circumstances(summary),
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

/** The one line that a hurried person reads: what was not checked comes first. */
function headline(summary: Facts, policy: AuditPolicy): string {
	const { complete, gaps, users_checked } = summary;
	if (users_checked === 0) return `*Trusted-device audit: ${lowerFirst(gaps.join('; '))}*`;
	if (!complete) {
		return `*Trusted-device audit incomplete: ${[...gaps, result(summary, policy)].join('; ')}*`;
	}
	return `*Trusted-device audit: ${result(summary, policy)}*`;
}

function result({ complete, devices, devices_with_findings }: Facts, policy: AuditPolicy): string {
	const all = count(devices, 'device');
	if (devices_with_findings > 0) return `findings on ${devices_with_findings} of ${all}`;
	if (rulesInForce(policy).length === 0) return `${all} counted, not judged`;
	return complete ? 'no findings' : `${all} judged, the rest is unknown`;
}

/** What was audited, and when. */
function circumstances(summary: Facts): string {
	const { workspace, organisations, checked_at, scope, users_listed, users_checked } = summary;
	const parts = [
		workspace === null
			? 'Workspace unknown: its name could not be read'
			: `Workspace ${organisationInWords(workspace)}`,
		...(organisations.some(({ id }) => id !== workspace?.id)
			? [`Users of ${organisationsInWords(organisations)}`]
			: []),
		scope,
		`${minute(Date.parse(checked_at))} UTC`,
		`${users_checked} of ${count(users_listed, 'user')} read`,
		count(summary.devices, 'device'),
	];
	return parts.join(' · ');
}

function organisationInWords({ id, name }: Organisation): string {
	const words = codeSpan(name ?? '');
	return words === undefined ? String(id) : `${words} (ID ${id})`;
}

function organisationsInWords(organisations: Facts['organisations']): string {
	const named = organisations
		.slice(0, MOST_ORGANISATIONS_NAMED)
		.map((organisation) => `${organisationInWords(organisation)}: ${organisation.users}`);
	const more = organisations.length - named.length;
	return [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

function warning({ complete, users_checked, users_failed, failed_users }: Facts): string {
	if (complete) return '';
	if (users_failed === 0) {
		return `*Warning:* of whoever ${users_checked > 0 ? 'else ' : ''}was meant, nothing is known.`;
	}
	const users = failed_users.slice(0, MOST_USERS_NAMED).map(userInWords);
	if (users_failed > users.length) users.push(`${users_failed - users.length} more`);
	return `*Warning:* the devices of ${count(users_failed, 'user')} could not be read: ${users.join(', ')}`;
}

function verdict(summary: Facts, policy: AuditPolicy): string {
	if (rulesInForce(policy).length === 0) {
		return 'No rule is set: the devices were counted, not judged.';
	}
	if (summary.devices_with_findings > 0 || !summary.complete) return '';
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
	flagInactiveUsers: () => 'not active, or unknown',
	activatedAfter: (instant) => `activated after ${minute(instant.getTime())} UTC`,
	flagMissingData: () => 'or an activation date in the future',
};

function userInWords({ id, username }: Pick<AuditedUser, 'id' | 'username'>): string {
	return codeSpan(username ?? '') ?? (id === null ? 'a user without a name' : `user ${id}`);
}

function deviceInWords({ id, browser, operating_system }: AuditedDevice['device']): string {
	const known = [browser, operating_system].filter((text) => text !== null && text.trim() !== '');
	return codeSpan(known.join(' on ')) ?? `device ${id}`;
}

function activationInWords({ device }: AuditedDevice): string {
	const activatedAt = readInstant(device.activation_date);
	return activatedAt === null ? 'activation date unknown' : `activated ${day(activatedAt)}`;
}

function lowerFirst(sentence: string): string {
	return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
