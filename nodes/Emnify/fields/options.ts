import type { INodeProperties } from 'n8n-workflow';

import { UNATTENDED, type RetryPolicy } from '../api/retryPolicy';
import { readCollection } from './collection';
import { badValue } from './locator';
import { plainText } from './text';

/** Options of every operation. */
export const optionsField: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Rate Limit Wait',
			name: 'rateLimitWait',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 600,
			description:
				'How many seconds to wait at emnify’s rate limit (2,000 requests in 5 minutes) before giving up',
		},
		{
			displayName: 'Retries',
			name: 'retries',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 3,
			description:
				'How many times to repeat a read after a transient failure, such as a timeout. While emnify is down, reads wait for up to 120 seconds instead, unless this is 0. Writes are never repeated.',
		},
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
const LONGEST_WAIT = 86_400;
const MOST_RETRIES = 20;

/** What the options say of waiting. Throws an `EmnifyError` (`input`) where one is no usable number. */
export function readRetryPolicy(label: string, options: unknown): RetryPolicy {
	const chosen = readCollection(label, options);
	const readRetries = 'retries' in chosen ? readRetryCount(chosen.retries) : UNATTENDED.readRetries;
	return {
		timeoutMs: 'timeout' in chosen ? readTimeoutMs(chosen.timeout) : UNATTENDED.timeoutMs,
		rateLimitMs:
			'rateLimitWait' in chosen ? readWaitMs(chosen.rateLimitWait) : UNATTENDED.rateLimitMs,
		// Who wants no read repeated does not wait to repeat it either.
		outageMs: readRetries === 0 ? 0 : UNATTENDED.outageMs,
		readRetries,
	};
}

function readTimeoutMs(value: unknown): number {
	const seconds = toNumber(value);
	if (seconds > 0 && seconds <= LONGEST_WAIT) return Math.ceil(seconds * 1000);
	const expected = `a number of seconds above 0, at most ${LONGEST_WAIT}`;
	throw badValue('Timeout', value, expected);
}

function readWaitMs(value: unknown): number {
	const seconds = toNumber(value);
	if (seconds >= 0 && seconds <= LONGEST_WAIT) return Math.ceil(seconds * 1000);
	const expected = `a number of seconds from 0 to ${LONGEST_WAIT}`;
	throw badValue('Rate Limit Wait', value, expected);
}

function readRetryCount(value: unknown): number {
	const retries = toNumber(value);
	if (Number.isInteger(retries) && retries >= 0 && retries <= MOST_RETRIES) return retries;
	throw badValue('Retries', value, `a whole number from 0 to ${MOST_RETRIES}`);
}

function toNumber(value: unknown): number {
	const text = plainText(value);
	return text === '' ? NaN : Number(text);
}
