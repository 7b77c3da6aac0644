/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- a command that runs in Node, not in n8n, and speaks to a person on the terminal */
import { once } from 'node:events';
import { parseArgs } from 'node:util';

import Table from 'cli-table3';
import type { IDataObject } from 'n8n-workflow';

import type { CreatedCredential } from '../real-n8n/rest';
import { startRealN8n, type RealN8n } from '../real-n8n/n8n';
import { seed, startSimulator, type Simulator } from '../../simulator';
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
	const summary = await step('run the audit', async () => await outputOfAudit(n8n, audit.id));
	const findings = await step('list the findings', async () => {
		return await outputOfAudit(n8n, await importFindings(n8n, audit.id));
	});
	printFindings(summary, findings);
	const alert = simulator.inbox[0];
	if (!alert) throw new Error('Could not deliver the alert: nothing arrived in the inbox');
	console.log(`\nThe alert that arrived:\n\n${(alert.body as { text: string }).text}`);
}

/** The node of the example that this prints the output of. */
const AUDIT = 'Audit trusted devices';

async function outputOfAudit(n8n: RealN8n, workflowId: string): Promise<IDataObject[]> {
	const finished = await n8n.rest.runWorkflow(workflowId, 'Run now');
	if (finished.status === 'success') {
		return finished.itemsOf(AUDIT).map(({ json }) => json);
	}
	const { message, node } = finished.error ?? { message: `it ended with “${finished.status}”` };
	throw new Error(node ? `the node “${node.name}” says: ${message}` : message);
}

/** The example sums up; this is the same audit with an item for each finding. */
async function importFindings(n8n: RealN8n, auditId: string): Promise<string> {
	const { nodes } = await n8n.rest.getWorkflow(auditId);
	const start = nodes.find(({ name }) => name === 'Run now');
	const audit = nodes.find(({ name }) => name === AUDIT);
	if (!start || !audit) throw new Error('the example has other nodes than expected');
	const { id } = await n8n.rest.createWorkflow({
		name: 'Trusted-device audit, each finding',
		nodes: [start, { ...audit, parameters: { ...audit.parameters, output: 'findings' } }],
		connections: { [start.name]: { main: [[{ node: audit.name, type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	});
	return id;
}

interface Finding {
	/** None where nobody was audited. */
	user: { username: string } | null;
	/** None where the user's devices could not be read. */
	device: { id: number; browser: string | null; operating_system: string | null } | null;
	reason: string;
}

function printFindings([summary]: IDataObject[], findings: IDataObject[]): void {
	const table = new Table({ head: ['User', 'Device', 'Browser', 'Operating system', 'Finding'] });
	for (const { user, device, reason } of findings as unknown as Finding[]) {
		const cells = [user?.username, device?.id, device?.browser, device?.operating_system];
		table.push([...cells.map((cell) => String(cell ?? 'unknown')), reason]);
	}
	console.log(
		`\n${String(summary?.devices_with_findings)} of ${String(summary?.devices)} trusted devices of ${String(summary?.users_checked)} users have findings:\n`,
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
