import type { IPollFunctions } from 'n8n-workflow';

import { DEFAULT_TIMEOUT_MS } from '../api/http';
import type { RetryPolicy } from '../api/retryPolicy';

/** The time for a poll where n8n sets no limit: versions before 2.40 wait for it as long as it takes. */
const DEFAULT_BUDGET_MS = 5 * 60_000;

/** The time that a poll may take. */
export class Budget {
	private readonly startedAtMs = Date.now();

	private constructor(private readonly totalMs: number) {}

	static of(context: Partial<Pick<IPollFunctions, 'getPollBudgetMs'>>): Budget {
		return new Budget(context.getPollBudgetMs?.() ?? DEFAULT_BUDGET_MS);
	}

	/** How long the poll has taken so far, in milliseconds. */
	spentMs(): number {
		return Date.now() - this.startedAtMs;
	}

	/** Whether nothing new is to be begun: what is under way may still have to wait for emnify. */
	isSpent(): boolean {
		return this.spentMs() > this.totalMs * 0.4;
	}

	/** Whether the poll has taken all the time that there was. */
	isOver(): boolean {
		return this.spentMs() > this.totalMs;
	}

	/** How long to wait for emnify, so that the poll ends in time whatever happens. The next poll comes soon enough. */
	retryPolicy(): RetryPolicy {
		return {
			// However little time there is, one answer must be possible.
			timeoutMs: Math.max(1_000, Math.min(DEFAULT_TIMEOUT_MS, this.totalMs * 0.1)),
			rateLimitMs: this.totalMs * 0.4,
			outageMs: 0,
			readRetries: 1,
		};
	}
}
