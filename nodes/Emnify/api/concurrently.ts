import { sleep } from 'n8n-workflow';

import { rethrow } from './errors';

/** How many reads are under way at once. */
export const CONCURRENT_READS = 10;

/**
 * Works on the elements in their order, at most `width` at once, and takes no new one after the first failure, which it
 * throws once the work that is under way has ended. Each begins a moment after the one before: requests that are sent
 * together are answered together, and their answers wait for one another, which costs a tenth of the time of an audit.
 */
export async function concurrently<Element>(
	elements: Iterable<Element> | AsyncIterable<Element>,
	width: number,
	work: (element: Element, index: number) => Promise<void>,
): Promise<void> {
	const queue = numbered(elements);
	let failed = false;
	let turn = Promise.resolve();
	const worker = async () => {
		for (let next = await queue.next(); !next.done && !failed; next = await queue.next()) {
			const [index, element] = next.value;
			await (turn = turn.then(aMoment));
			if (failed) return;
			await work(element, index).catch(fail);
		}
	};
	const fail = (error: unknown) => {
		failed = true;
		throw error;
	};
	const workers = Array.from({ length: width }, async () => await worker().catch(fail));
	const results = await Promise.allSettled(workers);
	const failure = results.find((result) => result.status === 'rejected');
	if (failure) rethrow(failure.reason);
}

const aMoment = async () => await sleep(0);

async function* numbered<Element>(
	elements: Iterable<Element> | AsyncIterable<Element>,
): AsyncGenerator<[index: number, element: Element], void> {
	let index = 0;
	for await (const element of elements) yield [index++, element];
}
