/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- a command that runs in Node, not in n8n */
import { setTimeout as wait } from 'node:timers/promises';

import { run } from './cli';

// `npm run probe`: how the real emnify differs from what docs/emnify-api.md says of it.

run({
	args: process.argv.slice(2),
	env: process.env,
	stdin: process.stdin,
	stdout: process.stdout,
	stderr: process.stderr,
	version: process.version,
	wait: async (ms) => await wait(ms),
}).then(
	(code) => {
		process.exitCode = code;
	},
	(error: unknown) => {
		// A fault of the probe itself; its message could hold anything, the lines of its stack nothing.
		const stack = error instanceof Error ? (error.stack ?? '') : '';
		const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
		process.stderr.write(
			`The probe itself failed. Please open an issue with this:\n${lines.join('\n')}\n`,
		);
		process.exitCode = 2;
	},
);
