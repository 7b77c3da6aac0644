import { count } from './count';

/** Which users an audit was to look at. */
export type AuditScope =
	| { which: 'all' }
	/** The criteria of §4, such as `status:1`. */
	| { which: 'filtered'; criteria: string }
	/** `items` came in, of which so many named no user that could be asked for. */
	| { which: 'input'; items: number; unusableItems: number };

/** How many users there are, and of how many the devices were read. */
export interface Coverage {
	scope: AuditScope;
	users_listed: number;
	users_checked: number;
	users_failed: number;
}

/** What keeps an audit from being a verdict on all users who were meant. */
export interface Gap {
	/** It stands where a rule does, so that whoever alerts on findings hears of it. */
	rule: 'nothing_checked' | 'mostly_unreadable' | 'unreadable_users' | 'unusable_items';
	/** A sentence without a full stop. */
	message: string;
}

/** The gaps, the worst first; none where every user who was meant was read, and there was at least one. */
export function gapsIn(coverage: Coverage): Gap[] {
	const { scope, users_listed, users_checked, users_failed } = coverage;
	const gaps: Gap[] = [];
	if (users_listed === 0) {
		gaps.push({
			rule: 'nothing_checked',
			message: `Nothing was checked because ${whyNobody(scope)}`,
		});
	} else if (users_checked === 0) {
		gaps.push({
			rule: 'nothing_checked',
			message: `Nothing was checked because none of ${count(users_listed, 'user')} could be read`,
		});
	} else if (users_failed > 0) {
		const isMost = users_failed * 2 >= users_listed;
		gaps.push({
			rule: isMost ? 'mostly_unreadable' : 'unreadable_users',
			message: `${users_failed} of ${count(users_listed, 'user')} could not be read`,
		});
	}
	if (scope.which === 'input' && scope.unusableItems > 0) {
		gaps.push({
			rule: 'unusable_items',
			message: `${scope.unusableItems} of ${count(scope.items, 'item')} named no user`,
		});
	}
	return gaps;
}

/** Whether the gap is a finding of its own; of the others, each user and each item says so itself. */
export function isFinding({ rule }: Gap): boolean {
	return rule === 'nothing_checked' || rule === 'mostly_unreadable';
}

function whyNobody(scope: AuditScope): string {
	switch (scope.which) {
		case 'all':
			return 'emnify listed no user';
		case 'filtered':
			return 'no user fits the filters';
		case 'input':
			return 'no item names a user';
	}
}
