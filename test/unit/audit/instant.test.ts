import fc from 'fast-check';

import { readInstant } from '../../../nodes/Emnify/audit/instant';

describe('an instant', () => {
	test('is read back from what JavaScript writes', () => {
		const min = new Date('0000-01-01T00:00:00Z');
		const max = new Date('9999-12-31T23:59:59.999Z');
		fc.assert(
			fc.property(fc.date({ min, max, noInvalidDate: true }), (date) => {
				expect(readInstant(date.toISOString())).toBe(date.getTime());
			}),
		);
	});

	test.each([
		['2026-02-01', '2026-02-01T00:00:00.000Z'],
		['2026-02-01T10:30Z', '2026-02-01T10:30:00.000Z'],
		['2026-02-01T10:30:15Z', '2026-02-01T10:30:15.000Z'],
		['2026-02-01t10:30:15z', '2026-02-01T10:30:15.000Z'],
		['2026-02-01T10:30:15.123456Z', '2026-02-01T10:30:15.123Z'],
		['2026-02-01T10:30:15+02:00', '2026-02-01T08:30:15.000Z'],
		['2026-02-01T10:30:15.000+0000', '2026-02-01T10:30:15.000Z'],
		['2026-02-01T10:30:15-0130', '2026-02-01T12:00:15.000Z'],
		['2026-02-01T10:30:15+02', '2026-02-01T08:30:15.000Z'],
		['2026-02-01T10:30:15', '2026-02-01T10:30:15.000Z'],
		['2026-02-01 10:30:15', '2026-02-01T10:30:15.000Z'],
		[' 2026-02-01T10:30:15Z\n', '2026-02-01T10:30:15.000Z'],
		['2024-02-29', '2024-02-29T00:00:00.000Z'],
	])('is read from %j', (text, expected) => {
		expect(new Date(readInstant(text) ?? NaN).toISOString()).toBe(expected);
	});

	test.each([
		undefined,
		null,
		1_760_000_000_000,
		new Date(0),
		'',
		'soon',
		'Device 7',
		'1',
		'2026',
		'2026-02',
		'2026-02-30',
		'2026-02-29T00:00:00Z',
		'2026-13-01',
		'2026-02-00',
		'2026-02-01T25:00:00Z',
		'2026-02-01T10:61:00Z',
		'2026-02-01T10:30:15+99:00',
		'01/02/2026',
		'1 Feb 2026',
		'+275760-09-13T00:00:00Z',
		'-000001-01-01T00:00:00Z',
		'2026-02-01T10:30:15Z or so',
		'since 2026-02-01',
	])('is not %j', (value) => {
		expect(readInstant(value)).toBeNull();
	});

	test('is a time or null, whatever is read', () => {
		fc.assert(
			fc.property(fc.oneof(fc.anything(), fc.stringMatching(/^[-+0-9T:Z. ]*$/)), (value) => {
				const instant = readInstant(value);
				expect(instant === null || Number.isInteger(instant)).toBe(true);
			}),
		);
	});
});
