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

/** A day, in seconds. Timers of Node end at once for what is more than 24 days. */
const LONGEST_TIMEOUT = 86_400;

/** The timeout in milliseconds. Throws an `EmnifyError` (`input`) where it is no number above 0, or more than a day. */
export function readTimeoutMs(options: unknown): number {
	const chosen = (options ?? {}) as { timeout?: unknown };
	if (!('timeout' in chosen)) return DEFAULT_TIMEOUT_MS;
	const text = String(chosen.timeout ?? '').trim();
	const seconds = Number(text);
	if (seconds > 0 && seconds <= LONGEST_TIMEOUT) return Math.ceil(seconds * 1000);
	throw badValue('Timeout', text, `a number of seconds above 0, at most ${LONGEST_TIMEOUT}`);
}
