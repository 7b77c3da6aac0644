import type { INodeProperties } from 'n8n-workflow';

import type { UserReference } from '../endpoints/users';
import { badValue, isId, readLocator } from './locator';
import { requireRequestingUser } from './requestingUser';

/** Whose things an operation is about. Nobody is preset: what acts on a user must not act on the wrong one. */
export const userField: INodeProperties = {
	displayName: 'User',
	name: 'user',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'Only administrators can act on other users',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a user…',
			typeOptions: {
				searchListMethod: 'searchUsers',
				searchable: true,
			},
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 12345',
			hint: 'The number of the user. With User Credentials also “my”, for the user who logs in.',
			validation: [
				{
					type: 'regex',
					properties: {
						regex: '^\\s*([1-9]\\d*|my)\\s*$',
						errorMessage: 'Enter a whole number above 0, or my',
					},
				},
			],
		},
		{
			displayName: 'By Username',
			name: 'username',
			type: 'string',
			placeholder: 'e.g. nathan@example.com',
			hint: 'The e-mail address that the user logs in with. Costs one more request.',
		},
	],
};

/**
 * Reads the User field. Throws an `EmnifyError` (`input`) for what is neither an ID, `my` nor a username, and for `my` where the
 * credential logs in with an application token (§1).
 */
export function readUser(
	label: string,
	field: unknown,
	credential: { actsAsUser: boolean },
): UserReference {
	const { mode, value, given } = readLocator(field);
	if (mode === 'username') {
		if (/^[^\s@/]+@[^\s@/]+$/.test(value)) return { username: value };
		throw badValue(label, given, 'a username (an e-mail address)');
	}
	if (value === 'my') {
		const others = 'Choose a user from the list, or enter an ID or a username. ';
		requireRequestingUser(credential, 'There is no “Me”', others);
		return { id: value };
	}
	if (isId(value)) return { id: value };
	throw badValue(label, given, 'a user ID (a whole number above 0, or my)');
}
