import type { AuditedDevice } from '../../domain/auditUser';
import type { AuditScope, Gap } from '../../domain/coverage';
import type { Finding } from '../../domain/finding';
import type { Revocation } from '../../domain/revocation';
import type { UnreadableUser } from '../../domain/summary';
import { findingsOn, gapFinding, unreadableFinding } from '../../domain/trustFinding';
import type { ReportFinding } from '../../report/report';

/** A device, or a user whose devices could not be read. */
export type ResultRow = { place: number; items: number[] } & (
	| { device: AuditedDevice; revocation?: Revocation | { outcome: 'none' } }
	| { unreadable: UnreadableUser }
);

/** An item a finding. */
export function findingItems(row: ResultRow): ReportFinding[] {
	if ('unreadable' in row) return [unreadableFinding(row.unreadable)];
	const { device, revocation } = row;
	return findingsOn(device).map((finding) => ({ ...finding, ...(revocation && { revocation }) }));
}

/** An item a device. */
export function deviceItems(row: ResultRow): object[] {
	if ('unreadable' in row) return [withoutDevice(unreadableFinding(row.unreadable))];
	const { device, revocation } = row;
	const { compliant, ...facts } = device;
	const findings = findingsOn(device).map(onlyFinding);
	return [{ ...facts, compliant, findings, ...(revocation && { revocation }) }];
}

/** The gap in the form of {@link deviceItems}. */
export function gapDevice(gap: Gap, scope: AuditScope): object {
	return withoutDevice(gapFinding(gap, scope));
}

/** Looks like a device with a finding, so that whoever looks for devices that are not compliant hears of it. */
function withoutDevice({ user, device, age_days, trusted_until, ...finding }: Finding): object {
	return {
		user,
		device,
		age_days,
		trusted_until,
		compliant: false,
		findings: [onlyFinding(finding)],
	};
}

function onlyFinding({ id, reason, severity, rule }: Finding) {
	return { id, reason, severity, rule };
}
