import { EmnifyError } from './errors';
import { noAnswerInTime, type Send } from './http';
import { withinTime } from './wait';

/** Somebody who waits for an attempt. */
export interface Waiter {
	/** How long one answer may take, in milliseconds. */
	timeoutMs(): number;
	/** Cancels the waiting. */
	signal: AbortSignal | undefined;
}

/**
 * A login that several wait for, each as long as it wants to: whoever gives up leaves it to the others. An answer gets as
 * much time as the most patient of them gives it.
 */
export class SharedAttempt<Result> {
	private readonly result: Promise<Result>;

	private readonly abandoned = new AbortController();

	private readonly waiters = new Set<Waiter>();

	private longestTimeoutMs: number;

	private asked: { sinceMs: number; url: string } | undefined;

	/** Starts the work on behalf of its first waiter, who is to {@link wait} for it at once. */
	constructor(starter: Waiter, work: (attempt: SharedAttempt<Result>) => Promise<Result>) {
		this.longestTimeoutMs = starter.timeoutMs();
		this.result = work(this);
		// Whoever waits learns of a failure; nobody need wait.
		this.result.catch(() => {});
	}

	/** What the work itself waits with: it is cancelled once nobody waits any more, which a request under way is not. */
	get worker(): Waiter {
		return { timeoutMs: () => this.longestTimeoutMs, signal: this.abandoned.signal };
	}

	/** Sends as `send` does, with the time that the waiters give it. */
	sendWith(send: Send): Send {
		return async (request, timeoutMs = () => 0) => {
			const limitMs = () => Math.max(this.longestTimeoutMs, timeoutMs());
			return await this.asking(request.url, async () => await send(request, limitMs));
		};
	}

	/** Does what waits for an answer from that address: only then the waiters' time runs. */
	async asking<Answer>(url: string, work: () => Promise<Answer>): Promise<Answer> {
		this.asked = { sinceMs: Date.now(), url };
		return await work().finally(() => (this.asked = undefined));
	}

	/**
	 * The result. Throws what the work throws, and an `EmnifyError` (`timeout`, `cancelled`) where this waiter gives up, or
	 * (`cancelled`) where it came after everybody had.
	 */
	async wait(waiter: Waiter): Promise<Result> {
		this.waiters.add(waiter);
		this.longestTimeoutMs = Math.max(this.longestTimeoutMs, waiter.timeoutMs());
		const limit = {
			signal: waiter.signal,
			leftMs: () => (this.asked ? this.asked.sinceMs + waiter.timeoutMs() - Date.now() : Infinity),
			late: () => noAnswerInTime({ url: this.asked?.url ?? '' }, waiter.timeoutMs()),
		};
		return await withinTime(limit, async () => await this.result).finally(() => {
			this.waiters.delete(waiter);
			if (this.waiters.size === 0) this.abandoned.abort();
		});
	}
}

/** Whether an attempt ended because everybody else had left it: then it says nothing to a waiter who came later. */
export function wasAbandoned(error: unknown, { signal }: Waiter): boolean {
	return error instanceof EmnifyError && error.kind === 'cancelled' && signal?.aborted !== true;
}
