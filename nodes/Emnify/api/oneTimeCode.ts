import { BoundedMap, sha256 } from './memory';
import { LAST_SECONDS_MS, totpCode, totpRemainingMs, totpStep, type TotpSecret } from './totp';
import { wait } from './wait';

/** The step of the newest code that was used, for each secret at each emnify. */
const usedSteps = new BoundedMap<number>();

/**
 * The code of the current step by the clock of the emnify at `baseUrl`, which is `clockOffsetMs` ahead of this one. Waits
 * for the next step in the last seconds of one, when the code would be late, and where this step's code was already
 * used: emnify counts a second use as a failed attempt. Throws an `EmnifyError` (`cancelled`).
 */
export async function freshTotpCode(
	baseUrl: string,
	secret: TotpSecret,
	clockOffsetMs: number,
	signal: AbortSignal | undefined,
): Promise<string> {
	const name = sha256(`${baseUrl} ${secret.key.toString('hex')}`);
	for (;;) {
		const nowMs = Date.now() + clockOffsetMs;
		const step = totpStep(secret, nowMs);
		const isUsed = usedSteps.get(name) === step;
		const remainingMs = totpRemainingMs(secret, nowMs);
		if (!isUsed && remainingMs > LAST_SECONDS_MS) {
			usedSteps.set(name, step);
			return totpCode(secret, step);
		}
		await wait(remainingMs + 100, signal);
	}
}
