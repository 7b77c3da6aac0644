import type { AuditedDevice, AuditedUser } from './auditUser';
import { gapsIn, isFinding, type AuditScope, type Coverage, type Gap } from './coverage';
import { SEVERITIES, type Severity } from './finding';
import type { AuditPolicy, RuleName } from './policy';
import { rulesInForce } from './policy';
import { severityOf } from './severity';

const MOST_DEVICES_NAMED = 10;
const MOST_FAILED_USERS = 100;
const MOST_ORGANISATIONS = 100;

/** An organisation, or the Workspace: emnify calls them the same (§5). */
export interface Organisation {
	id: number;
	name: string | null;
}

/** What a summary says of the audit as a whole. */
export interface Circumstances {
	scope: AuditScope;
	/** `null` where it may not be read. */
	workspace: Organisation | null;
	/** When the audit began, by emnify's clock. */
	startedAt: Date;
}

export interface UnreadableUser {
	user: AuditedUser;
	message: string;
}

/** The one item of an audit's summary. */
export interface AuditSummary {
	/** Markdown, ready for Slack or e-mail. */
	text: string;
	/** The same for e-mail: HTML with styles of its own. */
	html: string;
	/** Whether the devices of every user who was meant were read, and there was at least one user. */
	complete: boolean;
	/** What was not checked, a sentence each, the worst first; empty where the audit is complete. */
	gaps: string[];
	workspace: Organisation | null;
	/** Those of the users, by ID, the first 100: the users of child organisations are listed too (§5). */
	organisations: Array<Organisation & { users: number }>;
	/** When the audit began, by emnify's clock: ISO 8601. */
	checked_at: string;
	/** Which users were meant, in words. */
	scope: string;
	/** All who were meant. */
	users_listed: number;
	/** Those whose devices were read. */
	users_checked: number;
	users_failed: number;
	/** How many findings there are: a device has one for each rule that it breaks, and a user who could not be read has one. */
	findings: number;
	by_severity: Record<Severity, number>;
	/** By the rules in force, 0 included, and by what could not be checked, where there is any. */
	by_rule: Record<string, number>;
	devices: number;
	devices_with_findings: number;
	/** Among those whose activation date is known. */
	oldest_device: Omit<AuditedDevice, 'findings' | 'compliant'> | null;
	/** The first 100 by user ID; `users_failed` counts all. */
	failed_users: Array<{ id: number | null; username: string | null; message: string }>;
}

/** What an audit found as a whole; `report/summary.ts` puts it in words. */
export interface AuditResult extends Omit<
	AuditSummary,
	'text' | 'html' | 'complete' | 'scope' | keyof Coverage
> {
	coverage: Coverage;
	/** The devices to name, of all that have findings, the oldest first. */
	named: AuditedDevice[];
}

/**
 * Sums up an audit user by user, in constant memory: of the devices it keeps only the few that the summary shows. The
 * result does not depend on the order of the users.
 */
export class SummaryBuilder {
	private usersChecked = 0;
	private usersFailed = 0;
	private devices = 0;
	private devicesWithFindings = 0;
	private readonly findings: Partial<Record<RuleName, number>> = {};
	private readonly oldest: AuditedDevice[] = [];
	private readonly named: AuditedDevice[] = [];
	private readonly failed: UnreadableUser[] = [];
	private readonly organisations = new Map<number, Organisation & { users: number }>();

	constructor(policy: AuditPolicy) {
		for (const rule of rulesInForce(policy)) this.findings[rule] = 0;
	}

	/** Adds a user whose devices were read, be there none. */
	addUser(devices: AuditedDevice[], organisation?: Organisation | null): void {
		this.usersChecked++;
		this.countOrganisation(organisation);
		for (const device of devices) {
			this.devices++;
			if (device.trusted_until !== null) keepFirst(this.oldest, device, oldestFirst, 1);
			if (device.compliant) continue;
			this.devicesWithFindings++;
			keepFirst(this.named, device, oldestFirst, MOST_DEVICES_NAMED);
			for (const { rule } of device.findings) {
				this.findings[rule] = (this.findings[rule] ?? 0) + 1;
			}
		}
	}

	addFailedUser(failed: UnreadableUser, organisation?: Organisation | null): void {
		this.usersFailed++;
		this.countOrganisation(organisation);
		keepFirst(this.failed, failed, (a, b) => idOf(a) - idOf(b), MOST_FAILED_USERS);
	}

	/** How much of what was meant has been checked. */
	coverage(scope: AuditScope): Coverage {
		return {
			scope,
			users_listed: this.usersChecked + this.usersFailed,
			users_checked: this.usersChecked,
			users_failed: this.usersFailed,
		};
	}

	/** What has not been checked. */
	gaps(scope: AuditScope): Gap[] {
		return gapsIn(this.coverage(scope));
	}

	/** What was found so far; it may go on after that. */
	build({ scope, workspace, startedAt }: Circumstances): AuditResult {
		const coverage = this.coverage(scope);
		const gaps = gapsIn(coverage);
		const byRule = this.byRule(gaps);
		return {
			coverage,
			gaps: gaps.map(({ message }) => message),
			workspace,
			organisations: [...this.organisations.values()]
				.sort((a, b) => a.id - b.id)
				.slice(0, MOST_ORGANISATIONS),
			checked_at: startedAt.toISOString(),
			findings: sum(Object.values(byRule)),
			by_severity: bySeverity(byRule),
			by_rule: byRule,
			devices: this.devices,
			devices_with_findings: this.devicesWithFindings,
			oldest_device: this.oldest.map(withoutFindings)[0] ?? null,
			failed_users: this.failed.map(({ user: { id, username }, message }) => ({
				id,
				username,
				message,
			})),
			named: [...this.named],
		};
	}

	private byRule(gaps: Gap[]): Record<string, number> {
		return {
			...this.findings,
			...(this.usersFailed > 0 && { unreadable: this.usersFailed }),
			...Object.fromEntries(gaps.filter(isFinding).map(({ rule }) => [rule, 1])),
		};
	}

	private countOrganisation(organisation: Organisation | null | undefined): void {
		if (typeof organisation?.id !== 'number') return;
		const { id, name } = organisation;
		const users = (this.organisations.get(id)?.users ?? 0) + 1;
		this.organisations.set(id, { id, name: name ?? null, users });
	}
}

function bySeverity(byRule: Record<string, number>): Record<Severity, number> {
	const having = (severity: Severity) =>
		Object.entries(byRule).flatMap(([rule, found]) => (severityOf(rule) === severity ? found : []));
	return Object.fromEntries(
		SEVERITIES.map((severity) => [severity, sum(having(severity))]),
	) as Record<Severity, number>;
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

/** An order of devices. An unknown date counts as the oldest, as in the rules. */
export function oldestFirst(a: AuditedDevice, b: AuditedDevice): number {
	return trustEnd(a) - trustEnd(b) || idOf(a) - idOf(b) || a.device.id - b.device.id;
}

const idOf = ({ user }: { user: AuditedUser }) => user.id ?? 0;

function trustEnd({ trusted_until }: AuditedDevice): number {
	return trusted_until === null ? Number.MIN_SAFE_INTEGER : Date.parse(trusted_until);
}

/** Adds an element to a sorted list that holds the first `most` of all that were added. */
function keepFirst<Element>(
	list: Element[],
	element: Element,
	order: (a: Element, b: Element) => number,
	most: number,
): void {
	const last = list[most - 1];
	if (last !== undefined && order(element, last) >= 0) return;
	list.push(element);
	list.sort(order);
	list.splice(most);
}

function withoutFindings({ user, device, age_days, trusted_until }: AuditedDevice) {
	return { user, device, age_days, trusted_until };
}
