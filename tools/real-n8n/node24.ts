/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export interface Node24 {
	/** The binary. */
	path: string;
	version: string;
	/** The folder whose `include/node` holds the C headers; absent where node-gyp has to fetch them. */
	headers?: string;
}

/**
 * Finds the Node.js that runs n8n: the one that npm installed into `folder` for this platform, or else
 * the one that runs this, if it is new enough.
 *
 * @throws Error if there is neither
 */
export async function findNode24(folder: string): Promise<Node24> {
	const { optionalDependencies } = JSON.parse(
		await readFile(path.join(folder, 'package.json'), 'utf8'),
	) as { optionalDependencies: Record<string, string> };
	for (const name of Object.keys(optionalDependencies)) {
		const headers = path.join(folder, 'node_modules', name);
		const binary = path.join(headers, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
		const version = existsSync(binary) && (await versionOf(binary));
		if (version) return { path: binary, version, headers };
	}
	if (Number.parseInt(process.versions.node) >= 24) {
		return { path: process.execPath, version: process.version };
	}
	throw new Error(
		`n8n needs Node.js 24, and there is no package of it for ${process.platform} on ` +
			`${process.arch}. Install Node.js 24 or later, and run this with it.`,
	);
}

/** The version that a Node.js binary reports; undefined if it does not run on this system. */
async function versionOf(binary: string): Promise<string | undefined> {
	try {
		return (await promisify(execFile)(binary, ['--version'])).stdout.trim();
	} catch {
		return undefined;
	}
}
