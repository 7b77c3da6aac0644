import type { INodeProperties } from 'n8n-workflow';

import { EmnifyError } from '../api/errors';
import { givenText } from '../api/text';
import { badValue } from './locator';

/**
 * Reads a text to filter by. `undefined` for an empty field; throws an `EmnifyError` (`input`) for what is no text, or what
 * emnify's filter syntax (§4) cannot hold.
 */
export function readFilterText(field: string, value: unknown): string | undefined {
	const text = givenText(field, value).trim();
	if (text === '') return undefined;
	if (!/[,:]/.test(text)) return text;
	throw new EmnifyError(
		'input',
		`${field} has a comma or a colon, which emnify’s filters cannot hold`,
		'Enter a part of the text without it.',
	);
}

/** What a filter holds, in a resource locator too. */
export function filterValue(filter: unknown): unknown {
	const isLocator = typeof filter === 'object' && filter !== null && 'value' in filter;
	return isLocator ? filter.value : filter;
}

/**
 * A filter that was left empty filters nothing. An expression without a result was meant to, and everything would pass:
 * throws an `EmnifyError` (`input`).
 */
export function refuseWithoutResult(field: INodeProperties, chosen: Record<string, unknown>): void {
	for (const { displayName, name } of field.options as INodeProperties[]) {
		if (name in chosen && (filterValue(chosen[name]) ?? null) === null) {
			throw badValue(displayName, '', 'a value, or remove the filter');
		}
	}
}
