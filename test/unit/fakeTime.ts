import { EmnifyError } from '../../nodes/Emnify/api/errors';

// For tests in which time is moved by hand (`jest.useFakeTimers`).

export const failure = (kind: EmnifyError['kind'], facts: EmnifyError['facts'] = {}) =>
	new EmnifyError(kind, 'It failed', 'Wait.', facts);

export const limit = (maxWaitMs: number) => ({ startedMs: Date.now(), maxWaitMs });

/** Runs the work with time passing as fast as it can, and says how long it took by that time. */
export async function timed<Result>(
	work: Promise<Result>,
): Promise<{ result: Result; ms: number }> {
	const startedMs = Date.now();
	const settled = { isSettled: false };
	const done = work.finally(() => (settled.isSettled = true));
	done.catch(() => {});
	while (!settled.isSettled) await jest.advanceTimersByTimeAsync(10);
	return { result: await done, ms: Date.now() - startedMs };
}

/** Whether the work ends without any time passing to speak of. */
export async function endsAtOnce(work: Promise<unknown>): Promise<boolean> {
	let isSettled = false;
	const settle = () => (isSettled = true);
	void work.then(settle, settle);
	await jest.advanceTimersByTimeAsync(5);
	return isSettled;
}
