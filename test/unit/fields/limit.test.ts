import fc from 'fast-check';

import { readCount, readLimit } from '../../../nodes/Emnify/fields/limit';
import { refusalOf } from './refusal';

describe('a limit', () => {
	const read = (fields: Record<string, unknown>) =>
		readLimit({ timezone: 'UTC', actsAsUser: true, field: (name) => fields[name] });

	test('is none where all are wanted', () => {
		expect(read({ returnAll: true, limit: 'x' })).toBe(Infinity);
	});

	test.each([
		[{ returnAll: false, limit: 50 }, 50],
		[{ returnAll: 'false', limit: ' 7 ' }, 7],
		[{ returnAll: null, limit: 1 }, 1],
	])('of %j is %j', (fields, expected) => {
		expect(read(fields)).toBe(expected);
	});

	test.each([
		[{ returnAll: false }, 'Limit is empty'],
		[{ returnAll: false, limit: 0 }, 'Limit “0” is not a whole number above 0'],
		[{ returnAll: 'all', limit: 5 }, 'Return All “all” is not true or false'],
	])('of %j is refused', (fields, message) => {
		expect(refusalOf(() => read(fields))).toBe(message);
	});

	test.each<unknown>([0, -1, 1.5, '1e3', '01', true, [3], {}, NaN, Infinity, '', null])(
		'is a whole number above 0, and not %p',
		(value) => {
			expect(refusalOf(() => readCount('Max', value))).toMatch(/^Max /);
		},
	);

	test('is any whole number above 0', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1 }), (count) => {
				expect([readCount('Max', count), readCount('Max', ` ${count} `)]).toEqual([count, count]);
			}),
		);
	});
});
