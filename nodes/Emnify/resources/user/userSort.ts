import { sortQuery, withId } from '../../endpoints/sort';
import { readSort, sortField } from '../../fields/sort';

const SORTABLE = {
	created: 'Created',
	id: 'ID',
	name: 'Name',
	organisation: 'Organisation',
	status: 'Status',
	username: 'Username',
};

/** In which order the users come. */
export const userSortField = sortField(
	'The first rule counts most. Without a rule the users come in the order of their IDs.',
	{ sortable: SORTABLE, default: 'name' },
);

/** Reads the Sort field, as emnify takes it (§4): `-created,+id`. Throws an `EmnifyError` (`input`). */
export function readUserSort(label: string, sort: unknown): string {
	return sortQuery(withId(readSort(label, sort, SORTABLE)));
}
