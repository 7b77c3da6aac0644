import { EmnifyError } from './errors';
import type { HttpResponse } from './http';

/** The most elements that are asked for at once; emnify silently gives fewer if its own maximum is lower (§4). */
export const ELEMENTS_IN_A_PAGE = 1000;

/** So many pages are read again at most; a count that goes up and down by itself must not go on for ever. */
const MOST_READ_AGAIN = 100;

/** After so many pages with nothing new the number of pages cannot be right. */
const MOST_USELESS_IN_A_ROW = 10;

/** A collection is read so often at most. */
const MOST_READINGS = 5;

/** A page as emnify gave it, and what it says of the whole collection: nothing, where headers are missing or make no sense. */
export interface Page<Element> {
	elements: Element[];
	/** Which page it is, where a header says so: past the end it is the last one (§4). */
	currentPage?: number;
	/** How many elements fit into a page, where a header says so. */
	elementsInAPage?: number;
	/** How many elements there are. */
	totalElements?: number;
	/** The number of the last page. */
	lastPage?: number;
	/** The numbers of pages that the header `Link` names. */
	links?: { next?: number; last?: number };
}

/** Fetches a page of a collection: `page` is its number, from 1. */
export type FetchPage<Element> = (page: number) => Promise<Page<Element>>;

/** Reads a response with a list (§4). Headers that contradict the list count as missing. */
export function pageOf<Element>({ headers, body }: HttpResponse): Page<Element> {
	const elements = body as Element[];
	const links = linksIn(headers.link);
	const total = count(headers['x-total-count']);
	const size = count(headers['x-count-per-page']);
	const pages = count(headers['x-total-pages']);
	const current = count(headers['x-current-page']);
	const isSane = total === undefined || total >= elements.length;
	if (!isSane) return { elements, ...(links && { links }) };
	const pagesByTotal =
		total === undefined || elements.length === 0
			? undefined
			: Math.ceil(total / Math.max(size ?? 0, elements.length));
	const known = [pages, pagesByTotal].filter((number) => number !== undefined);
	return {
		elements,
		...(current !== undefined && current > 0 && { currentPage: current }),
		...(size !== undefined && size >= elements.length && { elementsInAPage: size }),
		...(total !== undefined && { totalElements: total }),
		...(known.length > 0 && { lastPage: Math.max(1, ...known) }),
		...(links && { links }),
	};
}

/**
 * The number of the page that follows, or `undefined` at the end: by the headers, else by `Link`, else by whether the page
 * is full. `fullPage` is the length of a page that is known to be full, or how many elements were asked for.
 */
export function pageAfter(
	{ elements, lastPage, links }: Page<unknown>,
	page: number,
	fullPage: number | undefined,
): number | undefined {
	if (lastPage !== undefined) return page < lastPage ? page + 1 : undefined;
	const last = links?.last ?? 0;
	if (links) return Math.max(links.next ?? 0, last) > page ? page + 1 : undefined;
	const isFull = fullPage === undefined ? mayBeFull(elements.length) : elements.length >= fullPage;
	return isFull ? page + 1 : undefined;
}

/** Whether a first page of this length may be a full one. emnify caps what is asked for (§4), at a round number. */
function mayBeFull(length: number): boolean {
	return length > 0 && (length % 5 === 0 || (length >= 16 && Number.isInteger(Math.log2(length))));
}

/** Elements of a page that were not read before. */
export interface FreshElements<Element> {
	page: number;
	elements: Element[];
}

/**
 * Every element of a collection once, a page at a time, so that nothing is lost that is there all the time. Page 1 comes
 * first and tells how many there are; then **from the last page to the first**, which is read again. What leaves the collection meanwhile moves
 * the elements behind it to earlier pages, which are still to be read. What joins it moves elements to later pages: then the
 * total has grown, and the later page is read again. Where nothing tells which page is the last, the pages are read
 * forwards until one is short, empty or known, and then again from there to the first.
 *
 * With `readOnce` one such reading suffices: nothing leaves the collection, or what joins it comes last. Otherwise somebody
 * may join and somebody else leave at the same time, which no count tells of: then all pages are read again until they hold
 * nothing new.
 *
 * One page takes one request, n pages n + 1 (or n more for each further reading). Throws an `EmnifyError` (`notEmnify`) where fewer elements come than emnify says
 * that there are. `action` completes “Could not …”.
 */
export async function* allPages<Element extends { id: unknown }>(
	fetchPage: FetchPage<Element>,
	readOnce: boolean,
	action: string,
): AsyncGenerator<FreshElements<Element>, void> {
	const seen = new Set<unknown>();
	let reading: Reading<Element> | undefined;
	for (let readings = 1; readings <= MOST_READINGS; readings++) {
		const known = seen.size;
		const end: number | undefined = reading?.end;
		reading = new Reading(fetchPage, seen);
		yield* end === undefined ? reading.fromTheFirst() : reading.again(end);
		const isSettled =
			reading.isOfOnePage ||
			(readOnce && reading.isFromTheLast) ||
			(readings > 1 && seen.size === known);
		if (reading.isComplete() && isSettled) return;
	}
	if (!reading || reading.isComplete()) return;
	throw new EmnifyError(
		'notEmnify',
		`Could not ${action}: emnify gave ${seen.size} of ${reading.promised ?? 'more'}, each time`,
		'Run it again later. If it happens each time, update the node package, or report it.',
		{ httpStatus: 200 },
	);
}

/** One reading of all pages. */
class Reading<Element extends { id: unknown }> {
	/** The last page that held something. */
	end = 1;

	/** Whether the pages were read from the last to the first. */
	isFromTheLast = false;

	isOfOnePage = false;

	/** How many elements there are at least: what the pages say of it, at the lowest. */
	promised: number | undefined;

	/** How many elements there are, by the last page that said so. */
	private total: number | undefined;

	/** What came in this reading. */
	private readonly found = new Set<unknown>();

	/** Whether a page in the middle had room left. */
	private hasGap = false;

	private readAgain = 0;

	constructor(
		private readonly fetchPage: FetchPage<Element>,
		/** What came in this reading or an earlier one. */
		private readonly seen: Set<unknown>,
	) {}

	isComplete(): boolean {
		return !this.hasGap && this.found.size >= (this.promised ?? 0);
	}

	async *fromTheFirst(): AsyncGenerator<FreshElements<Element>, void> {
		const first = await this.fetch(1);
		yield* this.fresh(first, 1);
		this.isOfOnePage = pageAfter(first, 1, undefined) === undefined;
		if (this.isOfOnePage) return;
		const last = first.lastPage ?? first.links?.last;
		if (last === undefined || !(yield* this.backwards(last))) yield* this.forwards(first);
	}

	/** Reads what an earlier reading found to be all pages. */
	async *again(end: number): AsyncGenerator<FreshElements<Element>, void> {
		if (!(yield* this.backwards(end))) yield* this.fromTheFirst();
	}

	/** From a page to the first. `false` where that page is none, and nothing tells which is the last. */
	private async *backwards(last: number): AsyncGenerator<FreshElements<Element>, boolean> {
		this.end = 1;
		const came = new Set<unknown>();
		let uselessInARow = 0;
		let wanted = last;
		while (wanted >= 1) {
			const before = this.total;
			const page = await this.fetch(wanted);
			yield* this.fresh(page, wanted);
			const isUseless = page.elements.every(({ id }) => came.has(id));
			uselessInARow = isUseless ? uselessInARow + 1 : 0;
			if (uselessInARow > MOST_USELESS_IN_A_ROW && wanted > 1) return false;
			for (const { id } of page.elements) came.add(id);
			if (page.elements.length === 0) {
				// Some have left, so that the last page is an earlier one now.
				wanted = Math.min(wanted - 1, page.lastPage ?? wanted);
				continue;
			}
			const current = Math.min(page.currentPage ?? wanted, wanted);
			this.end = Math.max(this.end, current);
			const joined = (page.totalElements ?? 0) - (before ?? Infinity);
			if (before === undefined && (page.lastPage ?? 0) > current && wanted === last) {
				// More have joined since the reading before.
				wanted = page.lastPage ?? current;
			} else if (joined > 0 && this.readAgain++ < MOST_READ_AGAIN) {
				const further = Math.ceil(joined / (page.elementsInAPage ?? page.elements.length));
				wanted = Math.min(current + further, page.lastPage ?? current);
			} else {
				wanted = Math.min(current, page.lastPage ?? current) - 1;
			}
		}
		return (this.isFromTheLast = true);
	}

	/** From page 2 until one is short, empty or known; the end of the collection is known then. */
	private async *forwards(first: Page<Element>): AsyncGenerator<FreshElements<Element>, void> {
		this.end = 1;
		let page = first;
		for (;;) {
			const wanted = pageAfter({ ...page, lastPage: undefined }, this.end, first.elements.length);
			if (wanted === undefined) return;
			const known = this.found.size;
			page = await this.fetch(wanted);
			yield* this.fresh(page, wanted);
			if (this.found.size === known) {
				this.isOfOnePage = this.end === 1;
				return;
			}
			this.end = wanted;
		}
	}

	private *fresh(
		{ elements }: Page<Element>,
		page: number,
	): Generator<FreshElements<Element>, void> {
		const fresh = elements.filter(({ id }) => !this.seen.has(id));
		for (const { id } of elements) {
			this.seen.add(id);
			this.found.add(id);
		}
		if (fresh.length > 0)
			yield { page, elements: [...new Map(fresh.map((one) => [one.id, one])).values()] };
	}

	/** A page, and what it says of the whole. */
	private async fetch(wanted: number): Promise<Page<Element>> {
		const page = await pageOrNone(this.fetchPage, wanted);
		const { elements, elementsInAPage, totalElements, lastPage, currentPage = wanted } = page;
		if (totalElements !== undefined) {
			this.total = totalElements;
			this.promised = Math.min(totalElements, this.promised ?? Infinity);
		}
		const isInTheMiddle = lastPage !== undefined && currentPage < lastPage;
		if (isInTheMiddle && elements.length < (elementsInAPage ?? 0)) this.hasGap = true;
		return page;
	}
}

/** A page. One past the end may be empty, with totals of 0, or be refused (documented for events, §4): it says nothing. */
async function pageOrNone<Element>(
	fetchPage: FetchPage<Element>,
	wanted: number,
): Promise<Page<Element>> {
	if (wanted === 1) return await fetchPage(1);
	const page = await fetchPage(wanted).catch((error: unknown): Page<Element> => {
		if (isPastTheEnd(error)) return { elements: [] };
		throw error;
	});
	const saysNothing = page.elements.length === 0 && (page.totalElements ?? 0) === 0;
	return saysNothing ? { elements: [] } : page;
}

function isPastTheEnd(error: unknown): boolean {
	if (!(error instanceof EmnifyError)) return false;
	return error.kind === 'rejected' && [400, 404, 416, 422].includes(error.facts.httpStatus ?? 0);
}

/**
 * The first `limit` elements of a collection, each once, in emnify's order. Throws an `EmnifyError` (`notEmnify`) where fewer
 * come than emnify says that there are.
 */
export async function firstElements<Element extends { id: unknown }>(
	fetchPage: FetchPage<Element>,
	limit: number,
	action: string,
): Promise<Element[]> {
	const found = new Map<unknown, Element>();
	let wanted: number | undefined = 1;
	let total = 0;
	let fullPage: number | undefined;
	while (wanted !== undefined && found.size < limit) {
		const known = found.size;
		const page: Page<Element> = await pageOrNone(fetchPage, wanted);
		for (const element of page.elements) found.set(element.id, found.get(element.id) ?? element);
		total = page.totalElements ?? total;
		if (found.size === known || found.size === page.totalElements) break;
		wanted = pageAfter(page, wanted, fullPage);
		fullPage ??= page.elements.length;
	}
	if (found.size >= Math.min(limit, total)) return [...found.values()].slice(0, limit);
	// Somebody has left meanwhile, or a page was cut short.
	return (await everyElement(fetchPage, false, action)).slice(0, limit);
}

/** All elements of a collection, each once, in emnify's order; see {@link allPages}. */
export async function everyElement<Element extends { id: unknown }>(
	fetchPage: FetchPage<Element>,
	readOnce: boolean,
	action: string,
): Promise<Element[]> {
	const found: Array<FreshElements<Element>> = [];
	for await (const fresh of allPages(fetchPage, readOnce, action)) found.push(fresh);
	return found.sort((a, b) => a.page - b.page).flatMap(({ elements }) => elements);
}

/** A whole number, 0 or more. */
function count(header: string | undefined): number | undefined {
	const text = String(header ?? '').trim();
	return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The numbers of pages in a header `Link`, or `undefined` where it names none. No address is ever followed. */
function linksIn(header: string | undefined): Page<unknown>['links'] {
	const links: Record<string, number> = {};
	const pattern = /<[^>]*[?&]page=(\d{1,9})(?:&[^>]*)?>[^,<]*?\brel="?(\w+)"?/g;
	for (const [, page, relation = ''] of String(header ?? '')
		.slice(0, 10_000)
		.matchAll(pattern)) {
		links[relation.toLowerCase()] = Number(page);
	}
	return Object.keys(links).length > 0 ? links : undefined;
}
