import fc from 'fast-check';

import type { TrustedDevice } from '../../../nodes/Emnify/api/types';
import type { AuditedUser } from '../../../nodes/Emnify/domain/auditUser';
import type { AuditPolicy, RuleName } from '../../../nodes/Emnify/domain/policy';

export const DAY = 86_400_000;
export const NOW = new Date('2026-03-01T12:00:00.000Z');

/** The instant so many milliseconds before NOW, as the API writes it. */
export const before = (milliseconds: number) =>
	new Date(NOW.getTime() - milliseconds).toISOString();

const someDays = fc.integer({ min: 0, max: 100 });

/** Around NOW, often a whole number of days away, or a millisecond off. */
const activationDate = fc
	.tuple(fc.integer({ min: -5, max: 200 }), fc.constantFrom(-1, 0, 1, 7_654_321))
	.map(([days, milliseconds]) => before(days * DAY + milliseconds));

const noDate = fc.constantFrom(
	'',
	' ',
	'soon',
	'Device 7',
	'2026-02-30',
	'+275760-09-13T00:00:01Z',
);

const systems = ['Windows 10', 'WINDOWS 11', 'macOS 15', 'Ubuntu 24.04', 'plan 9', ' '];
const browsers = ['Chrome 125', 'chrome mobile', 'Firefox', 'Opera 9', ''];

const deviceWithoutId = fc.record(
	{
		operating_system: fc.oneof(fc.constantFrom(...systems), fc.string()),
		browser: fc.oneof(fc.constantFrom(...browsers), fc.string()),
		activation_date: fc.oneof({ weight: 5, arbitrary: activationDate }, noDate),
	},
	{ requiredKeys: [] },
);

/** Devices of one user, each with an ID of its own. */
export const devices: fc.Arbitrary<TrustedDevice[]> = fc
	.uniqueArray(fc.integer({ min: 1, max: 1000 }), { maxLength: 8 })
	.chain((ids) => fc.tuple(...ids.map((id) => deviceWithoutId.map((rest) => ({ id, ...rest })))));

export const user: fc.Arbitrary<AuditedUser> = fc.record({
	id: fc.integer({ min: 1, max: 1_000_000 }),
	username: fc.option(fc.emailAddress()),
	name: fc.option(fc.string()),
	status: fc.option(fc.constantFrom('Active', 'ACTIVATED', 'Deactivated', 'Pending', ' ')),
});

const patterns = (words: string[]) =>
	fc.array(fc.constantFrom(...words, '*'), { minLength: 1, maxLength: 4 });
const systemPatterns = patterns(['windows*', 'Ubuntu*', '*1*', 'PLAN 9']);
const browserPatterns = patterns(['Chrome*', '*fox', 'opera 9']);
const instant = fc
	.integer({ min: -5, max: 200 })
	.map((days) => new Date(NOW.getTime() - days * DAY));

export const fullPolicy: fc.Arbitrary<Required<AuditPolicy>> = fc.record({
	maxAgeDays: someDays,
	expiringWithinDays: someDays,
	allowedOperatingSystems: systemPatterns,
	allowedBrowsers: browserPatterns,
	maxDevicesPerUser: fc.integer({ min: 0, max: 9 }),
	flagInactiveUsers: fc.constant(true),
	activatedAfter: instant,
	flagMissingData: fc.constant(true),
});

/** Any of the rules, none included. */
export const policy: fc.Arbitrary<AuditPolicy> = fc
	.tuple(fullPolicy, fc.uniqueArray(fc.nat(7)))
	.map(([full, absent]) => {
		const kept = Object.entries(full).filter((_, index) => !absent.includes(index));
		return Object.fromEntries(kept);
	});

const ordered = <T>(values: fc.Arbitrary<T>, order: (a: T, b: T) => number) =>
	fc.tuple(values, values).map((pair) => pair.sort(order));

/** For each rule a loose setting and one that is at least as tight. */
export const looseAndTight: { [Name in RuleName]: fc.Arbitrary<Array<AuditPolicy[Name]>> } = {
	maxAgeDays: ordered(someDays, (a, b) => b - a),
	expiringWithinDays: ordered(someDays, (a, b) => a - b),
	allowedOperatingSystems: listAndPart(systemPatterns),
	allowedBrowsers: listAndPart(browserPatterns),
	maxDevicesPerUser: ordered(fc.integer({ min: 0, max: 9 }), (a, b) => b - a),
	flagInactiveUsers: ordered(fc.boolean(), (a, b) => Number(a) - Number(b)),
	activatedAfter: ordered(instant, (a, b) => b.getTime() - a.getTime()),
	flagMissingData: ordered(fc.boolean(), (a, b) => Number(a) - Number(b)),
};

function listAndPart(list: fc.Arbitrary<string[]>): fc.Arbitrary<string[][]> {
	return list.chain((whole) => fc.subarray(whole, { minLength: 1 }).map((part) => [whole, part]));
}

/** The same elements in any order. */
export const shuffled = <T>(elements: T[]): fc.Arbitrary<T[]> =>
	fc.shuffledSubarray(elements, { minLength: elements.length });

/** So that an attempt to change it throws. */
export function frozen<T>(value: T): T {
	if (typeof value === 'object' && value !== null) {
		Object.values(value).forEach(frozen);
		Object.freeze(value);
	}
	return value;
}
