import { createHash } from 'crypto';
import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { EmnifyError } from './api/errors';
import type { ItemOperation } from './resources/operation';

/** What became of a write: its output, or the failure that leaves open whether it was carried out. */
export type Outcome = { output: IDataObject[] } | { open: EmnifyError };

/** By the JSON of an item that came in: what was done for it, by the run of the node. It goes with the items. */
class ItemMemory<Value> {
	private readonly byJson = new WeakMap<object, Map<string, Value>>();

	get({ json }: INodeExecutionData, run: string): Value | undefined {
		return this.byJson.get(json)?.get(run);
	}

	set({ json }: INodeExecutionData, run: string, value: Value): void {
		const runs = this.byJson.get(json) ?? new Map<string, Value>();
		this.byJson.set(json, runs.set(run, value));
	}
}

const outcomes = new ItemMemory<Outcome>();
const doneInBatches = new ItemMemory<Map<string, unknown>>();
const accounts = new ItemMemory<string>();

/** A write that an AI agent asked for, and of which nobody knows whether it was carried out. */
interface OpenWrite {
	operation: ItemOperation;
	account: string;
	open: EmnifyError;
}

/** By the signal that cancels the execution: it lives as long as the execution does. */
const openWritesOfAgents = new WeakMap<AbortSignal, Map<string, OpenWrite>>();
const MOST_OPEN_WRITES = 1000;

/**
 * The writes that were done or left open, so that none is sent twice by accident.
 *
 * “Retry On Fail” runs the whole node again with the very same items and run index. As a tool of an AI agent each try has
 * new items and a new run index, but the items’ JSON is still that of the agent’s one call. Whatever has other JSON or,
 * in a workflow, another run index (a loop) is another write, and meant.
 *
 * An agent that hears of a failure tends to call again with the same words. Where it would make a second thing of a kind,
 * the failure is given again, until the agent has looked ({@link WriteMemory.settle}). A call after a success is meant.
 */
export class WriteMemory {
	private readonly items: INodeExecutionData[];

	private readonly run: string;

	/** Where it runs as a tool. */
	private readonly toolId: string | undefined;

	private readonly openWrites: Map<string, OpenWrite>;

	constructor(context: IExecuteFunctions) {
		const { id, type } = context.getNode();
		const signal = context.getExecutionCancelSignal();
		// n8n 1.123 does not say what runs as a tool, but makes such a node of another type.
		const { isToolExecution }: Partial<IExecuteFunctions> = context;
		const isTool = type.endsWith('Tool') || isToolExecution?.call(context) === true;
		const { $runIndex } = context.getWorkflowDataProxy(0);
		this.items = context.getInputData();
		this.toolId = isTool ? id : undefined;
		this.run = [context.getExecutionId(), id, isTool ? 'tool' : $runIndex].join();
		this.openWrites = (signal && openWritesOfAgents.get(signal)) ?? new Map<string, OpenWrite>();
		if (signal) openWritesOfAgents.set(signal, this.openWrites);
	}

	/** What an earlier try made of the item’s write, or `undefined` where there was none. */
	get(index: number, account: string): Outcome | undefined {
		const item = this.items[index];
		if (!item) return undefined;
		const before = outcomes.get(item, this.runOf(index));
		if (before || this.toolId === undefined) return before;
		return this.openWrites.get(this.call(item, account));
	}

	/** Remembers what became of the item's write. */
	set(index: number, outcome: Outcome, account: string, operation: ItemOperation): void {
		const item = this.items[index];
		if (!item) return;
		outcomes.set(item, this.runOf(index), outcome);
		if (this.toolId === undefined) return;
		const call = this.call(item, account);
		this.openWrites.delete(call);
		if ('open' in outcome) this.openWrites.set(call, { ...outcome, account, operation });
		const [oldest] = this.openWrites.keys();
		if (oldest !== undefined && this.openWrites.size > MOST_OPEN_WRITES) {
			this.openWrites.delete(oldest);
		}
	}

	/**
	 * Holds that the account is the one that the item’s run began with, over its tries (Retry On Fail). Throws an `EmnifyError`
	 * (`input`) where the credential was changed since: what is left of the run must not act as somebody else.
	 */
	requireSameAccount(index: number, account: string): void {
		const item = this.items[index];
		if (!item) return;
		const before = accounts.get(item, this.runOf(index)) ?? account;
		accounts.set(item, this.runOf(index), before);
		if (before === account) return;
		throw new EmnifyError(
			'input',
			'The Emnify credential was changed while this run was under way',
			'The run has ended, so that nothing of it is done as another account. Run the workflow again.',
		);
	}

	/** Somebody has looked what became of these writes of the account: who asks for one again means it. */
	settle(operations: ItemOperation[], account: string): void {
		for (const [call, open] of this.openWrites) {
			if (open.account === account && operations.includes(open.operation)) {
				this.openWrites.delete(call);
			}
		}
	}

	/** What a batch that begins with this item has done in the tries before; what is put into it is kept for the next one. */
	doneInBatch(firstIndex: number): Map<string, unknown> {
		const item = this.items[firstIndex];
		const run = this.runOf(firstIndex);
		const done = (item && doneInBatches.get(item, run)) ?? new Map<string, unknown>();
		if (item) doneInBatches.set(item, run, done);
		return done;
	}

	private runOf(index: number): string {
		return `${this.run},${index}`;
	}

	/** Stands for what an agent asked of this node: agent v3 numbers its calls in the item. */
	private call({ json }: INodeExecutionData, account: string): string {
		const asked = JSON.stringify({ ...json, toolCallId: undefined });
		return createHash('sha256').update([this.toolId, account, asked].join('\n')).digest('hex');
	}
}
