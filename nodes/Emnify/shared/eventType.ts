import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';

import { apiPath, EmnifyClient } from '../api/client';
import type { Lookup } from '../api/types';
import { toNodeError } from '../nodeError';
import { lookupOptions } from './lookup';
import { badValue } from './locator';

/** Reads a choice of event types, also as text such as `6, 13`. Throws an `EmnifyError` (`input`) for what is no ID. */
export function readEventTypes(field: string, value: unknown): string[] {
	const parts = Array.isArray(value) ? value.map(String) : String(value ?? '').split(',');
	const types = parts.map((part) => part.trim()).filter((part) => part !== '');
	for (const type of types) {
		if (!/^\d{1,9}$/.test(type)) {
			throw badValue(field, type, 'the ID of an event type (a whole number)');
		}
	}
	return types;
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
		return lookupOptions(types);
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}
