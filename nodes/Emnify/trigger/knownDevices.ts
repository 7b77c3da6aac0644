import { fromBase36, toBase36 } from './base36';

/**
 * What the trigger knows of a user's trusted devices. Times are in milliseconds since 1970, in whole seconds.
 */
export interface DevicesOfUser {
	/** Up to when what happened to the devices was reported. */
	checked: number;
	/** The devices at that time, by their ID with their activation (`null` if unknown); absent until they are first read. */
	devices?: ReadonlyMap<number, number | null>;
}

/** The known devices, by the ID of the user. */
export type KnownDevices = ReadonlyMap<number, DevicesOfUser>;

/**
 * Known devices as text that is small in n8n's database, about 17 bytes a device: `<user>[@<age>][:<devices>]`, joined by
 * semicolons, where a device is `<ID>[.<activation>]` and all numbers have base 36. The age is how many seconds before
 * `now` the user was checked; it is left out for 0. Activations are in seconds since 1970.
 */
export function writeKnownDevices(known: KnownDevices, now: number): string {
	return [...known]
		.map(([id, { checked, devices }]) => {
			const age = Math.max(0, now - checked);
			const ageText = age === 0 ? '' : `@${toBase36(age / 1000)}`;
			return `${toBase36(id)}${ageText}${devices ? `:${devicesToText(devices)}` : ''}`;
		})
		.join(';');
}

/** Reads what {@link writeKnownDevices} wrote with the same `now`; `undefined` for anything else. */
export function readKnownDevices(text: string, now: number): KnownDevices | undefined {
	const known = new Map<number, DevicesOfUser>();
	for (const userText of text === '' ? [] : text.split(';')) {
		const parts = /^([\da-z]+)(?:@([\da-z]+))?(?::([\da-z.,]*))?$/.exec(userText);
		if (!parts) return undefined;
		const [, id = '', age = '0', devicesText] = parts;
		const devices = devicesText === undefined ? undefined : devicesFromText(devicesText);
		if (devicesText !== undefined && !devices) return undefined;
		const checked = now - fromBase36(age) * 1000;
		if (!Number.isSafeInteger(checked) || !Number.isSafeInteger(fromBase36(id))) return undefined;
		known.set(fromBase36(id), { checked, ...(devices && { devices }) });
	}
	return known;
}

function devicesToText(devices: ReadonlyMap<number, number | null>): string {
	return [...devices]
		.map(([id, activation]) =>
			activation === null ? toBase36(id) : `${toBase36(id)}.${toBase36(activation / 1000)}`,
		)
		.join(',');
}

function devicesFromText(text: string): Map<number, number | null> | undefined {
	const devices = new Map<number, number | null>();
	for (const deviceText of text === '' ? [] : text.split(',')) {
		const [, id = '', activation] = /^([\da-z]+)(?:\.([\da-z]+))?$/.exec(deviceText) ?? [];
		const time = activation === undefined ? null : fromBase36(activation) * 1000;
		if (id === '' || !Number.isSafeInteger(fromBase36(id))) return undefined;
		if (time !== null && !Number.isSafeInteger(time)) return undefined;
		devices.set(fromBase36(id), time);
	}
	return devices;
}
