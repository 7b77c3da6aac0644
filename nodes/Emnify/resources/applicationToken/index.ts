import type { Resource } from '../operation';
import { createApplicationToken } from './create';
import { getAllApplicationTokens } from './getAll';
import { revokeApplicationToken } from './revoke';

export const applicationToken: Resource = {
	option: {
		name: 'Application Token',
		value: 'applicationToken',
		description: 'A secret that programs log in with instead of a person',
	},
	operations: [createApplicationToken, getAllApplicationTokens, revokeApplicationToken],
};
