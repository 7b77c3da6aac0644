import type { INodeProperties } from 'n8n-workflow';

import { passwordToSend } from '../api/credential';
import type { ItemFields } from './itemFields';
import { readChoice } from './choice';
import { readText } from './text';

/** The portal password, and how it is sent: as in the credential. */
export const passwordFields: INodeProperties[] = [
	{
		displayName: 'Password',
		name: 'password',
		type: 'string',
		typeOptions: { password: true },
		required: true,
		default: '',
		description: 'The password of the emnify portal',
	},
	{
		displayName: 'Password Format',
		name: 'passwordFormat',
		type: 'options',
		options: [
			{
				name: 'Plain',
				value: 'plain',
				description: 'The password as typed into the portal. Only its SHA-1 hash leaves n8n.',
			},
			{
				name: 'SHA-1 or Custom String',
				value: 'sha1',
				description: 'Sent exactly as typed: a hash, or the string a user was created with by API',
			},
		],
		default: 'plain',
	},
];

/** The password as emnify wants it (§1). Throws an `EmnifyError` (`input`) where it is empty. */
export function readPassword(item: ItemFields): string {
	const format = readChoice('Password Format', item.field('passwordFormat'), ['plain', 'sha1']);
	return passwordToSend(readText('Password', item.field('password')), format);
}
