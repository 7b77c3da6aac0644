import { lock } from 'proper-lockfile';

/** So long after its holder was killed, in milliseconds, the lock is free. A holder that lives says so every few seconds. */
const STALE_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** Runs `work` while no other process runs its own under the same lock, which is the folder `<file>.lock`. */
export async function withLock(file: string, work: () => Promise<void>): Promise<void> {
	const release = await lock(file, {
		realpath: false,
		stale: STALE_MS,
		retries: { forever: true, minTimeout: LOOK_EVERY_MS, maxTimeout: LOOK_EVERY_MS },
	});
	try {
		await work();
	} finally {
		await release();
	}
}
