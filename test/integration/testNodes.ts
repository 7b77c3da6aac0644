import {
	NodeConnectionTypes,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
} from 'n8n-workflow';

/** Starts a test's workflow: emits the items that its parameter holds as JSON. */
export const itemsNode: INodeType = {
	description: {
		displayName: 'Items',
		name: 'items',
		group: ['trigger'],
		version: 1,
		description: 'Emits items',
		defaults: { name: 'Items' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [{ displayName: 'Items', name: 'items', type: 'string', default: '[]' }],
	},
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const items = JSON.parse(this.getNodeParameter('items', 0) as string) as IDataObject[];
		return [items.map((json) => ({ json, pairedItem: { item: 0 } }))];
	},
};

/**
 * Sends one GET for each item with our credential, as n8n's HTTP Request node does with a predefined credential type:
 * with the helper that logs in after any failure, and which only that node may still use.
 */
export const authenticatedRequestNode: INodeType = {
	description: {
		displayName: 'Request',
		name: 'authenticatedRequest',
		group: ['transform'],
		version: 1,
		description: 'Sends requests',
		defaults: { name: 'Request' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'emnifyApi', required: true }],
		properties: [{ displayName: 'URL', name: 'url', type: 'string', default: '' }],
	},
	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { helpers } = this;
		const output: INodeExecutionData[] = [];
		for (const [index] of this.getInputData().entries()) {
			const uri = this.getNodeParameter('url', index) as string;
			try {
				const answer: unknown = await helpers.requestWithAuthentication.call(this, 'emnifyApi', {
					method: 'GET',
					uri,
					json: true,
				});
				output.push({ json: { answer } as IDataObject, pairedItem: { item: index } });
			} catch (error) {
				output.push({ json: { error: (error as Error).message }, pairedItem: { item: index } });
			}
		}
		return [output];
	},
};
