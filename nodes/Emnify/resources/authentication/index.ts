import type { Resource } from '../operation';
import { retrieveToken } from './retrieveToken';

export const authentication: Resource = {
	option: {
		name: 'Authentication',
		value: 'authentication',
		description: 'Tokens for the emnify API',
	},
	operations: [retrieveToken],
};
