import type { Resource } from '../operation';
import { activateMfaKey } from './activate';
import { createMfaKey } from './create';
import { deleteMfaKey } from './delete';
import { getMfaKeyStatuses } from './getStatuses';
import { getMfaKeyTypes } from './getTypes';

export const mfaKey: Resource = {
	option: {
		name: 'MFA Key',
		value: 'mfaKey',
		description: 'The second factor of a user: an authenticator app',
	},
	operations: [activateMfaKey, createMfaKey, deleteMfaKey, getMfaKeyStatuses, getMfaKeyTypes],
};
