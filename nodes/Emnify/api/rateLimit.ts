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
	const pause =
		pauses.get(baseUrl) ??
		new Pause(({ kind, facts }) => kind === 'rateLimited' && concerns(facts.login === true));
	pauses.set(baseUrl, pause);
	return pause;
}
