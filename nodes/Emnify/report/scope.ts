import { count } from '../domain/count';
import type { Coverage } from '../domain/coverage';
import { codeSpan } from './codeSpan';

/** The scope for a person, and for Markdown: what was filtered by stands in a code span. */
export function scopeInWords({ scope, users_listed }: Coverage): string {
	switch (scope.which) {
		case 'all':
			return 'All users';
		case 'filtered':
			return `Users that fit ${codeSpan(scope.criteria) ?? 'the filters'}`;
		case 'input':
			return `${count(users_listed, 'user')} of the input, ${count(scope.items, 'item')}`;
	}
}
