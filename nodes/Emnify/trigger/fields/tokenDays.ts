import type { INodeProperties } from 'n8n-workflow';

import { readDays } from './days';

/** Ten years. */
const MOST_TOKEN_DAYS = 3650;

export const tokenDaysField: INodeProperties = {
	displayName: 'Days Before Token Expires',
	name: 'tokenDays',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: 14,
	description: 'How long before its expiry date an application token counts as expiring',
	displayOptions: { show: { events: ['application_token_expiring'] } },
};

/** Throws an `EmnifyError` (`input`) for what is no whole number of days up to ten years. */
export function readTokenDays(label: string, value: unknown): number {
	return readDays(label, value, MOST_TOKEN_DAYS);
}
