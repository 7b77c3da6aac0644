import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';

/** The fields of one item, as filled in and with their expressions evaluated for that item. */
export interface ItemFields {
	/** The time zone of the workflow, such as `Europe/Berlin`: what a date without a zone is meant in. */
	timezone: string;
	/** Whether the credential logs in as a user: only then “Me” is somebody (§1). */
	actsAsUser: boolean;
	/** The value of a field, or `undefined` where it is not shown. */
	field(name: string): unknown;
}

/** How an operation stands in the editor. */
interface Face {
	/** How it stands in the Operation drop-down. */
	option: INodePropertyOptions & { action: string; description: string };
	/** Its fields in the editor, in their order. */
	fields: INodeProperties[];
	/** Reads of several items run side by side, writes one after the other. */
	access: 'read' | 'write';
	/**
	 * `false` where doing it twice makes a second thing: after a failure that leaves open whether it was done, n8n’s Retry On
	 * Fail gives the failure again and sends nothing.
	 */
	repeatable?: false;
}

/** What an operation on one item says of itself. `Input` is what it reads from the fields of that item. */
export interface OperationDefinition<Input> extends Face {
	/** Reads and checks the fields. Nothing is sent yet: throws an `EmnifyError` (`input`) for what emnify must not see. */
	read(item: ItemFields): Input;
	/** Does it, and gives the output: an item an element. Throws an `EmnifyError`. */
	run(client: EmnifyClient, input: Input): Promise<IDataObject[]>;
}

/** What an operation on all items at once says of itself. */
export interface BatchDefinition<Settings, Input> extends Face {
	/** Reads and checks what holds for all items, from the first one. Throws an `EmnifyError` (`input`). */
	readSettings(first: ItemFields): Settings;
	/** Reads and checks what is the item's own. Throws an `EmnifyError` (`input`). */
	readItem(item: ItemFields, settings: Settings): Input;
	/** Does it for all items. Throws an `EmnifyError`. */
	run(batch: Batch, settings: Settings, inputs: Array<BatchInput<Input>>): Promise<BatchOutput[]>;
}

/** What an operation on all items at once works with. */
export interface Batch {
	client: EmnifyClient;
	/** Tells in n8n's log how far it is. */
	tell(progress: string): void;
	/** Shows a warning above the output in the editor. */
	warn(message: string): void;
	/** What this run did before n8n ran it again (Retry On Fail), as {@link Batch.remember} was told. */
	remembered: IDataObject[];
	/** Remembers what was done and must not get lost when n8n runs it again. */
	remember(done: IDataObject): void;
}

export interface BatchInput<Input> {
	/** The item's index. */
	index: number;
	input: Input;
}

export interface BatchOutput {
	json: IDataObject;
	/** The indices of the items that it comes from. */
	items: number[];
}

/** An operation as the runner sees it: a checked item is ready to be run. */
export interface ItemOperation extends Face {
	prepare(item: ItemFields): (client: EmnifyClient) => Promise<IDataObject[]>;
}

/** An operation on all items at once as the runner sees it. */
export interface BatchOperation extends Face {
	prepareBatch(first: ItemFields): PreparedBatch;
}

export interface PreparedBatch {
	readItem(item: ItemFields): unknown;
	run(batch: Batch, inputs: Array<BatchInput<unknown>>): Promise<BatchOutput[]>;
}

export type Operation = ItemOperation | BatchOperation;

/** Makes an {@link ItemOperation} of its definition. */
export function defineOperation<Input>({
	read,
	run,
	...face
}: OperationDefinition<Input>): ItemOperation {
	return {
		...face,
		prepare(item) {
			const input = read(item);
			return async (client) => await run(client, input);
		},
	};
}

/** Makes a {@link BatchOperation} of its definition. */
export function defineBatchOperation<Settings, Input>({
	readSettings,
	readItem,
	run,
	...face
}: BatchDefinition<Settings, Input>): BatchOperation {
	return {
		...face,
		prepareBatch(first) {
			const settings = readSettings(first);
			return {
				readItem: (item) => readItem(item, settings),
				run: async (batch, inputs) =>
					await run(batch, settings, inputs as Array<BatchInput<Input>>),
			};
		},
	};
}

/** A resource: how it stands in the Resource drop-down, and its operations. */
export interface Resource {
	option: INodePropertyOptions;
	operations: Operation[];
}
