import type { AuditedDevice } from '../domain/auditUser';
import { quoted, type Block, type Tone, type Words } from './blocks';
import { count } from '../domain/count';
import { day, minute } from '../domain/day';
import { readInstant } from '../domain/instant';
import { rulesInForce, type AuditPolicy } from '../domain/policy';
import type { AuditSummary, Organisation } from '../domain/summary';
import { checksOf } from './checks';
import { deviceInWords, userInWords } from './subjects';

const MOST_USERS_NAMED = 5;
const MOST_ORGANISATIONS_NAMED = 5;

/** An audit's summary in words. `named` are the devices to show, of all that have findings. */
export function summaryBlocks(
	summary: Facts,
	named: AuditedDevice[],
	policy: AuditPolicy,
): Block[] {
	return [
		headline(summary, policy),
		{ kind: 'paragraph', words: circumstances(summary) },
		...warning(summary),
		...verdict(summary, policy),
		...rulesWithFindings(summary, policy),
		...devicesWithFindings(summary, named),
	];
}

type Facts = Omit<AuditSummary, 'text' | 'html' | 'scope'> & { scope: Words };

/** What was not checked comes first. */
function headline(summary: Facts, policy: AuditPolicy): Block {
	const { complete, gaps, users_checked } = summary;
	const words = (sentence: string): Words => [`Trusted-device audit${sentence}`];
	if (users_checked === 0) {
		return {
			kind: 'headline',
			words: words(`: ${lowerFirst(gaps.join('; '))}`),
			tone: 'incomplete',
		};
	}
	const found = result(summary, policy);
	if (!complete) {
		return {
			kind: 'headline',
			words: words(` incomplete: ${[...gaps, found].join('; ')}`),
			tone: 'incomplete',
		};
	}
	return { kind: 'headline', words: words(`: ${found}`), tone: tone(summary, policy) };
}

function tone({ devices_with_findings }: Facts, policy: AuditPolicy): Tone {
	if (devices_with_findings > 0) return 'attention';
	return rulesInForce(policy).length === 0 ? 'neutral' : 'good';
}

function result({ complete, devices, devices_with_findings }: Facts, policy: AuditPolicy): string {
	const all = count(devices, 'device');
	if (devices_with_findings > 0) return `findings on ${devices_with_findings} of ${all}`;
	if (rulesInForce(policy).length === 0) return `${all} counted, not judged`;
	return complete ? 'no findings' : `${all} judged, the rest is unknown`;
}

/** What was audited, and when. */
function circumstances(summary: Facts): Words {
	const { workspace, organisations, checked_at, scope, users_listed, users_checked } = summary;
	const parts: Words[] = [
		workspace === null
			? ['Workspace unknown: its name could not be read']
			: ['Workspace ', ...organisationInWords(workspace)],
		...(organisations.some(({ id }) => id !== workspace?.id)
			? [['Users of ', ...organisationsInWords(organisations)]]
			: []),
		scope,
		[`${minute(Date.parse(checked_at))} UTC`],
		[`${users_checked} of ${count(users_listed, 'user')} read`],
		[count(summary.devices, 'device')],
	];
	return join(parts, ' · ');
}

function organisationInWords({ id, name }: Organisation): Words {
	const words = quoted(name);
	return words === undefined ? [String(id)] : [...words, ` (ID ${id})`];
}

function organisationsInWords(organisations: Facts['organisations']): Words {
	const named = organisations
		.slice(0, MOST_ORGANISATIONS_NAMED)
		.map((organisation) => [...organisationInWords(organisation), `: ${organisation.users}`]);
	const more = organisations.length - named.length;
	return join([...named, ...(more > 0 ? [[`${more} more`]] : [])], ', ');
}

function warning({ complete, users_checked, users_failed, failed_users }: Facts): Block[] {
	if (complete) return [];
	const lead = 'Warning:';
	if (users_failed === 0) {
		const whoever = `of whoever ${users_checked > 0 ? 'else ' : ''}was meant`;
		return [{ kind: 'paragraph', lead, words: [`${whoever}, nothing is known.`] }];
	}
	const users = failed_users.slice(0, MOST_USERS_NAMED).map(userInWords);
	if (users_failed > users.length) users.push([`${users_failed - users.length} more`]);
	const what = `the devices of ${count(users_failed, 'user')} could not be read: `;
	return [{ kind: 'paragraph', lead, words: [what, ...join(users, ', ')] }];
}

function verdict(summary: Facts, policy: AuditPolicy): Block[] {
	if (rulesInForce(policy).length === 0) {
		const words = ['No rule is set: the devices were counted, not judged.'];
		return [{ kind: 'paragraph', words }];
	}
	if (summary.devices_with_findings > 0 || !summary.complete) return [];
	const why =
		summary.devices === 0 ? 'there are no trusted devices' : 'every device meets the policy';
	return [{ kind: 'paragraph', words: [`Nothing found: ${why}.`] }];
}

function rulesWithFindings({ by_rule }: Facts, policy: AuditPolicy): Block[] {
	const rows = checksOf(policy).flatMap(({ rule, label, detail }): Words[][] => {
		const found = by_rule[rule] ?? 0;
		const words = detail === null ? label : `${label} (${detail})`;
		return found === 0 ? [] : [[[words], [count(found, 'device')]]];
	});
	if (rows.length === 0) return [];
	const columns = [
		{ label: 'Rule', before: '' },
		{ label: 'Found', before: ': ' },
	];
	return [{ kind: 'table', columns, rows }];
}

function devicesWithFindings({ devices_with_findings }: Facts, named: AuditedDevice[]): Block[] {
	if (named.length === 0) return [];
	const rows = named.map((audited): Words[] => [
		userInWords(audited.user),
		deviceInWords(audited.device),
		[activationInWords(audited)],
		[audited.findings.map(({ message }) => lowerFirst(message)).join('; ')],
	]);
	const columns = [
		{ label: 'User', before: '' },
		{ label: 'Device', before: ', ' },
		{ label: 'Activation', before: ', ' },
		{ label: 'Findings', before: ': ' },
	];
	return [
		{ kind: 'paragraph', words: ['Devices with findings, oldest first:'] },
		{ kind: 'table', columns, rows, more: devices_with_findings - named.length },
	];
}

function activationInWords({ device }: AuditedDevice): string {
	const activatedAt = readInstant(device.activation_date);
	return activatedAt === null ? 'activation date unknown' : `activated ${day(activatedAt)}`;
}

function join(parts: Words[], separator: string): Words {
	return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

function lowerFirst(sentence: string): string {
	return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
