import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';

import { testCredential } from './credentialTest';
import { propertiesOf, subtitleOf } from './properties';
import { resources } from './resources';
import { runOperation } from './execute';
import { searchApplicationTokens } from './lists/applicationTokens';
import { getEventTypes, getMfaKeyTypes, getUserStatuses } from './lists/lookups';
import { searchMfaKeys, searchOwnMfaKeys } from './lists/mfaKeys';
import { searchTrustedDevices } from './lists/trustedDevices';
import { searchUsers } from './lists/users';

export class Emnify implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Emnify',
		name: 'emnify',
		icon: { light: 'file:../../icons/emnify.svg', dark: 'file:../../icons/emnify.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: subtitleOf(resources),
		description:
			'Audit and revoke trusted devices, manage MFA keys and application tokens, and read users and events of emnify',
		defaults: { name: 'Emnify' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'emnifyApi', required: true, testedBy: 'testCredential' }],
		properties: propertiesOf(resources),
	};

	methods = {
		credentialTest: { testCredential },
		listSearch: {
			searchApplicationTokens,
			searchMfaKeys,
			searchOwnMfaKeys,
			searchTrustedDevices,
			searchUsers,
		},
		loadOptions: { getEventTypes, getMfaKeyTypes, getUserStatuses },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runOperation.call(this, resources);
	}
}
