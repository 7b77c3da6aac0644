import type { TrustedDevice } from '../api/types';
import type { DevicesOfUser } from './knownDevices';
import { activationOf, lastDaysOfTrust } from './trust';

/** What became of a user's trusted devices since they were checked. */
interface DeviceChanges {
	added: TrustedDevice[];
	/** All that is still known of them. */
	removed: Array<{ id: number; activation: number | null }>;
	/** Those that came to the last days of their trust, and when. */
	expiring: Array<{ device: TrustedDevice; at: number }>;
}

/**
 * Compares a user's devices with what was known at the last check.
 * - Added: a device that was not known. Where the devices were never read before, one that was activated since the check;
 *   one of unknown date only if the user `hasJoined` since.
 * - Removed: a known device that is not listed any more.
 * - Expiring: a device whose last days of trust began between the two checks.
 */
export function deviceChanges(
	known: DevicesOfUser,
	devices: TrustedDevice[],
	now: number,
	lastDays: number,
	hasJoined = false,
): DeviceChanges {
	const present = new Set(devices.map(({ id }) => id));
	const removed = [...(known.devices ?? [])].filter(([id]) => !present.has(id));
	return {
		added: devices.filter((device) => isNew(known, device, hasJoined)),
		removed: removed.map(([id, activation]) => ({ id, activation })),
		expiring: devices.flatMap((device) => {
			const activation = activationOf(device);
			if (activation === null) return [];
			const at = lastDaysOfTrust(activation, lastDays);
			return at > known.checked && at <= now ? [{ device, at }] : [];
		}),
	};
}

/** What is known once the devices were read. */
export function checkedDevices(devices: TrustedDevice[], now: number): DevicesOfUser {
	return {
		checked: now,
		devices: new Map(devices.map((device) => [device.id, activationOf(device)])),
	};
}

function isNew(
	{ checked, devices }: DevicesOfUser,
	device: TrustedDevice,
	hasJoined: boolean,
): boolean {
	if (devices) return !devices.has(device.id);
	const activation = activationOf(device);
	return activation === null ? hasJoined : activation >= checked;
}
