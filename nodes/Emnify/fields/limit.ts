import type { INodeProperties } from 'n8n-workflow';

import type { ItemFields } from './itemFields';
import { readBoolean } from './boolean';
import { badValue, isId as isWholeNumberAbove0 } from './locator';
import { plainText } from './text';

/** Return All and Limit, as n8n's users know them. */
export const limitFields: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { returnAll: [false] } },
	},
];

/** The most results wanted; `Infinity` for all. Throws an `EmnifyError` (`input`) where Limit is no whole number above 0. */
export function readLimit(item: ItemFields): number {
	if (readBoolean('Return All', item.field('returnAll'))) return Infinity;
	return readCount('Limit', item.field('limit'));
}

/** Throws an `EmnifyError` (`input`) where the value of the field is no whole number above 0. */
export function readCount(field: string, value: unknown): number {
	const text = plainText(value);
	if (isWholeNumberAbove0(text)) return Number(text);
	throw badValue(field, value, 'a whole number above 0');
}
