import type { Resource } from '../operation';
import { create } from './create';
import { getAll } from './getAll';
import { revoke } from './revoke';

export const applicationToken: Resource = {
	option: {
		name: 'Application Token',
		value: 'applicationToken',
		description: 'A secret that programs log in with instead of a person',
	},
	operations: [getAll, create, revoke],
};
