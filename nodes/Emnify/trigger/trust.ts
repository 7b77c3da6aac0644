import type { TrustedDevice } from '../api/types';
import { TRUST_DAYS } from '../domain/auditUser';
import { DAY_MS } from '../domain/day';
import { readInstant } from '../domain/instant';

/** When a device was activated, in milliseconds since 1970, in whole seconds; `null` where that is unknown, or before 1970. */
export function activationOf({ activation_date }: TrustedDevice): number | null {
	const instant = readInstant(activation_date);
	return instant === null || instant < 0 ? null : Math.floor(instant / 1000) * 1000;
}

/** When the last `days` of the trust in a device begin that was activated then; with 0 days, when the trust ends. */
export function lastDaysOfTrust(activation: number, days: number): number {
	return activation + (TRUST_DAYS - days) * DAY_MS;
}
