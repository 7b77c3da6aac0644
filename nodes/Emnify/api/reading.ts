import { EmnifyError } from './errors';
import { saysMore, type Page } from './page';

/** The most elements that are asked for at once; emnify silently gives fewer if its own maximum is lower (§4). */
export const ELEMENTS_IN_A_PAGE = 1000;

/** That many pages that lead no further are borne in one reading. */
const MOST_IDLE_PAGES = 25;

/** No collection has more: whoever gives that many pages gives them for ever. */
const MOST_PAGES = 10_000;

/** How to read a collection. */
export interface Collection<Element> {
	/** Completes “Could not …”. */
	action: string;
	/** Fetches a page by its number, from 1, and its size. */
	fetch(page: number, size: number): Promise<Page<Element>>;
	/** It documents no paging (§4): without headers the first page is all of it. */
	isWhole?: boolean;
	/**
	 * What can be relied on while it is read; by default nothing. `appendOnly`: what is in it stays in it. `sortedById`: it is
	 * in the order of the IDs, and what joins it comes last.
	 */
	guarantee?: 'appendOnly' | 'sortedById' | undefined;
}

/** What can be told apart from others of its kind. */
export interface Identified {
	id: unknown;
}

/** One reading of a collection, after its first page. Each way yields the elements that were not `seen` before. */
export class Reading<Element extends Identified> {
	/** So many elements a page holds, at least, if it is not the last. */
	private readonly size: number;

	/** What this reading has held so far. */
	private held = new Set<unknown>();

	constructor(
		private readonly collection: Collection<Element>,
		private readonly first: Page<Element>,
		private readonly seen: Set<unknown>,
		private readonly sizeAskedFor = ELEMENTS_IN_A_PAGE,
	) {
		this.size = first.elements.length;
	}

	/** Takes a page in: yields those of its elements that are not `seen` yet, and returns how many this reading did not hold. */
	*take({ elements }: Page<Element>): Generator<Element[], number> {
		const held = this.held.size;
		const fresh: Element[] = [];
		for (const element of elements) {
			if (!this.seen.has(element.id)) fresh.push(element);
			this.seen.add(element.id);
			this.held.add(element.id);
		}
		if (fresh.length > 0) yield fresh;
		return this.held.size - held;
	}

	private startAnew(): void {
		this.held = new Set(this.first.elements.map(({ id }) => id));
	}

	/** Whether all that there is fits a page that is too small to overlap with another. */
	isTiny(): boolean {
		return this.size <= 2 && this.held.size === this.size;
	}

	/** Whether there are so many pages that {@link fromTheLast}, at one request more than pages, costs less than {@link overlapping}. */
	isLong(): boolean {
		const { total = 0, totalPages = 0 } = this.first;
		if (totalPages > MOST_PAGES || totalPages !== Math.ceil(total / this.size)) return false;
		let end = this.size;
		for (let requests = 1; end < total; requests++) {
			if (requests > totalPages) return true;
			end = pageAfter(end, 1, this.size)?.end ?? Infinity;
		}
		return false;
	}

	/**
	 * From the second page on, each beginning with an element that the page before it held. So nothing can have got between
	 * them unseen, whatever joined or left. Returns whether all of it was read that way.
	 *
	 * Pages of one size never overlap. So each is a little smaller than the one before, which moves its beginning to the
	 * front: after 1 to 1000 come 1000 to 1998 (page 2 of 999 a page), 1997 to 2994 (page 3 of 998) and so on.
	 */
	async *overlapping(): AsyncGenerator<Element[], boolean> {
		const reached = new Set<unknown>(this.first.elements.map(({ id }) => id));
		let end = this.size;
		let overlap = 1;
		for (let requests = 1, idle = 0; ; requests++) {
			if (requests > MOST_PAGES) throw this.incomplete();
			const wanted = pageAfter(end, overlap, this.size);
			if (!wanted) return false;
			const page = await this.collection.fetch(wanted.page, wanted.size);
			// A server that has only pages of its own size, or that does not give one of another.
			if (page.refusal || page.elements.length > wanted.size) return false;
			const freshCount = yield* this.take(page);
			const joinsOn = wanted.page === 1 || page.elements.some(({ id }) => reached.has(id));
			const endOfPage = (wanted.page - 1) * wanted.size + page.elements.length;
			if (joinsOn) {
				for (const { id } of page.elements) reached.add(id);
				const isShort = page.elements.length < wanted.size;
				const more = saysMore(page, wanted.page, endOfPage) ?? !isShort;
				const promised = page.total ?? 0;
				if (!more || (isShort && freshCount === 0 && promised <= endOfPage)) return true;
				if ((freshCount === 0 || endOfPage <= end) && ++idle > MOST_IDLE_PAGES) return false;
				end = endOfPage;
				overlap = Math.max(1, overlap / 2);
			} else {
				// So many left that the page begins behind what was reached.
				overlap *= 2;
				if (++idle > MOST_IDLE_PAGES) return false;
			}
		}
	}

	/**
	 * From the last page to the first, and with it what was read of the first before: what leaves meanwhile moves those behind
	 * it to pages that are still to be read, and what joins comes last. Returns whether that was all that the headers promised.
	 */
	async *fromTheLast(): AsyncGenerator<Element[], boolean> {
		this.held.clear();
		let held = 0;
		let promised = Infinity;
		for (let wanted = this.first.totalPages ?? 1; wanted >= 1; wanted--) {
			const page = await this.collection.fetch(wanted, this.sizeAskedFor);
			const isFilled = page.elements.length > 0 && page.elements.length <= this.size;
			const freshCount = yield* this.take(page);
			if (!isFilled || freshCount === 0) return false;
			held += page.elements.length;
			promised = Math.min(promised, page.total ?? Infinity);
		}
		return held >= promised;
	}

	/**
	 * From the second page on, in pages of one size, until one is the last by its headers, else short, empty, or known. What
	 * joins moves elements to later pages, which are still to be read. Returns a failure where the pages hold less than their
	 * headers promise.
	 */
	async *forward(): AsyncGenerator<Element[], EmnifyError | undefined> {
		this.startAnew();
		let page = this.first;
		let held = page.elements.length;
		let promised = page.total ?? Infinity;
		let said = saysMore(page, 1, held);
		let more = true;
		for (let wanted = 2, idle = 0; more && idle <= MOST_IDLE_PAGES; wanted++) {
			if (wanted > MOST_PAGES) throw this.incomplete();
			page = await this.collection.fetch(wanted, this.sizeAskedFor);
			if (page.elements.length === 0) break;
			const isKnown = (yield* this.take(page)) === 0;
			// A page that is known may be the last one again, which holds nothing that was promised.
			if (isKnown) idle++;
			else held += page.elements.length;
			if (isKnown && held >= (page.total ?? Infinity)) break;
			promised = Math.min(promised, page.total ?? Infinity);
			said = saysMore(page, wanted, held);
			more = said ?? (!isKnown && page.elements.length >= this.size);
		}
		const isComplete = promised < Infinity ? held >= promised : said !== true;
		return isComplete ? undefined : (page.refusal ?? this.incomplete());
	}

	private incomplete(): EmnifyError {
		return new EmnifyError(
			'notEmnify',
			`Could not ${this.collection.action}: emnify’s pages hold less than they promise`,
			'Run it again later. If it happens each time, update the node package, or report it.',
			// Some success, which may be whole the next time.
			{ httpStatus: 200 },
		);
	}
}

/**
 * The page (§4) that reaches furthest of those that hold no more than `most` elements and begin `overlap` elements before
 * `end`, or earlier; `undefined` where none gets beyond `end`.
 */
export function pageAfter(
	end: number,
	overlap: number,
	most: number,
): { page: number; size: number; end: number } | undefined {
	const begin = Math.max(0, end - overlap);
	let best: { page: number; size: number; end: number } | undefined;
	for (let size = most; size >= 1; size--) {
		const page = Math.floor(begin / size) + 1;
		if (page * size > (best?.end ?? 0)) best = { page, size, end: page * size };
	}
	return best && (best.end > end || overlap > end) ? best : undefined;
}
