/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';

import { spawnSupervised, type SupervisedCommand } from '../../tools/real-n8n/supervised';

export interface ProcessToStart extends Omit<SupervisedCommand, 'gracePeriodMs'> {
	/** What a person calls it. */
	name: string;
	/** Where it runs and keeps its files. Deleted once it has ended, and also where it does not start. */
	folder: string;
	/** What it prints once it is ready. */
	ready: RegExp;
	env: NodeJS.ProcessEnv;
}

export interface StartedProcess {
	/** Fulfilled as soon as it is no longer running. */
	readonly exited: Promise<void>;
	/** Everything it has printed so far. */
	output(): string;
	/** Ends it and all that it started, and deletes its `folder`. */
	stop(): Promise<void>;
}

const GRACE_PERIOD_MS = 10_000;
/** This only ends what hangs. */
const START_TIMEOUT_MS = 300_000;

/**
 * Starts a process that ends with this one, and waits until it says that it is ready.
 *
 * @throws Error that carries the last lines it printed
 */
export async function startProcess({
	name,
	ready,
	env,
	...command
}: ProcessToStart): Promise<StartedProcess> {
	const { folder } = command;
	const supervised = { ...command, gracePeriodMs: GRACE_PERIOD_MS };
	const child = spawnSupervised(supervised, { cwd: folder, env });
	child.stdin.on('error', () => {});
	const exited = once(child, 'close').then(() => {});
	let output = '';
	const isReady = new Promise<boolean>((resolve) => {
		for (const stream of [child.stdout, child.stderr]) {
			stream.setEncoding('utf8').on('data', (chunk: string) => {
				output += chunk;
				if (ready.test(output)) resolve(true);
			});
		}
		void exited.then(() => resolve(false));
		setTimeout(() => resolve(false), START_TIMEOUT_MS).unref();
	});
	const stop = async () => {
		child.stdin.end();
		await exited;
		await rm(folder, { recursive: true, force: true });
	};
	if (await isReady) return { exited, output: () => output, stop };
	await stop();
	const lastLines = output.trimEnd().split('\n').slice(-30).join('\n');
	throw new Error(`${name} did not start. The last lines it printed:\n${lastLines}`);
}

/** Another process may take a port between its choice and its use: then another one is tried. */
export async function startOnFreePort<Started>(
	start: (port: number) => Promise<Started>,
): Promise<Started> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await start(await freePort());
		} catch (error) {
			if (!/already in use/i.test((error as Error).message) || attempt === 3) throw error;
		}
	}
}

async function freePort(): Promise<number> {
	const server = createServer();
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const { port } = server.address() as AddressInfo;
	await once(server.close(), 'close');
	return port;
}
