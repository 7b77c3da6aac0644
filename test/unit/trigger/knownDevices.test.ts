import fc from 'fast-check';

import {
	readKnownDevices,
	writeKnownDevices,
	type DevicesOfUser,
	type KnownDevices,
} from '../../../nodes/Emnify/trigger/knownDevices';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const id = fc.oneof(fc.nat(100_000), fc.maxSafeNat());
const activation = fc.option(fc.nat(4_000_000_000).map((seconds) => seconds * 1000));

const devicesOfUser: fc.Arbitrary<DevicesOfUser> = fc
	.record({
		age: fc.oneof(fc.constant(0), fc.nat(100 * 86_400)),
		devices: fc.option(fc.array(fc.tuple(id, activation), { maxLength: 5 }), { nil: undefined }),
	})
	.map(({ age, devices }) => ({
		checked: NOW - age * 1000,
		...(devices && { devices: new Map(devices) }),
	}));

const knownDevices: fc.Arbitrary<KnownDevices> = fc
	.array(fc.tuple(id, devicesOfUser), { maxLength: 20 })
	.map((users) => new Map(users));

test('what is written is read back', () => {
	fc.assert(
		fc.property(knownDevices, (given) => {
			expect(readKnownDevices(writeKnownDevices(given, NOW), NOW)).toEqual(given);
		}),
		{ numRuns: 500 },
	);
});

test('it is short', () => {
	const user = (checked: number, devices?: Array<[number, number | null]>): DevicesOfUser => ({
		checked,
		...(devices && { devices: new Map(devices) }),
	});
	const given: KnownDevices = new Map([
		[101, user(NOW, [])],
		[
			102,
			user(NOW - 60_000, [
				[11021, NOW],
				[11022, null],
			]),
		],
		[103, user(NOW)],
	]);
	const seconds = (NOW / 1000).toString(36);
	expect(writeKnownDevices(given, NOW)).toBe(`2t:;2u@1o:8i5.${seconds},8i6;2v`);
});

test.each([
	['letters that are no digits', '2t:;2U:'],
	['a sentence', 'hello, world'],
	['a user without an ID', ':8i5'],
	['an empty user', '2t;;2u'],
	['a device without an ID', '2t:.tb8ao0'],
	['an empty device', '2t:8i5,'],
	['two activations', '2t:8i5.a.b'],
	['two ages', '2t@1@2:'],
	['an ID beyond exactness', 'zzzzzzzzzzzzz:'],
	['a device’s ID beyond exactness', '2t:zzzzzzzzzzzzz'],
	['an activation beyond exactness', '2t:8i5.zzzzzzzzzzzz'],
	['an age beyond exactness', '2t@zzzzzzzzzzzz:'],
])('does not read %s', (_what, text) => {
	expect(readKnownDevices(text, NOW)).toBeUndefined();
});

test('reads, or does not read, any text without failing', () => {
	const text = fc.oneof(
		fc.string(),
		fc.string({ unit: fc.constantFrom('1', 'z', ';', ':', ',', '.', '@') }),
	);
	fc.assert(
		fc.property(text, (given) => {
			const read = readKnownDevices(given, NOW);
			if (read) expect(readKnownDevices(writeKnownDevices(read, NOW), NOW)).toEqual(read);
		}),
		{ numRuns: 2000 },
	);
});
