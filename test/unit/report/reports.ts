import type { Severity } from '../../../nodes/Emnify/domain/finding';
import type { Report, ReportFinding } from '../../../nodes/Emnify/report/report';

/** A finding on Otis Berg's device, changed as asked. */
export function finding(changes: Partial<ReportFinding> = {}): ReportFinding {
	return {
		id: 'maxAgeDays:11051',
		reason: 'Trusted for 75 days, more than 60',
		severity: 'medium',
		rule: 'maxAgeDays',
		user: { id: 105, username: 'otis.berg@acme.example', name: 'Otis Berg', status: 'Active' },
		device: {
			id: 11051,
			operating_system: 'Windows 11',
			browser: 'Edge 141',
			activation_date: '2025-12-16T12:00:00.000Z',
		},
		age_days: 75,
		trusted_until: '2026-03-16T12:00:00.000Z',
		...changes,
	};
}

/** A complete report on two users and three devices without findings, changed as asked. */
export function report(changes: Partial<Report> = {}): Report {
	return {
		title: 'Trusted-device audit',
		workspace: { id: 1, name: 'Acme Fleet' },
		checked_at: '2026-03-01T12:00:00.000Z',
		scope: 'All users',
		complete: true,
		gaps: [],
		users_listed: 2,
		users_checked: 2,
		users_failed: 0,
		failed_users: [],
		devices: 3,
		device_ages: [75, 3, null],
		checks: [
			{
				rule: 'maxAgeDays',
				label: 'Age',
				detail: 'more than 60 days',
				advice: 'Revoke the trust.',
			},
			{ rule: 'flagInactiveUsers', label: 'Inactive user', detail: null, advice: 'Revoke it now.' },
		],
		findings: [],
		accepted: [],
		notes: [],
		sheet: null,
		...changes,
	};
}

/** A report in which whatever others may name is `text`. */
export function reportOf(text: string, severity: Severity = 'high'): Report {
	const named = finding({
		id: `maxAgeDays:${text}`,
		reason: text,
		severity,
		user: { id: 105, username: text, name: text, status: text },
		device: { id: 1, operating_system: text, browser: text, activation_date: text },
		trusted_until: text,
		change: text,
		revocation: { outcome: text, message: text },
	});
	const column = { key: 'user.username', label: 'User' };
	return report({
		workspace: { id: 1, name: text },
		scope: text,
		complete: false,
		gaps: [text],
		users_failed: 1,
		failed_users: [{ id: null, username: text, message: text }],
		findings: [named, { ...named, rule: 'unknown_rule' }],
		accepted: [{ ...named, accepted: { reason: text, until: text } }],
		notes: [text],
		sheet: { title: 'Access review', columns: [column], rows: [{ user: { username: text } }] },
	});
}
