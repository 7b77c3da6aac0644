/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import path from 'node:path';
import pinnedManifest from './package.json';

export { pinnedManifest };

/** The exact version of n8n that the demo and the end-to-end tests run. */
export const n8nVersion = pinnedManifest.dependencies.n8n;

/** The folder of this checkout: the one that holds the package.json of n8n-nodes-emnify. */
export const checkout = path.resolve(__dirname, '../..');

/** The folder of the package.json and the lock file of the pinned n8n. */
export const pinned = __dirname;

/** Where n8n is installed. Ignored by git. */
export const installation = path.join(checkout, '.cache', `n8n-${n8nVersion}`);

/** Where screenshots go. Ignored by git. */
export const artifacts = path.join(checkout, 'artifacts');
