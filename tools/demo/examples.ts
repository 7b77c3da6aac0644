/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the demo runs in Node, not in n8n */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { checkout } from '../real-n8n/paths';
import type { CreatedCredential } from '../real-n8n/rest';
import type { Simulator } from '../../simulator';

const folder = path.join(checkout, 'examples');

/** The rest of a node stays as it is. */
interface ExampleNode {
	[rest: string]: unknown;
	name: string;
	type: string;
	typeVersion: number;
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id?: string; name: string }>;
}

/** A workflow as n8n imports it. */
export interface Example {
	name: string;
	nodes: ExampleNode[];
	connections: Record<string, unknown>;
	settings: object;
}

/** The files of `examples/`, without `.json`. */
export async function exampleNames(): Promise<string[]> {
	const files = await readdir(folder);
	return files.filter((file) => file.endsWith('.json')).map((file) => path.basename(file, '.json'));
}

/** An example as it stands in the repository. */
export async function readExample(name: string): Promise<Example> {
	return JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8')) as Example;
}

/** An example with what its user would fill in: the credential, and the simulator's inbox as the address for alerts. */
export async function exampleForDemo(
	name: string,
	{ simulator, credential }: { simulator: Simulator; credential: CreatedCredential },
): Promise<Example> {
	const example = await readExample(name);
	for (const node of example.nodes) {
		if (node.credentials?.emnifyApi) node.credentials = { emnifyApi: credential };
		const { url } = node.parameters;
		if (node.type === 'n8n-nodes-base.emailSend') sendToInbox(node, simulator);
		else if (node.name === 'Send alert') node.parameters.url = simulator.inboxUrl;
		else if (typeof url === 'string') {
			node.parameters.url = url.replace('https://cdn.emnify.net', simulator.url);
		}
	}
	return example;
}

/** There is no mail server here: the same e-mail goes to the inbox as JSON. */
function sendToInbox(node: ExampleNode, { inboxUrl }: Simulator): void {
	const { subject, text } = node.parameters;
	node.type = 'n8n-nodes-base.httpRequest';
	node.typeVersion = 4.2;
	delete node.credentials;
	node.parameters = {
		method: 'POST',
		url: inboxUrl,
		sendBody: true,
		bodyParameters: {
			parameters: Object.entries({ subject, text }).map(([name, value]) => ({ name, value })),
		},
		options: {},
	};
}
