/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { checkout } from './paths';

/** The files that `npm pack` puts into the package, as paths from the checkout. */
export async function packedFiles(): Promise<string[]> {
	const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--silent'], {
		cwd: checkout,
	});
	const parsed = JSON.parse(stdout) as Packed[] | Record<string, Packed>;
	return Object.values(parsed).flatMap(({ files }) => files.map((file) => file.path));
}

interface Packed {
	files: Array<{ path: string }>;
}
