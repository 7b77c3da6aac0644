import type { Resource } from '../operation';
import { activate } from './activate';
import { create } from './create';
import { deleteKey } from './delete';
import { getAll } from './getAll';
import { getStatuses } from './getStatuses';
import { getTypes } from './getTypes';

export const mfaKey: Resource = {
	option: {
		name: 'MFA Key',
		value: 'mfaKey',
		description: 'The second factor of a user: an authenticator app',
	},
	operations: [getAll, deleteKey, create, activate, getStatuses, getTypes],
};
