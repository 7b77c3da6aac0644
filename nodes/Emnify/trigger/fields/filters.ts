import type { INodeProperties } from 'n8n-workflow';

import { EmnifyError } from '../../api/errors';
import type { UserFilters } from '../../endpoints/users';
import { readUserFilters, userFiltersField } from '../../fields/userFilters';
import { eventsOfUsers } from '../events';

export const filtersField: INodeProperties = {
	...userFiltersField,
	displayOptions: { show: { events: eventsOfUsers(), scope: ['filtered'] } },
};

/** Reads at least one filter. Throws an `EmnifyError` (`input`). */
export function readFilters(label: string, value: unknown): UserFilters {
	const filters = readUserFilters(label, value);
	if (filters.length > 0) return filters;
	throw new EmnifyError(
		'input',
		`${label} is empty, which would be all users`,
		'Add a filter, or choose All Users. If it is an expression, it has no result.',
	);
}
