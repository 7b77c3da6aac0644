/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the simulator runs in Node, not in n8n */
import { setTimeout as wait } from 'node:timers/promises';

/** A way the service or the network can fail. */
export type Fault =
	/**
	 * Answers with this status and does nothing else. Without `body` and `html`, 403, 404 and 429
	 * carry the documented error body and every other status an empty one. `retryAfter` is a number
	 * of seconds or an HTTP date.
	 */
	| {
			kind: 'status';
			status: number;
			retryAfter?: number | string;
			body?: unknown;
			html?: boolean;
	  }
	/** Resets the connection before anything is done. */
	| { kind: 'reset' }
	/** Does what is asked, then resets the connection instead of answering. */
	| { kind: 'resetAfter' }
	/**
	 * Holds the request back for `ms` milliseconds, or until `release()` where `ms` is absent, and
	 * then serves it, unless the client has hung up meanwhile.
	 */
	| { kind: 'stall'; ms?: number; untilReleased?: true }
	/** Does what is asked and answers with JSON that is cut off in the middle. */
	| { kind: 'truncate' }
	/** Answers 200 with an HTML page, as a proxy in between would, and does nothing. */
	| { kind: 'html' };

export const faultKinds = ['status', 'reset', 'resetAfter', 'stall', 'truncate', 'html'] as const;

interface Planned {
	fault: Fault;
	remaining: number;
	endpoint?: string;
}

/** Faults that are planned for the next requests, in the order they were planned. */
export class Faults {
	private planned: Planned[] = [];
	private held = new Set<AbortController>();
	private observers: Array<() => void> = [];

	/**
	 * Plans a fault for the next `times` requests, to `endpoint` (a label of `endpoints`) where it is
	 * given and to any endpoint otherwise. A request meets at most one fault.
	 */
	next(fault: Fault, { times = 1, endpoint }: { times?: number; endpoint?: string } = {}): void {
		this.planned.push({ fault, remaining: times, endpoint });
	}

	/** Forgets every planned fault and releases the held requests. */
	clear(): void {
		this.planned = [];
		this.release();
	}

	/** How many requests are still to meet a fault. */
	get pending(): number {
		return this.planned.reduce((sum, { remaining }) => sum + remaining, 0);
	}

	/** How many requests are held back by a `stall` right now. */
	get stalled(): number {
		return this.held.size;
	}

	/** Resolves once at least one request is held back. */
	async whenStalled(): Promise<void> {
		if (this.held.size > 0) return;
		await new Promise<void>((resolve) => this.observers.push(resolve));
	}

	/** Lets the held requests go on. */
	release(): void {
		for (const hold of this.held) hold.abort();
	}

	/** The fault a request to this endpoint meets, counted down. */
	take(endpoint: string): Fault | undefined {
		const found = this.planned.find(
			(plan) => plan.endpoint === undefined || plan.endpoint === endpoint,
		);
		if (!found) return undefined;
		found.remaining -= 1;
		this.planned = this.planned.filter(({ remaining }) => remaining > 0);
		return found.fault;
	}

	/** Holds a request back for `ms` milliseconds, or until `release()`. */
	async hold(ms?: number): Promise<void> {
		const controller = new AbortController();
		this.held.add(controller);
		for (const notify of this.observers.splice(0)) notify();
		const released = new Promise<void>((resolve) => {
			controller.signal.addEventListener('abort', () => resolve());
		});
		const elapsed =
			ms === undefined ? released : wait(ms, undefined, { signal: controller.signal });
		await Promise.race([released, elapsed.catch(() => undefined)]);
		this.held.delete(controller);
	}
}
