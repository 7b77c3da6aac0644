/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { cp } from 'node:fs/promises';
import path from 'node:path';

import { watch } from 'gulp';

import manifest from '../../package.json';
import { npm } from '../real-n8n/npm';
import { checkout } from '../real-n8n/paths';

/**
 * Builds the package and puts it where n8n has it installed, in its user folder; with `N8N_DEV_RELOAD` n8n then loads it
 * by itself. What does not compile changes nothing there.
 *
 * @throws Error that says what does not compile
 */
export async function rebuildInto(userFolder: string): Promise<void> {
	await npm({
		step: 'The build',
		args: ['run', '--silent', 'build'],
		cwd: checkout,
		advice: 'n8n goes on with the last version that could be built.',
	});
	const installed = path.join(userFolder, '.n8n', 'nodes', 'node_modules', manifest.name);
	await cp(path.join(checkout, 'dist'), path.join(installed, 'dist'), { recursive: true });
}

/** Runs `work` after each change of what the package is built from, never twice at once, until what it gives is called. */
export function onSave(work: () => Promise<void>): () => Promise<void> {
	const watcher = watch(['nodes/**', 'credentials/**', 'icons/**'], { cwd: checkout }, work);
	return async () => await watcher.close();
}
