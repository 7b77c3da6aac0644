import { sleep } from 'n8n-workflow';

import { cancelled, type EmnifyError } from './errors';

const SLICE_MS = 250;

/** Waits, in milliseconds. Throws an `EmnifyError` (`cancelled`) soon after the execution is cancelled in n8n. */
export async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
	const end = Date.now() + milliseconds;
	for (let left = milliseconds; left > 0; left = end - Date.now()) {
		if (signal?.aborted) throw cancelled();
		await sleep(Math.min(left, SLICE_MS));
	}
	if (signal?.aborted) throw cancelled();
}

/** How long something may take. */
interface TimeLimit {
	/** The milliseconds that are left, asked for again and again, because the end may move; `Infinity` for no end. */
	leftMs(): number;
	/** What is thrown at the end. */
	late(): EmnifyError;
	/** Cancels it. */
	signal: AbortSignal | undefined;
}

/**
 * The work's result, if it comes in time. Throws the limit's `EmnifyError` when the time is over, and `cancelled` when the
 * signal aborts, whether or not the work then ends: its own signal tells it to.
 */
export async function withinTime<Result>(
	{ leftMs, late, signal }: TimeLimit,
	work: (ended: AbortSignal) => Promise<Result>,
): Promise<Result> {
	if (signal?.aborted) throw cancelled();
	const controller = new AbortController();
	let isOver = false;
	let onAbort = () => {};
	const watch = async (onLate: (error: EmnifyError) => void) => {
		for (let left = leftMs(); !isOver; left = leftMs()) {
			if (left <= 0) return onLate(late());
			await sleep(Math.min(left, SLICE_MS));
		}
	};
	const result = new Promise<Result>((resolve, reject) => {
		onAbort = () => reject(cancelled());
		signal?.addEventListener('abort', onAbort);
		void watch(reject);
		work(controller.signal).then(resolve, reject);
	});
	return await result
		.catch((error: unknown) => {
			controller.abort();
			throw error;
		})
		.finally(() => {
			isOver = true;
			signal?.removeEventListener('abort', onAbort);
		});
}
