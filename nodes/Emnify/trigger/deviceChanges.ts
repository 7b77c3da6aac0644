import type { TrustedDevice } from '../api/types';
import { activationOf, lastDaysOfTrust } from './occurrence';
import type { KnownUser } from './snapshot';

/** What became of a user's trusted devices since they were checked. */
export interface DeviceChanges {
	added: TrustedDevice[];
	/** All that is still known of them. */
	removed: Array<{ id: number; activation: number | null }>;
	/** Those that came to the last days of their trust, and when. */
	expiring: Array<{ device: TrustedDevice; at: number }>;
}

/**
 * Compares a user's devices with what was known. Where they were never read, a device counts as added if it was activated
 * since the user was checked, and one of unknown date if the user `hasJoined` since. A device expires without a memory of its own: it came to its last days between the two
 * checks, or it did not.
 */
export function deviceChanges(
	known: KnownUser,
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
export function knownUser(devices: TrustedDevice[], now: number): KnownUser {
	return {
		checked: now,
		devices: new Map(devices.map((device) => [device.id, activationOf(device)])),
	};
}

function isNew(
	{ checked, devices }: KnownUser,
	device: TrustedDevice,
	hasJoined: boolean,
): boolean {
	if (devices) return !devices.has(device.id);
	const activation = activationOf(device);
	return activation === null ? hasJoined : activation >= checked;
}
