import { givenText } from '../../api/text';
import { createApplicationToken } from '../../endpoints/applicationTokens';
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
	run: async (client, token) => [await createApplicationToken(client, token)],
	whenOpen: {
		// The list does not hold the secret, without which the token is of no use.
		advice:
			'If the request reached emnify, there is a token now whose secret nobody knows: look for it with Application Token → Get Many, and revoke it, before you create another.',
	},
});

function readDescription(item: ItemFields): string {
	return givenText('Description', item.field('description')).trim();
}

function readExpiryDate(item: ItemFields): string | undefined {
	const value = readBound('Expiry Date', item.field('expiryDate'));
	const expiryDate = readTimestamp('Expiry Date', value, item.timezone);
	if (expiryDate === undefined || expiryDate > toTimestamp(new Date())) return expiryDate;
	throw badValue('Expiry Date', expiryDate, 'a date and time in the future');
}
