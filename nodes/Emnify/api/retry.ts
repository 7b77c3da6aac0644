import { CircuitBreaker, type WaitLimit } from './circuitBreaker';
import { EmnifyError, isAnswered, rethrow } from './errors';
import { wait } from './wait';

const FIRST_WAIT_MS = 250;
const GROWTH = 4;
/** After that many failures in a row within that time, of whatever reads, emnify is taken to be down. */
const DOWN_AFTER = 10;
const DOWN_WITHIN_MS = 60_000;

/**
 * Sends reads again after a failure:
 *
 * | Failure           | while emnify is up                          | while it is down                                   |
 * | ----------------- | ------------------------------------------- | -------------------------------------------------- |
 * | {@link isTransient} | again, as often as `retries` says         | again once it is up, which costs none of the retries |
 * | any other         | thrown                                      | thrown                                             |
 *
 * Not for writes: a request without an answer may have been carried out.
 */
export class Retries {
	/** When the failures since the last answer came, as far as that is not long ago. */
	private failuresMs: number[] = [];

	private isDown = false;

	/** While emnify is down all reads wait together, until `outageLimit` is over. */
	private readonly outage = new CircuitBreaker((error) => isTransient(error) && this.isDown);

	constructor(
		private readonly retries: number,
		private readonly outageLimit: WaitLimit,
	) {}

	/** Makes the attempt, and again as the table says. Throws the last failure. */
	async run<Answer>(
		attempt: () => Promise<Answer>,
		signal: AbortSignal | undefined,
	): Promise<Answer> {
		const watched = async () => await this.watched(attempt);
		for (let retried = 0; ; retried++) {
			try {
				return await this.outage.run(watched, this.outageLimit, signal);
			} catch (error) {
				const delayMs = this.retryDelayMs(error, retried);
				if (delayMs === undefined) rethrow(error);
				await wait(delayMs, signal);
			}
		}
	}

	/** When to send it again, in milliseconds from now; `undefined` for never. */
	private retryDelayMs(error: unknown, retried: number): number | undefined {
		if (!isTransient(error) || this.isDown || retried >= this.retries) return undefined;
		return FIRST_WAIT_MS * GROWTH ** retried * (0.75 + Math.random() / 2);
	}

	/** Makes the attempt, and learns from how it ends whether emnify is down. */
	private async watched<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
		try {
			const answer = await attempt();
			this.afterAnswer();
			return answer;
		} catch (error) {
			if (isTransient(error)) this.afterFailure();
			else if (isAnswered(error)) this.afterAnswer();
			rethrow(error);
		}
	}

	private afterFailure(): void {
		const nowMs = Date.now();
		const recent = this.failuresMs.filter((failedMs) => failedMs > nowMs - DOWN_WITHIN_MS);
		this.failuresMs = [...recent, nowMs].slice(-DOWN_AFTER);
		// While reads wait for the end of the outage few of them fail: it lasts until one is answered.
		this.isDown ||= this.failuresMs.length >= DOWN_AFTER;
	}

	private afterAnswer(): void {
		this.failuresMs = [];
		this.isDown = false;
	}
}

/** Whether the failure is of emnify or the network as a whole, rather than of what was asked: it may pass by itself. */
export function isTransient(error: unknown): boolean {
	if (!(error instanceof EmnifyError) || error.facts.final) return false;
	const { kind, facts } = error;
	const { httpStatus = 0 } = facts;
	const isCutOff = kind === 'notEmnify' && httpStatus >= 200 && httpStatus <= 299;
	return isCutOff || httpStatus === 408 || ['server', 'timeout', 'unreachable'].includes(kind);
}
