/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- a command that runs in Node, not in n8n, and speaks to a person on the terminal */
import { once } from 'node:events';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { startRealN8n, type RealN8n } from '../real-n8n/n8n';
import { emnify, runNow, workflowOf } from '../real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';
import { onSave, rebuildInto } from './rebuild';

/**
 * `npm run dev`: a real n8n with this package, the simulator as emnify, and a workflow with the node in it. Each save
 * builds the package anew, and n8n loads it without a restart.
 */
async function main(): Promise<void> {
	const stops: Array<() => Promise<void> | void> = [];
	const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
	try {
		const develop = async () => {
			// n8n drops old code by its real path only, and a Mac's folder for temporary files is a link.
			process.env.TMPDIR = await realpath(tmpdir());
			const simulator = await startSimulator();
			stops.push(simulator.stop);
			const n8n = await startRealN8n({ log: console.log, env: { N8N_DEV_RELOAD: 'true' } });
			stops.push(n8n.stop);
			const workflowId = await createWorkflow(n8n, simulator);
			stops.push(onSave(async () => await rebuild(n8n)));
			printWelcome(n8n, simulator, workflowId);
			stops.push(followLog(n8n));
			await n8n.exited;
			throw new Error('n8n has ended by itself.');
		};
		await Promise.race([develop(), interrupted]);
	} finally {
		await Promise.all(stops.map(async (stop) => await stop()));
	}
}

/** Gives the ID of a workflow that has the node in it, with a credential that works. */
async function createWorkflow({ rest }: RealN8n, { url }: Simulator): Promise<string> {
	const credential = await rest.createCredential({
		name: 'Emnify account',
		data: { baseUrl: url, applicationToken: seed.applicationToken },
	});
	const { id } = await rest.createWorkflow(
		workflowOf('Try the node', [runNow, emnify({}, credential)]),
	);
	return id;
}

async function rebuild({ userFolder }: RealN8n): Promise<void> {
	try {
		console.log('Building');
		await rebuildInto(userFolder);
		console.log('Built. n8n loads it now; what the editor shows of the node follows by itself.');
	} catch (error) {
		console.error((error as Error).message);
	}
}

/** Prints what n8n prints from now on. */
function followLog(n8n: RealN8n): () => void {
	let printed = n8n.output().length;
	const timer = setInterval(() => {
		const output = n8n.output();
		process.stdout.write(output.slice(printed));
		printed = output.length;
	}, 250);
	return () => clearInterval(timer);
}

function printWelcome(n8n: RealN8n, simulator: Simulator, workflowId: string): void {
	console.log(`
n8n is ready, with the Emnify node in it.

  Editor    ${n8n.url}/workflow/${workflowId}
  E-mail    ${n8n.owner.email}
  Password  ${n8n.owner.password}

The simulator stands where emnify would: ${simulator.url}

Save a file under nodes/, credentials/ or icons/, and n8n has it some seconds later. What n8n prints follows here.
Ctrl-C ends both and leaves nothing behind.
`);
}

main().then(
	() => process.exit(0),
	(error: Error) => {
		console.error(`\n${error.message}`);
		process.exit(1);
	},
);
