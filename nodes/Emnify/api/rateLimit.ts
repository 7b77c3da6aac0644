import { Pause } from './pause';

const pauses = new Map<string, Pause>();

/**
 * The pause at the rate limit (§2) of the emnify at `baseUrl`. The limit is one for each IP address, so everything in this
 * process that speaks to the same emnify pauses together. A 429 says that nothing was done: writes may pass it too.
 */
export function rateLimitOf(baseUrl: string): Pause {
	const pause = pauses.get(baseUrl) ?? new Pause(({ kind }) => kind === 'rateLimited');
	pauses.set(baseUrl, pause);
	return pause;
}
