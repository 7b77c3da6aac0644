/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

export type SupervisedProcess = ChildProcessByStdio<Writable, Readable, Readable>;

export interface SupervisedCommand {
	command: string;
	args: string[];
	/** How long the command may take to end itself before it is killed. */
	gracePeriodMs: number;
	/** Deleted once the command has been ended. */
	folder?: string;
}

/**
 * Starts a command that outlives neither this process nor an `end()` of its stdin: then it and all that
 * it started are ended and `folder` is deleted, even if this process was killed. The process returned
 * exits with the command's exit code, once nothing of it is left.
 */
export function spawnSupervised(
	command: SupervisedCommand,
	options: { cwd: string; env: NodeJS.ProcessEnv },
): SupervisedProcess {
	const supervisor = path.join(__dirname, 'supervisor.ts');
	return spawn(
		process.execPath,
		['--require', require.resolve('tsx/cjs'), supervisor, JSON.stringify(command)],
		// A session of its own, so that Ctrl-C in the terminal reaches only the process that starts this.
		{ ...options, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
	);
}
