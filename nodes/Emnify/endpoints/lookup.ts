import type { IDataObject } from 'n8n-workflow';

import type { EmnifyClient } from '../api/client';
import { requireIds } from '../api/ids';
import type { Lookup } from '../api/types';

/** The entries of one of emnify's short lists (§1, §5), each with its ID. Throws an `EmnifyError`. */
export async function lookup(
	client: EmnifyClient,
	path: string,
	action: string,
): Promise<Array<Lookup & IDataObject>> {
	const entries = await client.list<Lookup & IDataObject>({ method: 'GET', path, action });
	return requireIds(entries, action);
}
