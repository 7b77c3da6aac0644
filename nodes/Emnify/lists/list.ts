import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodePropertyOptions,
} from 'n8n-workflow';

import { EmnifyClient } from '../api/client';
import { INTERACTIVE } from '../api/retryPolicy';
import type { Lookup } from '../api/types';
import type { ItemFields } from '../fields/itemFields';
import { toNodeError } from '../fields/nodeError';

/** What a list of the editor is loaded with: the fields are as they are in the form at that moment. */
export interface ListContext {
	client: EmnifyClient;
	fields: ItemFields;
}

/** An entry of a list; `value` is an ID. */
export interface ListEntry {
	name: string;
	value: string | number;
}

/** Loads something for the editor. Throws n8n's own error with the words of the failure. */
export async function load<Result>(
	context: ILoadOptionsFunctions,
	work: (list: ListContext) => Promise<Result>,
): Promise<Result> {
	try {
		const client = await EmnifyClient.connect(context, INTERACTIVE);
		const fields: ItemFields = {
			timezone: context.getTimezone(),
			actsAsUser: client.actsAsUser,
			field: (name) => context.getCurrentNodeParameter(name),
		};
		return await work({ client, fields });
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** The list of a resource locator that emnify gives whole: the text searched for is a part of a name, or an ID. */
export function searchList(entries: (list: ListContext) => Promise<ListEntry[]>) {
	return async function (
		this: ILoadOptionsFunctions,
		filter?: string,
	): Promise<INodeListSearchResult> {
		const text = (filter ?? '').toLowerCase();
		const all = await load(this, entries);
		const results = all.filter(
			({ name, value }) => name.toLowerCase().includes(text) || String(value) === text,
		);
		return { results };
	};
}

/** A drop-down of a lookup's entries; one without a description is shown by its ID. */
export function optionsList(lookup: (client: EmnifyClient) => Promise<Lookup[]>) {
	return async function (this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
		const entries = await load(this, async ({ client }) => await lookup(client));
		return entries.map(({ id, description }) => ({
			name: description || `ID ${id}`,
			value: id,
		}));
	};
}
