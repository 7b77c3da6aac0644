import type { IDataObject } from 'n8n-workflow';

import { emnifyErrorIn } from '../api/errors';
import { readInstant } from '../domain/instant';
import { toTimestamp } from '../endpoints/timestamp';
import { healthChanged, type Occurrence } from './occurrence';
import type { Polls } from './polls';
import type { Settings } from './settings';

/** After so many failed polls in a row the trigger is blind. */
const MOST_FAILURES = 3;

/**
 * Counts a poll that failed. Gives what is to be handed over instead of the failure, once for each time that the trigger goes
 * blind, where that event is chosen. That it was told is kept in n8n's static data, which is saved with it.
 */
export function failed(
	polls: Polls,
	staticData: IDataObject,
	{ events }: Settings,
	thrown: unknown,
	now: Date,
): Occurrence | undefined {
	polls.failures++;
	polls.failingSince ??= now.getTime();
	if (polls.failures !== MOST_FAILURES || staticData.health !== undefined) return undefined;
	const since = toTimestamp(new Date(lastSuccess(staticData) ?? polls.failingSince));
	staticData.health = { since };
	polls.isBlind = true;
	if (!events.includes('trigger_unhealthy')) return undefined;
	const error = emnifyErrorIn(thrown) ?? (thrown as Error);
	const reason = error instanceof Error ? error.message : String(error);
	return healthChanged('trigger_unhealthy', now.getTime(), {
		since,
		until: null,
		failed_polls: polls.failures,
		reason,
	});
}

/** The poll succeeded: where the trigger was blind, it sees again. */
export function succeeded(
	polls: Polls,
	staticData: IDataObject,
	{ events }: Settings,
	now: Date,
): Occurrence | undefined {
	const { since } = (staticData.health ?? {}) as { since?: unknown };
	const wasBlind = staticData.health !== undefined || polls.isBlind;
	const failures = polls.failures;
	const failingSince = polls.failingSince ?? now.getTime();
	polls.failures = 0;
	polls.isBlind = false;
	polls.failingSince = undefined;
	delete staticData.health;
	if (!wasBlind || !events.includes('trigger_recovered')) return undefined;
	return healthChanged('trigger_recovered', now.getTime(), {
		since: typeof since === 'string' ? since : toTimestamp(new Date(failingSince)),
		until: toTimestamp(now),
		failed_polls: failures,
		reason: null,
	});
}

function lastSuccess({ state }: IDataObject): number | null {
	const { polled } = (state ?? {}) as { polled?: unknown };
	return typeof polled === 'number' ? polled : readInstant(polled);
}
