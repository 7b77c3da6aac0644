import type { AuditedDevice, AuditedUser, BrokenRule } from './auditUser';
import type { AuditScope, Gap } from './coverage';
import type { Finding } from './finding';
import { severityOf } from './severity';
import { shorten } from './shorten';
import type { UnreadableUser } from './summary';

const LONGEST_NAME = 80;

/** The findings on a device, one a broken rule. */
export function findingsOn(audited: AuditedDevice): Finding[] {
	const { user, device, age_days, trusted_until } = audited;
	return audited.findings.map(({ rule, message }: BrokenRule) => ({
		id: `${rule}:${device.id}`,
		reason: `${message}: ${deviceInWords(device)} of ${userInWords(user)}`,
		severity: severityOf(rule),
		rule,
		user,
		device,
		age_days,
		trusted_until,
	}));
}

/** The finding on a user whose devices could not be read. */
export function unreadableFinding({ user, message }: UnreadableUser): Finding {
	return {
		id: `unreadable:user:${user.id ?? user.username ?? 'unknown'}`,
		reason: message,
		severity: severityOf('unreadable'),
		rule: 'unreadable',
		user,
		...NO_DEVICE,
	};
}

/** The finding on what was not checked as a whole. */
export function gapFinding({ rule, message }: Gap, scope: AuditScope): Finding {
	return {
		id: `${rule}:${scopeOfId(scope)}`,
		reason: message,
		severity: severityOf(rule),
		rule,
		user: null,
		...NO_DEVICE,
	};
}

/** The same keys in each finding, so that a table has the same columns whatever its first row is. */
const NO_DEVICE = { device: null, age_days: null, trusted_until: null };

function scopeOfId(scope: AuditScope): string {
	return scope.which === 'filtered' ? `filtered:${scope.criteria}` : scope.which;
}

function deviceInWords({ id, browser, operating_system }: AuditedDevice['device']): string {
	const known = [browser, operating_system].flatMap((text) => text?.trim() || []);
	return known.length === 0 ? `device ${id}` : shorten(known.join(' on '), LONGEST_NAME);
}

function userInWords({ id, username }: AuditedUser): string {
	const name = username?.trim() ?? '';
	if (name !== '') return shorten(name, LONGEST_NAME);
	return id === null ? 'a user without a name' : `user ${id}`;
}
