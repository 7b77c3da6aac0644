/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { npm } from '../real-n8n/npm';
import { checkout } from '../real-n8n/paths';
import type { Manifest } from './layout';

export interface Packed {
	/** Where the package is unpacked. */
	folder: string;
	/** All files in it, as paths from the folder. */
	files: string[];
	manifest: Manifest;
	/** Of the tarball, in bytes. */
	size: number;
}

/**
 * Packs this package as `npm publish` would, and unpacks it again, in `folder`.
 *
 * @throws Error if npm or tar fails
 */
export async function packInto(folder: string): Promise<Packed> {
	await npm({
		step: 'Packing',
		args: ['pack', '--pack-destination', folder],
		cwd: checkout,
		advice: 'Run `npm run build` first, and see what npm says.',
	});
	const [name = ''] = await readdir(folder);
	const tarball = path.join(folder, name);
	const unpacked = path.join(folder, 'unpacked');
	await mkdir(unpacked);
	await promisify(execFile)('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1']);
	return {
		folder: unpacked,
		files: await filesIn(unpacked),
		manifest: JSON.parse(await readFile(path.join(unpacked, 'package.json'), 'utf8')) as Manifest,
		size: (await stat(tarball)).size,
	};
}

async function filesIn(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => !entry.isDirectory())
		.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
		.map((file) => file.split(path.sep).join('/'));
}
