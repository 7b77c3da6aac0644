import type { INodeProperties } from 'n8n-workflow';

import { readId } from './locator';

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
export function readDeviceId(label: string, value: unknown): string {
	return readId(label, value, 'a trusted device');
}
