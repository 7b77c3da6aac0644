import type { ApplicationToken } from '../../api/types';
import { readInstant } from '../../domain/instant';
import { givenText } from '../../api/text';
import {
	applicationTokensSeen,
	createApplicationToken,
	isRevoked,
	type NewApplicationToken,
} from '../../endpoints/applicationTokens';
import { toTimestamp } from '../../endpoints/timestamp';
import type { ItemFields } from '../../fields/itemFields';
import { badValue } from '../../fields/locator';
import { readTimestamp } from '../../fields/timestamp';
import { defineOperation } from '../operation';
import { readBound } from './bound';
import { readIpRange } from './ipRange';

/** `POST /api/v1/application_token` (§5). */
export const create = defineOperation({
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create application token',
		description: 'Create a secret that a program can log in with, shown only this once',
	},
	fields: [
		{
			displayName:
				'The token is shown only once. It becomes part of the execution’s data, and everyone who can see the execution can log in with it. Pass it to where you keep secrets, and switch off saving executions in the workflow’s settings.',
			name: 'secretNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Description',
			name: 'description',
			type: 'string',
			default: '',
			placeholder: 'e.g. n8n, nightly SIM report',
			description: 'What the token is for, and who looks after it',
		},
		{
			displayName: 'Expiry Date',
			name: 'expiryDate',
			type: 'dateTime',
			default: '',
			placeholder: 'e.g. {{ $now.plus({ days: 90 }) }}',
			description: 'When the token stops working. Without it the token never expires.',
		},
		{
			displayName: 'IP Range',
			name: 'ip',
			type: 'string',
			default: '',
			placeholder: 'e.g. 203.0.113.0/24',
			description:
				'The only IP address, or range in CIDR notation, that the token may be used from. Without it the token works from anywhere.',
		},
	],
	access: 'write',
	read(item) {
		const expiryDate = readExpiryDate(item);
		const ip = readIpRange('IP Range', item.field('ip'));
		return {
			description: readDescription(item),
			...(expiryDate !== undefined && { expiry_date: expiryDate }),
			...(ip !== undefined && { ip }),
		};
	},
	async run(client, token) {
		const before = await applicationTokensSeen(client);
		const answer = await createApplicationToken(client, token);
		// The secret is at hand: whatever comes of looking for the ID, it must not get lost.
		const after = before && (await applicationTokensSeen(client));
		return [{ id: newTokenId(token, before, after), ...answer }];
	},
	whenOpen: {
		// The list does not hold the secret, without which the token is of no use.
		advice:
			'If the request reached emnify, there is a token now whose secret nobody knows: look for it with Application Token → Get Many, and revoke it, before you create another.',
	},
});

/**
 * The ID of the token that was just created, which emnify's answer does not give (§5): the one that is new in the list and is as
 * it was asked for. `null` where there is none, or more than one: somebody else may create tokens at the same time.
 */
function newTokenId(
	asked: NewApplicationToken,
	before: ApplicationToken[] | undefined,
	after: ApplicationToken[] | undefined,
): number | null {
	const known = new Set(before?.map(({ id }) => id));
	const candidates = (after ?? []).filter(
		(token) => !known.has(token.id) && !isRevoked(token) && isAsAsked(token, asked),
	);
	return candidates.length === 1 ? (candidates[0]?.id ?? null) : null;
}

/** What emnify does not show of a token rules nothing out. */
function isAsAsked(
	{ description, expiry_date, ip }: ApplicationToken,
	asked: NewApplicationToken,
): boolean {
	const expiry = readInstant(expiry_date);
	return (
		(description ?? '').trim() === asked.description &&
		(expiry === null || expiry === readInstant(asked.expiry_date)) &&
		((ip ?? '') === '' || ip === asked.ip)
	);
}

function readDescription(item: ItemFields): string {
	return givenText('Description', item.field('description')).trim();
}

function readExpiryDate(item: ItemFields): string | undefined {
	const value = readBound('Expiry Date', item.field('expiryDate'));
	const expiryDate = readTimestamp('Expiry Date', value, item.timezone);
	if (expiryDate === undefined || expiryDate > toTimestamp(new Date())) return expiryDate;
	throw badValue('Expiry Date', expiryDate, 'a date and time in the future');
}
