import { dateAndTime, EmnifyError } from './errors';
import { LIMIT_WINDOW_SECONDS } from './http';
import { wait } from './wait';

const SHORTEST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;
/** Where emnify does not say how long to wait, each wait is this part of the pause so far: it grows exponentially. */
const GROWTH = 0.1;
const JITTER = 0.2;
const PROBE_UNDER_WAY_MS = 50;
/** No pause is set for longer: after that emnify is asked again, whatever it said. */
const LONGEST_ASKED_MS = LIMIT_WINDOW_SECONDS * 1000 + SHORTEST_WAIT_MS;

/** How long a request bears a pause. */
export interface PausePatience {
	/** When the work that the request belongs to began, in milliseconds since 1970. */
	startedMs: number;
	/** How long to wait, from the start of the pause, or of the work if that is later. */
	patienceMs: number;
}

interface Running {
	sinceMs: number;
	/** When the next request probes whether the pause is over. */
	untilMs: number;
	/** What to tell where emnify itself asks for the wait (`Retry-After`): it is of no use to ask earlier. */
	asked?: EmnifyError;
	probing: boolean;
}

/**
 * A pause that everything which shares it makes together, for a reason that concerns all: then a single request probes, and
 * once it passes all go on.
 */
export class Pause {
	private running?: Running;

	/** `isReason` says which failures are a reason to pause. */
	constructor(private readonly isReason: (error: EmnifyError) => boolean) {}

	/**
	 * Makes the attempt as soon as there is no pause, and again after each failure that is a reason for one, as long as
	 * there is patience: then it throws that `EmnifyError`. Only for what may be repeated after such a failure, unless the
	 * failure says that it is `final`.
	 */
	async pass<Answer>(
		attempt: () => Promise<Answer>,
		patience: PausePatience,
		signal: AbortSignal | undefined,
	): Promise<Answer> {
		const probes = await this.admitted(patience, signal);
		return await attempt().then(
			(answer) => {
				if (probes) this.running = undefined;
				return answer;
			},
			async (error: unknown) => {
				if (!(error instanceof EmnifyError) || !this.isReason(error)) {
					if (probes) this.afterOtherFailure(error);
					throw error;
				}
				const pause = this.prolonged(probes, error);
				if (error.facts.final || pause.untilMs > deadlineOf(pause, patience)) throw error;
				return await this.pass(attempt, patience, signal);
			},
		);
	}

	/** Answers whether the request to be sent now is one that probes. Who has no patience left does not wait for a turn. */
	private async admitted(
		patience: PausePatience,
		signal: AbortSignal | undefined,
	): Promise<boolean> {
		for (;;) {
			if (!this.running) return false;
			const now = Date.now();
			const { untilMs, probing, asked } = this.running;
			if (untilMs > now + LONGEST_ASKED_MS) {
				// The clock was set back.
				this.running = undefined;
				return false;
			}
			const deadlineMs = deadlineOf(this.running, patience);
			if (asked && untilMs > Math.max(now, deadlineMs)) throw notTried(asked, untilMs);
			if (now >= deadlineMs || (now >= untilMs && !probing)) {
				this.running.probing = true;
				return true;
			}
			await wait(probing ? PROBE_UNDER_WAY_MS : Math.min(untilMs, deadlineMs) - now, signal);
		}
	}

	/** Emnify took the request, whatever else it said: the pause is over. Without an answer nobody knows. */
	private afterOtherFailure(error: unknown): void {
		const isAnswered =
			!(error instanceof EmnifyError) ||
			(error.facts.httpStatus !== undefined && !error.facts.neverSent);
		if (isAnswered) this.running = undefined;
		else if (this.running) this.running.probing = false;
	}

	/** Of the requests that were under way when the reason came up the first sets the pause, then only a probe. */
	private prolonged(probes: boolean, error: EmnifyError): Running {
		if (this.running && !probes) return this.running;
		const now = Date.now();
		const isStale = this.running && now > this.running.untilMs + LONGEST_WAIT_MS;
		const sinceMs = isStale ? now : (this.running?.sinceMs ?? now);
		const { retryAfterSeconds } = error.facts;
		if (retryAfterSeconds !== undefined) {
			const askedMs = Math.min(retryAfterSeconds, LIMIT_WINDOW_SECONDS) * 1000;
			const untilMs = now + askedMs + Math.random() * SHORTEST_WAIT_MS;
			return (this.running = { sinceMs, untilMs, asked: error, probing: false });
		}
		const backOffMs = Math.max(SHORTEST_WAIT_MS, GROWTH * (now - sinceMs));
		const waitMs = Math.min(LONGEST_WAIT_MS, backOffMs * (1 + JITTER * (Math.random() - 0.5)));
		return (this.running = { sinceMs, untilMs: now + waitMs, probing: false });
	}
}

/** Another request was told to wait so long: this one need not ask. */
function notTried({ kind, description, facts }: EmnifyError, untilMs: number): EmnifyError {
	return new EmnifyError(
		kind,
		`emnify asks to wait until ${dateAndTime(untilMs)}, so nothing was sent`,
		description,
		{ ...facts, neverSent: true },
	);
}

function deadlineOf({ sinceMs }: Running, { startedMs, patienceMs }: PausePatience): number {
	return Math.max(sinceMs, startedMs) + patienceMs;
}
