import fc from 'fast-check';
import { DateTime, Settings } from 'luxon';
import { getGlobalState, setGlobalState } from 'n8n-workflow';

import { readDateTime } from '../../nodes/Emnify/fields/dateTime';
import { readTimestamp } from '../../nodes/Emnify/fields/timestamp';

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

test('what an expression gives: a Date, a DateTime of Luxon, or milliseconds', () => {
	const milliseconds = Date.UTC(2026, 2, 1);
	const dateTime = DateTime.fromMillis(milliseconds, { zone: 'Asia/Tokyo' });
	for (const value of [new Date(milliseconds), milliseconds, dateTime]) {
		expect(read(value)).toBe('2026-03-01T00:00:00.000Z');
	}
});

test('a number is milliseconds up to the year 2099', () => {
	expect(read(Date.UTC(2100, 0) - 1)).toBe('2099-12-31T23:59:59.999Z');
});

test.each([
	['2026-03-01T08:00:00+0530', '2026-03-01T02:30:00.000Z'],
	['2021-11-18T08:25:53.000+0000', '2021-11-18T08:25:53.000Z'],
	['2026-03-01T08:00+05', '2026-03-01T03:00:00.000Z'],
	['2026-03-01t08:00z', '2026-03-01T08:00:00.000Z'],
	['2026-03-01T08:00:00,25Z', '2026-03-01T08:00:00.250Z'],
	['2026-03-01T08:00:00.123456789Z', '2026-03-01T08:00:00.123Z'],
	['2026-03-01T24:00Z', '2026-03-02T00:00:00.000Z'],
	['9999-12-31', '9999-12-31T00:00:00.000Z'],
	['2000-01-01', '2000-01-01T00:00:00.000Z'],
])('%s is ISO 8601', (text, expected) => {
	expect(read(text)).toBe(expected);
});

test.each(['', undefined, null])('%p is no date at all', (value) => {
	expect(read(value)).toBeUndefined();
});

test.each([
	'yesterday',
	'1',
	'2026',
	'20260301',
	'12',
	'1767225600',
	'1767225600000',
	'2026-13-01',
	'2026-02-31T25:00',
	'2026-03-01T08:60',
	'2026-03-01T08:00+99:00',
	'01.03.2026',
	'2026-02-30',
	'2026-02-30T08:00:00Z',
	'2025-02-29',
	'false',
	'null',
])('the text %p is refused', (value) => {
	expect(() => read(value)).toThrow(/^Since (“.*” )?is not a date and time/);
});

const epoch = new Date(0);

test.each([
	['false', false],
	['true', true],
	['0', 0],
	['-1', -1],
	['12', 12],
	['Unix seconds', 1_767_225_600],
	['Unix seconds with a fraction', 1_767_225_600.5],
	['Unix microseconds', 1_767_225_600_000_000],
	['a date in digits', 20_260_301],
	['a date and time in digits', 20_260_301_080_000],
	['NaN', NaN],
	['Infinity', Infinity],
	['an empty list', []],
	['a list of numbers', [1, 2]],
	['a list of one date', ['2026-03-01']],
	['a list of one number', [1_767_225_600_000]],
	['an object', {}],
	['an object that is worth a number', { valueOf: () => 1_767_225_600_000 }],
	['an object that has no text', { toString: 1 }],
	['a number of milliseconds past the year 2099', Date.UTC(2100, 0)],
	['what has a time alone', { isValid: true, toMillis: (): number => 1_767_225_600_000 }],
	[
		'a DateTime that says it is none',
		{ isLuxonDateTime: true, isValid: false, toMillis: (): number => 1_767_225_600_000 },
	],
	['what looks like a DateTime', { isLuxonDateTime: true, isValid: true, ts: 1_767_225_600_000 }],
	['a Date that is none', new Date(NaN)],
	['a Date made of false', new Date(Number(false))],
	['a Date made of seconds', new Date(1_767_225_600)],
	['a DateTime that is none', DateTime.fromISO('yesterday')],
	['a DateTime made of 0', DateTime.fromMillis(0)],
	['1970 as text', epoch.toISOString()],
	['1970 as a day', '1970-01-01'],
	['a symbol', Symbol('2026')],
	['a function', () => 1_767_225_600_000],
	['a bigint', 1_767_225_600_000n],
])('%s is refused', (_what, value) => {
	expect(() => read(value)).toThrow(/^Since .*is not a date and time/);
});

test('spaces alone are told to be nothing', () => {
	expect(() => read('   ')).toThrow('Since is empty');
});

describe('the time zone of the workflow', () => {
	const before = getGlobalState();
	beforeEach(() => setGlobalState({ defaultTimezone: 'Asia/Kolkata' }));
	afterEach(() => setGlobalState(before));

	test.each(['DEFAULT', '', '  ', undefined, null, 7])('is n8n’s own where it is %p', (zone) => {
		const date = readDateTime('Since', '2026-03-01T08:00', zone);
		expect(date?.toISOString()).toBe('2026-03-01T02:30:00.000Z');
	});

	test('is told where n8n does not know it, and only where it counts', () => {
		expect(() => read('2026-03-01', 'Mars/Phobos')).toThrow(
			'The time zone of the workflow is not one that n8n knows',
		);
		expect(read('2026-03-01T00:00Z', 'Mars/Phobos')).toBe('2026-03-01T00:00:00.000Z');
	});
});

describe('a time of clocks that change means what Luxon says', () => {
	const zones = [
		'Europe/Berlin',
		'America/New_York',
		'America/St_Johns',
		'Australia/Lord_Howe', // half an hour
		'Africa/Casablanca', // back for Ramadan
		'Asia/Kathmandu',
		'Pacific/Apia', // left out 30 December 2011
		'America/Sao_Paulo', // at midnight, until 2019
		'UTC',
	];
	const season = fc.constantFrom('2026-01-15T12:00Z', '2026-07-15T12:00Z', '2026-11-25T12:00Z');
	afterEach(() => jest.useRealTimers());

	const expectLikeLuxon = (text: string, zone: string, now: string) => {
		jest.useFakeTimers({ now: new Date(now) });
		Settings.now = () => Date.now();
		expect(`${text} ${zone} ${read(text, zone)}`).toBe(
			`${text} ${zone} ${DateTime.fromISO(text, { zone }).toUTC().toISO()}`,
		);
	};

	test.each([
		['an hour that comes twice', '2026-10-25T02:30', 'Europe/Berlin'],
		['an hour that is left out', '2026-03-29T02:30', 'Europe/Berlin'],
		['half an hour that comes twice', '2026-04-05T01:45', 'Australia/Lord_Howe'],
		['half an hour that is left out', '2026-10-04T02:15', 'Australia/Lord_Howe'],
		['a midnight that is left out', '2018-11-04T00:00', 'America/Sao_Paulo'],
		['a day that is left out', '2011-12-30T10:00', 'Pacific/Apia'],
		['an hour that comes twice overseas', '2026-11-01T01:15', 'America/New_York'],
	])('%s', (_what, text, zone) => {
		for (const now of ['2026-01-15T12:00Z', '2026-07-15T12:00Z']) expectLikeLuxon(text, zone, now);
	});

	test('any time within hours of a change, and any other', () => {
		const change = fc.constantFrom(
			Date.UTC(2026, 2, 29),
			Date.UTC(2026, 9, 25),
			Date.UTC(2026, 2, 8),
			Date.UTC(2026, 10, 1),
			Date.UTC(2026, 3, 5),
			Date.UTC(2026, 9, 4),
			Date.UTC(2026, 1, 15),
			Date.UTC(2026, 2, 22),
			Date.UTC(2011, 11, 30),
			Date.UTC(2018, 10, 4),
		);
		const near = fc
			.tuple(change, fc.integer({ min: -1440, max: 2880 }))
			.map(([day, minutes]) => day + minutes * 60_000);
		const any = fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2060, 0) });
		fc.assert(
			fc.property(fc.oneof(near, any), fc.constantFrom(...zones), season, (shown, zone, now) => {
				expectLikeLuxon(new Date(shown).toISOString().slice(0, -5), zone, now);
			}),
			{ numRuns: 1000 },
		);
	});
});

test('a time goes out in whole seconds, and not at all where there is none', () => {
	expect(readTimestamp('Since', '2026-03-01T08:00:00.999', 'Europe/Berlin')).toBe(
		'2026-03-01T07:00:00Z',
	);
	expect(readTimestamp('Since', '', 'UTC')).toBeUndefined();
	expect(() => readTimestamp('Since', 'soon', 'UTC')).toThrow(/^Since “soon” is not/);
});
