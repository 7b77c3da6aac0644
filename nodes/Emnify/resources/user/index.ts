import type { Resource } from '../operation';
import { get } from './get';
import { getAll } from './getAll';

export const user: Resource = {
	option: {
		name: 'User',
		value: 'user',
		description: 'Someone who can log in to the emnify portal',
	},
	operations: [getAll, get],
};
