import type { INodeProperties } from 'n8n-workflow';

import { badValue } from './locator';
import { plainText } from './text';

/** The kind of key to create, from endpoint 6 (§1). */
export const mfaKeyTypeField: INodeProperties = {
	displayName: 'Type Name or ID',
	name: 'mfaKeyType',
	type: 'options',
	typeOptions: { loadOptionsMethod: 'getMfaKeyTypes' },
	required: true,
	default: 0,
	description:
		'The kind of second factor. Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

/** Reads the type's number; 0 is one. Throws an `EmnifyError` (`input`) for what is no whole number. */
export function readMfaKeyType(label: string, value: unknown): number {
	if (/^\d{1,9}$/.test(plainText(value))) return Number(plainText(value));
	throw badValue(label, value, 'the ID of a type of MFA key (a whole number)');
}
