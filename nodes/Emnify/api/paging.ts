import type { EmnifyError } from './errors';
import { hasMoreThan, type Page } from './page';
import { ELEMENTS_IN_A_PAGE, Reading, type Collection, type Identified } from './reading';

/** A collection is read that often at most. */
const MOST_READINGS = 5;

/** Each element once, by its ID; those without one stay as they are. */
export function onceEach<Element extends object>(elements: Element[]): Element[] {
	const seen = new Set<unknown>();
	return elements.filter((element) => {
		const id = (element as Partial<Identified>).id ?? element;
		return !seen.has(id) && seen.add(id);
	});
}

/**
 * Every element of a collection once, so that nothing is lost that is there all the time, whatever joins and leaves
 * meanwhile. The first page is read first, and nothing past the end on purpose. Throws an `EmnifyError` (`notEmnify`) where
 * the pages hold less than their headers promise, however often they are read.
 */
export async function* allPages<Element extends Identified>(
	collection: Collection<Element>,
	firstPage?: Page<Element>,
): AsyncGenerator<Element[], void> {
	const { guarantee, isWhole } = collection;
	const seen = new Set<unknown>();
	let failure: EmnifyError | undefined;
	for (let reading = 1; reading <= MOST_READINGS; reading++) {
		const known = seen.size;
		const first = (reading === 1 && firstPage) || (await collection.fetch(1, ELEMENTS_IN_A_PAGE));
		const reader = new Reading(collection, first, seen);
		yield* reader.take(first);
		// After pages that promised more, nothing at all is no answer to where it is.
		if (failure && first.elements.length === 0 && first.total === undefined) continue;
		if (!hasMoreThan(first, isWhole)) return;
		if (reading === 1 && guarantee !== 'appendOnly') {
			const fromTheLast = guarantee === 'sortedById' && reader.isLong();
			if (yield* fromTheLast ? reader.fromTheLast() : reader.overlapping()) return;
		}
		failure = yield* reader.forward();
		const isStill = reading > 1 && seen.size === known;
		if (!failure && (guarantee === 'appendOnly' || isStill || reader.isTiny())) return;
	}
	if (failure) throw failure;
}

/** The first `limit` elements of a collection, each once, in emnify's order. */
export async function firstElements<Element extends Identified>(
	collection: Collection<Element>,
	limit: number,
): Promise<Element[]> {
	const size = Math.min(limit, ELEMENTS_IN_A_PAGE);
	let failure: EmnifyError | undefined;
	for (let reading = 1; reading <= MOST_READINGS; reading++) {
		const first = await collection.fetch(1, size);
		const reader = new Reading(collection, first, new Set(), size);
		const found: Element[] = [...reader.take(first)].flat();
		if (found.length >= limit || !hasMoreThan(first, collection.isWhole)) {
			return found.slice(0, limit);
		}
		const pages = reader.forward();
		let page = await pages.next();
		for (; !page.done; page = await pages.next()) {
			for (const element of page.value) found.push(element);
			if (found.length >= limit) return found.slice(0, limit);
		}
		failure = page.value;
		if (!failure) return found;
	}
	throw failure as EmnifyError;
}
