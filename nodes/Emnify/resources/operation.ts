import type { IDataObject, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';

/** The fields of one item, as filled in and with their expressions evaluated for that item. */
export interface ItemFields {
	/** The value of a field, or `undefined` where it is not shown. */
	field(name: string): unknown;
}

/** What an operation says of itself. `Input` is what it reads from the fields of one item. */
export interface OperationDefinition<Input> {
	/** How it stands in the Operation drop-down. */
	option: INodePropertyOptions & { action: string; description: string };
	/** Its fields in the editor, in their order. */
	fields: INodeProperties[];
	/** Reads of several items run side by side, writes one after the other. */
	access: 'read' | 'write';
	/** Reads and checks the fields. Nothing is sent yet: throws an `EmnifyError` (`input`) for what emnify must not see. */
	read(item: ItemFields): Input;
	/** Does it, and gives the output: an item an element. Throws an `EmnifyError`. */
	run(client: EmnifyClient, input: Input): Promise<IDataObject[]>;
}

/** An operation as the runner sees it: a checked item is ready to be run. */
export interface Operation extends Omit<OperationDefinition<unknown>, 'read' | 'run'> {
	prepare(item: ItemFields): (client: EmnifyClient) => Promise<IDataObject[]>;
}

/** Makes an {@link Operation} of its definition. */
export function defineOperation<Input>({
	read,
	run,
	...face
}: OperationDefinition<Input>): Operation {
	return {
		...face,
		prepare(item) {
			const input = read(item);
			return async (client) => await run(client, input);
		},
	};
}

/** A resource: how it stands in the Resource drop-down, and its operations. */
export interface Resource {
	option: INodePropertyOptions;
	operations: Operation[];
}
