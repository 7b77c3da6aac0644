/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the demo runs in Node, not in n8n */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { checkout } from '../real-n8n/paths';
import type { CreatedCredential } from '../real-n8n/rest';
import { seed, type Simulator } from '../simulator';

const folder = path.join(checkout, 'examples');

interface ExampleNode {
	name: string;
	type: string;
	parameters: Record<string, unknown>;
	credentials?: Record<string, { id?: string; name: string }>;
}

/** A workflow as n8n imports it. */
export interface Example {
	name: string;
	nodes: ExampleNode[];
	connections: object;
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

/** An example with what its user would fill in: the credential, the address for alerts, and a user who has devices. */
export async function exampleForDemo(
	name: string,
	{ simulator, credential }: { simulator: Simulator; credential: CreatedCredential },
): Promise<Example> {
	const example = await readExample(name);
	for (const node of example.nodes) {
		if (node.credentials) node.credentials = { emnifyApi: credential };
		const { url } = node.parameters;
		if (node.name === 'Send alert') node.parameters.url = simulator.inboxUrl;
		else if (typeof url === 'string') {
			node.parameters.url = url.replace('https://cdn.emnify.net', simulator.url);
		}
		if (node.name === 'Trusted devices') {
			const { id } = simulator.world.user(seed.ids.manyDevicesUser);
			node.parameters.user = { __rl: true, mode: 'id', value: String(id) };
		}
	}
	return example;
}
