import { dayOfDate } from '../../nodes/Emnify/domain/day';

test.each([
	['2021-11-18T08:25:53.000+0000', '18 Nov 2021'],
	['2026-02-20T23:59:59.298Z', '20 Feb 2026'],
	['2014-10-27T08:03:00+0000', '27 Oct 2014'],
	['2026-02-20T23:30:00-0100', '21 Feb 2026'],
	['2026-02-20T10:30Z', '20 Feb 2026'],
	['2026-02-20', '20 Feb 2026'],
])('%j is shown as %j', (date, shown) => expect(dayOfDate(date)).toBe(shown));

test.each([
	[null, ''],
	[undefined, ''],
	[0, ''],
	[1_760_000_000_000, ''],
	[{}, ''],
	['', ''],
	['soon', 'soon'],
	['2026-02-30', '2026-02-30'],
])('%j is no date, and never 1970', (date, shown) => expect(dayOfDate(date)).toBe(shown));
