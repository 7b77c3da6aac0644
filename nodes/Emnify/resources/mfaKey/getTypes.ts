import { mfaKeyTypes } from '../../endpoints/mfaKeys';
import { defineOperation } from '../operation';

/** Endpoint 6 (§1). */
export const getTypes = defineOperation({
	option: {
		name: 'Get Types',
		value: 'getTypes',
		action: 'Get MFA key types',
		description: 'List the kinds of MFA keys that emnify offers',
	},
	fields: [],
	access: 'read',
	read: () => undefined,
	run: mfaKeyTypes,
});
