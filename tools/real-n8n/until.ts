/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { setTimeout as delay } from 'node:timers/promises';

/** So long something may take that happens by itself; this only ends what hangs. */
const PATIENCE_MS = 180_000;

/**
 * Waits until something holds, and gives it.
 *
 * @throws Error that names it where it does not come true
 */
export async function until<Value>(
	what: string,
	look: () => Value | undefined | false | Promise<Value | undefined | false>,
): Promise<Value> {
	const deadline = AbortSignal.timeout(PATIENCE_MS);
	for (;;) {
		const value = await look();
		if (value !== undefined && value !== false) return value;
		if (deadline.aborted) throw new Error(`It did not come true: ${what}`);
		await delay(50);
	}
}
