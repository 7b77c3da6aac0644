import type { INodePropertyOptions } from 'n8n-workflow';

import type { Lookup } from '../api/types';

/** The entries of a lookup for a drop-down; one without a description is shown by its ID. */
export function lookupOptions(entries: Lookup[]): INodePropertyOptions[] {
	return entries.map(({ id, description }) => ({ name: description || `ID ${id}`, value: id }));
}
