/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';

import {
	ActiveWorkflowTriggers,
	ExecutionLifecycleHooks,
	PollContext,
	PollTriggerExecutor,
	Tracing,
	TriggersAndPollers,
	WorkflowExecute,
} from 'n8n-core';
import {
	Workflow,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type INode,
	type INodeParameters,
	type IPollFunctions,
} from 'n8n-workflow';

import { Engine, PACKAGE_FOLDER, type StoredCredential } from './engine';

type Arguments<Class extends abstract new (...args: never) => unknown> =
	ConstructorParameters<Class>;

/** An active workflow in one process of n8n. */
interface Running {
	workflow: Workflow;
	triggers: ActiveWorkflowTriggers;
	/** What n8n's timer calls at each poll time. */
	onPollTime(): void;
	/** The poll that was begun last. */
	poll: Promise<void>;
}

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

/**
 * A workflow that begins with the Emnify Trigger, polled by n8n's own code (`ActiveWorkflowTriggers`,
 * `PollTriggerExecutor`, `TriggersAndPollers`, `PollContext`). What belongs to n8n itself stands here, as n8n 2.41 does it:
 * the static data is saved at activation and whenever items are handed over, and not after a poll without items. In place
 * of n8n's timer there is {@link tick}.
 */
export class PollingWorkflow {
	/** The items of each execution that was started. */
	readonly executions: IDataObject[][] = [];

	/** With what polls have failed. */
	readonly failures: Error[] = [];

	/** What n8n has logged of the trigger. */
	readonly warnings: string[] = [];

	/** The workflow's static data in n8n's database. */
	saved = '{}';

	/** Whether n8n crashes at the moment when items were handed over, and before the static data is saved. */
	crashesBeforeSaving = false;

	/** Why the workflow is activated: by a person, or because n8n comes up. */
	activation: 'activate' | 'init' | 'update' = 'activate';

	/** The time for a poll, in milliseconds; `null` stands for an n8n that does not say it, such as 1.x. */
	budgetMs: number | null = 5 * 60_000;

	/**
	 * Whether n8n keeps the node's static data as a cursor of its own (`N8N_POLLER_DURABLE_CURSORS_ENABLED`): each poll gets a
	 * copy, which is kept if the poll after activation ends well.
	 */
	keepsCursor = false;

	/**
	 * Whether n8n polls by its durable scheduler (`N8N_SCHEDULER_POLL_TRIGGERS_ENABLED`): each poll gets a workflow, a context and
	 * static data of its own, as they are in the database when it begins, and polls may overlap.
	 */
	isDurable = false;

	/** Holds back what n8n saves, as a slow database does, until {@link PollingWorkflow.finishSaving}. */
	savesLate = false;

	private late?: () => void;

	private cursor: IDataObject = {};

	/** A new process remembers nothing under any ID: {@link PollingWorkflow.kill} gives the workflow another one. */
	private id = randomUUID();

	private running?: Running;

	constructor(
		private readonly engine: Engine,
		private readonly credential: StoredCredential,
		public parameters: INodeParameters,
	) {}

	/** Switches the workflow on, which polls once. Throws what n8n shows where that poll fails. */
	async activate(): Promise<void> {
		const workflow = this.workflow();
		const running = this.start(workflow);
		this.running = running;
		await running.triggers.addAllTriggers(
			this.id,
			workflow,
			this.engine.additionalData(undefined),
			'trigger',
			this.activation,
			() => {
				throw new RangeError('The trigger only polls');
			},
			this.pollFunctions(running),
		);
		this.save(workflow);
	}

	/** Lets a poll time come, and waits for the end of the poll. */
	async tick(): Promise<void> {
		await this.beginTick();
	}

	/** Lets a poll time come. */
	beginTick(): Promise<void> {
		if (!this.running) throw new RangeError('The workflow is not active');
		if (this.isDurable) return this.pollDurably(this.running);
		this.running.onPollTime();
		return this.running.poll;
	}

	/** n8n's `PollTriggerTaskHandler`. */
	private async pollDurably(running: Running): Promise<void> {
		const workflow = this.workflow();
		const node = workflow.getNode('Emnify Trigger') as INode;
		const context = this.pollFunctions(running, 'update')(workflow, node);
		const logger = this.logger();
		const errorReporter = {} as Arguments<typeof PollTriggerExecutor>[3];
		const executor = new PollTriggerExecutor(
			logger,
			new TriggersAndPollers(),
			new Tracing(),
			errorReporter,
		);
		await executor.create(workflow, node, context, () => this.running === running)();
	}

	/** Lets n8n save what it holds back. */
	finishSaving(): void {
		this.late?.();
		this.late = undefined;
	}

	/** Switches the workflow off, as a person does. */
	async deactivate(): Promise<void> {
		await this.running?.triggers.remove(this.id);
		this.running = undefined;
	}

	/** Ends the process without a warning: of the static data there is what was saved. */
	kill(): void {
		this.running = undefined;
		this.late = undefined;
		this.id = randomUUID();
	}

	/** Ends the process, and starts another one, which activates the workflow. */
	async restart(): Promise<void> {
		this.kill();
		await this.activate();
	}

	/** All items that were handed over since the last call. */
	takeItems(): IDataObject[] {
		return this.executions.splice(0).flat();
	}

	/** What the trigger has in n8n's database. */
	savedState(): IDataObject | undefined {
		const staticData = JSON.parse(this.saved) as Record<string, IDataObject | undefined>;
		return staticData['node:Emnify Trigger']?.state as IDataObject | undefined;
	}

	/** Puts something into n8n's database in place of what the trigger has there. */
	overwriteState(state: unknown): void {
		this.saved = JSON.stringify({ 'node:Emnify Trigger': { state } });
	}

	/** “Fetch test event” in the editor. */
	async fetchTestEvent(): Promise<{ items: IDataObject[]; error?: Error }> {
		const workflow = this.workflow();
		const before = JSON.stringify(workflow.staticData);
		const hooks = new ExecutionLifecycleHooks('manual', randomUUID(), {
			id: this.id,
		} as Arguments<typeof ExecutionLifecycleHooks>[2]);
		const { data } = await new WorkflowExecute(this.engine.additionalData(hooks), 'manual').run({
			workflow,
			startNode: workflow.getNode('Emnify Trigger') as INode,
		});
		expect(JSON.stringify(workflow.staticData)).toBe(before);
		const output = data.resultData.runData['Emnify Trigger']?.[0]?.data?.main?.[0] ?? [];
		return { items: output.map(({ json }) => json), error: data.resultData.error };
	}

	private workflow(): Workflow {
		return new Workflow({
			id: this.id,
			name: 'Test',
			nodes: [
				{
					id: 'trigger',
					name: 'Emnify Trigger',
					type: 'n8n-nodes-emnify.emnifyTrigger',
					typeVersion: 1,
					position: [0, 0],
					parameters: {
						pollTimes: { item: [{ mode: 'everyMinute' }] },
						...this.parameters,
					},
					credentials: { emnifyApi: this.credential },
				},
			],
			connections: {},
			active: true,
			nodeTypes: this.engine.nodeTypes(),
			settings: { executionOrder: 'v1' },
			staticData: JSON.parse(this.saved) as IDataObject,
		});
	}

	private start(workflow: Workflow): Running {
		const logger = this.logger();
		const errorReporter = {} as Arguments<typeof ActiveWorkflowTriggers>[3];
		const pollers = new TriggersAndPollers();
		const executor = new PollTriggerExecutor(logger, pollers, new Tracing(), errorReporter);
		const running: Running = {
			workflow,
			triggers: new ActiveWorkflowTriggers(
				logger,
				{
					register: (_context: unknown, onTick: () => void) => {
						running.onPollTime = onTick;
						return true;
					},
					deregisterGroup: () => false,
					deregisterTarget: () => {},
					hasGroup: () => true,
				} as unknown as Arguments<typeof ActiveWorkflowTriggers>[1],
				pollers,
				errorReporter,
				{
					create: (...args: Parameters<PollTriggerExecutor['create']>) => {
						const execute = executor.create(...args);
						return (isActivation?: boolean) => (running.poll = execute(isActivation));
					},
				} as PollTriggerExecutor,
			),
			onPollTime: () => {},
			poll: Promise.resolve(),
		};
		return running;
	}

	/** n8n's `getExecutePollFunctions`. */
	private pollFunctions(running: Running, activation = this.activation) {
		return (workflow: Workflow, node: INode): IPollFunctions => {
			const emit: IPollFunctions['__emit'] = (data) => {
				if (this.running !== running) return;
				this.executions.push((data[0] ?? []).map(({ json }) => structuredClone(json)));
				commitCursor();
				if (this.crashesBeforeSaving) this.kill();
				else this.save(workflow);
			};
			let copy: IDataObject = {};
			const commitCursor = () => (this.cursor = JSON.parse(JSON.stringify(copy)) as IDataObject);
			const context = new PollContext(
				workflow,
				node,
				this.engine.additionalData(undefined),
				'trigger',
				activation,
				emit,
				(error) => this.failures.push(error),
				async () => void commitCursor(),
				async (poll) => {
					copy = JSON.parse(JSON.stringify(this.cursor)) as IDataObject;
					return await poll();
				},
				this.keepsCursor ? () => copy : undefined,
			);
			const getPollBudgetMs = this.budgetMs === null ? undefined : () => this.budgetMs as number;
			return Object.defineProperty(Object.assign(context, { getPollBudgetMs }), 'logger', {
				value: this.logger(),
			});
		};
	}

	private save(workflow: Workflow): void {
		if (workflow.staticData.__dataChanged !== true) return;
		if (this.savesLate) {
			this.savesLate = false;
			this.late = () => this.save(workflow);
			return;
		}
		this.saved = JSON.stringify(workflow.staticData);
		workflow.staticData.__dataChanged = false;
	}

	private logger(): Arguments<typeof ActiveWorkflowTriggers>[0] {
		const logger = {
			...Object.fromEntries(LOG_LEVELS.map((level) => [level, () => {}])),
			warn: (message: string) => this.warnings.push(message),
			scoped: () => logger,
		};
		return logger as unknown as Arguments<typeof ActiveWorkflowTriggers>[0];
	}
}

/** What a process of its own needs to go on with a workflow, and what it gives back. */
interface Handover {
	credentialData: ICredentialDataDecryptedObject;
	parameters: INodeParameters;
	saved: string;
	items: IDataObject[];
}

/** Activates the workflow in a Node process of its own, which shares nothing with this one but what n8n has in its database. */
export async function activateInAnotherProcess(
	credentialData: ICredentialDataDecryptedObject,
	{ parameters, saved }: PollingWorkflow,
): Promise<Pick<Handover, 'saved' | 'items'>> {
	const task: Handover = { credentialData, parameters, saved, items: [] };
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[join(PACKAGE_FOLDER, 'node_modules/tsx/dist/cli.mjs'), __filename],
		{ env: { ...process.env, EMNIFY_TEST_POLL: JSON.stringify(task) } },
	);
	const line = stdout.split('\n').find((text) => text.startsWith('RESULT '));
	return JSON.parse((line ?? '').slice('RESULT '.length)) as Handover;
}

async function main({ credentialData, parameters, saved }: Handover): Promise<void> {
	const engine = await Engine.start();
	const credential = engine.storeCredential(credentialData);
	const workflow = new PollingWorkflow(engine, credential, parameters);
	workflow.saved = saved;
	await workflow.activate();
	const result = JSON.stringify({ saved: workflow.saved, items: workflow.takeItems() });
	process.stdout.write(`RESULT ${result}\n`, () => process.exit(0));
}

if (process.env.EMNIFY_TEST_POLL !== undefined && require.main === module) {
	void main(JSON.parse(process.env.EMNIFY_TEST_POLL) as Handover);
}
