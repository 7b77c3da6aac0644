import { errorBody, invalidInput, invalidQuery, invalidSort, malformed } from './errors';
import type { OpenCall } from './service';

/** One page of a collection with the headers of contract §4. */
export interface Page<Item> {
	items: Item[];
	headers: Record<string, string>;
}

/** Which of emnify's services a collection comes from: events have one of their own (contract §4). */
export type Source = 'general' | 'events';

/** The most that the events service puts on a page, and its default (contract §4). */
const eventsPerPage = 100;

/**
 * Cuts the page out of `items` that `page` and `per_page` ask for. A larger `per_page` than the maximum is capped
 * without a word, and a page past the end is the last page again (contract §4), unless a dialect says otherwise.
 * An empty collection has one empty page (undocumented).
 *
 * @throws ApiError for a page or size that is not a positive whole number: 400 for events, 422 (undocumented) for
 * the rest; 400 where the events service is asked for a page past the end
 */
export function cutPage<Item>(
	items: Item[],
	{ query, address, service: { limits, dialects } }: OpenCall,
	source: Source = 'general',
): Page<Item> {
	const apart = source === 'events' && dialects.has('eventsService');
	const [sizeByDefault, maximum] = apart
		? [eventsPerPage, Math.min(eventsPerPage, limits.perPageMaximum)]
		: [limits.perPageDefault, limits.perPageMaximum];
	const size = Math.min(positive(query, 'per_page', sizeByDefault, source), maximum);
	const pages = Math.max(1, Math.ceil(items.length / size));
	const asked = positive(query, 'page', 1, source);
	if (asked > pages && apart) throw malformed('Incorrect paging parameters');
	const empty = dialects.has('emptyPastEnd') && (asked > pages || items.length === 0);
	const current = empty ? asked : Math.min(asked, pages);
	const link = apart ? '' : linksTo(address, query, { current, pages, size });
	return {
		items: items.slice((current - 1) * size, current * size),
		headers: {
			...(!dialects.has('noPagingHeaders') && { link }),
			...(!dialects.has('noPagingHeaders') &&
				!dialects.has('linkOnly') && {
					'x-count-per-page': String(size),
					'x-current-page': String(current),
					'x-total-count': String(empty ? 0 : items.length),
					'x-total-pages': String(empty ? 0 : pages),
				}),
		},
	};
}

/**
 * A collection that documents no paging: all of it, and without headers, unless the dialect says otherwise
 * (contract §4).
 */
export function wholeList<Item>(items: Item[], call: OpenCall): Page<Item> {
	return call.service.dialects.has('pagedLists') ? cutPage(items, call) : { items, headers: {} };
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
 * @throws ApiError InvalidSortCriteria for an unknown field: 400 for events, 422 for the rest
 */
export function sorted<Item, Field extends string>(
	items: Item[],
	query: URLSearchParams,
	fields: Record<Field, (item: Item) => number | string>,
	source: Source = 'general',
): Item[] {
	const criteria = (query.get('sort') ?? '')
		.split(',')
		.filter(Boolean)
		.map((criterion) => {
			const name = criterion.replace(/^[-+ ]/, '');
			if (!Object.hasOwn(fields, name)) {
				throw invalidSort(`'${criterion}' cannot be sorted by`, source === 'events' ? 400 : 422);
			}
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

function positive(query: URLSearchParams, name: string, absent: number, source: Source): number {
	const value = query.get(name);
	if (value === null) return absent;
	if (!/^[1-9]\d{0,8}$/.test(value)) {
		if (source === 'events') throw malformed(`${name} must be a positive whole number`);
		throw invalidInput([errorBody('InvalidFormat', `${name} must be a positive whole number`)]);
	}
	return Number(value);
}

/** The `Link` header. Past the end there is a page before, the last, and none behind. */
function linksTo(
	address: string,
	query: URLSearchParams,
	{ current, pages, size }: { current: number; pages: number; size: number },
): string {
	const relations: Array<[string, number]> = [['first', 1]];
	if (current > 1) relations.push(['prev', Math.min(current - 1, pages)]);
	if (current < pages) relations.push(['next', current + 1]);
	relations.push(['last', pages]);
	return relations
		.map(([relation, page]) => {
			const parameters = new URLSearchParams(query);
			parameters.set('page', String(page));
			parameters.set('per_page', String(size));
			return `<${address}?${parameters.toString()}>; rel="${relation}"`;
		})
		.join(', ');
}
