import type { TrustedDevice } from '../api/types';
import { dayOfDate } from '../domain/day';
import { trustedDevicesOf } from '../endpoints/trustedDevices';
import { readUser } from '../fields/user';
import { searchList } from './list';

/** Fills the list of the Trusted Device field with the devices of the chosen user. */
export const searchTrustedDevices = searchList(async ({ client, fields }) => {
	const user = readUser('User', fields.field('user'), fields);
	const devices = await trustedDevicesOf(client, user);
	return devices.map((device) => ({ name: deviceInWords(device), value: device.id }));
});

/** A device for a person: `Firefox on Ubuntu · trusted since 20 Feb 2026`. Each part can be missing (§1). */
function deviceInWords({ id, browser, operating_system, activation_date }: TrustedDevice): string {
	const what = `${browser || 'Unknown browser'} on ${operating_system || 'unknown system'}`;
	const since = activation_date ? `trusted since ${dayOfDate(activation_date)}` : `device ${id}`;
	return `${what} · ${since}`;
}
