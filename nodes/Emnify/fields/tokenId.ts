import type { INodeProperties } from 'n8n-workflow';

import { readId } from './locator';

/** One of the application tokens that are still in force. */
export const tokenIdField: INodeProperties = {
	displayName: 'Application Token',
	name: 'tokenId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'The list holds the tokens that are not revoked yet',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select an application token…',
			typeOptions: {
				searchListMethod: 'searchApplicationTokens',
				searchable: true,
			},
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 2048',
			hint: 'The field “id” of an application token, never its secret',
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

/** Reads the Application Token field. Throws an `EmnifyError` (`input`) for what is no ID. */
export function readTokenId(label: string, value: unknown): string {
	return readId(label, value, 'an application token');
}
