import { EmnifyError } from './errors';
import { wait } from './wait';

const FIRST_WAIT_MS = 250;
const GROWTH = 4;
/** After so many reads in a row that failed for good, emnify is taken to be down: the next ones are sent once. */
const HOPELESS = 10;

/** Repeats reads after a failure that may pass: 5xx, no answer, an answer cut off. */
export class Retries {
	private failedInARow = 0;

	constructor(private readonly retries: number) {}

	/**
	 * Makes the attempt, and again up to the number of retries, with waits that grow and differ at random. Throws the last
	 * failure. Not for writes: a request without an answer may have been carried out.
	 */
	async attempt<Answer>(
		attempt: () => Promise<Answer>,
		signal: AbortSignal | undefined,
		made = 0,
	): Promise<Answer> {
		return await attempt().then(
			(answer) => {
				this.failedInARow = 0;
				return answer;
			},
			async (error: unknown) => {
				if (!mayPass(error)) throw error;
				if (made >= this.retries || this.failedInARow >= HOPELESS) {
					this.failedInARow++;
					throw error;
				}
				await wait(FIRST_WAIT_MS * GROWTH ** made * (0.75 + Math.random() / 2), signal);
				return await this.attempt(attempt, signal, made + 1);
			},
		);
	}
}

/** Whether the failure is of emnify or the network as a whole, rather than of what was asked. */
export function mayPass(error: unknown): boolean {
	if (!(error instanceof EmnifyError)) return false;
	const { kind, facts } = error;
	const cutOff = kind === 'notEmnify' && facts.httpStatus === 200;
	return cutOff || kind === 'server' || kind === 'timeout' || kind === 'unreachable';
}
