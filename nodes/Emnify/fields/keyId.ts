import type { INodeProperties } from 'n8n-workflow';

import { readId } from './locator';

/** One of the MFA keys of the chosen user (`searchMfaKeys`), or of the credential's own (`searchOwnMfaKeys`). */
export function keyIdField(
	searchListMethod: 'searchMfaKeys' | 'searchOwnMfaKeys',
): INodeProperties {
	return {
		displayName: 'MFA Key',
		name: 'keyId',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description:
			searchListMethod === 'searchMfaKeys'
				? 'The list holds the MFA keys of the user above'
				: 'The list holds the MFA keys of the credential’s own user',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select an MFA key…',
				typeOptions: { searchListMethod, searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 815',
				hint: 'The field “id” of an MFA key',
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
}

/** Reads the MFA Key field. Throws an `EmnifyError` (`input`) for what is no ID. */
export function readKeyId(label: string, value: unknown): string {
	return readId(label, value, 'an MFA key');
}
