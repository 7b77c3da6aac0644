/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { startRealN8n, type RealN8n } from '../real-n8n/n8n';
import type { CreatedCredential } from '../real-n8n/rest';
import { seed, startSimulator, type Limits, type Simulator, type World } from '../../simulator';
import { InFlight } from './inFlight';
import { tlsNetwork, type Certificate } from './network';
import { ProcessMemory } from './memory';
import { workflowOf, type Contestant } from './workflows';
import { devicesIn, worldOf } from './worlds';

/** What lies between n8n and the service: a delay of each answer, or TLS over a network with such a round trip. */
export type Network = { latencyMs: number } | { tlsRoundTripMs: number };

export const networkInWords = (network: Network) =>
	'latencyMs' in network
		? `${network.latencyMs} ms an answer`
		: `TLS, ${network.tlsRoundTripMs} ms a round trip`;

/** What one audit is run against. */
export interface Task {
	users: number;
	network: Network;
	/** For TLS; n8n must have been started with it. */
	certificate?: Certificate;
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

/** A service, and a credential for it. */
interface Service {
	simulator: Simulator;
	world: World;
	mostInFlight: () => number;
	baseUrl: string;
	credential: CreatedCredential;
}

/** A real n8n, in a process of its own, that runs audits as executions started by a webhook. */
export class Stage {
	private constructor(
		private readonly n8n: RealN8n,
		private readonly memory: ProcessMemory,
	) {}

	/** Starts it with these environment variables. */
	static async start(env: Record<string, string> = {}): Promise<Stage> {
		const n8n = await startRealN8n({ env });
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
		await this.run(contestant, { users: 50, network: { latencyMs: 0 } });
	}

	/** Runs one audit against a service of its own, with a credential that has never logged in. */
	async run(contestant: Contestant, task: Task): Promise<Run> {
		return await this.against(task, async (service) => await this.audit(service, contestant));
	}

	/** Runs the same audit in that many workflows at once, against one service. */
	async runAtOnce(contestant: Contestant, workflows: number, task: Task): Promise<Run[]> {
		return await this.against(task, async (service) => {
			const audits = Array.from({ length: workflows }, async () => {
				return await this.audit(service, contestant);
			});
			return await Promise.all(audits);
		});
	}

	/** Runs one audit, and beside it one poll after the other; says how long each took, in milliseconds, alone and beside it. */
	async runWithPolls(
		contestant: Contestant,
		poll: Contestant,
		task: Task,
	): Promise<{ audit: Run; alone: number[]; beside: number[] }> {
		return await this.against(task, async (service) => {
			const polls = await this.prepare(service, poll);
			const alone: number[] = [];
			const beside: number[] = [];
			const once = async (times: number[]) => {
				const startedMs = performance.now();
				await this.trigger(polls.webhookPath);
				times.push(performance.now() - startedMs);
			};
			for (let index = 0; index < 6; index++) await once(alone);
			let isRunning = true;
			const audit = this.audit(service, contestant).finally(() => (isRunning = false));
			while (isRunning) {
				await once(beside);
				await Promise.race([delay(1_000), audit.catch(() => {})]);
			}
			return { audit: await audit, alone: alone.slice(1), beside };
		});
	}

	private async against<Result>(
		{ users, network, certificate, limits }: Task,
		work: (service: Service) => Promise<Result>,
	): Promise<Result> {
		const world = worldOf(users);
		const simulator = await startSimulator({
			world,
			latencyMs: 'latencyMs' in network ? network.latencyMs : 0,
			limits: { requestsPerWindow: Number.MAX_SAFE_INTEGER, ...limits },
		});
		const tls =
			'tlsRoundTripMs' in network && certificate
				? await tlsNetwork(certificate, simulator.port, network.tlsRoundTripMs)
				: undefined;
		const inFlight = new InFlight(simulator);
		try {
			const baseUrl = tls?.url ?? simulator.url;
			const credential = await this.n8n.rest.createCredential({
				name: 'Emnify account',
				data: { baseUrl, applicationToken: seed.applicationToken },
			});
			return await work({
				simulator,
				world,
				mostInFlight: () => tls?.mostAtOnce ?? inFlight.most,
				baseUrl,
				credential,
			});
		} finally {
			inFlight.stop();
			await simulator.stop();
			await tls?.stop();
		}
	}

	private async prepare(
		{ baseUrl, credential }: Service,
		contestant: Contestant,
	): Promise<{ id: string; webhookPath: string }> {
		const webhookPath = randomUUID();
		const workflow = await workflowOf(contestant, { baseUrl, credential, webhookPath });
		const { id } = await this.n8n.rest.createWorkflow(workflow);
		await this.n8n.rest.activateWorkflow(id);
		return { id, webhookPath };
	}

	private async audit(service: Service, contestant: Contestant): Promise<Run> {
		const { simulator, world, mostInFlight } = service;
		const { id, webhookPath } = await this.prepare(service, contestant);
		const { summary, ...memory } = await this.trigger(webhookPath);
		return {
			...(await this.executionOf(id)),
			requests: simulator.count(),
			refused: simulator.requests.filter(({ status }) => status === 429).length,
			mostInFlight: mostInFlight(),
			devicesFound: summary.devices ?? 0,
			devices: devicesIn(world),
			usersFailed: summary.users_failed ?? 0,
			devicesTooOld: summary.by_rule?.maxAgeDays ?? 0,
			...memory,
		};
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
