import type { AuditedDevice } from './auditUser';

/** Whether an audit revokes what it finds, or shows what it would revoke. */
export type RevokeMode = 'none' | 'dryRun' | 'revoke';

/** What was done, or would be done, with a device. */
export type RevocationOutcome =
	| 'would_be_revoked'
	| 'revoked'
	| 'gone_already'
	| 'failed'
	| 'unknown'
	| 'over_limit'
	| 'not_tried';

export interface Revocation {
	outcome: RevocationOutcome;
	/** What emnify said, where it was not simply done. */
	message?: string;
}

/** A device that was to be revoked, and what became of it. */
export interface RevokedDevice {
	device: AuditedDevice;
	revocation: Revocation;
}
