import { EmnifyError } from './errors';
import { Pause, type PausePatience } from './pause';
import { wait } from './wait';

const FIRST_WAIT_MS = 250;
const GROWTH = 4;
/** After so many failures in a row, of whatever reads, emnify is taken to be down. */
const DOWN_AFTER = 10;

/**
 * Repeats reads after a failure that may pass: 5xx, no answer, an answer cut off. Where all of them fail emnify is down:
 * then they pause together, for as long as the outage may last, and that costs none of them a retry.
 */
export class Retries {
	private failedInARow = 0;

	private readonly outage = new Pause((error) => mayPass(error) && this.isDown());

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
				if (!mayPass(error) || made >= this.retries || this.isDown()) throw error;
				await wait(FIRST_WAIT_MS * GROWTH ** made * (0.75 + Math.random() / 2), signal);
				return await this.attempt(attempt, signal, made + 1);
			});
	}

	private async counted<Answer>(attempt: () => Promise<Answer>): Promise<Answer> {
		return await attempt().then(
			(answer) => {
				this.failedInARow = 0;
				return answer;
			},
			async (error: unknown) => {
				this.failedInARow = mayPass(error) ? this.failedInARow + 1 : 0;
				return await Promise.reject(error as Error);
			},
		);
	}

	private isDown(): boolean {
		return this.failedInARow >= DOWN_AFTER;
	}
}

/** Whether the failure is of emnify or the network as a whole, rather than of what was asked. */
export function mayPass(error: unknown): boolean {
	if (!(error instanceof EmnifyError)) return false;
	const { kind, facts } = error;
	const cutOff = kind === 'notEmnify' && facts.httpStatus === 200;
	return cutOff || kind === 'server' || kind === 'timeout' || kind === 'unreachable';
}
