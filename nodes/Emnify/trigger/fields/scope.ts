import type { INodeProperties } from 'n8n-workflow';

import type { UserFilters, UserReference } from '../../endpoints/users';
import { badValue } from '../../fields/locator';
import { eventsOfUsers } from '../events';
import { readChosenUsers } from './chosenUsers';
import { readFilters } from './filters';

/** Whose events count. */
export type UserScope =
	| { which: 'all' }
	| { which: 'filtered'; filters: UserFilters }
	| { which: 'chosen'; users: UserReference[] };

export const scopeField: INodeProperties = {
	displayName: 'Users',
	name: 'scope',
	type: 'options',
	default: 'all',
	description:
		'Whose accounts, trusted devices, MFA keys and failed logins count. Other events concern the workspace, and always count.',
	options: [
		{
			name: 'All Users',
			value: 'all',
			description: 'Everyone in the workspace and its child organisations',
		},
		{ name: 'Chosen Users', value: 'chosen', description: 'The users named here' },
		{ name: 'Filtered Users', value: 'filtered', description: 'Those that fit the filters' },
	],
	displayOptions: { show: { events: eventsOfUsers() } },
};

/** Reads the field, and the one that it shows: `field` gives a field by its name. Throws an `EmnifyError` (`input`). */
export function readUserScope(
	label: string,
	which: unknown,
	field: (name: string) => unknown,
	credential: { actsAsUser: boolean },
): UserScope {
	if (which === 'all') return { which };
	if (which === 'filtered') return { which, filters: readFilters('Filters', field('filters')) };
	if (which === 'chosen') {
		return { which, users: readChosenUsers('Chosen Users', field('chosenUsers'), credential) };
	}
	throw badValue(label, which, 'all, chosen or filtered');
}

/** Whether the same users are meant. */
export function isSameScope(a: UserScope, b: UserScope): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}
