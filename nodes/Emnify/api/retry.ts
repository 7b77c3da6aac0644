import { EmnifyError } from './errors';
import { Pause, type PausePatience } from './pause';
import { wait } from './wait';

const FIRST_WAIT_MS = 250;
const GROWTH = 4;
/** After so many failures in a row within so short a time, of whatever reads, emnify is taken to be down. */
const DOWN_AFTER = 10;
const DOWN_WITHIN_MS = 60_000;

/**
 * Repeats reads after a failure that may pass: 5xx, no answer, an answer cut off. Where all of them fail emnify is down:
 * then they pause together, for as long as the outage may last, and that costs none of them a retry.
 */
export class Retries {
	/** When the failures since the last answer came, as far as that is not long ago. */
	private failuresMs: number[] = [];

	private isDown = false;

	private readonly outage = new Pause((error) => mayPass(error) && this.isDown);

	constructor(
		private readonly retries: number,
		private readonly outagePatience: PausePatience,
	) {}

	/**
	 * Makes the attempt, and again up to the number of retries, with waits that grow and differ at random. Throws the last
	 * failure. Not for writes: a request without an answer may have been carried out.
	 */
	async attempt<Answer>(
		attempt: () => Promise<Answer>,
		signal: AbortSignal | undefined,
		made = 0,
	): Promise<Answer> {
		const counted = async () => await this.counted(attempt);
		return await this.outage
			.pass(counted, this.outagePatience, signal)
			.catch(async (error: unknown) => {
				if (!mayPass(error) || made >= this.retries || this.isDown) throw error;
				await wait(FIRST_WAIT_MS * GROWTH ** made * (0.75 + Math.random() / 2), signal);
				return await this.attempt(attempt, signal, made + 1);
			});
	}

	private async counted<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
		return await attempt().then(
			(answer) => {
				this.afterAnswer();
				return answer;
			},
			async (error: unknown) => {
				if (mayPass(error)) this.afterFailure();
				else if (isAnswer(error)) this.afterAnswer();
				return await Promise.reject(error as Error);
			},
		);
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

/** Whether emnify has answered, if only to refuse. */
function isAnswer(error: unknown): boolean {
	if (!(error instanceof EmnifyError)) return false;
	const { httpStatus, neverSent } = error.facts;
	return httpStatus !== undefined && !neverSent;
}

/**
 * Whether the failure is of emnify or the network as a whole, rather than of what was asked: it may pass by itself.
 */
export function mayPass(error: unknown): boolean {
	if (!(error instanceof EmnifyError) || error.facts.final) return false;
	const { kind, facts } = error;
	const { httpStatus = 0 } = facts;
	const cutOff = kind === 'notEmnify' && httpStatus >= 200 && httpStatus <= 299;
	return cutOff || httpStatus === 408 || ['server', 'timeout', 'unreachable'].includes(kind);
}
