import type { ApplicationToken } from '../api/types';
import { DAY_MS } from '../domain/day';
import { readInstant } from '../domain/instant';
import { isRevoked } from '../endpoints/applicationTokens';
import { OVERLAP_MS } from './eventWindow';
import { tokenExpiring, type Occurrence } from './occurrence';

/**
 * The tokens whose last days began since the poll `before`; `undefined` for a start. The date of a token that is in its last
 * days as soon as it is made may lie before that poll, where emnify's clocks differ: so those of the minutes before are
 * kept as `seen`. A checkpoint of version 1 has none.
 */
export function tokenChanges(
	before: { polled: number; tokens?: ReadonlySet<number> } | undefined,
	tokenDays: number,
	now: number,
	tokens: ApplicationToken[],
): { occurrences: Occurrence[]; seen: Set<number> } {
	const seen = new Set<number>();
	const occurrences: Occurrence[] = [];
	const polled = before?.polled ?? now;
	const from = before?.tokens ? polled - OVERLAP_MS : polled;
	for (const token of tokens) {
		const at = lastDaysOfToken(token, tokenDays);
		if (at === null || at > now || isRevoked(token)) continue;
		if (at > now - OVERLAP_MS) seen.add(token.id);
		if (at > from && before?.tokens?.has(token.id) !== true) {
			occurrences.push(tokenExpiring(token, at));
		}
	}
	return { occurrences, seen };
}

/** When an application token that can expire comes to its last days, or was made if that was later. */
export function lastDaysOfToken(
	{ created, expiry_date }: ApplicationToken,
	days: number,
): number | null {
	const expiry = readInstant(expiry_date);
	if (expiry === null) return null;
	return Math.max(expiry - days * DAY_MS, readInstant(created) ?? 0);
}
