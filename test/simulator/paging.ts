import { errorBody, invalidInput, invalidQuery, invalidSort } from './errors';
import type { Limits } from './limits';

/** One page of a collection with the headers of contract §4. */
export interface Page<Item> {
	items: Item[];
	headers: Record<string, string>;
}

/**
 * Cuts the page out of `items` that `page` and `per_page` ask for. A larger `per_page` than the
 * maximum is capped without a word, and a page past the end is the last page again (contract §4).
 * An empty collection has one empty page (undocumented).
 *
 * @param address absolute address of the collection without a query, for the `Link` header
 * @throws ApiError 422 for a page or size that is not a positive whole number (undocumented)
 */
export function cutPage<Item>(
	items: Item[],
	query: URLSearchParams,
	address: string,
	limits: Limits,
): Page<Item> {
	const size = Math.min(positive(query, 'per_page', limits.perPageDefault), limits.perPageMaximum);
	const pages = Math.max(1, Math.ceil(items.length / size));
	const current = Math.min(positive(query, 'page', 1), pages);
	const relations: Array<[string, number]> = [['first', 1]];
	if (current > 1) relations.push(['prev', current - 1]);
	if (current < pages) relations.push(['next', current + 1]);
	relations.push(['last', pages]);
	return {
		items: items.slice((current - 1) * size, current * size),
		headers: {
			link: relations
				.map(
					([relation, page]) => `<${pageAddress(address, query, page, size)}>; rel="${relation}"`,
				)
				.join(', '),
			'x-count-per-page': String(size),
			'x-current-page': String(current),
			'x-total-count': String(items.length),
			'x-total-pages': String(pages),
		},
	};
}

/**
 * Reads `q=<field>:<value>,…` (contract §4).
 *
 * @throws ApiError 422 InvalidQueryCriteria for an unknown field or a part that is no criterion
 */
export function readFilters<Field extends string>(
	query: URLSearchParams,
	fields: readonly Field[],
): Map<Field, string> {
	const filters = new Map<Field, string>();
	for (const part of (query.get('q') ?? '').split(',').filter(Boolean)) {
		const colon = part.indexOf(':');
		const field = fields.find((known) => known === part.slice(0, Math.max(0, colon)));
		const value = part.slice(colon + 1);
		if (field === undefined || value === '') {
			throw invalidQuery(`'${part}' is not a criterion on one of ${fields.join(', ')}`);
		}
		filters.set(field, value);
	}
	return filters;
}

/**
 * Sorts by `sort=<+|-|><field>,…` (contract §4). A plus that arrives undecoded is a space by then,
 * and both mean ascending, as does no sign at all.
 *
 * @throws ApiError 422 InvalidSortCriteria for an unknown field
 */
export function sorted<Item, Field extends string>(
	items: Item[],
	query: URLSearchParams,
	fields: Record<Field, (item: Item) => number | string>,
): Item[] {
	const criteria = (query.get('sort') ?? '')
		.split(',')
		.filter(Boolean)
		.map((criterion) => {
			const name = criterion.replace(/^[-+ ]/, '');
			if (!Object.hasOwn(fields, name)) throw invalidSort(`'${criterion}' cannot be sorted by`);
			return { value: fields[name as Field], sign: criterion.startsWith('-') ? -1 : 1 };
		});
	if (criteria.length === 0) return items;
	return [...items].sort((left, right) => {
		for (const { value, sign } of criteria) {
			const [a, b] = [value(left), value(right)];
			if (a !== b) return a < b ? -sign : sign;
		}
		return 0;
	});
}

function positive(query: URLSearchParams, name: string, absent: number): number {
	const value = query.get(name);
	if (value === null) return absent;
	if (!/^[1-9]\d{0,8}$/.test(value)) {
		throw invalidInput([errorBody('InvalidFormat', `${name} must be a positive whole number`)]);
	}
	return Number(value);
}

function pageAddress(address: string, query: URLSearchParams, page: number, size: number): string {
	const parameters = new URLSearchParams(query);
	parameters.set('page', String(page));
	parameters.set('per_page', String(size));
	return `${address}?${parameters.toString()}`;
}
