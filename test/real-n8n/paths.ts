import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of this checkout: the one that holds the package.json of n8n-nodes-emnify. */
export const checkout = path.resolve(__dirname, '../..');

/** Where the package.json and the lock file of the pinned n8n are kept. */
export const pinned = __dirname;

/** The exact version of n8n that the demo and the end-to-end tests run. */
export const n8nVersion: string = (
	JSON.parse(readFileSync(path.join(pinned, 'package.json'), 'utf8')) as {
		dependencies: { n8n: string };
	}
).dependencies.n8n;

/** Where screenshots go. Ignored by git. */
export const artifacts = path.join(checkout, 'artifacts');
