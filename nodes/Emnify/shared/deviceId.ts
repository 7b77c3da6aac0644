import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';

import { EmnifyClient } from '../api/client';
import type { TrustedDevice } from '../api/types';
import { toNodeError } from '../nodeError';
import type { ItemFields } from '../resources/operation';
import { day } from './day';
import { badValue, isId, readLocator } from './locator';
import { trustedDevicesOf } from './trustedDevices';
import { readUser } from './user';

/** One of the chosen user's trusted devices. */
export const deviceIdField: INodeProperties = {
	displayName: 'Trusted Device',
	name: 'deviceId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'The list holds the trusted devices of the user above',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a trusted device…',
			typeOptions: {
				searchListMethod: 'searchTrustedDevices',
				searchable: true,
			},
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 4711',
			hint: 'The field “id” of a trusted device',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: '^\\s*[1-9]\\d*\\s*$',
						errorMessage: 'Enter a whole number above 0',
					},
				},
			],
		},
	],
};

/** Reads the Trusted Device field. Throws an `EmnifyError` (`input`) for what is no ID. */
export function readDeviceId(item: ItemFields): string {
	const { value, given } = readLocator(item.field('deviceId'));
	if (isId(value)) return value;
	throw badValue('Trusted Device', given, 'the ID of a trusted device (a whole number above 0)');
}

/** A device for a person: `Firefox on Ubuntu · trusted since 20 Feb 2026`. Each part can be missing (§1). */
export function deviceInWords({
	id,
	browser,
	operating_system,
	activation_date,
}: TrustedDevice): string {
	const what = `${browser || 'Unknown browser'} on ${operating_system || 'unknown system'}`;
	const since = activation_date ? `trusted since ${day(activation_date)}` : `device ${id}`;
	return `${what} · ${since}`;
}

/** Fills the list of the Trusted Device field with the devices of the chosen user. */
export async function searchTrustedDevices(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	try {
		const client = await EmnifyClient.connect(this);
		const user = readUser({
			timezone: this.getTimezone(),
			actsAsUser: client.actsAsUser,
			field: (name) => this.getCurrentNodeParameter(name),
		});
		const devices = await trustedDevicesOf(client, user);
		const text = (filter ?? '').toLowerCase();
		const results = devices
			.map((device) => ({ name: deviceInWords(device), value: device.id }))
			.filter(({ name, value }) => name.toLowerCase().includes(text) || String(value) === text);
		return { results };
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}
