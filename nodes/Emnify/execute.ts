import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
} from 'n8n-workflow';

import { EmnifyClient } from './api/client';
import { concurrently, oneByOne } from './api/concurrently';
import { EmnifyError, isOutcomeOpen } from './api/errors';
import type { ItemFields } from './fields/itemFields';
import { toNodeError, type Progress } from './fields/nodeError';
import type {
	BatchInput,
	BatchOperation,
	BatchOutput,
	ItemOperation,
	Operation,
	PreparedBatch,
	PreparedItem,
	Resource,
	Shown,
} from './resources/operation';
import { readRetryPolicy } from './fields/options';
import { WriteMemory, type Outcome } from './writes';

/**
 * Runs the chosen operation for each item, or for all of an account at once. All items are checked before the first request goes out, so
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

/** How many credentials n8n reads from its database at once. */
const CREDENTIALS_AT_ONCE = 10;

/** What both ways of running share: n8n's context, put in the terms of an operation. */
abstract class Run {
	protected readonly items: INodeExecutionData[];

	protected readonly writes: WriteMemory;

	private readonly clients = new Map<string, EmnifyClient>();

	constructor(protected readonly context: IExecuteFunctions) {
		this.items = context.getInputData();
		this.writes = new WriteMemory(context);
	}

	protected fieldsOf(index: number, { actsAsUser }: EmnifyClient): ItemFields {
		return {
			timezone: this.context.getTimezone(),
			actsAsUser,
			field: (name) => this.context.getNodeParameter(name, index, null),
		};
	}

	/** The client of the item's account; items of the same account share one. Nothing is sent. */
	private async connect(index: number): Promise<EmnifyClient> {
		const policy = readRetryPolicy('Options', this.context.getNodeParameter('options', 0, {}));
		const client = await EmnifyClient.connect(this.context, policy, index);
		this.writes.requireSameAccount(index, client.account);
		const known = this.clients.get(client.account) ?? client;
		this.clients.set(client.account, known);
		return known;
	}

	/**
	 * Does something with each item and its client, in the order of the items. n8n reads the credential from its database
	 * for each item, so some are read at a time. A failure takes the item's place; without Continue On Fail this throws it.
	 */
	protected async eachConnected<Result>(
		work: (index: number, client: EmnifyClient) => Result,
	): Promise<Array<Connected<Result>>> {
		const results: Array<Connected<Result>> = [];
		for (let start = 0; start < this.items.length; start += CREDENTIALS_AT_ONCE) {
			const indices = [...this.items.keys()].slice(start, start + CREDENTIALS_AT_ONCE);
			const clients = await Promise.allSettled(
				indices.map(async (index) => await this.connect(index)),
			);
			clients.forEach((connected, offset) => {
				const index = start + offset;
				try {
					if (connected.status === 'rejected') throw connected.reason;
					const client = connected.value;
					results.push({ index, client, result: work(index, client) });
				} catch (error) {
					results.push({ index, failure: this.failure(error, index) });
				}
			});
		}
		if (this.clients.size > 1) await this.requireUnchanged(results);
		return results;
	}

	/**
	 * Several accounts are meant only where an expression chooses them: that gives an item’s account again, a credential that
	 * was edited meanwhile does not. Throws, whatever is to become of failures: the run ends.
	 */
	private async requireUnchanged(results: Array<Connected<unknown>>): Promise<void> {
		const index = results.find((result) => 'client' in result)?.index ?? 0;
		await this.connect(index).catch((error: unknown) => {
			throw toNodeError(this.context.getNode(), error, index);
		});
	}

	/** What went wrong as an output item, for Continue On Fail; without it this throws. */
	protected failure(error: unknown, index: number, progress?: Progress): INodeExecutionData {
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

/** What came of an item before anything was sent. */
type Connected<Result> =
	| { index: number; client: EmnifyClient; result: Result }
	| { index: number; failure: INodeExecutionData };

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
		const { access } = this.operation;
		const prepared = await this.eachConnected((index, client) =>
			this.operation.prepare(this.fieldsOf(index, client)),
		);
		const output: INodeExecutionData[][] = [];
		const [client] = prepared.flatMap((item) => ('client' in item ? [item.client] : []));
		const pace = access === 'read' && client ? client.pace : oneByOne;
		await concurrently(prepared, pace, async (item) => {
			output[item.index] = 'failure' in item ? [item.failure] : await this.oneItem(item);
			this.done++;
		});
		const items = output.flat();
		if (items.length === 0) this.sayNothingListed();
		return items;
	}

	/** n8n ends a workflow in silence where a node gives no item. */
	private sayNothingListed(): void {
		const { lists } = this.operation;
		if (lists === undefined || this.context.getNode().alwaysOutputData) return;
		this.context.addExecutionHints({
			message: `There are no ${lists} to list, so the nodes after this one do not run. To run them all the same, switch on Always Output Data in the node’s settings.`,
			type: 'info',
			location: 'outputPane',
		});
	}

	private async oneItem({ index, client, result: item }: ReadyItem): Promise<INodeExecutionData[]> {
		const { access, settles } = this.operation;
		try {
			const results =
				access === 'read' ? await item.run(client) : await this.write(index, client, item);
			if (settles) this.writes.settle(settles, client.account);
			return results.map((json) => ({ json, pairedItem: { item: index } }));
		} catch (error) {
			return [this.failure(error, index, { done: this.done, total: this.items.length })];
		}
	}

	/** Does a write, unless an earlier try of this run has done it, or has left open whether it was done. */
	private async write(
		index: number,
		client: EmnifyClient,
		item: PreparedItem,
	): Promise<IDataObject[]> {
		const before = this.writes.get(index, client.account);
		const outcome = await this.outcome(client, item, before);
		this.writes.set(index, outcome, client.account, this.operation);
		if ('open' in outcome) throw outcome.open;
		return outcome.output;
	}

	/** What becomes of a write. Throws a failure after which it may be sent again. */
	private async outcome(
		client: EmnifyClient,
		{ run, whenOpen }: PreparedItem,
		before: Outcome | undefined,
	): Promise<Outcome> {
		if (before && 'output' in before) return before;
		const doneBefore = before && (await outcomeShown(client, before.open, whenOpen?.lookUp));
		if (doneBefore) return doneBefore;
		try {
			return { output: await run(client) };
		} catch (error) {
			if (!whenOpen || !isOutcomeOpen(error)) return await Promise.reject(error as Error);
			const open = withAdvice(error, whenOpen.advice);
			const outcome = await outcomeShown(client, open, whenOpen.lookUp);
			if (outcome) return outcome;
			throw withAdvice(error, 'emnify shows that it was not done.');
		}
	}
}

/** What emnify shows of a write whose outcome is open: `undefined` where it was not done. */
async function outcomeShown(
	client: EmnifyClient,
	open: EmnifyError,
	lookUp: ((client: EmnifyClient) => Promise<Shown>) | undefined,
): Promise<Outcome | undefined> {
	if (!lookUp) return { open };
	try {
		const shown = await lookUp(client);
		if (shown === 'notDone') return undefined;
		return shown ? { output: shown } : { open };
	} catch {
		return { open };
	}
}

type ReadyItem = Extract<Connected<PreparedItem>, { result: PreparedItem }>;

function withAdvice(
	{ kind, message, description, facts }: EmnifyError,
	advice: string,
): EmnifyError {
	return new EmnifyError(kind, message, `${advice} ${description}`, facts);
}

/** Runs an operation once for each account, with all items of that account. */
class BatchRun extends Run {
	private done = 0;

	constructor(
		context: IExecuteFunctions,
		private readonly operation: BatchOperation,
	) {
		super(context);
	}

	async run(): Promise<INodeExecutionData[]> {
		const batches = new Map<string, AccountBatch>();
		const items = await this.eachConnected((index, client) => {
			const batch = batches.get(client.account) ?? this.prepareBatch(index, client);
			batches.set(client.account, batch);
			if ('failure' in batch) throw batch.failure;
			batch.items++;
			const input = batch.prepared.readItem(this.fieldsOf(index, client));
			batch.inputs.push({ index, input });
		});
		const output = items.flatMap((item) => ('failure' in item ? [item.failure] : []));
		for (const batch of batches.values()) {
			if ('failure' in batch || batch.inputs.length === 0) continue;
			for (const item of await this.runBatch(batch)) output.push(item);
			this.done += batch.inputs.length;
		}
		return output.sort((a, b) => firstItemOf(a) - firstItemOf(b));
	}

	private prepareBatch(firstIndex: number, client: EmnifyClient): AccountBatch {
		try {
			const prepared = this.operation.prepareBatch(this.fieldsOf(firstIndex, client));
			return { client, prepared, items: 0, inputs: [] };
		} catch (failure) {
			return { failure };
		}
	}

	/** What comes of a batch. A failure of the whole is one of each item. */
	private async runBatch({
		client,
		prepared,
		items,
		inputs,
	}: ReadyBatch): Promise<INodeExecutionData[]> {
		const { context } = this;
		try {
			const output = await prepared.run(
				{
					client,
					unusableItems: items - inputs.length,
					tell: (progress) => context.logger.info(progress, { node: context.getNode().name }),
					warn: (message) =>
						context.addExecutionHints({ message, type: 'warning', location: 'outputPane' }),
					inform: (message) =>
						context.addExecutionHints({ message, type: 'info', location: 'outputPane' }),
					file: async (text, name, mimeType) =>
						await context.helpers.prepareBinaryData(Buffer.from(text), name, mimeType),
					done: this.writes.doneInBatch(inputs[0]?.index ?? 0),
				},
				inputs,
			);
			return output.map(toPairedItem);
		} catch (error) {
			const progress = { done: this.done, total: this.items.length };
			return inputs.map(({ index }) => this.failure(error, index, progress));
		}
	}
}

/** The items of one account; a failure where its first one holds no usable settings. */
type AccountBatch = ReadyBatch | { failure: unknown };

interface ReadyBatch {
	client: EmnifyClient;
	prepared: PreparedBatch;
	/** How many there are, with those whose fields cannot be used. */
	items: number;
	inputs: Array<BatchInput<unknown>>;
}

function toPairedItem({ json, binary, items }: BatchOutput): INodeExecutionData {
	const [first, ...others] = items.map((item) => ({ item }));
	return {
		json,
		...(binary && { binary }),
		pairedItem: first && others.length === 0 ? first : items.map((item) => ({ item })),
	};
}

function firstItemOf({ pairedItem }: INodeExecutionData): number {
	const [first] = [pairedItem].flat();
	return typeof first === 'object' ? first.item : 0;
}
