import type { INodeProperties } from 'n8n-workflow';

import { TRUST_DAYS } from '../../domain/auditUser';
import { readDays } from './days';

const MOST_DEVICE_DAYS = TRUST_DAYS - 1;

export const deviceDaysField: INodeProperties = {
	displayName: 'Days Before Trust Ends',
	name: 'deviceDays',
	type: 'number',
	typeOptions: { minValue: 1, maxValue: MOST_DEVICE_DAYS },
	default: 7,
	description: `How long before the end of its trust a device counts as expiring. A device is trusted for ${TRUST_DAYS} days.`,
	displayOptions: { show: { events: ['trusted_device_expiring'] } },
};

/** Throws an `EmnifyError` (`input`) for what is no whole number of days within those of trust. */
export function readDeviceDays(label: string, value: unknown): number {
	return readDays(label, value, MOST_DEVICE_DAYS);
}
