import type { AuditedDevice, AuditedUser } from './auditUser';

/** How severe a finding can be, the worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** One finding of an audit, flat, so that a table shows it. The keys stand in this order. */
export interface Finding {
	/** `rule:subject`, the same in each run that finds it: no age, no count, no window is in it. */
	id: string;
	/** A sentence for a person. What others call themselves is quoted as it is: escape it where it is formatted. */
	reason: string;
	severity: Severity;
	rule: string;
	user?: AuditedUser | null;
	device?: AuditedDevice['device'] | null;
	/** Whole days since the device became trusted; `null` if that is unknown. */
	age_days?: number | null;
	/** ISO 8601; `null` if that is unknown. */
	trusted_until?: string | null;
}
