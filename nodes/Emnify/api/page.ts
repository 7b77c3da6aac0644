import type { EmnifyError } from './errors';
import type { HttpResponse } from './http';

/** A page as emnify gave it, and what its headers say (§4): only what can be true of it. */
export interface Page<Element> {
	elements: Element[];
	/** How many elements the whole collection holds. */
	total?: number;
	/** How many pages of this size the collection has. */
	totalPages?: number;
	/** The size of its pages, where it is less than what was asked for. */
	cappedAt?: number;
	/** Whether `Link` names a page behind this one. */
	hasNext?: boolean;
	/** emnify does not give this page: it lies past the end, or is not to be had. */
	refusal?: EmnifyError;
}

/** Reads a page and what its headers say of the collection. `page` and `size` are what was asked for. */
export function pageOf<Element>(
	{ headers, body }: HttpResponse,
	{ page, size }: { page: number; size?: number },
): Page<Element> {
	const elements = body as Element[];
	const links = readLink(headers.link);
	const total = count(headers['x-total-count']);
	const totalPages = count(headers['x-total-pages']) ?? links.get('last');
	const perPage = count(headers['x-count-per-page']);
	const isEmpty = elements.length === 0;
	return {
		elements,
		...(total !== undefined && (isEmpty || total >= elements.length) && { total }),
		...(totalPages !== undefined && (isEmpty || totalPages >= page) && { totalPages }),
		...(perPage !== undefined &&
			perPage >= Math.max(1, elements.length) &&
			(size === undefined || perPage < size) && { cappedAt: perPage }),
		...hasNext(links, page),
	};
}

/** A next page that is none of those to come says nothing. */
function hasNext(links: Links, page: number): { hasNext?: boolean } {
	const next = links.get('next');
	if (next === undefined) return links.size > 0 ? { hasNext: links.has('next') } : {};
	return next > page ? { hasNext: true } : {};
}

/** A header that is a count; `undefined` for anything else. */
function count(header: unknown): number | undefined {
	return typeof header === 'string' && /^\s*\d{1,9}\s*$/.test(header) ? Number(header) : undefined;
}

/** The number of the page for each relation of §4, where its address holds one. */
type Links = Map<string, number | undefined>;

/** The pages that `Link` names. Of its addresses nothing is used but that number, and none is ever followed. */
function readLink(header: unknown): Links {
	const links: Links = new Map();
	for (const [, address = '', parameters = ''] of String(header ?? '').matchAll(LINK)) {
		const page = /[?&]page=([1-9]\d{0,8})(?![^&#])/.exec(address)?.[1];
		const relations = /;\s*rel\s*=\s*"?([\w -]+)/i.exec(parameters)?.[1] ?? '';
		for (const relation of relations.toLowerCase().split(' ')) {
			if (!['first', 'prev', 'next', 'last'].includes(relation)) continue;
			links.set(relation, page === undefined ? undefined : Number(page));
		}
	}
	return links;
}

const LINK = /<([^<>]*)>([^<>]*)/g;

/**
 * Whether the headers of a page say that something follows it; `undefined` where they do not say. `held` is how many
 * elements it and the pages before it hold. One that says so is enough: to look costs a request, not to look may lose much.
 */
export function saysMore<Element>(
	{ elements, total, totalPages, hasNext }: Page<Element>,
	page: number,
	held: number,
): boolean | undefined {
	const byTotal =
		total === undefined || (elements.length > 0 && total < held) ? undefined : total > held;
	const byPages = totalPages === undefined ? undefined : totalPages > page;
	const signs = [byTotal, byPages, hasNext];
	if (signs.includes(true)) return true;
	return signs.includes(false) ? false : undefined;
}

/** Whether something may follow the first page, which alone does not show how many elements a page may hold. */
export function hasMoreThan<Element>(first: Page<Element>, isWhole = false): boolean {
	const { elements, cappedAt } = first;
	const isFull = elements.length > 0 && (cappedAt === undefined || elements.length >= cappedAt);
	return saysMore(first, 1, elements.length) ?? (isFull && !isWhole);
}

/** Whether something may follow a page that is not the first one, which held `size` elements. */
export function hasMoreAfter<Element>(page: Page<Element>, number: number, size: number): boolean {
	const { length } = page.elements;
	return saysMore(page, number, (number - 1) * size + length) ?? (length > 0 && length >= size);
}
