import type { TrustedDevice } from '../../../nodes/Emnify/api/types';
import { deviceChanges, checkedDevices } from '../../../nodes/Emnify/trigger/deviceChanges';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-01T12:00:00Z');
const POLLED = NOW - 60_000;
const at = (time: number) => new Date(time).toISOString();

const laptop: TrustedDevice = {
	id: 1,
	operating_system: 'macOS 15',
	browser: 'Safari 18',
	activation_date: at(NOW - 20 * DAY),
};
const phone: TrustedDevice = { id: 2, activation_date: at(NOW - 30_000) };
const nameless: TrustedDevice = { id: 3 };

const known = (...devices: TrustedDevice[]) => checkedDevices(devices, POLLED);

test('nothing changed', () => {
	expect(deviceChanges(known(laptop, nameless), [nameless, laptop], NOW, 7)).toEqual({
		added: [],
		removed: [],
		expiring: [],
	});
});

test('a device that was not there is added, whatever it says of its activation', () => {
	const { added } = deviceChanges(known(), [laptop, phone, nameless], NOW, 7);
	expect(added).toEqual([laptop, phone, nameless]);
});

test('of a device that is gone the ID and the activation are left', () => {
	expect(deviceChanges(known(laptop, phone, nameless), [phone], NOW, 7).removed).toEqual([
		{ id: 1, activation: NOW - 20 * DAY },
		{ id: 3, activation: null },
	]);
});

test('where the devices were never read, only what was activated since is new, and nothing is removed', () => {
	const changes = deviceChanges({ checked: POLLED }, [laptop, phone, nameless], NOW, 7);
	expect(changes.added).toEqual([phone]);
	expect(changes.removed).toEqual([]);
});

describe('a device expires', () => {
	const expiringAt = (time: number): TrustedDevice => ({
		id: 9,
		activation_date: at(time - 83 * DAY),
	});
	const isReported = (time: number, checked = POLLED, now = NOW) =>
		deviceChanges({ checked }, [expiringAt(time)], now, 7).expiring.map((found) => found.at);

	test.each([
		['right after the last poll', POLLED + 1000, [POLLED + 1000]],
		['right now', NOW, [NOW]],
		['at the last poll: it was reported then', POLLED, []],
		['in a second: it is reported next time', NOW + 1000, []],
		['long ago', NOW - 50 * DAY, []],
	])('%s', (_what, time, reported) => {
		expect(isReported(time)).toEqual(reported);
	});

	test('exactly once, in whichever poll its time lies', () => {
		const polls = [0, 1, 2, 7, 30, 31].map((minutes) => NOW + minutes * 60_000);
		for (let time = NOW + 1000; time <= NOW + 31 * 60_000; time += 1000) {
			const reported = polls.slice(1).flatMap((now, index) => isReported(time, polls[index], now));
			expect(reported).toEqual([time]);
		}
	});

	test('not if its activation is unknown, or no date', () => {
		const devices = [{ id: 1 }, { id: 2, activation_date: 'soon' }];
		expect(deviceChanges({ checked: 0 }, devices, NOW, 7).expiring).toEqual([]);
	});

	test('as many days before as wanted', () => {
		const device = { id: 1, activation_date: at(NOW - 76 * DAY) };
		expect(deviceChanges(known(device), [device], NOW, 14).expiring).toHaveLength(1);
		expect(deviceChanges(known(device), [device], NOW, 13).expiring).toHaveLength(0);
	});
});

test('a date before 1970 counts as unknown', () => {
	const { devices } = checkedDevices([{ id: 1, activation_date: '0001-01-01T00:00:00Z' }], NOW);
	expect(devices?.get(1)).toBeNull();
});
