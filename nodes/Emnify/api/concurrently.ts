import { rethrow } from './errors';

/** How much work is in hand at once, asked for again and again: a `Lane` says so for requests to emnify. */
export interface Pace {
	/** How many elements may be worked on at once. */
	width(): number;
	/** Waits until what is in hand is under way: only then more is taken. */
	whenIdle(): Promise<void>;
}

/** For writes. */
export const oneByOne: Pace = { width: () => 1, whenIdle: async () => {} };

/**
 * Works on the elements in their order, as many at once as the pace allows, and takes no new one after the first failure,
 * which it throws once the work that is under way has ended.
 */
export async function concurrently<Element>(
	elements: Iterable<Element> | AsyncIterable<Element>,
	pace: Pace,
	work: (element: Element, index: number) => Promise<void>,
): Promise<void> {
	let underWay = 0;
	let index = 0;
	let failure: { reason: unknown } | undefined;
	let wake = () => {};
	const oneEnds = async () => await new Promise<void>((resolve) => (wake = resolve));
	const fail = (reason: unknown) => {
		failure ??= { reason };
	};
	const begin = (element: Element) => {
		underWay++;
		void work(element, index++)
			.catch(fail)
			.finally(() => {
				underWay--;
				wake();
			});
	};
	try {
		for await (const element of elements) {
			while (underWay >= pace.width()) await oneEnds();
			await pace.whenIdle();
			if (failure) break;
			begin(element);
		}
	} catch (error) {
		fail(error);
	}
	while (underWay > 0) await oneEnds();
	if (failure) rethrow(failure.reason);
}
