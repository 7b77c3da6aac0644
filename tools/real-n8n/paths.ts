/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import path from 'node:path';

/** The exact versions of n8n that can be run, each with a folder in `pinned/`; the newest first. */
export const n8nVersions = ['2.41.1', '2.20.12', '1.123.81'] as const;

export type N8nVersion = (typeof n8nVersions)[number];

/** The version that all but the compatibility tests run. */
export const n8nVersion: N8nVersion = n8nVersions[0];

/** The folder of this checkout: the one that holds the package.json of n8n-nodes-emnify. */
export const checkout = path.resolve(__dirname, '../..');

/** The folder of the package.json and the lock file of an n8n. */
export const pinned = (version: N8nVersion) => path.join(__dirname, 'pinned', version);

/** Where an n8n is installed. Ignored by git. */
export const installation = (version: N8nVersion) =>
	path.join(checkout, '.cache', `n8n-${version}`);

/** Where screenshots go. Ignored by git. */
export const artifacts = path.join(checkout, 'artifacts');
