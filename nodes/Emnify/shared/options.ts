import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_TIMEOUT_MS } from '../api/http';
import { badValue } from './locator';

/** Options of every operation. */
export const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Timeout',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 30,
			description: 'Seconds to wait for an answer of emnify',
		},
	],
};

/** The timeout in milliseconds. Throws an `EmnifyError` (`input`) where it is no number above 0. */
export function readTimeoutMs(options: unknown): number {
	const { timeout = DEFAULT_TIMEOUT_MS / 1000 } = (options ?? {}) as { timeout?: unknown };
	if (typeof timeout === 'number' && timeout > 0) return Math.ceil(timeout * 1000);
	throw badValue('Timeout', String(timeout), 'a number of seconds above 0');
}
