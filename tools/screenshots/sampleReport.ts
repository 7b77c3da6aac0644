import { auditUser } from '../../nodes/Emnify/domain/auditUser';
import type { Severity } from '../../nodes/Emnify/domain/finding';
import type { AuditPolicy, RuleName } from '../../nodes/Emnify/domain/policy';
import { checksOf } from '../../nodes/Emnify/report/checks';
import type { Report, ReportFinding } from '../../nodes/Emnify/report/report';
import { seed, seedWorld, userStatuses, type User } from '../../simulator';

const severities: Partial<Record<RuleName, Severity>> = {
	flagInactiveUsers: 'high',
	flagMissingData: 'low',
	expiringWithinDays: 'low',
	activatedAfter: 'info',
};

/** The report on the simulator's Acme Fleet, of whose users one could not be read. */
export function sampleReport(now: Date): Report {
	const policy: AuditPolicy = {
		maxAgeDays: 60,
		expiringWithinDays: 7,
		allowedBrowsers: ['Chrome*', 'Edge*', 'Firefox*', 'Safari*'],
		maxDevicesPerUser: 5,
		flagInactiveUsers: true,
		activatedAfter: new Date(now.getTime() - 7 * 86_400_000),
		flagMissingData: true,
	};
	const users = [...seedWorld(now).users.values()].filter(
		({ organisationId }) => organisationId === seed.ids.acme,
	);
	const unreadable = users.find(({ id }) => id === seed.ids.userWithoutDevices);
	const read = users.filter((user) => user !== unreadable);
	const devices = read.flatMap((user) =>
		auditUser(auditedUser(user), user.trustedDevices.map(asApiGives), policy, now),
	);
	return {
		title: 'Trusted-device audit',
		workspace: { id: seed.ids.acme, name: 'Acme Fleet' },
		checked_at: now.toISOString(),
		scope: 'All users',
		complete: false,
		gaps: [`1 of ${users.length} users could not be read`],
		users_listed: users.length,
		users_checked: read.length,
		users_failed: 1,
		failed_users: users
			.filter((user) => user === unreadable)
			.map(({ id, username }) => ({ id, username, message: 'emnify did not answer (HTTP 503)' })),
		devices: devices.length,
		device_ages: devices.map(({ age_days }) => age_days),
		checks: checksOf(policy),
		findings: devices.flatMap(({ findings, user, device, age_days, trusted_until }) =>
			findings.map(({ rule, message }): ReportFinding => ({
				id: `${rule}:${device.id}`,
				reason: message,
				severity: severities[rule] ?? 'medium',
				rule,
				user,
				device,
				age_days,
				trusted_until,
			})),
		),
		accepted: [],
		notes: [],
		sheet: null,
	};
}

function auditedUser({ id, username, name, statusId }: User) {
	const status = Object.values(userStatuses).find((known) => known.id === statusId);
	return { id, username, name, status: status?.description ?? null };
}

function asApiGives({ id, operatingSystem, browser, activatedAt }: User['trustedDevices'][number]) {
	return {
		id,
		operating_system: operatingSystem,
		browser,
		activation_date: activatedAt?.toISOString(),
	};
}
