import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { EmnifyClient } from './api/client';
import { toNodeError } from './nodeError';
import type { Operation, Resource } from './resources/operation';
import { readTimeoutMs } from './shared/options';

/** So many reads are under way at once. */
const CONCURRENT_READS = 10;

/**
 * Runs the chosen operation for each item. All items are checked before the first request goes out, so that bad input in
 * the last one does not leave half of the work done. Output keeps the items' order, each element paired with its item.
 */
export async function runOperation(
	this: IExecuteFunctions,
	resources: Resource[],
): Promise<INodeExecutionData[][]> {
	const operation = chosenOperation(this, resources);
	const run = new Run(this, operation);
	return [await run.allItems()];
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

type PreparedItem = (client: EmnifyClient) => Promise<IDataObject[]>;

class Run {
	private readonly items: INodeExecutionData[];

	private readonly finished: Finished;

	private done = 0;

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly operation: Operation,
	) {
		this.items = context.getInputData();
		this.finished = new Finished(context);
	}

	async allItems(): Promise<INodeExecutionData[]> {
		const prepared = this.items.map((_, index) => this.prepare(index));
		const output: INodeExecutionData[][] = [];
		const connection = this.connect();
		const width = this.operation.access === 'read' ? CONCURRENT_READS : 1;
		await forEachBounded(prepared, width, async (item, index) => {
			output[index] = await this.oneItem(connection, item, index);
			this.done++;
		});
		return output.flat();
	}

	private async connect(): Promise<EmnifyClient> {
		const options = this.context.getNodeParameter('options', 0, {});
		return await EmnifyClient.connect(this.context, readTimeoutMs(options));
	}

	/** Checks an item; with Continue On Fail a bad one fails when its turn comes, else at once. */
	private prepare(index: number): PreparedItem {
		try {
			return this.operation.prepare({
				field: (name) => this.context.getNodeParameter(name, index, null),
			});
		} catch (error) {
			const failure = toNodeError(this.context.getNode(), error, index);
			if (!this.context.continueOnFail()) throw failure;
			return async () => await Promise.reject(failure);
		}
	}

	private async oneItem(
		connection: Promise<EmnifyClient>,
		item: PreparedItem,
		index: number,
	): Promise<INodeExecutionData[]> {
		const pairedItem = { item: index };
		try {
			const results = this.finished.get(index) ?? (await item(await connection));
			if (this.operation.access === 'write') this.finished.set(index, results);
			return results.map((json) => ({ json, pairedItem }));
		} catch (error) {
			const progress = { done: this.done, total: this.items.length };
			if (!this.context.continueOnFail()) {
				throw toNodeError(this.context.getNode(), error, index, progress);
			}
			const failure = toNodeError(this.context.getNode(), error, index);
			return [{ json: { error: failure.message }, error: failure, pairedItem }];
		}
	}
}

const finishedWrites = new WeakMap<INodeExecutionData, Map<string, IDataObject[]>>();

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

	get(index: number): IDataObject[] | undefined {
		const item = this.items[index];
		return item && finishedWrites.get(item)?.get(this.run);
	}

	set(index: number, results: IDataObject[]): void {
		const item = this.items[index];
		if (!item) return;
		const runs = finishedWrites.get(item) ?? new Map<string, IDataObject[]>();
		finishedWrites.set(item, runs.set(this.run, results));
	}
}

/** Works on the elements in their order, at most `width` at once, and stops taking new ones after the first failure. */
async function forEachBounded<Element>(
	elements: Element[],
	width: number,
	work: (element: Element, index: number) => Promise<void>,
): Promise<void> {
	const queue = elements.entries();
	let failed = false;
	const worker = async () => {
		for (const [index, element] of queue) {
			if (failed) return;
			await work(element, index).catch((error: unknown) => {
				failed = true;
				throw error;
			});
		}
	};
	await Promise.all(Array.from({ length: Math.min(width, elements.length) }, worker));
}
