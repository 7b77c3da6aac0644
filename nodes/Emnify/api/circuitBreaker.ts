import { dateAndTime, EmnifyError, isAnswered, rethrow } from './errors';
import { LIMIT_WINDOW_SECONDS } from './http';
import { wait } from './wait';

const SHORTEST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;
/** Where emnify does not say how long to wait, each wait is this part of the time so far: the back-off is exponential. */
const GROWTH = 0.1;
const JITTER = 0.2;
const PROBE_UNDER_WAY_MS = 50;
/** It stays open for no longer at once: after that emnify is asked again, whatever it said. */
const LONGEST_OPEN_MS = LIMIT_WINDOW_SECONDS * 1000 + SHORTEST_WAIT_MS;

/** How long a request waits for a circuit breaker to close. */
export interface WaitLimit {
	/** When the work that the request belongs to began, in milliseconds since 1970. */
	startedMs: number;
	/** How long to wait, in milliseconds, from when the breaker opened, or from the start of the work if that is later. */
	maxWaitMs: number;
}

/** An open circuit breaker lets nothing through; from `probeAtMs` on it is half-open, for a single probe. */
interface Open {
	sinceMs: number;
	probeAtMs: number;
	/** The failure in which emnify itself asked for the wait (`Retry-After`): it is of no use to ask earlier. */
	asked?: EmnifyError;
	isProbing: boolean;
}

/**
 * A circuit breaker for all requests that share it. Closed, it lets them through. A failure that concerns all of them opens
 * it: then all wait, until a single request, the half-open probe, gets an answer and closes it again.
 */
export class CircuitBreaker {
	/** `undefined` while it is closed. */
	private open: Open | undefined;

	/** `opensFor` says which failures concern all requests. */
	constructor(private readonly opensFor: (error: EmnifyError) => boolean) {}

	/**
	 * Makes the attempt once it is let through, and again after each failure that opens the breaker, within the limit: after
	 * that it throws that `EmnifyError`. Only for what may be repeated after such a failure, unless the failure is `final`.
	 */
	async run<Answer>(
		attempt: () => Promise<Answer>,
		limit: WaitLimit,
		signal: AbortSignal | undefined,
	): Promise<Answer> {
		for (;;) {
			const isProbe = await this.whenLetThrough(limit, signal);
			try {
				const answer = await attempt();
				if (isProbe) this.open = undefined;
				return answer;
			} catch (error) {
				if (!(error instanceof EmnifyError) || !this.opensFor(error)) {
					if (isProbe) this.afterOtherFailure(error);
					rethrow(error);
				}
				const open = this.openedBy(error, isProbe);
				if (error.facts.final || open.probeAtMs > deadlineMs(open, limit)) rethrow(error);
			}
		}
	}

	/** Returns whether the request that is to be sent now is the probe. Past its limit a request does not wait for a turn. */
	private async whenLetThrough(
		limit: WaitLimit,
		signal: AbortSignal | undefined,
	): Promise<boolean> {
		while (this.open) {
			const nowMs = Date.now();
			const { probeAtMs, isProbing, asked } = this.open;
			if (probeAtMs > nowMs + LONGEST_OPEN_MS) {
				// The clock was set back.
				this.open = undefined;
				break;
			}
			const endMs = deadlineMs(this.open, limit);
			if (asked && probeAtMs > Math.max(nowMs, endMs)) throw notTried(asked, probeAtMs);
			if (nowMs >= endMs || (nowMs >= probeAtMs && !isProbing)) {
				this.open.isProbing = true;
				return true;
			}
			await wait(isProbing ? PROBE_UNDER_WAY_MS : Math.min(probeAtMs, endMs) - nowMs, signal);
		}
		return false;
	}

	/** Where emnify answered the probe, whatever else it said, the breaker closes. Without an answer nobody knows. */
	private afterOtherFailure(error: unknown): void {
		if (!(error instanceof EmnifyError) || isAnswered(error)) this.open = undefined;
		else if (this.open) this.open.isProbing = false;
	}

	/** Of the requests that were under way together the first opens it; then only a probe moves the time of the next one. */
	private openedBy(error: EmnifyError, isProbe: boolean): Open {
		if (this.open && !isProbe) return this.open;
		const nowMs = Date.now();
		const isStale = this.open && nowMs > this.open.probeAtMs + LONGEST_WAIT_MS;
		const sinceMs = isStale ? nowMs : (this.open?.sinceMs ?? nowMs);
		const { retryAfterSeconds } = error.facts;
		if (retryAfterSeconds !== undefined) {
			const askedMs = Math.min(retryAfterSeconds, LIMIT_WINDOW_SECONDS) * 1000;
			const probeAtMs = nowMs + askedMs + Math.random() * SHORTEST_WAIT_MS;
			return (this.open = { sinceMs, probeAtMs, asked: error, isProbing: false });
		}
		const backOffMs = Math.max(SHORTEST_WAIT_MS, GROWTH * (nowMs - sinceMs));
		const waitMs = Math.min(LONGEST_WAIT_MS, backOffMs * (1 + JITTER * (Math.random() - 0.5)));
		return (this.open = { sinceMs, probeAtMs: nowMs + waitMs, isProbing: false });
	}
}

/** Another request was told to wait that long: this one need not ask. */
function notTried({ kind, description, facts }: EmnifyError, untilMs: number): EmnifyError {
	return new EmnifyError(
		kind,
		`emnify asks to wait until ${dateAndTime(untilMs)}, so nothing was sent`,
		description,
		{ ...facts, neverSent: true },
	);
}

function deadlineMs({ sinceMs }: Open, { startedMs, maxWaitMs }: WaitLimit): number {
	return Math.max(sinceMs, startedMs) + maxWaitMs;
}
