/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { spawnSupervised } from './supervised';

export interface NpmRun {
	/** What this run is for, as the beginning of a sentence about its failure. */
	step: string;
	args: string[];
	cwd: string;
	env?: NodeJS.ProcessEnv;
	/** What a person can do about a failure. */
	advice: string;
}

/**
 * Runs npm and gives what it printed on stdout.
 *
 * @throws Error that names the step and carries the last lines of npm's output
 */
export async function npm({ step, args, cwd, env = process.env, advice }: NpmRun): Promise<string> {
	const child = spawnSupervised({ command: 'npm', args, gracePeriodMs: 0 }, { cwd, env });
	const stdout: string[] = [];
	const lines: string[] = [];
	createInterface(child.stdout).on('line', (line) => {
		stdout.push(line);
		lines.push(line);
	});
	createInterface(child.stderr).on('line', (line) => lines.push(line));

	const [code] = (await once(child, 'close')) as [number | null];
	if (code === 0) return stdout.join('\n');
	throw new Error(
		`${step} did not work: \`npm ${args.join(' ')}\` in ${cwd} ended with code ${code}.\n${advice}\n` +
			`The last lines it printed:\n${lines.slice(-40).join('\n')}`,
	);
}
