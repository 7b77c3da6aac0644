import type { INodeProperties } from 'n8n-workflow';

import { PATIENT, type Patience } from '../api/client';
import { MOST_AT_ONCE } from '../api/adaptiveConcurrency';
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
			displayName: 'Max Requests at Once',
			name: 'maxRequestsAtOnce',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: MOST_AT_ONCE },
			default: 10,
			description:
				'How many requests to have under way at once at most. Without this option, as many as emnify answers fast.',
		},
		{
			displayName: 'Rate Limit Wait',
			name: 'rateLimitWait',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 600,
			description:
				'How many seconds to wait at emnify’s rate limit (2,000 requests in 5 minutes) before giving up. While emnify is down, at most 120.',
		},
		{
			displayName: 'Retries',
			name: 'retries',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 3,
			description:
				'How many times to repeat a read after a transient failure, such as a timeout. Writes are never repeated.',
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

/** What the options say of waiting, and of how many requests there are at once. Throws an `EmnifyError` (`input`) where one is no usable number. */
export function readPatience(label: string, options: unknown): Patience {
	const chosen = readCollection(label, options);
	const rateLimitMs =
		'rateLimitWait' in chosen ? readWaitMs(chosen.rateLimitWait) : PATIENT.rateLimitMs;
	const retries = 'retries' in chosen ? readRetries(chosen.retries) : PATIENT.readRetries;
	return {
		timeoutMs: 'timeout' in chosen ? readTimeoutMs(chosen.timeout) : PATIENT.timeoutMs,
		rateLimitMs,
		outageMs: retries === 0 ? 0 : Math.min(rateLimitMs, PATIENT.outageMs),
		readRetries: retries,
		mostAtOnce:
			'maxRequestsAtOnce' in chosen ? readMostAtOnce(chosen.maxRequestsAtOnce) : PATIENT.mostAtOnce,
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

function readRetries(value: unknown): number {
	const retries = toNumber(value);
	if (Number.isInteger(retries) && retries >= 0 && retries <= MOST_RETRIES) return retries;
	throw badValue('Retries', value, `a whole number from 0 to ${MOST_RETRIES}`);
}

function readMostAtOnce(value: unknown): number {
	const most = toNumber(value);
	if (Number.isInteger(most) && most >= 1 && most <= MOST_AT_ONCE) return most;
	throw badValue('Max Requests at Once', value, `a whole number from 1 to ${MOST_AT_ONCE}`);
}

function toNumber(value: unknown): number {
	const text = plainText(value);
	return text === '' ? NaN : Number(text);
}
