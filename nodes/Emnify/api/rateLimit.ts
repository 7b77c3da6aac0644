import type { EmnifyError } from './errors';
import { Pause } from './pause';

const requests = new Map<string, Pause>();
const logins = new Map<string, Pause>();

/**
 * The pause at the rate limit (§2) of the emnify at `baseUrl`. The limit is one for each IP address, so everything in this
 * process that speaks to the same emnify pauses together. A 429 says that nothing was done: writes may pass it too.
 */
export function rateLimitOf(baseUrl: string): Pause {
	return pauseIn(requests, baseUrl, (isLogin) => !isLogin);
}

/** The pause at the limit of logins (§2), which is another: whoever has a session goes on. */
export function loginLimitOf(baseUrl: string): Pause {
	return pauseIn(logins, baseUrl, (isLogin) => isLogin);
}

function pauseIn(
	pauses: Map<string, Pause>,
	baseUrl: string,
	concerns: (isLogin: boolean) => boolean,
): Pause {
	const isReason = ({ kind, facts }: EmnifyError) => {
		// A login that is held because it may lock the account says nothing of the limit.
		const isHeld = facts.final && facts.neverSent;
		return kind === 'rateLimited' && !isHeld && concerns(facts.login === true);
	};
	const pause = pauses.get(baseUrl) ?? new Pause(isReason);
	pauses.set(baseUrl, pause);
	return pause;
}
