import { DEFAULT_TIMEOUT_MS } from './http';

/** How much trouble a run bears before it reports it. */
export interface RetryPolicy {
	/** How long to wait for one answer, in milliseconds. */
	timeoutMs: number;
	/** How long to wait while emnify's rate limit is reached, in milliseconds. */
	rateLimitMs: number;
	/** How long to wait while emnify is down, in milliseconds. */
	outageMs: number;
	/** How often a read is sent again after a transient failure. */
	readRetries: number;
}

/** For work that nobody watches. */
export const UNATTENDED: RetryPolicy = {
	timeoutMs: DEFAULT_TIMEOUT_MS,
	rateLimitMs: 600_000,
	outageMs: 120_000,
	readRetries: 3,
};

/** For the lists of the editor, where a person waits. */
export const INTERACTIVE: RetryPolicy = {
	timeoutMs: DEFAULT_TIMEOUT_MS,
	rateLimitMs: 2_000,
	outageMs: 0,
	readRetries: 1,
};
