import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { apiPath, EmnifyClient } from '../api/client';
import type { Lookup } from '../api/types';
import { toNodeError } from '../nodeError';
import { lookupOptions } from './lookup';
import { badValue } from './locator';
import { entriesOf, plainText } from './text';

/** Reads a choice of event types, also as text such as `6, 13`. Throws an `EmnifyError` (`input`) for what is no ID. */
export function readEventTypes(field: string, value: unknown): string[] {
	return entriesOf(value).map((type) => {
		if (/^\d{1,9}$/.test(plainText(type))) return plainText(type);
		throw badValue(field, type, 'the ID of an event type (a whole number)');
	});
}

/** Fills a list of event types (§5). */
export async function getEventTypes(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	try {
		const client = await EmnifyClient.connect(this);
		const types = await client.list<Lookup>({
			method: 'GET',
			path: apiPath`/event/type`,
			action: 'list the event types',
		});
		return lookupOptions(types, 'list the event types');
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}
