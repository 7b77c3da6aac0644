import type { Resource } from '../operation';
import { getUser } from './get';
import { getAllUsers } from './getAll';

export const user: Resource = {
	option: {
		name: 'User',
		value: 'user',
		description: 'Someone who can log in to the emnify portal',
	},
	operations: [getUser, getAllUsers],
};
