import type { INodePropertyOptions } from 'n8n-workflow';

import type { Lookup } from '../api/types';
import { requireIds } from './ids';

/** The entries of a lookup for a drop-down; one without a description is shown by its ID. Throws as {@link requireIds} does. */
export function lookupOptions(entries: Lookup[], action: string): INodePropertyOptions[] {
	return requireIds(entries, action).map(({ id, description }) => ({
		name: description || `ID ${id}`,
		value: id,
	}));
}
