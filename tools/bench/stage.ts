/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { startRealN8n, type RealN8n } from '../real-n8n/n8n';
import { seed, startSimulator, type Limits } from '../../simulator';
import { InFlight } from './inFlight';
import { ProcessMemory } from './memory';
import { workflowOf, type Contestant } from './workflows';
import { devicesIn, worldOf } from './worlds';

/** What one audit is run against. */
export interface Task {
	users: number;
	latencyMs: number;
	/** What differs from a service without a limit. */
	limits?: Partial<Limits>;
}

/** What one audit did. */
export interface Run {
	/** How n8n says the execution ended. */
	status: string;
	/** From the start of the execution to its end, both by n8n. */
	milliseconds: number;
	/** Requests that the service counted, refused ones included. */
	requests: number;
	/** Requests that it refused with 429. */
	refused: number;
	/** The most requests that were seen in flight at once. */
	mostInFlight: number;
	/** Devices that the workflow reported. */
	devicesFound: number;
	/** Devices that there are. */
	devices: number;
	/** Users whose devices the workflow says it could not read. */
	usersFailed: number;
	/** Devices that are too old by the workflow's count. */
	devicesTooOld: number;
	/** Resident memory of the n8n process before the run, and at its peak, in bytes. */
	idleBytes?: number;
	peakBytes?: number;
}

/** The part of the devices that was found by the run that found the least. */
export const leastFound = (runs: Run[]) =>
	Math.min(...runs.map(({ devicesFound, devices }) => devicesFound / devices));

/** Both workflows end in one item with these; a failed one in something else. */
interface Summary {
	users_failed?: number;
	devices?: number;
	by_rule?: { maxAgeDays?: number };
}

/** A real n8n, in a process of its own, that runs audits as executions started by a webhook. */
export class Stage {
	private constructor(
		private readonly n8n: RealN8n,
		private readonly memory: ProcessMemory,
	) {}

	static async start(): Promise<Stage> {
		const n8n = await startRealN8n();
		try {
			return new Stage(n8n, await ProcessMemory.ofN8n(n8n.userFolder));
		} catch (error) {
			await n8n.stop();
			throw error;
		}
	}

	async stop(): Promise<void> {
		await this.n8n.stop();
	}

	/** Lets n8n load and compile what the contestant needs. */
	async warmUp(contestant: Contestant): Promise<void> {
		await this.run(contestant, { users: 50, latencyMs: 0 });
	}

	/** Runs one audit against a service of its own, with a credential that has never logged in. */
	async run(contestant: Contestant, { users, latencyMs, limits }: Task): Promise<Run> {
		const world = worldOf(users);
		const simulator = await startSimulator({
			world,
			latencyMs,
			limits: { requestsPerWindow: Number.MAX_SAFE_INTEGER, ...limits },
		});
		const inFlight = new InFlight(simulator);
		try {
			const credential = await this.n8n.rest.createCredential({
				name: 'Emnify account',
				data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
			});
			const webhookPath = randomUUID();
			const filled = { baseUrl: simulator.url, credential, webhookPath };
			const workflow = await workflowOf(contestant, filled);
			const { id } = await this.n8n.rest.createWorkflow(workflow);
			await this.n8n.rest.activateWorkflow(id);
			const { summary, ...memory } = await this.trigger(webhookPath);
			return {
				...(await this.executionOf(id)),
				requests: simulator.count(),
				refused: simulator.requests.filter(({ status }) => status === 429).length,
				mostInFlight: inFlight.most,
				devicesFound: summary.devices ?? 0,
				devices: devicesIn(world),
				usersFailed: summary.users_failed ?? 0,
				devicesTooOld: summary.by_rule?.maxAgeDays ?? 0,
				...memory,
			};
		} finally {
			inFlight.stop();
			await simulator.stop();
		}
	}

	/** Starts the workflow and waits for its answer. n8n hears the webhook only some time after the activation. */
	private async trigger(
		webhookPath: string,
	): Promise<Pick<Run, 'idleBytes' | 'peakBytes'> & { summary: Summary }> {
		const deadline = AbortSignal.timeout(60_000);
		for (;;) {
			const idleBytes = await this.memory.now();
			await this.memory.resetPeak();
			const answer = await fetch(`${this.n8n.url}/webhook/${webhookPath}`);
			const peakBytes = await this.memory.peak();
			const summary = (await answer.json()) as Summary;
			if (answer.status !== 404) return { summary, idleBytes, peakBytes };
			if (deadline.aborted) throw new Error('n8n did not register the webhook of the workflow');
			await delay(100);
		}
	}

	private async executionOf(workflowId: string): Promise<Pick<Run, 'status' | 'milliseconds'>> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		for (;;) {
			const { results } = (await this.n8n.rest.request(
				'GET',
				`/rest/executions?filter=${filter}`,
			)) as { results: Array<{ status: string; startedAt: string; stoppedAt: string | null }> };
			const execution = results[0];
			if (execution?.stoppedAt) {
				const { status, startedAt, stoppedAt } = execution;
				return { status, milliseconds: Date.parse(stoppedAt) - Date.parse(startedAt) };
			}
			await delay(100);
		}
	}
}
