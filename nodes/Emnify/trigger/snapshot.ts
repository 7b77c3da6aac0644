/**
 * What the trigger knows of a user's trusted devices. Times are in milliseconds since 1970, in whole seconds.
 */
export interface KnownUser {
	/** Up to when what happened to the devices was told of. */
	checked: number;
	/** The devices at that time, by their ID with their activation (`null` if unknown); absent until they are first read. */
	devices?: ReadonlyMap<number, number | null>;
}

/** What the trigger knows, by the ID of the user. */
export type Snapshot = ReadonlyMap<number, KnownUser>;

/**
 * A snapshot as text that is small in n8n's database, about 17 bytes a device: `<user>[@<age>][:<devices>]`, joined by
 * semicolons, where a device is `<ID>[.<activation>]` and all numbers have base 36. The age is how many seconds before
 * `now` the user was checked; it is left out for 0. Activations are in seconds since 1970.
 */
export function writeSnapshot(snapshot: Snapshot, now: number): string {
	return [...snapshot]
		.map(([id, { checked, devices }]) => {
			const age = Math.max(0, now - checked);
			const ageText = age === 0 ? '' : `@${base36(age / 1000)}`;
			return `${base36(id)}${ageText}${devices ? `:${writeDevices(devices)}` : ''}`;
		})
		.join(';');
}

/** Reads what {@link writeSnapshot} wrote with the same `now`; `undefined` for anything else. */
export function readSnapshot(text: string, now: number): Snapshot | undefined {
	const snapshot = new Map<number, KnownUser>();
	for (const userText of text === '' ? [] : text.split(';')) {
		const parts = /^([\da-z]+)(?:@([\da-z]+))?(?::([\da-z.,]*))?$/.exec(userText);
		if (!parts) return undefined;
		const [, id = '', age = '0', devicesText] = parts;
		const devices = devicesText === undefined ? undefined : readDevices(devicesText);
		if (devicesText !== undefined && !devices) return undefined;
		const checked = now - number(age) * 1000;
		if (!Number.isSafeInteger(checked) || !Number.isSafeInteger(number(id))) return undefined;
		snapshot.set(number(id), { checked, ...(devices && { devices }) });
	}
	return snapshot;
}

function writeDevices(devices: ReadonlyMap<number, number | null>): string {
	return [...devices]
		.map(([id, activation]) =>
			activation === null ? base36(id) : `${base36(id)}.${base36(activation / 1000)}`,
		)
		.join(',');
}

function readDevices(text: string): Map<number, number | null> | undefined {
	const devices = new Map<number, number | null>();
	for (const deviceText of text === '' ? [] : text.split(',')) {
		const [, id = '', activation] = /^([\da-z]+)(?:\.([\da-z]+))?$/.exec(deviceText) ?? [];
		const time = activation === undefined ? null : number(activation) * 1000;
		if (id === '' || !Number.isSafeInteger(number(id))) return undefined;
		if (time !== null && !Number.isSafeInteger(time)) return undefined;
		devices.set(number(id), time);
	}
	return devices;
}

function base36(value: number): string {
	return Math.floor(value).toString(36);
}

function number(text: string): number {
	return parseInt(text, 36);
}
