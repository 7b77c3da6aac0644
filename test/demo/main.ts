/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- a command that runs in Node, not in n8n, and speaks to a person on the terminal */
import { once } from 'node:events';
import { parseArgs } from 'node:util';

import Table from 'cli-table3';

import type { CreatedCredential, Execution } from '../real-n8n/rest';
import { startRealN8n, type RealN8n } from '../real-n8n/n8n';
import { seed, startSimulator, type Simulator } from '../simulator';
import { exampleForDemo, exampleNames } from './examples';

/**
 * `npm run demo`: a real n8n with this package, the simulator as embedded emnify, and the example workflows ready to run.
 * With `--headless` it runs the trusted-device audit once, prints what it found, and ends.
 */
async function main(): Promise<void> {
	const { values } = parseArgs({ options: { headless: { type: 'boolean', default: false } } });
	const stops: Array<() => Promise<void>> = [];
	const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
	try {
		const demo = async () => {
			const simulator = await step('start the simulator', async () => await startSimulator());
			stops.push(simulator.stop);
			const n8n = await step('start n8n', async () => await startRealN8n({ log: console.log }));
			stops.push(n8n.stop);
			const credential = await step('create the credential', async () => {
				return await createCredential(n8n, simulator);
			});
			const workflows = await step('import the examples', async () => {
				return await importExamples(n8n, simulator, credential);
			});
			if (values.headless) return await runAudit(n8n, simulator, workflows);
			printWelcome(n8n, simulator, workflows);
			await interrupted;
		};
		await Promise.race([demo(), interrupted]);
	} finally {
		await Promise.all(stops.map(async (stop) => await stop()));
	}
}

type Workflows = Map<string, { id: string; name: string }>;

/** Runs a step, and says which one it was where it fails. */
async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
	try {
		return await work();
	} catch (error) {
		throw new Error(`Could not ${name}: ${(error as Error).message}`);
	}
}

async function createCredential(n8n: RealN8n, simulator: Simulator): Promise<CreatedCredential> {
	const data = { baseUrl: simulator.url, applicationToken: seed.applicationToken };
	const credential = await n8n.rest.createCredential({ name: 'Emnify account', data });
	const { status, message } = await n8n.rest.testCredential(credential, data);
	if (status !== 'OK') throw new Error(`its test says: ${message}`);
	return credential;
}

async function importExamples(
	n8n: RealN8n,
	simulator: Simulator,
	credential: CreatedCredential,
): Promise<Workflows> {
	const workflows: Workflows = new Map();
	for (const example of await exampleNames()) {
		const workflow = await exampleForDemo(example, { simulator, credential });
		const { id } = await n8n.rest.createWorkflow(workflow);
		workflows.set(example, { id, name: workflow.name });
	}
	return workflows;
}

async function runAudit(n8n: RealN8n, simulator: Simulator, workflows: Workflows): Promise<void> {
	const audit = workflows.get('trusted-device-audit');
	if (!audit) throw new Error('There is no example “trusted-device-audit”');
	const execution = await step('run the audit', async () => {
		const finished = await n8n.rest.runWorkflow(audit.id, 'Run now');
		if (finished.status === 'success') return finished;
		const { message, node } = finished.error ?? { message: `it ended with “${finished.status}”` };
		throw new Error(node ? `the node “${node.name}” says: ${message}` : message);
	});
	printFindings(execution);
	const alert = simulator.inbox[0];
	if (!alert) throw new Error('Could not deliver the alert: nothing arrived in the inbox');
	console.log(`\nThe alert that arrived:\n\n${(alert.body as { text: string }).text}`);
}

function printFindings(execution: Execution): void {
	const devices = execution.itemsOf('Trusted devices');
	const findings = execution.itemsOf('Older than 30 days');
	const table = new Table({ head: ['Device', 'Browser', 'Operating system', 'Trusted since'] });
	for (const { json } of findings) {
		const cells = [json.id, json.browser, json.operating_system, json.activation_date];
		table.push(cells.map((cell) => String(cell ?? 'unknown')));
	}
	console.log(
		`\n${findings.length} of ${devices.length} trusted devices are older than 30 days:\n`,
	);
	console.log(table.toString());
}

function printWelcome(n8n: RealN8n, simulator: Simulator, workflows: Workflows): void {
	const audit = workflows.get('trusted-device-audit');
	console.log(`
n8n is ready, with the Emnify node in it.

  Editor    ${n8n.url}${audit ? `/workflow/${audit.id}` : ''}
  E-mail    ${n8n.owner.email}
  Password  ${n8n.owner.password}

The simulator stands where emnify would: ${simulator.url}
Alerts arrive in its inbox:              ${simulator.inboxUrl}

Workflows: ${[...workflows.values()].map(({ name }) => name).join(' · ')}

Ctrl-C ends both and leaves nothing behind.`);
}

main().then(
	() => process.exit(0),
	(error: Error) => {
		console.error(`\n${error.message}`);
		process.exit(1);
	},
);
