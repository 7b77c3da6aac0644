import type { ILoadOptionsFunctions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { apiPath, EmnifyClient, type EmnifyRequest } from '../api/client';
import type { Lookup } from '../api/types';
import { toNodeError } from '../nodeError';
import { lookupOptions } from './lookup';
import type { ItemFields } from '../resources/operation';
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
export function readMfaKeyType(item: ItemFields): number {
	const value = item.field('mfaKeyType');
	if (/^\d{1,9}$/.test(plainText(value))) return Number(plainText(value));
	throw badValue('Type', value, 'the ID of a type of MFA key (a whole number)');
}

/** Endpoint 6 (§1). */
export const mfaKeyTypesRequest: EmnifyRequest = {
	method: 'GET',
	path: apiPath`/user/mfa/type`,
	action: 'list the types of MFA keys',
};

/** Fills the Type drop-down. */
export async function getMfaKeyTypes(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	try {
		const client = await EmnifyClient.connect(this);
		const types = await client.list<Lookup>(mfaKeyTypesRequest);
		return lookupOptions(types, mfaKeyTypesRequest.action);
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}
