/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';

import type { CreatedCredential, WorkflowFile } from '../../tools/real-n8n/rest';
import { until } from '../../tools/real-n8n/until';
import { emnify, workflowOf } from '../../tools/real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';
import { CONCURRENCY, type Cluster } from './cluster';
import { markdownTable } from './markdownTable';
import { LIST_DEVICES, LOGIN, sentBy, startedBy } from './observe';

/** As many as the two workers run at once. */
const EXECUTIONS = 2 * CONCURRENCY;
/** How many requests fail in each round in a way that passes. */
const FAILURES = 3;

interface Round {
	name: string;
	executions: number;
	milliseconds: number;
	startedByWorker: number[];
	loginsByWorker: number[];
	retries: number;
	lost: number;
}

/**
 * 20 executions at once over both workers share the session: at most one login a worker, and none of them lost. Gives
 * the figures, as lines of Markdown.
 */
export async function checkSharedSession(
	cluster: Cluster,
	log: (line: string) => void,
): Promise<string[]> {
	const simulator = await startSimulator();
	try {
		const { rest } = cluster.main;
		const credential = await rest.createCredential({
			name: 'Emnify of the cluster',
			data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
		});
		const workflow = await rest.createWorkflow(devicesByWebhook(credential));
		await rest.activateWorkflow(workflow.id);
		const round = async (name: string, mostLogins: number) => {
			log(`${EXECUTIONS} executions at once: ${name}`);
			const result = await runRound(cluster, simulator, workflow.id, name);
			assert.ok(
				result.loginsByWorker.every((logins) => logins <= mostLogins),
				`${name}: ${result.loginsByWorker.join(' and ')} logins; at most ${mostLogins} a worker are allowed`,
			);
			return result;
		};
		const rounds = [await round('no session yet', 1), await round('session stored', 0)];
		simulator.revokeTokens();
		rounds.push(await round('session ended by emnify', 1));
		return tableOf(rounds);
	} finally {
		await simulator.stop();
	}
}

const WEBHOOK_PATH = 'devices';

function devicesByWebhook(credential: CreatedCredential): WorkflowFile {
	const webhook = {
		name: 'Webhook',
		type: 'n8n-nodes-base.webhook',
		typeVersion: 2,
		webhookId: WEBHOOK_PATH,
		parameters: {
			httpMethod: 'POST',
			path: WEBHOOK_PATH,
			responseMode: 'lastNode',
			responseData: 'allEntries',
			options: {},
		},
	};
	const parameters = {
		resource: 'trustedDevice',
		operation: 'getAll',
		user: { __rl: true, mode: 'id', value: seed.administrator.id },
		returnAll: true,
		// The requests are held back until all of them are there.
		options: { timeout: 300 },
	};
	return workflowOf('Devices by webhook', [webhook, emnify(parameters, credential, 'Devices')]);
}

async function runRound(
	{ main, workers }: Cluster,
	simulator: Simulator,
	workflowId: string,
	name: string,
): Promise<Round> {
	const before = await main.rest.executionsOf(workflowId);
	simulator.forget();
	simulator.faults.next(
		{ kind: 'status', status: 503 },
		{ endpoint: LIST_DEVICES, times: FAILURES },
	);
	simulator.faults.next({ kind: 'stall' }, { endpoint: LIST_DEVICES, times: EXECUTIONS });

	const start = performance.now();
	const answers = Promise.all(
		Array.from({ length: EXECUTIONS }, async () => await callWebhook(main.url)),
	);
	answers.catch(() => {});
	// All are under way at once; none is done before the last one has begun.
	await Promise.race([
		answers,
		until('all executions wait for emnify', () => simulator.faults.stalled === EXECUTIONS),
	]);
	simulator.faults.release();
	const bodies = await answers;
	const milliseconds = performance.now() - start;

	const expected = simulator.world
		.user(seed.administrator.id)
		.trustedDevices.map(({ id }) => id)
		.sort();
	for (const devices of bodies) {
		assert.deepEqual(devices.map(({ id }) => id).sort(), expected, `${name}: the devices`);
	}
	const executions = await until('n8n has stored all executions', async () => {
		const all = (await main.rest.executionsOf(workflowId)).slice(before.length);
		const ended = all.filter(({ status }) => !['new', 'running'].includes(status));
		return ended.length === all.length && all.length >= EXECUTIONS && all;
	});
	const ids = executions.map(({ id }) => id);
	const startedByWorker = workers.map(
		(worker) => startedBy(worker).filter((id) => ids.includes(id)).length,
	);
	assert.equal(executions.length, EXECUTIONS, `${name}: the executions`);
	assert.deepEqual(
		startedByWorker,
		workers.map(() => CONCURRENCY),
		`${name}: the executions that each worker started`,
	);
	const succeeded = executions.filter(({ status }) => status === 'success').length;
	assert.equal(succeeded, EXECUTIONS, `${name}: the executions that succeeded`);
	const failed = simulator.requests.filter(({ status }) => status === 503).length;
	assert.equal(failed, FAILURES, `${name}: the failures that were met`);
	assert.equal(sentBy(simulator, { name: 'main' }, LOGIN).length, 0, `${name}: main’s logins`);
	return {
		name,
		executions: executions.length,
		milliseconds,
		startedByWorker,
		loginsByWorker: workers.map((worker) => sentBy(simulator, worker, LOGIN).length),
		retries: failed,
		lost: EXECUTIONS - succeeded,
	};
}

/** Starts an execution and gives its output. n8n hears a webhook only some time after the workflow’s activation. */
async function callWebhook(url: string): Promise<Array<{ id: number }>> {
	const answer = await until('n8n hears the webhook', async () => {
		const sent = await fetch(`${url}/webhook/${WEBHOOK_PATH}`, { method: 'POST' });
		return sent.status !== 404 && sent;
	});
	const body = await answer.text();
	assert.equal(answer.status, 200, `The webhook answers: ${body}`);
	return JSON.parse(body) as Array<{ id: number }>;
}

function tableOf(rounds: Round[]): string[] {
	const rows = rounds.map((round) => [
		round.name,
		String(round.executions),
		`${(round.milliseconds / 1000).toFixed(1)} s`,
		round.startedByWorker.join(' + '),
		round.loginsByWorker.join(' + '),
		String(round.retries),
		String(round.lost),
	]);
	const head = ['20 at once', 'Executions', 'Wall time', 'By worker', 'Logins', 'Retries', 'Lost'];
	return markdownTable([head, ...rows]);
}
