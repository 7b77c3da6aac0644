import { UNATTENDED } from '../../../nodes/Emnify/api/retryPolicy';
import { readRetryPolicy } from '../../../nodes/Emnify/fields/options';
import { refusalOf } from './refusal';

describe('the options', () => {
	const read = (options: unknown) => readRetryPolicy('Options', options);
	const day = 86_400;

	test.each([{}, undefined, null, ''])('are the usual ones where there are none: %j', (options) => {
		expect(read(options)).toEqual(UNATTENDED);
	});

	test('are taken, as text too', () => {
		expect(read({ timeout: 5, rateLimitWait: 60, retries: 2 })).toEqual({
			timeoutMs: 5_000,
			rateLimitMs: 60_000,
			outageMs: UNATTENDED.outageMs,
			readRetries: 2,
		});
		expect(read({ timeout: ' 5 ' }).timeoutMs).toBe(5_000);
	});

	test.each([
		[{ timeout: 0.0005 }, { timeoutMs: 1 }],
		[{ timeout: 1.0001 }, { timeoutMs: 1_001 }],
		[{ timeout: day }, { timeoutMs: day * 1000 }],
		[{ rateLimitWait: 0 }, { rateLimitMs: 0, outageMs: UNATTENDED.outageMs }],
		[{ rateLimitWait: 0.0001 }, { rateLimitMs: 1, outageMs: UNATTENDED.outageMs }],
		[{ rateLimitWait: day }, { rateLimitMs: day * 1000, outageMs: UNATTENDED.outageMs }],
		[{ retries: 0 }, { readRetries: 0, outageMs: 0, rateLimitMs: UNATTENDED.rateLimitMs }],
		[{ retries: 20 }, { readRetries: 20, outageMs: UNATTENDED.outageMs }],
	])('%j are within their bounds', (options, expected) => {
		expect(read(options)).toMatchObject(expected);
	});

	test.each([
		[{ timeout: 0 }, 'Timeout “0” is not a number of seconds above 0, at most 86400'],
		[{ timeout: day + 1 }, 'Timeout “86401” is not a number of seconds above 0, at most 86400'],
		[{ timeout: -1 }, 'Timeout “-1” is not a number of seconds above 0, at most 86400'],
		[{ timeout: 'soon' }, 'Timeout “soon” is not a number of seconds above 0, at most 86400'],
		[{ timeout: '' }, 'Timeout is empty'],
		[{ timeout: undefined }, 'Timeout is empty'],
		[{ rateLimitWait: -1 }, 'Rate Limit Wait “-1” is not a number of seconds from 0 to 86400'],
		[
			{ rateLimitWait: day + 1 },
			'Rate Limit Wait “86401” is not a number of seconds from 0 to 86400',
		],
		[
			{ rateLimitWait: [] },
			'Rate Limit Wait is not a number of seconds from 0 to 86400, but a list',
		],
		[{ rateLimitWait: null }, 'Rate Limit Wait is empty'],
		[{ retries: -1 }, 'Retries “-1” is not a whole number from 0 to 20'],
		[{ retries: 21 }, 'Retries “21” is not a whole number from 0 to 20'],
		[{ retries: 1.5 }, 'Retries “1.5” is not a whole number from 0 to 20'],
		[{ retries: true }, 'Retries “true” is not a whole number from 0 to 20'],
		[{ retries: ' ' }, 'Retries is empty'],
		[[], 'Options is not a collection of fields, but a list'],
	])('%j are refused', (options, message) => {
		expect(refusalOf(() => read(options))).toBe(message);
	});
});
