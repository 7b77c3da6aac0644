import type { HttpResponse } from './http';

/** The most elements that are asked for at once; emnify silently gives fewer if its own maximum is lower (§4). */
export const ELEMENTS_IN_A_PAGE = 1000;

/** So many pages are read again at most; a count that goes up and down by itself must not go on for ever. */
const MOST_READ_AGAIN = 100;

/** Asking for a page past the end gives the last page (§4). Times the size of a page it fits into 32 bits. */
const LAST_PAGE = 1_000_000;

/** A collection is read so often at most. */
const MOST_READINGS = 5;

/** A page as emnify gave it, and what its headers say of the whole collection. */
export interface Page<Element> {
	elements: Element[];
	currentPage: number;
	elementsInAPage: number;
	totalElements: number;
	totalPages: number;
}

/** Fetches a page of a collection: `page` is its number, from 1. */
export type FetchPage<Element> = (page: number, elementsInAPage: number) => Promise<Page<Element>>;

/** Makes a {@link Page} of a response, or `undefined` where a paging header of §4 is missing or is no number. */
export function pageOf<Element>({ headers, body }: HttpResponse): Page<Element> | undefined {
	const page = {
		elements: body as Element[],
		currentPage: count(headers['x-current-page']),
		elementsInAPage: count(headers['x-count-per-page']),
		totalElements: count(headers['x-total-count']),
		totalPages: count(headers['x-total-pages']),
	};
	return Object.values(page).some(Number.isNaN) ? undefined : page;
}

/**
 * Every element of a collection once, a page at a time, so that nothing is lost that is there all the time. With `readOnce`
 * at the price of one request a page: that suffices where nothing leaves the collection, or what joins it comes last.
 * Otherwise somebody may join and somebody else leave at the same time, which no count tells of: then all pages are read
 * again until they hold nothing new.
 */
export async function* pagesFromTheLast<Element extends { id: unknown }>(
	fetchPage: FetchPage<Element>,
	readOnce: boolean,
): AsyncGenerator<Element[], void> {
	const seen = new Set<unknown>();
	for (let reading = 1; reading <= MOST_READINGS; reading++) {
		const known = seen.size;
		const requests = yield* readFromTheLast(fetchPage, seen);
		if (readOnce || requests === 1 || (reading > 1 && seen.size === known)) return;
	}
}

/**
 * The elements that are not `seen` yet, **from the last page to the first**, and how many requests it took. What leaves the
 * collection meanwhile moves the elements behind it to earlier pages, which are still to be read; read forwards, one would
 * be skipped. What joins it moves elements to later pages: then the total has grown, and the later page is read again.
 */
async function* readFromTheLast<Element extends { id: unknown }>(
	fetchPage: FetchPage<Element>,
	seen: Set<unknown>,
): AsyncGenerator<Element[], number> {
	let total = Infinity;
	let wanted = LAST_PAGE;
	let readAgain = 0;
	let requests = 0;
	while (wanted >= 1) {
		const page = await fetchPage(wanted, ELEMENTS_IN_A_PAGE);
		requests++;
		if (page.elements.length === 0 && page.totalElements > 0 && wanted > page.totalPages) {
			// A server that gives nothing past the end.
			wanted = page.totalPages;
			continue;
		}
		const current = Math.min(page.currentPage, page.totalPages);
		const fresh = page.elements.filter(({ id }) => !seen.has(id));
		for (const { id } of fresh) seen.add(id);
		if (fresh.length > 0) yield fresh;
		const joined = page.totalElements - total;
		total = page.totalElements;
		if (joined > 0 && readAgain++ < MOST_READ_AGAIN) {
			wanted = Math.min(current + Math.ceil(joined / page.elementsInAPage), page.totalPages);
		} else {
			wanted = current - 1;
		}
	}
	return requests;
}

/** The first `limit` elements of a collection, each once, in emnify's order. */
export async function firstElements<Element extends { id: unknown }>(
	fetchPage: FetchPage<Element>,
	limit: number,
): Promise<Element[]> {
	const found = new Map<unknown, Element>();
	const elementsInAPage = Math.min(limit, ELEMENTS_IN_A_PAGE);
	for (let wanted = 1; ; wanted++) {
		const { elements, totalPages } = await fetchPage(wanted, elementsInAPage);
		for (const element of elements) found.set(element.id, found.get(element.id) ?? element);
		if (found.size >= limit || wanted >= totalPages) return [...found.values()].slice(0, limit);
	}
}

function count(header: string | undefined): number {
	return header === undefined || header.trim() === '' ? NaN : Number(header);
}
