import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { EmnifyClient } from './api/client';
import { concurrently } from './api/concurrently';
import { EmnifyError } from './api/errors';
import { mayPass } from './api/retry';
import { toNodeError } from './nodeError';
import type {
	Batch,
	BatchOperation,
	BatchOutput,
	ItemFields,
	ItemOperation,
	Operation,
	Resource,
} from './resources/operation';
import { CONCURRENT_READS } from './shared/concurrency';
import { readPatience } from './shared/options';

/**
 * Runs the chosen operation for each item, or for all at once. All items are checked before the first request goes out, so
 * that bad input in the last one does not leave half of the work done. Output keeps the items' order, each element paired
 * with its item.
 */
export async function runOperation(
	this: IExecuteFunctions,
	resources: Resource[],
): Promise<INodeExecutionData[][]> {
	const operation = chosenOperation(this, resources);
	if ('prepareBatch' in operation) return [await new BatchRun(this, operation).run()];
	return [await new ItemsRun(this, operation).run()];
}

function chosenOperation(context: IExecuteFunctions, resources: Resource[]): Operation {
	const resourceName = context.getNodeParameter('resource', 0);
	const operationName = context.getNodeParameter('operation', 0);
	const resource = resources.find(({ option }) => option.value === resourceName);
	const operation = resource?.operations.find(({ option }) => option.value === operationName);
	if (operation) return operation;
	throw new NodeOperationError(
		context.getNode(),
		`The Emnify node has no operation “${String(operationName)}” for “${String(resourceName)}”`,
		{ description: 'Choose Resource and Operation anew, or update the node package.' },
	);
}

/** What both ways of running share: n8n's context, put in the terms of an operation. */
abstract class Run {
	protected readonly items: INodeExecutionData[];

	protected readonly finished: Finished;

	private readonly clients = new Map<string, EmnifyClient>();

	constructor(protected readonly context: IExecuteFunctions) {
		this.items = context.getInputData();
		this.finished = new Finished(context);
	}

	protected fieldsOf(index: number, { actsAsUser }: EmnifyClient): ItemFields {
		return {
			timezone: this.context.getTimezone(),
			actsAsUser,
			field: (name) => this.context.getNodeParameter(name, index, null),
		};
	}

	/** The client of the item's account; items of the same account share one. Nothing is sent. */
	protected async connect(index: number): Promise<EmnifyClient> {
		const patience = readPatience(this.context.getNodeParameter('options', 0, {}));
		const client = await EmnifyClient.connect(this.context, patience, index);
		const known = this.clients.get(client.account) ?? client;
		this.clients.set(client.account, known);
		return known;
	}

	/** What went wrong as an output item, for Continue On Fail; without it this throws. */
	protected failure(
		error: unknown,
		index: number,
		progress?: { done: number; total: number },
	): INodeExecutionData {
		const continues = this.context.continueOnFail();
		const shown = toNodeError(
			this.context.getNode(),
			error,
			index,
			continues ? undefined : progress,
		);
		if (!continues) throw shown;
		return { json: { error: shown.message }, error: shown, pairedItem: { item: index } };
	}
}

type PreparedItem = () => Promise<IDataObject[]>;

/** Runs an operation for each item. */
class ItemsRun extends Run {
	private done = 0;

	constructor(
		context: IExecuteFunctions,
		private readonly operation: ItemOperation,
	) {
		super(context);
	}

	async run(): Promise<INodeExecutionData[]> {
		const prepared: PreparedItem[] = [];
		for (const index of this.items.keys()) prepared.push(await this.prepare(index));
		const output: INodeExecutionData[][] = [];
		const width = this.operation.access === 'read' ? CONCURRENT_READS : 1;
		await concurrently(prepared, width, async (item, index) => {
			output[index] = await this.oneItem(item, index);
			this.done++;
		});
		return output.flat();
	}

	/** Checks an item; with Continue On Fail a bad one fails when its turn comes, else at once. */
	private async prepare(index: number): Promise<PreparedItem> {
		try {
			const client = await this.connect(index);
			const run = this.operation.prepare(this.fieldsOf(index, client));
			return async () => await run(client);
		} catch (error) {
			this.failure(error, index);
			return async () => await Promise.reject(error as Error);
		}
	}

	private async oneItem(item: PreparedItem, index: number): Promise<INodeExecutionData[]> {
		try {
			const results = await this.onceFinished(index, item);
			return results.map((json) => ({ json, pairedItem: { item: index } }));
		} catch (error) {
			return [this.failure(error, index, { done: this.done, total: this.items.length })];
		}
	}

	/** Does a write, unless an earlier try of this run has done it, or left open whether it was done. */
	private async onceFinished(
		index: number,
		work: () => Promise<IDataObject[]>,
	): Promise<IDataObject[]> {
		const { access, repeatable } = this.operation;
		if (access === 'read') return await work();
		const before = this.finished.get(index);
		if (before instanceof EmnifyError) return await Promise.reject(before);
		if (before) return before;
		const results = await work().catch((error: unknown) => {
			if (repeatable === false && mayPass(error)) this.finished.set(index, error as EmnifyError);
			throw error;
		});
		this.finished.set(index, results);
		return results;
	}
}

/** Runs an operation for all items at once. What it did before a retry is kept with the first item. */
class BatchRun extends Run {
	constructor(
		context: IExecuteFunctions,
		private readonly operation: BatchOperation,
	) {
		super(context);
	}

	async run(): Promise<INodeExecutionData[]> {
		try {
			const client = await this.connect(0);
			const prepared = this.operation.prepareBatch(this.fieldsOf(0, client));
			const failures: INodeExecutionData[] = [];
			const inputs = this.items.flatMap((_, index) => {
				try {
					return [{ index, input: prepared.readItem(this.fieldsOf(index, client)) }];
				} catch (error) {
					failures.push(this.failure(error, index));
					return [];
				}
			});
			const batch = this.batch(client);
			const output = await prepared.run(batch, inputs);
			return [...output.map(toPairedItem), ...failures];
		} catch (error) {
			return [this.failure(error, 0)];
		}
	}

	private batch(client: EmnifyClient): Batch {
		const { context, finished } = this;
		const before = finished.get(0);
		const remembered = Array.isArray(before) ? before : [];
		return {
			client,
			tell: (progress) => context.logger.info(progress, { node: context.getNode().name }),
			warn: (message) =>
				context.addExecutionHints({ message, type: 'warning', location: 'outputPane' }),
			remembered: [...remembered],
			remember: (done) => {
				remembered.push(done);
				finished.set(0, remembered);
			},
		};
	}
}

function toPairedItem({ json, items }: BatchOutput): INodeExecutionData {
	const [first, ...others] = items.map((item) => ({ item }));
	return {
		json,
		pairedItem: first && others.length === 0 ? first : items.map((item) => ({ item })),
	};
}

/** What a write gave, or the failure that must not be tried again. */
type Outcome = IDataObject[] | EmnifyError;

const finishedWrites = new WeakMap<INodeExecutionData, Map<string, Outcome>>();

/**
 * The writes that this run of the node has done. “Retry On Fail” runs the whole node again, with the very same item
 * objects: what is done must not be done twice. The memory goes with the items.
 */
class Finished {
	private readonly items: INodeExecutionData[];

	private readonly run: string;

	constructor(context: IExecuteFunctions) {
		this.items = context.getInputData();
		this.run = [
			context.getExecutionId(),
			context.getNode().id,
			context.getWorkflowDataProxy(0).$runIndex,
		].join();
	}

	get(index: number): Outcome | undefined {
		const item = this.items[index];
		return item && finishedWrites.get(item)?.get(this.run);
	}

	set(index: number, outcome: Outcome): void {
		const item = this.items[index];
		if (!item) return;
		const runs = finishedWrites.get(item) ?? new Map<string, Outcome>();
		finishedWrites.set(item, runs.set(this.run, outcome));
	}
}
