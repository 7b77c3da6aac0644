import { contractLimits } from '../../simulator';

/**
 * The fewest requests that an audit takes: a login, the Workspace, each user's devices once, and each page of users once, of
 * several the first one twice.
 */
export function fewestRequests(users: number): number {
	const pages = Math.ceil(users / contractLimits().perPageMaximum);
	return 2 + pages + (pages > 1 ? 1 : 0) + users;
}

/**
 * The shortest time for so many requests under a limit, in milliseconds: in a sliding window a request can go no earlier than
 * one window after the one that is `requestsPerWindow` before it.
 */
export function limitFloor(
	requests: number,
	latencyMs: number,
	{ requestsPerWindow, windowSeconds }: { requestsPerWindow: number; windowSeconds: number },
): number {
	return Math.floor((requests - 1) / requestsPerWindow) * windowSeconds * 1000 + latencyMs;
}
