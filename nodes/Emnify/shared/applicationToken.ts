import type {
	IDataObject,
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodeProperties,
} from 'n8n-workflow';

import { apiPath, EmnifyClient, type EmnifyRequest } from '../api/client';
import type { ApplicationToken } from '../api/types';
import { toNodeError } from '../nodeError';
import type { ItemFields } from '../resources/operation';
import { day } from './day';
import { requireIds } from './ids';
import { badValue, isId, readLocator } from './locator';

/** One of the application tokens that are still in force. */
export const tokenIdField: INodeProperties = {
	displayName: 'Application Token',
	name: 'tokenId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'The list holds the tokens that are not revoked yet',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select an application token…',
			typeOptions: {
				searchListMethod: 'searchApplicationTokens',
				searchable: true,
			},
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 2048',
			hint: 'The field “id” of an application token, never its secret',
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

/** Reads the Application Token field. Throws an `EmnifyError` (`input`) for what is no ID. */
export function readTokenId(item: ItemFields): string {
	const { value, given } = readLocator(item.field('tokenId'));
	if (isId(value)) return value;
	throw badValue(
		'Application Token',
		given,
		'the ID of an application token (a whole number above 0)',
	);
}

/** What to do at a 403: whom emnify lets list, create and revoke is documented in two ways (§5). */
export const TOKENS_FORBIDDEN =
	'Use a credential of an administrator. By emnify’s documentation every user may list and create application tokens, and only administrators revoke them; in some workspaces everything may be for administrators.';

/** `GET /api/v1/application_token` (§5), for {@link applicationTokens}. */
export const applicationTokensRequest: EmnifyRequest = {
	method: 'GET',
	path: apiPath`/application_token`,
	action: 'list the application tokens',
	advice: { 403: TOKENS_FORBIDDEN },
};

/** All application tokens of the workspace, revoked ones too. Throws an `EmnifyError`. */
export async function applicationTokens(
	client: EmnifyClient,
): Promise<Array<ApplicationToken & IDataObject>> {
	const tokens = await client.list<ApplicationToken & IDataObject>(applicationTokensRequest);
	return requireIds(tokens, applicationTokensRequest.action);
}

const REVOKED = 1;

/** Whether the token can log in no more (§5). */
export function isRevoked({ status }: ApplicationToken): boolean {
	return status?.id === REVOKED;
}

/** Fills the list of the Application Token field with the tokens that can be revoked. */
export async function searchApplicationTokens(
	this: ILoadOptionsFunctions,
	filter?: string,
): Promise<INodeListSearchResult> {
	try {
		const client = await EmnifyClient.connect(this);
		const tokens = await applicationTokens(client);
		const text = (filter ?? '').toLowerCase();
		const results = tokens
			.filter((token) => !isRevoked(token))
			.map((token) => ({ name: tokenInWords(token), value: token.id }))
			.filter(({ name, value }) => name.toLowerCase().includes(text) || String(value) === text);
		return { results };
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}

/** A token for a person: `CI · by Ada Lindqvist · created 20 Feb 2026 · expires 1 Apr 2026`. */
export function tokenInWords({
	id,
	description,
	created,
	expiry_date,
	creator,
}: ApplicationToken): string {
	const by = creator?.name || creator?.username;
	return [
		description || `Token ${id}`,
		by && `by ${by}`,
		created && `created ${day(created)}`,
		expiry_date ? `expires ${day(expiry_date)}` : 'never expires',
	]
		.filter((part) => part)
		.join(' · ');
}
