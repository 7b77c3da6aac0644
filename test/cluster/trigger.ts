/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import assert from 'node:assert/strict';

import { everyFiveSeconds } from '../../tools/real-n8n/pollTimes';
import { until } from '../../tools/real-n8n/until';
import { emnifyTrigger, workflowOf } from '../../tools/real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';
import type { Cluster } from './cluster';
import { markdownTable } from './markdownTable';
import { LIST_DEVICES, LOGIN, senderOf, startedBy } from './observe';

/** As many polls have to pass before and after the event, to see that each of them looks and only one finds. */
const POLLS = 2;

/**
 * The trigger polls in the main process alone, and a new trusted device starts one execution, on one worker. Gives the
 * figures, as lines of Markdown.
 */
export async function checkTrigger(
	cluster: Cluster,
	log: (line: string) => void,
): Promise<string[]> {
	const simulator = await startSimulator();
	try {
		const { rest } = cluster.main;
		const credential = await rest.createCredential({
			name: 'Emnify of the trigger',
			data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
		});
		const { id: workflowId } = await rest.createWorkflow(
			workflowOf('New trusted device', [
				emnifyTrigger(
					{ pollTimes: everyFiveSeconds, events: ['trusted_device_added'], scope: 'all' },
					credential,
					TRIGGER,
				),
				{ name: 'Nothing', type: 'n8n-nodes-base.noOp' },
			]),
		);
		log('A trigger, and a device that becomes trusted');
		await rest.activateWorkflow(workflowId);
		try {
			return await addDeviceAndCount(cluster, simulator, workflowId);
		} finally {
			await rest.deactivateWorkflow(workflowId);
		}
	} finally {
		await simulator.stop();
	}
}

async function addDeviceAndCount(
	{ main: { rest }, workers }: Cluster,
	simulator: Simulator,
	workflowId: string,
): Promise<string[]> {
	await until('the trigger has polled', () => pollsOf(simulator) >= POLLS);
	assert.equal((await rest.executionsOf(workflowId)).length, 0, 'Executions before the event');
	const { id: deviceId } = simulator.world.addTrustedDevice(seed.administrator.id, {
		operatingSystem: 'Windows 11',
		browser: 'Edge 141',
		activatedAt: simulator.clock.now(),
	});
	await until('the trigger has started an execution', async () => {
		const executions = await rest.executionsOf(workflowId);
		return executions.some(({ status }) => !['new', 'running'].includes(status));
	});
	const pollsSoFar = pollsOf(simulator);
	await until('the trigger has polled on', () => pollsOf(simulator) >= pollsSoFar + POLLS);
	const polls = pollsOf(simulator);

	const executions = await rest.executionsOf(workflowId);
	assert.equal(executions.length, 1, 'Executions after the event');
	const [{ id = '' } = {}] = executions;
	const execution = await rest.getExecution(id);
	assert.equal(execution.status, 'success', execution.error?.message);
	const told = execution.itemsOf(TRIGGER).map(({ json }) => json as { device?: { id: number } });
	assert.deepEqual(
		told.map(({ device }) => device?.id),
		[deviceId],
		'The devices that the trigger tells of',
	);
	const starts = workers.flatMap(startedBy).filter((started) => started === id);
	assert.equal(starts.length, 1, 'Workers that ran the execution');
	const senders = new Set(simulator.requests.map((request) => senderOf(request).name));
	assert.deepEqual([...senders], ['main'], 'The processes that polled');
	const logins = simulator.count(LOGIN);
	assert.ok(logins <= 1, `The trigger logged in ${logins} times`);
	return markdownTable([
		['Trigger', 'Polls', 'Devices told of', 'Executions', 'Logins'],
		[
			'polls in main, runs on a worker',
			...[polls, told.length, executions.length, logins].map(String),
		],
	]);
}

const TRIGGER = 'Emnify Trigger';

/** Each poll reads the administrator's devices once. */
const pollsOf = ({ requests }: Simulator) =>
	requests.filter(
		({ endpoint, path }) =>
			endpoint === LIST_DEVICES && path.includes(`/user/${seed.administrator.id}/`),
	).length;
