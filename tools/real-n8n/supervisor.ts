/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { SupervisedCommand } from './supervised';

/**
 * The process between `spawnSupervised` and its command. Its stdin ends when the caller wants an end, and
 * also when the caller is gone, for whatever reason: that makes it the one place that cleans up.
 * Its one argument is the `SupervisedCommand` as JSON.
 */
const { command, args, gracePeriodMs, folder } = JSON.parse(
	process.argv[2] ?? '',
) as SupervisedCommand;

// The command leads a process group, so that whatever it starts can be ended with it.
const child = spawn(command, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });
let ending = false;

child.once('error', (error) => {
	process.stderr.write(`${error.message}\n`);
	process.exit(127);
});
child.once('exit', (code) => {
	signalGroup('SIGKILL');
	if (ending && folder) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
	process.exit(code ?? 1);
});
process.stdin.resume().once('close', () => {
	ending = true;
	signalGroup('SIGTERM');
	setTimeout(() => signalGroup('SIGKILL'), gracePeriodMs);
});

function signalGroup(signal: NodeJS.Signals): void {
	if (child.pid === undefined) return;
	try {
		process.kill(-child.pid, signal);
	} catch (error) {
		// ESRCH: nobody of the group is left.
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}
