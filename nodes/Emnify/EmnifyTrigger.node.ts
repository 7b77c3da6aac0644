import {
	NodeConnectionTypes,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
} from 'n8n-workflow';

import { testCredential } from './credentialTest';
import { getUserStatuses } from './lists/lookups';
import { searchUsers } from './lists/users';
import { triggerFields } from './trigger/fields';
import { runPoll } from './trigger/runPoll';

export class EmnifyTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Emnify Trigger',
		name: 'emnifyTrigger',
		icon: { light: 'file:../../icons/emnify.svg', dark: 'file:../../icons/emnify.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["events"].join(", ").replace(/_/g, " ") }}',
		description:
			'Starts the workflow on trusted devices, failed logins and other security events of emnify',
		defaults: { name: 'Emnify Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'emnifyApi', required: true, testedBy: 'testCredential' }],
		properties: triggerFields,
	};

	methods = {
		credentialTest: { testCredential },
		listSearch: { searchUsers },
		loadOptions: { getUserStatuses },
	};

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await runPoll.call(this);
	}
}
