import type { IDataObject } from 'n8n-workflow';

import type { CreatedCredential, WorkflowFile } from './rest';

/** A node of a workflow that is written in code: what is always the same is added. */
export interface NodeInARow {
	name: string;
	type: string;
	/** 1 where it is absent. */
	typeVersion?: number;
	parameters?: object;
	credentials?: object;
	webhookId?: string;
	onError?: string;
}

/** What a person starts a workflow by. */
export const runNow: NodeInARow = { name: 'Run now', type: 'n8n-nodes-base.manualTrigger' };

/** A node Emnify, called so unless told otherwise. */
export function emnify(
	parameters: object,
	credential: CreatedCredential,
	name = 'Emnify',
): NodeInARow {
	return { name, type: 'n8n-nodes-emnify.emnify', parameters, ...withEmnify(credential) };
}

/** An Emnify Trigger. */
export function emnifyTrigger(
	parameters: object,
	credential: CreatedCredential,
	name = 'Emnify Trigger',
): NodeInARow {
	return { name, type: 'n8n-nodes-emnify.emnifyTrigger', parameters, ...withEmnify(credential) };
}

const withEmnify = (credential: CreatedCredential) => ({ credentials: { emnifyApi: credential } });

/** A workflow of nodes in a row, the first of which starts it; `pinned` is what that gives then, instead of one empty item. */
export function workflowOf(
	name: string,
	nodes: NodeInARow[],
	pinned?: IDataObject[],
): WorkflowFile & { pinData: object } {
	const [first] = nodes;
	const links = nodes
		.slice(1)
		.map((node, index) => [
			nodes[index]?.name,
			{ main: [[{ node: node.name, type: 'main', index: 0 }]] },
		]);
	return {
		name,
		nodes: nodes.map((node, index) => ({
			id: `a0000000-0000-4000-8000-00000000000${index}`,
			typeVersion: 1,
			position: [index * 240, 0],
			parameters: {},
			...node,
		})),
		connections: Object.fromEntries(links) as object,
		settings: { executionOrder: 'v1' },
		// The editor always stores it, and n8n's partial executions rely on it.
		pinData: first && pinned ? { [first.name]: pinned.map((json) => ({ json })) } : {},
	};
}
