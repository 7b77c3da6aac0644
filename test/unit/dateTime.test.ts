import fc from 'fast-check';

import { readDateTime } from '../../nodes/Emnify/shared/dateTime';

const read = (value: unknown, zone = 'UTC') => readDateTime('Since', value, zone)?.toISOString();

test.each([
	['2026-03-01T08:00:00', 'UTC', '2026-03-01T08:00:00.000Z'],
	['2026-03-01T08:00:00', 'Europe/Berlin', '2026-03-01T07:00:00.000Z'],
	['2026-07-01 08:00', 'Europe/Berlin', '2026-07-01T06:00:00.000Z'],
	['2026-07-01', 'America/New_York', '2026-07-01T04:00:00.000Z'],
	['2026-07-01T00:00:00.250', 'Asia/Kathmandu', '2026-06-30T18:15:00.250Z'],
	['2026-03-01T08:00:00Z', 'Asia/Tokyo', '2026-03-01T08:00:00.000Z'],
	['2026-03-01T08:00:00+05:30', 'Asia/Tokyo', '2026-03-01T02:30:00.000Z'],
	['  2026-03-01T08:00:00.123Z ', 'UTC', '2026-03-01T08:00:00.123Z'],
])('%s in %s', (text, zone, expected) => {
	expect(read(text, zone)).toBe(expected);
});

test('where the clocks change', () => {
	// Berlin: 29 March 2026, from 02:00 to 03:00; 25 October 2026, from 03:00 back to 02:00.
	expect(read('2026-03-29T01:59:00', 'Europe/Berlin')).toBe('2026-03-29T00:59:00.000Z');
	expect(read('2026-03-29T03:00:00', 'Europe/Berlin')).toBe('2026-03-29T01:00:00.000Z');
	expect(read('2026-10-25T01:59:00', 'Europe/Berlin')).toBe('2026-10-24T23:59:00.000Z');
	expect(read('2026-10-25T03:00:00', 'Europe/Berlin')).toBe('2026-10-25T02:00:00.000Z');
});

test('every instant comes back from how its zone shows it, but for an hour that comes twice', () => {
	const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];
	fc.assert(
		fc.property(
			fc.constantFrom(...zones),
			fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2050, 0) }),
			(zone, instant) => {
				const seconds = Math.floor(instant / 1000) * 1000;
				const shown = new Date(seconds).toLocaleString('sv-SE', { timeZone: zone });
				const back = Date.parse(read(shown, zone) ?? '');
				expect(new Date(back).toLocaleString('sv-SE', { timeZone: zone })).toBe(shown);
			},
		),
	);
});

test('what an expression gives: a Date, milliseconds, or n8n’s DateTime', () => {
	const milliseconds = Date.UTC(2026, 2, 1);
	const dateTime = { valueOf: () => milliseconds };
	for (const value of [new Date(milliseconds), milliseconds, dateTime]) {
		expect(read(value)).toBe('2026-03-01T00:00:00.000Z');
	}
});

test.each(['', undefined, null])('%p is no date at all', (value) => {
	expect(read(value)).toBeUndefined();
});

test.each([
	'yesterday',
	'1',
	'2026',
	'2026-13-01',
	'2026-02-31T25:00',
	'01.03.2026',
	NaN,
	{},
	'2026-02-30',
	'2026-02-30T08:00:00Z',
	'2025-02-29',
	[1, 2],
])('%p is refused', (value) => {
	expect(() => read(value)).toThrow(/^Since “.*” is not a date/);
});
