import type { IDataObject } from 'n8n-workflow';

import { emnifyErrorIn } from '../api/errors';
import { readInstant } from '../domain/instant';
import { toTimestamp } from '../endpoints/timestamp';
import type { TriggerSettings } from './fields';
import { healthChanged, type Occurrence } from './occurrence';
import type { ProcessState } from './processState';

/** How many polls in a row fail before the trigger counts as blind. */
const BLIND_AFTER = 3;

/**
 * Counts a poll that failed. Once for each time that the trigger goes blind, gives what is to be handed over instead of the
 * failure, where that event is chosen. n8n's static data, which is saved with it, keeps that it was reported.
 */
export function countFailure(
	trigger: ProcessState,
	staticData: IDataObject,
	{ events }: TriggerSettings,
	thrown: unknown,
	now: Date,
): Occurrence | undefined {
	trigger.failures++;
	trigger.failingSince ??= now.getTime();
	if (trigger.failures !== BLIND_AFTER || staticData.health !== undefined) return undefined;
	const since = toTimestamp(new Date(lastSuccess(staticData) ?? trigger.failingSince));
	staticData.health = { since };
	trigger.isBlind = true;
	if (!events.includes('trigger_unhealthy')) return undefined;
	const error = emnifyErrorIn(thrown) ?? thrown;
	const reason = error instanceof Error ? error.message : String(error);
	return healthChanged('trigger_unhealthy', now.getTime(), {
		since,
		until: null,
		failed_polls: trigger.failures,
		reason,
	});
}

/** Notes that a poll succeeded. Where the trigger was blind, gives the report that it recovered, if that event is chosen. */
export function countSuccess(
	trigger: ProcessState,
	staticData: IDataObject,
	{ events }: TriggerSettings,
	now: Date,
): Occurrence | undefined {
	const { since } = (staticData.health ?? {}) as { since?: unknown };
	const wasBlind = staticData.health !== undefined || trigger.isBlind;
	const failures = trigger.failures;
	const failingSince = trigger.failingSince ?? now.getTime();
	trigger.failures = 0;
	trigger.isBlind = false;
	trigger.failingSince = undefined;
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
