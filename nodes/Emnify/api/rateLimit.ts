import { EmnifyError } from './errors';
import { wait } from './wait';

const SHORTEST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;
/** Without `Retry-After` (undocumented, §2) each wait is this part of the pause so far: it grows exponentially. */
const GROWTH = 0.1;
const JITTER = 0.2;
const PROBE_UNDER_WAY_MS = 50;

interface Pause {
	sinceMs: number;
	/** When the next request probes whether the pause is over. */
	untilMs: number;
	probing: boolean;
}

/**
 * The pause at emnify's rate limit (§2). The limit is one for each IP address, so everything in this process that speaks
 * to the same emnify pauses together; then a single request probes, and once it passes all go on.
 */
export class RateLimit {
	private pause?: Pause;

	/**
	 * Makes the attempt as soon as there is no pause, and again after each `rateLimited`, until the pause has lasted
	 * `patienceMs`: then it throws that `EmnifyError`. A 429 says that nothing was done, so this is safe for writes, too.
	 */
	async pass<Answer>(
		attempt: () => Promise<Answer>,
		patienceMs: number,
		signal: AbortSignal | undefined,
	): Promise<Answer> {
		const probes = await this.admitted(patienceMs, signal);
		return await attempt().then(
			(answer) => {
				if (probes) this.pause = undefined;
				return answer;
			},
			async (error: unknown) => {
				if (!(error instanceof EmnifyError) || error.kind !== 'rateLimited') {
					if (probes) this.pause = undefined;
					throw error;
				}
				const { sinceMs, untilMs } = this.prolonged(probes, error.facts.retryAfterSeconds);
				if (untilMs > sinceMs + patienceMs) throw error;
				return await this.pass(attempt, patienceMs, signal);
			},
		);
	}

	/** Answers whether the request to be sent now is one that probes. Who has no patience left does not wait for a turn. */
	private async admitted(patienceMs: number, signal: AbortSignal | undefined): Promise<boolean> {
		for (;;) {
			const now = Date.now();
			if (!this.pause) return false;
			const { sinceMs, untilMs, probing } = this.pause;
			if (now >= sinceMs + patienceMs || (now >= untilMs && !probing)) {
				this.pause.probing = true;
				return true;
			}
			await wait(probing ? PROBE_UNDER_WAY_MS : untilMs - now, signal);
		}
	}

	/** Of the requests that were under way when the limit was reached the first sets the pause, then only a probe. */
	private prolonged(probes: boolean, retryAfterSeconds: number | undefined): Pause {
		if (this.pause && !probes) return this.pause;
		const now = Date.now();
		const isStale = this.pause && now > this.pause.untilMs + LONGEST_WAIT_MS;
		const sinceMs = isStale ? now : (this.pause?.sinceMs ?? now);
		const backOffMs = Math.max(SHORTEST_WAIT_MS, GROWTH * (now - sinceMs));
		const waitMs =
			retryAfterSeconds === undefined
				? Math.min(LONGEST_WAIT_MS, backOffMs * (1 + JITTER * (Math.random() - 0.5)))
				: retryAfterSeconds * 1000 + Math.random() * SHORTEST_WAIT_MS;
		return (this.pause = { sinceMs, untilMs: now + waitMs, probing: false });
	}
}

const limits = new Map<string, RateLimit>();

/** The one {@link RateLimit} of this process for the emnify at `baseUrl`. */
export function rateLimitOf(baseUrl: string): RateLimit {
	const limit = limits.get(baseUrl) ?? new RateLimit();
	limits.set(baseUrl, limit);
	return limit;
}
