import { CircuitBreaker } from './circuitBreaker';
import type { EmnifyError } from './errors';

const requests = new Map<string, CircuitBreaker>();
const logins = new Map<string, CircuitBreaker>();

/**
 * The circuit breaker that the rate limit (§2) of the emnify at `baseUrl` opens. The limit is one for each IP address, so
 * everything in this process that speaks to the same emnify waits together. A 429 says that nothing was done: writes may be sent again too.
 */
export function rateLimitOf(baseUrl: string): CircuitBreaker {
	return breakerIn(requests, baseUrl, (isLogin) => !isLogin);
}

/** The one that the limit of logins (§2) opens, which is another: whoever has a session goes on. */
export function loginLimitOf(baseUrl: string): CircuitBreaker {
	return breakerIn(logins, baseUrl, (isLogin) => isLogin);
}

function breakerIn(
	breakers: Map<string, CircuitBreaker>,
	baseUrl: string,
	concerns: (isLogin: boolean) => boolean,
): CircuitBreaker {
	const opensFor = ({ kind, facts }: EmnifyError) => {
		// A login that is held because it may lock the account says nothing of the limit.
		const isHeld = facts.final && facts.neverSent;
		return kind === 'rateLimited' && !isHeld && concerns(facts.login === true);
	};
	const breaker = breakers.get(baseUrl) ?? new CircuitBreaker(opensFor);
	breakers.set(baseUrl, breaker);
	return breaker;
}
