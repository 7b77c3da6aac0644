/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { CreatedCredential, WorkflowFile } from '../real-n8n/rest';

/** One of the workflows that are compared. */
export interface Contestant {
	name: string;
	/** In this folder. */
	file: string;
	/** Adapts the workflow to the measure. */
	change?: (workflow: BenchWorkflow) => void;
}

interface BenchNode {
	name: string;
	type: string;
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id?: string; name: string }>;
}

export interface BenchWorkflow extends WorkflowFile {
	nodes: BenchNode[];
}

export const emnifyNode: Contestant = { name: 'Emnify node', file: 'emnify-audit.json' };

/** As fast as it goes, with any number in flight. The shortest interval: with 0 n8n makes no batches. */
export const unpacedHttpRequestNode: Contestant = {
	name: 'HTTP Request node, unpaced',
	file: 'http-request-audit.json',
	change: ({ nodes }) => {
		const node = nodes.find(({ name }) => name === 'List trusted devices');
		const options = node?.parameters.options as Record<string, unknown>;
		options.batching = { batch: { batchSize: 10, batchInterval: 1 } };
	},
};

/** One small read by the Emnify node, as a poll of a trigger sends it. */
export const pollNode: Contestant = {
	name: 'Poll',
	file: 'emnify-audit.json',
	change: ({ nodes }) => {
		const node = nodes.find(({ name }) => name === 'Audit');
		if (node) node.parameters = { resource: 'mfaKey', operation: 'getStatuses', options: {} };
	},
};

/** A contestant's workflow with what its user would fill in, and a webhook of its own. */
export async function workflowOf(
	{ file, change }: Contestant,
	filled: { baseUrl: string; credential: CreatedCredential; webhookPath: string },
): Promise<BenchWorkflow> {
	const text = await readFile(path.join(__dirname, file), 'utf8');
	const workflow = JSON.parse(
		text.replaceAll('https://cdn.emnify.net', filled.baseUrl),
	) as BenchWorkflow;
	for (const node of workflow.nodes) {
		if (node.credentials) node.credentials = { emnifyApi: filled.credential };
		if (node.type === 'n8n-nodes-base.webhook') node.parameters.path = filled.webhookPath;
	}
	change?.(workflow);
	return workflow;
}
