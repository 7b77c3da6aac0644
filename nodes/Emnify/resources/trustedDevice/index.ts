import type { Resource } from '../operation';
import { auditTrustedDevices } from './audit';
import { deleteTrustedDevice } from './delete';
import { getAllTrustedDevices } from './getAll';

export const trustedDevice: Resource = {
	option: {
		name: 'Trusted Device',
		value: 'trustedDevice',
		description: 'A browser that skips the second factor for 90 days',
	},
	operations: [auditTrustedDevices, deleteTrustedDevice, getAllTrustedDevices],
};
