import { MOST_AT_ONCE } from './adaptiveConcurrency';
import { DEFAULT_TIMEOUT_MS } from './http';

/** How much trouble a run bears before it reports it, and how much it may cause. */
export interface RetryPolicy {
	/** How long to wait for one answer, in milliseconds. */
	timeoutMs: number;
	/** How long to wait while emnify's rate limit is reached, in milliseconds. */
	rateLimitMs: number;
	/** How long to wait while emnify is down, in milliseconds. */
	outageMs: number;
	/** How often a read is sent again after a transient failure. */
	readRetries: number;
	/** How many requests may be under way at once at most; how many really are is learned from how long answers take. */
	mostAtOnce: number;
}

/** For work that nobody watches. */
export const UNATTENDED: RetryPolicy = {
	timeoutMs: DEFAULT_TIMEOUT_MS,
	rateLimitMs: 600_000,
	outageMs: 120_000,
	readRetries: 3,
	mostAtOnce: MOST_AT_ONCE,
};

/** For the lists of the editor, where a person waits. */
export const INTERACTIVE: RetryPolicy = {
	timeoutMs: DEFAULT_TIMEOUT_MS,
	rateLimitMs: 2_000,
	outageMs: 0,
	readRetries: 1,
	mostAtOnce: MOST_AT_ONCE,
};
