import type { Resource } from '../operation';
import { audit } from './audit';
import { deleteDevice } from './delete';
import { getAll } from './getAll';

export const trustedDevice: Resource = {
	option: {
		name: 'Trusted Device',
		value: 'trustedDevice',
		description: 'A browser that skips the second factor for 90 days',
	},
	operations: [audit, getAll, deleteDevice],
};
