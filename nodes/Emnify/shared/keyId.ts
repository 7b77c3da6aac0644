import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';

import { EmnifyClient } from '../api/client';
import type { MfaKey } from '../api/types';
import { toNodeError } from '../nodeError';
import type { ItemFields } from '../resources/operation';
import { day } from './day';
import { badValue, isId, readLocator } from './locator';
import { requireRequestingUser } from './requestingUser';
import { findUser, readUser, userInWords, type UserReference } from './user';

/** One of the MFA keys of the chosen user (`searchMfaKeys`), or of the credential's own (`searchOwnMfaKeys`). */
export function keyIdField(
	searchListMethod: 'searchMfaKeys' | 'searchOwnMfaKeys',
): INodeProperties {
	return {
		displayName: 'MFA Key',
		name: 'keyId',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		description:
			searchListMethod === 'searchMfaKeys'
				? 'The list holds the MFA keys of the user above'
				: 'The list holds the MFA keys of the credential’s own user',
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Select an MFA key…',
				typeOptions: { searchListMethod, searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 815',
				hint: 'The field “id” of an MFA key',
				validation: [
					{
						type: 'regex',
						properties: {
							regex: '^\\s*[1-9]\\d*\\s*$',
							errorMessage: 'Enter a whole number above 0',
						},
					},
				],
			},
		],
	};
}

/** Reads the MFA Key field. Throws an `EmnifyError` (`input`) for what is no ID. */
export function readKeyId(item: ItemFields): string {
	const { value, given } = readLocator(item.field('keyId'));
	if (isId(value)) return value;
	throw badValue('MFA Key', given, 'the ID of an MFA key (a whole number above 0)');
}

/** Fills the list of the MFA Key field with the keys of the chosen user. */
export async function searchMfaKeys(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return await searchKeys(
		this,
		({ actsAsUser }) =>
			readUser({
				timezone: this.getTimezone(),
				actsAsUser,
				field: (name) => this.getCurrentNodeParameter(name),
			}),
		filter,
	);
}

/** Fills the list of the MFA Key field with the keys of the credential's own user. */
export async function searchOwnMfaKeys(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	return await searchKeys(
		this,
		(client) => {
			requireRequestingUser(client, 'Could not list the MFA keys of the credential’s own user');
			return { id: 'my' };
		},
		filter,
	);
}

async function searchKeys(
	context: ILoadOptionsFunctions,
	chosenUser: (client: EmnifyClient) => UserReference,
	filter = '',
): Promise<INodeListSearchResult> {
	try {
		const client = await EmnifyClient.connect(context);
		const user = chosenUser(client);
		const keys = await mfaKeysOf(client, user);
		const text = filter.toLowerCase();
		const results = (keys ?? [])
			.map((key) => ({ name: keyInWords(key), value: key.id }))
			.filter(({ name, value }) => name.toLowerCase().includes(text) || String(value) === text);
		return { results };
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** A user's MFA keys (§5), without their secrets; `undefined` where emnify does not tell. Throws an `EmnifyError`. */
export async function mfaKeysOf(
	client: EmnifyClient,
	user: UserReference,
): Promise<MfaKey[] | undefined> {
	const action = `list the MFA keys of ${userInWords(user)}`;
	const { mfa } = await findUser(client, user, action);
	return mfa ?? undefined;
}

/** A key for a person: `Time-Based One-Time Password · Active · since 20 Feb 2026`. */
export function keyInWords({ id, type, status, creation_date, activation_date }: MfaKey): string {
	const since = activation_date ?? creation_date;
	return [type?.description || `key ${id}`, status?.description, since && `since ${day(since)}`]
		.filter((part) => part)
		.join(' · ');
}
