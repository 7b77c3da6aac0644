import { mfaKeyStatuses } from '../../endpoints/mfaKeys';
import { defineOperation } from '../operation';

/** Endpoint 5 (§1). */
export const getStatuses = defineOperation({
	option: {
		name: 'Get Statuses',
		value: 'getStatuses',
		action: 'Get MFA key statuses',
		description: 'List what the status of an MFA key can be, such as Active',
	},
	fields: [],
	access: 'read',
	read: () => undefined,
	run: mfaKeyStatuses,
});
