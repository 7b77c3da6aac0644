import { requestsOfUser } from './inTurn';
import type { EventName } from './events';

/** How many requests a minute leave others room at emnify's limit of 2,000 in 5 minutes (§2). */
const REQUESTS_A_MINUTE = 300;
/** At longer intervals users are read in turn. */
const LONGEST_INTERVAL_MINUTES = 5;

/** The advice to poll less often, where a poll of the users takes more requests than fit its interval, in minutes. */
export function intervalAdvice(
	users: number,
	events: EventName[],
	minutes: number,
): string | undefined {
	const requests = users * requestsOfUser(events);
	const fitting = Math.min(Math.ceil(requests / REQUESTS_A_MINUTE), LONGEST_INTERVAL_MINUTES);
	// Less than a minute is somebody who switches the workflow off and on.
	if (minutes < 1 || minutes >= fitting) return undefined;
	const interval = minutes === 1 ? '1 minute' : `${minutes} minutes`;
	return `A poll of ${users} users takes ${requests} requests, more than fit an interval of ${interval}: emnify allows 2,000 in 5 minutes. Poll every ${fitting} minutes or less often.`;
}
