import type { Resource } from '../operation';
import { getAll } from './getAll';

export const event: Resource = {
	option: {
		name: 'Event',
		value: 'event',
		description: 'Something that emnify recorded, such as a failed login',
	},
	operations: [getAll],
};
