import type { IBinaryData, IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';
import type { ItemFields } from '../fields/itemFields';

/** How an operation stands in the editor. */
interface Face {
	/** How it stands in the Operation drop-down. */
	option: INodePropertyOptions & { action: string; description: string };
	/** Its fields in the editor, in their order. */
	fields: INodeProperties[];
	/** What it adds to the fields of Options. */
	options?: INodeProperties[];
	/** Reads of several items run side by side, writes one after the other. */
	access: 'read' | 'write';
	/** What it lists, such as `users`: where there is none, the editor says so. */
	lists?: string;
	/**
	 * The writes whose open outcome a person, or an AI agent, can settle by what this one gives: who asks for such a write
	 * again after that knows what they do.
	 */
	settles?: ItemOperation[];
}

/**
 * What emnify shows of a write: its output if it was carried out, `notDone` if it was not, after which it may be sent again,
 * `undefined` where that cannot be seen.
 */
export type Shown = IDataObject[] | 'notDone' | undefined;

/**
 * A write that must not be sent again just because its answer got lost (`isOutcomeOpen`): doing it twice makes a second thing,
 * spends a code, or fails because it is done.
 */
export interface OpenOutcome<Input> {
	/** For the person: how to find out, and what to do before they try again. */
	advice: string;
	/** Looks at what emnify shows. Without it nothing but a person can settle the outcome. */
	lookUp?(client: EmnifyClient, input: Input): Promise<Shown>;
	/** Whether it holds for this input; always, unless it says otherwise. */
	holdsFor?(input: Input): boolean;
}

/** What an operation on one item says of itself. `Input` is what it reads from the fields of that item. */
export type OperationDefinition<Input> = ItemDefinition<Input> &
	(
		| { access: 'read'; whenOpen?: never }
		// Without it Retry On Fail would send a write again that may have been carried out.
		| { access: 'write'; whenOpen: OpenOutcome<Input> }
	);

interface ItemDefinition<Input> extends Face {
	/** Reads and checks the fields. Nothing is sent yet: throws an `EmnifyError` (`input`) for what emnify must not see. */
	read(item: ItemFields): Input;
	/** Does it, and gives the output: an item an element. Throws an `EmnifyError`. */
	run(client: EmnifyClient, input: Input): Promise<IDataObject[]>;
}

/**
 * What an operation on all items at once says of itself. It runs once for each account that the items' credential stands
 * for, with the items of that account.
 */
export interface BatchDefinition<Settings, Input, Done> extends Face {
	/** Reads and checks what holds for all items of an account, from the first one. Throws an `EmnifyError` (`input`). */
	readSettings(first: ItemFields): Settings;
	/** Reads and checks what is the item's own. Throws an `EmnifyError` (`input`). */
	readItem(item: ItemFields, settings: Settings): Input;
	/** Does it for all items, of which there is at least one. Throws an `EmnifyError`. */
	run(
		batch: Batch<Done>,
		settings: Settings,
		inputs: Array<BatchInput<Input>>,
	): Promise<BatchOutput[]>;
}

/** What an operation on all items at once works with. */
export interface Batch<Done> {
	client: EmnifyClient;
	/** Writes into the execution's log how far it is. */
	log(progress: string): void;
	/** Shows a warning above the output in the editor. */
	warn(message: string): void;
	/** Shows something to know above the output in the editor. */
	inform(message: string): void;
	/** Makes a file of a text, to go with an item. */
	file(text: string, name: string, mimeType: string): Promise<IBinaryData>;
	/** How many items of the account failed already, by what their own fields hold. */
	unusableItems: number;
	/** What was done and must not get lost when n8n runs it again (Retry On Fail): the next try finds the same map. */
	done: Map<string, Done>;
}

export interface BatchInput<Input> {
	/** The item's index. */
	index: number;
	input: Input;
}

export interface BatchOutput {
	json: IDataObject;
	/** The files that go with it, by the name of the field. */
	binary?: Record<string, IBinaryData>;
	/** The indices of the items that it comes from. */
	items: number[];
}

/** An operation as the runner sees it. */
export interface ItemOperation extends Face {
	prepare(item: ItemFields): PreparedItem;
}

/** A checked item, ready to be run. */
export interface PreparedItem {
	run(client: EmnifyClient): Promise<IDataObject[]>;
	/** See {@link OpenOutcome}. */
	whenOpen?: {
		advice: string;
		lookUp?(client: EmnifyClient): Promise<Shown>;
	};
}

/** An operation on all items at once as the runner sees it. */
export interface BatchOperation extends Face {
	prepareBatch(first: ItemFields): PreparedBatch;
}

export interface PreparedBatch {
	readItem(item: ItemFields): unknown;
	run(batch: Batch<unknown>, inputs: Array<BatchInput<unknown>>): Promise<BatchOutput[]>;
}

export type Operation = ItemOperation | BatchOperation;

/** Makes an {@link ItemOperation} of its definition. */
export function defineOperation<Input>({
	read,
	run,
	whenOpen,
	...face
}: OperationDefinition<Input>): ItemOperation {
	return {
		...face,
		prepare(item) {
			const input = read(item);
			const { advice = '', lookUp, holdsFor } = whenOpen ?? {};
			return {
				run: async (client) => await run(client, input),
				...(whenOpen &&
					holdsFor?.(input) !== false && {
						whenOpen: {
							advice,
							...(lookUp && { lookUp: async (client) => await lookUp(client, input) }),
						},
					}),
			};
		},
	};
}

/** Makes a {@link BatchOperation} of its definition. */
export function defineBatchOperation<Settings, Input, Done>({
	readSettings,
	readItem,
	run,
	...face
}: BatchDefinition<Settings, Input, Done>): BatchOperation {
	return {
		...face,
		prepareBatch(first) {
			const settings = readSettings(first);
			return {
				readItem: (item) => readItem(item, settings),
				run: async (batch, inputs) =>
					await run(batch as Batch<Done>, settings, inputs as Array<BatchInput<Input>>),
			};
		},
	};
}

/** A resource: how it stands in the Resource drop-down, and its operations. */
export interface Resource {
	option: INodePropertyOptions;
	operations: Operation[];
}
