import { CONCURRENT_READS } from '../../nodes/Emnify/api/concurrently';
import { contractLimits } from '../../simulator';

/**
 * The fewest requests that an audit takes: a login, the Workspace, each user's devices once, and each page of users once, of
 * several the first one twice.
 */
export function fewestRequests(users: number): number {
	const pages = Math.ceil(users / contractLimits().perPageMaximum);
	return 2 + pages + (pages > 1 ? 1 : 0) + users;
}

/** The shortest time for so many requests if there is always the full number of them in flight, in milliseconds. */
export function latencyFloor(requests: number, latencyMs: number): number {
	return (requests * latencyMs) / CONCURRENT_READS;
}

/**
 * The shortest time for so many requests under a limit, in milliseconds. In a sliding window a request can go no earlier
 * than one window after the one that is `requestsPerWindow` before it; and with so many in flight no earlier than
 * the answer to the one that is `CONCURRENT_READS` before it.
 */
export function limitFloor(
	requests: number,
	latencyMs: number,
	limits: { requestsPerWindow: number; windowSeconds: number },
): number {
	const sentAt: number[] = [];
	for (let index = 0; index < requests; index++) {
		const windowAllows =
			(sentAt[index - limits.requestsPerWindow] ?? -Infinity) + limits.windowSeconds * 1000;
		const answered = (sentAt[index - CONCURRENT_READS] ?? -Infinity) + latencyMs;
		sentAt.push(Math.max(0, windowAllows, answered));
	}
	return (sentAt.at(-1) ?? 0) + latencyMs;
}
