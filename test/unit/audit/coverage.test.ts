import { gapsIn, type AuditScope } from '../../../nodes/Emnify/domain/coverage';

const rules = (listed: number, failed: number, scope: AuditScope = { which: 'all' }) =>
	gapsIn({
		scope,
		users_listed: listed,
		users_checked: listed - failed,
		users_failed: failed,
	}).map(({ rule }) => rule);

test.each([
	[3, 0, []],
	[3, 1, ['unreadable_users']],
	[4, 2, ['mostly_unreadable']],
	[3, 2, ['mostly_unreadable']],
	[3, 3, ['nothing_checked']],
	[0, 0, ['nothing_checked']],
])('of %i users %i could not be read: %j', (listed, failed, gaps) => {
	expect(rules(listed, failed)).toEqual(gaps);
});

test('items that name nobody are a gap of their own', () => {
	expect(rules(3, 1, { which: 'input', items: 5, unusableItems: 2 })).toEqual([
		'unreadable_users',
		'unusable_items',
	]);
	expect(rules(3, 0, { which: 'input', items: 3, unusableItems: 0 })).toEqual([]);
});
