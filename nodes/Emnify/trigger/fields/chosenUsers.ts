import type { INodeProperties } from 'n8n-workflow';

import { EmnifyError } from '../../api/errors';
import type { UserReference } from '../../endpoints/users';
import { readRows } from '../../fields/collection';
import { readUser, userField } from '../../fields/user';
import { eventsOfUsers } from '../events';

export const chosenUsersField: INodeProperties = {
	displayName: 'Chosen Users',
	name: 'chosenUsers',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add User' },
	placeholder: 'Add User',
	default: {},
	options: [
		{
			displayName: 'User',
			name: 'users',
			values: [userField],
		},
	],
	displayOptions: { show: { events: eventsOfUsers(), scope: ['chosen'] } },
};

/** Reads at least one user. Throws an `EmnifyError` (`input`). */
export function readChosenUsers(
	label: string,
	value: unknown,
	credential: { actsAsUser: boolean },
): UserReference[] {
	const chosen = readRows(label, value, 'users');
	if (chosen.length > 0) return chosen.map(({ user }) => readUser('User', user, credential));
	throw new EmnifyError(
		'input',
		`${label} is empty`,
		'Add at least one user, or choose All Users.',
	);
}
