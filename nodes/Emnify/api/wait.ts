import { sleep } from 'n8n-workflow';

import { cancelled } from './errors';

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
