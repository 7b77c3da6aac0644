import type { TrustedDevice } from '../../../nodes/Emnify/api/types';
import type { AuditedUser } from '../../../nodes/Emnify/domain/auditUser';
import { auditUser, TRUST_DAYS } from '../../../nodes/Emnify/domain/auditUser';
import type { AuditPolicy } from '../../../nodes/Emnify/domain/policy';
import { RULE_NAMES } from '../../../nodes/Emnify/domain/policy';
import { before, DAY, NOW } from './arbitraries';

const ada: AuditedUser = { id: 7, username: 'ada@a.example', name: 'Ada', status: 'Active' };
const laptop: TrustedDevice = {
	id: 1,
	operating_system: 'Ubuntu 24.04',
	browser: 'Firefox 125',
	activation_date: '2026-02-01T12:00:00Z',
};

const audit = (policy: AuditPolicy, devices: TrustedDevice[], user = ada, now = NOW) =>
	auditUser(user, devices, policy, now);

/** The messages for one device that is the laptop but for what is given. */
function messages(policy: AuditPolicy, changes: Partial<TrustedDevice> = {}, now = NOW) {
	const [audited] = audit(policy, [{ ...laptop, ...changes }], ada, now);
	return audited?.findings.map(({ message }) => message);
}

describe('an audited device', () => {
	test('shows the user, the device, its age and the end of its trust', () => {
		expect(audit({}, [laptop])).toEqual([
			{
				user: ada,
				device: laptop,
				age_days: 28,
				trusted_until: '2026-05-02T12:00:00.000Z',
				findings: [],
				compliant: true,
			},
		]);
	});

	test('has null for what the API left out', () => {
		expect(audit({}, [{ id: 3 }])[0]).toMatchObject({
			device: { id: 3, operating_system: null, browser: null, activation_date: null },
			age_days: null,
			trusted_until: null,
			compliant: true,
		});
	});

	test('has null for what is no text, and reads on', () => {
		const broken = { id: 3, operating_system: 11, browser: null, activation_date: {} };
		const [audited] = audit({ flagMissingData: true, allowedBrowsers: ['*'] }, [
			broken as unknown as TrustedDevice,
		]);
		expect(audited).toMatchObject({
			device: { id: 3, operating_system: null, browser: null, activation_date: null },
			findings: [
				{ rule: 'allowedBrowsers', message: 'Browser is unknown' },
				{
					rule: 'flagMissingData',
					message: 'No operating system, no browser, no activation date',
				},
			],
		});
	});

	test('is there for each device, in their order, and not for a user without devices', () => {
		const ids = [5, 2, 9];
		const audited = audit(
			{ maxDevicesPerUser: 1 },
			ids.map((id) => ({ ...laptop, id })),
		);
		expect(audited.map(({ device }) => device.id)).toEqual(ids);
		expect(audit({ maxDevicesPerUser: 0, flagMissingData: true }, [])).toEqual([]);
	});

	test.each([
		['a millisecond before a day is over', DAY - 1, 0],
		['when it is', DAY, 1],
		['after 75 days and some hours', 75 * DAY + 40_000_000, 75],
		['when activated in the future', -1, 0],
		['when activated far in the future', -400 * DAY, 0],
	])('%s is so many whole days old', (_when, age, days) => {
		expect(audit({}, [{ ...laptop, activation_date: before(age) }])[0]?.age_days).toBe(days);
	});

	test.each([
		['over a leap day', '2024-01-15T00:00:00Z', '2024-04-14T00:00:00.000Z'],
		['onto a leap day', '2023-12-01T08:30:00Z', '2024-02-29T08:30:00.000Z'],
		['from a leap day', '2024-02-29T00:00:00Z', '2024-05-29T00:00:00.000Z'],
		['without a leap day', '2026-01-15T00:00:00Z', '2026-04-15T00:00:00.000Z'],
		['in the future', '2027-01-01T00:00:00Z', '2027-04-01T00:00:00.000Z'],
	])(`is trusted for ${TRUST_DAYS} days %s`, (_what, activation_date, until) => {
		expect(audit({}, [{ ...laptop, activation_date }])[0]?.trusted_until).toBe(until);
	});

	test('can have a finding of every rule, in their order', () => {
		const everything: AuditPolicy = {
			flagMissingData: true,
			activatedAfter: new Date('2025-12-01T00:00:00Z'),
			flagInactiveUsers: true,
			maxDevicesPerUser: 0,
			allowedBrowsers: ['Chrome'],
			allowedOperatingSystems: ['macOS'],
			expiringWithinDays: 7,
			maxAgeDays: 60,
		};
		const device = { id: 1, operating_system: 'Plan 9', activation_date: before(85 * DAY) };
		const [audited] = audit(everything, [device], { ...ada, status: 'Deactivated' });
		expect(audited?.findings).toEqual([
			{ rule: 'maxAgeDays', message: 'Trusted for 85 days, more than 60' },
			{ rule: 'expiringWithinDays', message: 'Trust ends on 6 Mar 2026, in 5 days' },
			{
				rule: 'allowedOperatingSystems',
				message: 'Operating system is not on the list',
			},
			{ rule: 'allowedBrowsers', message: 'Browser is unknown' },
			{
				rule: 'maxDevicesPerUser',
				message: 'User has 1 device, more than 0, and this one is the oldest',
			},
			{ rule: 'flagInactiveUsers', message: 'User is Deactivated' },
			{
				rule: 'activatedAfter',
				message: 'Activated on 6 Dec 2025 at 12:00, after 1 Dec 2025 at 00:00 UTC',
			},
			{ rule: 'flagMissingData', message: 'No browser' },
		]);
		expect(audited?.findings.map(({ rule }) => rule)).toEqual(RULE_NAMES);
		expect(audited?.compliant).toBe(false);
	});
});

describe('maxAgeDays', () => {
	test.each([
		['as old as allowed', 60 * DAY, []],
		['a millisecond older', 60 * DAY + 1, ['Trusted for more than 60 days']],
		['a day older', 61 * DAY, ['Trusted for 61 days, more than 60']],
		['younger', 60 * DAY - 1, []],
		['from the future', -DAY, []],
	])('judges a device that is %s', (_how, age, expected) => {
		expect(messages({ maxAgeDays: 60 }, { activation_date: before(age) })).toEqual(expected);
	});

	test('0 days finds whatever is not from this instant', () => {
		expect(messages({ maxAgeDays: 0 }, { activation_date: before(0) })).toEqual([]);
		expect(messages({ maxAgeDays: 0 }, { activation_date: before(1) })).toHaveLength(1);
	});

	test('one day is not “1 days”', () => {
		const policy = { maxAgeDays: 1 };
		expect(messages(policy, { activation_date: before(DAY + 1) })).toEqual([
			'Trusted for more than 1 day',
		]);
	});

	test.each([undefined, '', 'soon', 'Device 7', '2026-02-30T00:00:00Z'])(
		'is not passed by a device activated %j',
		(activation_date) => {
			expect(messages({ maxAgeDays: 60 }, { activation_date })).toEqual([
				'Trusted since an unknown date',
			]);
		},
	);

	test('counts a leap day', () => {
		const device = { activation_date: '2024-02-28T00:00:00Z' };
		const policy = { maxAgeDays: 1 };
		expect(messages(policy, device, new Date('2024-02-29T00:00:00Z'))).toEqual([]);
		expect(messages(policy, device, new Date('2024-03-01T00:00:00Z'))).toEqual([
			'Trusted for 2 days, more than 1',
		]);
	});
});

describe('expiringWithinDays', () => {
	test.each([
		['just in time', 7 * DAY, ['Trust ends on 8 Mar 2026, in 7 days']],
		['a millisecond later', 7 * DAY + 1, []],
		['after the next midnight', DAY / 2, ['Trust ends on 2 Mar 2026, in 1 day']],
		['before the next midnight', DAY / 2 - 1, ['Trust ends on 1 Mar 2026, today']],
		['now', 0, ['Trust ends on 1 Mar 2026, today']],
		['a millisecond ago', -1, []],
		['long ago', -100 * DAY, []],
	])('judges a device whose trust ends %s', (_when, remaining, expected) => {
		const activation_date = before(90 * DAY - remaining);
		expect(messages({ expiringWithinDays: 7 }, { activation_date })).toEqual(expected);
	});

	test('finds a device whose trust has just begun, if that is asked for, but none from the future', () => {
		const policy = { expiringWithinDays: 100 };
		expect(messages(policy, { activation_date: before(0) })).toEqual([
			'Trust ends on 30 May 2026, in 90 days',
		]);
		expect(messages(policy, { activation_date: before(-1) })).toEqual([]);
	});

	test('0 days finds what ends now', () => {
		const policy = { expiringWithinDays: 0 };
		expect(messages(policy, { activation_date: before(90 * DAY) })).toHaveLength(1);
		expect(messages(policy, { activation_date: before(90 * DAY - 1) })).toEqual([]);
	});

	test('skips an unknown date', () => {
		expect(messages({ expiringWithinDays: 100 }, { activation_date: undefined })).toEqual([]);
		expect(messages({ expiringWithinDays: 100 }, { activation_date: 'soon' })).toEqual([]);
	});
});

describe.each([
	['allowedOperatingSystems', 'operating_system', 'Operating system'],
	['allowedBrowsers', 'browser', 'Browser'],
] as const)('%s', (rule, field, what) => {
	test.each([
		['the same text', 'Opera 9', ['Opera 9'], true],
		['other capitals', 'oPERA 9', ['OpErA*'], true],
		['one of several', 'Opera 9', ['Chrome*', '*9', 'Firefox'], true],
		['none of several', 'Opera 9', ['Chrome*', 'Firefox'], false],
		['a part of the text', 'Opera 9', ['Opera'], false],
		['a text of stars', 'Opera 9', ['**'], true],
	])('compares with %s', (_what, value, allowed, passes) => {
		const expected = passes ? [] : [`${what} is not on the list`];
		expect(messages({ [rule]: allowed }, { [field]: value })).toEqual(expected);
	});

	test.each([undefined, '', ' \t'])('is not passed by %j, whatever is allowed', (value) => {
		const device = { [field]: value };
		expect(messages({ [rule]: ['*', ''] }, device)).toEqual([`${what} is unknown`]);
	});

	test('is off when its list is empty', () => {
		expect(messages({ [rule]: [] }, { [field]: undefined })).toEqual([]);
	});

	test('looks at its own field', () => {
		const device = { operating_system: 'A', browser: 'A', [field]: 'B' };
		expect(messages({ [rule]: ['B'] }, device)).toEqual([]);
		expect(messages({ [rule]: ['A'] }, device)).toHaveLength(1);
	});
});

describe('maxDevicesPerUser', () => {
	const found = (most: number, devices: TrustedDevice[]) =>
		audit({ maxDevicesPerUser: most }, devices)
			.filter(({ compliant }) => !compliant)
			.map(({ device }) => device.id);
	const aged = (id: number, age?: number): TrustedDevice => ({
		id,
		...(age !== undefined && { activation_date: before(age) }),
	});

	test('finds all but the most recently activated', () => {
		const devices = [aged(1, 3 * DAY), aged(2, DAY), aged(3, 2 * DAY), aged(4, 4 * DAY)];
		expect(found(2, devices)).toEqual([1, 4]);
		expect(found(3, devices)).toEqual([4]);
		expect(found(4, devices)).toEqual([]);
		expect(found(0, devices)).toEqual([1, 2, 3, 4]);
	});

	test('takes an unknown date for the oldest', () => {
		expect(found(2, [aged(9), aged(1, 80 * DAY), aged(2, DAY)])).toEqual([9]);
		expect(found(1, [{ id: 9, activation_date: 'soon' }, aged(1, 9000 * DAY)])).toEqual([9]);
	});

	test('takes the higher ID for the newer device when dates are equal or unknown', () => {
		expect(found(1, [aged(2, DAY), aged(3, DAY), aged(1, DAY)])).toEqual([2, 1]);
		expect(found(1, [aged(2), aged(3), aged(1)])).toEqual([2, 1]);
	});

	test('compares instants, not texts', () => {
		const devices = [
			{ id: 1, activation_date: '2026-02-01T09:00:00+02:00' },
			{ id: 2, activation_date: '2026-02-01T08:00:00Z' },
		];
		expect(found(1, devices)).toEqual([1]);
	});

	test('says how many there are and may be', () => {
		const devices = [1, 2, 3].map((id) => aged(id, DAY));
		const said = (most: number) =>
			audit({ maxDevicesPerUser: most }, devices)[0]?.findings.map(({ message }) => message);
		expect(said(2)).toEqual(['User has 3 devices, more than 2, and this one is the oldest']);
		expect(said(1)).toEqual([
			'User has 3 devices, more than 1, and this one is among the 2 oldest',
		]);
	});
});

describe('flagInactiveUsers', () => {
	test.each([
		['Active', []],
		['ACTIVATED', []],
		[' active ', []],
		['Deactivated', ['User is Deactivated']],
		['Inactive', ['User is Inactive']],
		[' Pending\n', ['User is Pending']],
		['Activation Pending', ['User is Activation Pending']],
		['Active?', ['User is Active?']],
		[null, ['Status of the user is unknown']],
		['', ['Status of the user is unknown']],
		['  ', ['Status of the user is unknown']],
	])('judges the status %j', (status, expected) => {
		const audited = audit({ flagInactiveUsers: true }, [laptop, laptop], { ...ada, status });
		for (const { findings } of audited) {
			expect(findings.map(({ message }) => message)).toEqual(expected);
		}
	});

	test('is off when false', () => {
		const audited = audit({ flagInactiveUsers: false }, [laptop], { ...ada, status: 'Gone' });
		expect(audited[0]?.findings).toEqual([]);
	});
});

describe('activatedAfter', () => {
	const activatedAfter = new Date('2026-02-01T12:00:00Z');

	test.each([
		['at that instant', '2026-02-01T12:00:00Z', 0],
		['a millisecond later', '2026-02-01T12:00:00.001Z', 1],
		['before', '2026-01-31T12:00:00Z', 0],
		['in the future', '2028-01-01T00:00:00Z', 1],
		['nobody knows when', undefined, 0],
		['soon', 'soon', 0],
	])('judges a device activated %s', (_when, activation_date, findings) => {
		expect(messages({ activatedAfter }, { activation_date })).toHaveLength(findings);
	});
});

describe('flagMissingData', () => {
	test.each<[Partial<TrustedDevice>, string[]]>([
		[{}, []],
		[{ operating_system: undefined }, ['No operating system']],
		[{ operating_system: ' ' }, ['No operating system']],
		[{ browser: '' }, ['No browser']],
		[{ activation_date: undefined }, ['No activation date']],
		[{ activation_date: '\t' }, ['No activation date']],
		[{ activation_date: 'Device 7' }, ['An activation date that cannot be read']],
		[{ activation_date: before(0) }, []],
		[{ activation_date: before(-1) }, ['An activation date in the future']],
		[
			{ browser: '', activation_date: before(-1) },
			['No browser, an activation date in the future'],
		],
	])('judges a device with %j', (changes, expected) => {
		expect(messages({ flagMissingData: true }, changes)).toEqual(expected);
	});

	test('is off when false', () => {
		expect(messages({ flagMissingData: false }, { browser: '' })).toEqual([]);
	});
});

test('a device from the future is found by flagMissingData and activatedAfter alone', () => {
	const everything: AuditPolicy = {
		maxAgeDays: 0,
		expiringWithinDays: 1000,
		allowedOperatingSystems: ['*'],
		allowedBrowsers: ['*'],
		maxDevicesPerUser: 1,
		flagInactiveUsers: true,
		activatedAfter: NOW,
		flagMissingData: true,
	};
	const [audited] = audit(everything, [{ ...laptop, activation_date: before(-30 * DAY) }]);
	expect(audited?.findings.map(({ rule }) => rule)).toEqual(['activatedAfter', 'flagMissingData']);
});
