import { count } from '../domain/count';
import type { Coverage } from '../domain/coverage';
import { quoted, type Words } from './blocks';

/** Which users were meant, for a person. */
export function scopeInWords({ scope, users_listed }: Coverage): Words {
	switch (scope.which) {
		case 'all':
			return ['All users'];
		case 'filtered':
			return ['Users that fit ', ...(quoted(scope.criteria) ?? ['the filters'])];
		case 'input':
			return [`${count(users_listed, 'user')} of the input, ${count(scope.items, 'item')}`];
	}
}
