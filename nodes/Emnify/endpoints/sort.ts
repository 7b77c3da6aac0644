/** One criterion of an order. */
export interface SortRule {
	field: string;
	descending: boolean;
}

/** The rules with the ID as the last one: pages of what is equal otherwise would differ from request to request. */
export function withId(rules: SortRule[], descending = false): SortRule[] {
	return rules.some(({ field }) => field === 'id')
		? rules
		: [...rules, { field: 'id', descending }];
}

/** The rules as emnify takes them (§4), such as `-created,+id`. */
export function sortQuery(rules: SortRule[]): string {
	return rules.map(({ field, descending }) => `${descending ? '-' : '+'}${field}`).join(',');
}
