import type { Clock } from './clock';

/** Every number the service limits something with. Tests may change them while the simulator runs. */
export interface Limits {
	/** Requests to `POST /authenticate` in a window, per IP address (contract §2). */
	authenticatePerWindow: number;
	/** Requests of any kind in a window, per IP address (contract §2). */
	requestsPerWindow: number;
	/** Length of both windows in seconds (contract §2). */
	windowSeconds: number;
	/** Requests a second to a list endpoint, `/event` and `/sim` (contract §2). */
	listPerSecond: number;
	/** Requests to a list endpoint that may come at once (contract §2). */
	listBurst: number;
	/** Whether a 429 carries `Retry-After`. Undocumented (contract §2), so off by default. */
	sendRetryAfter: boolean;
	/** Consecutive failed attempts after which an account is locked (contract §1). */
	lockoutAfter: number;
	/** How long it stays locked, in seconds (contract §1). */
	lockoutSeconds: number;
	/** Life of an `auth_token` in minutes (contract §1). */
	tokenMinutes: number;
	/** Life of an `mfa_token` in minutes. Undocumented. */
	mfaTokenMinutes: number;
	/** Life of a `refresh_token` in days. Undocumented. */
	refreshTokenDays: number;
	/** Life of an e-mailed code in minutes (contract §1). */
	emailedCodeMinutes: number;
	/** How long a device stays trusted, in days from its activation (contract §1). */
	trustDays: number;
	/** Items on a page when `per_page` is absent. Undocumented. */
	perPageDefault: number;
	/** How long an event is listed, in days (contract §5). */
	eventHistoryDays: number;
	/** What a larger `per_page` is silently capped to (contract §4). The number is undocumented. */
	perPageMaximum: number;
}

/** The limits of contract §2, and this double's choice where it gives no number. */
export function contractLimits(): Limits {
	return {
		authenticatePerWindow: 100,
		requestsPerWindow: 2000,
		windowSeconds: 300,
		listPerSecond: 10,
		listBurst: 5,
		sendRetryAfter: false,
		lockoutAfter: 3,
		lockoutSeconds: 300,
		tokenMinutes: 240,
		mfaTokenMinutes: 20,
		refreshTokenDays: 30,
		emailedCodeMinutes: 20,
		trustDays: 90,
		eventHistoryDays: 30,
		perPageDefault: 50,
		perPageMaximum: 100,
	};
}

/** Times of the requests in the last window, oldest first; pruning costs constant time on average. */
class SlidingWindow {
	private times: number[] = [];
	private oldest = 0;

	/** How many requests lie after `start`, in milliseconds since the epoch. */
	countSince(start: number): number {
		while (this.oldest < this.times.length && (this.times[this.oldest] ?? 0) <= start) {
			this.oldest += 1;
		}
		if (this.oldest > 1024 && this.oldest * 2 > this.times.length) {
			this.times = this.times.slice(this.oldest);
			this.oldest = 0;
		}
		return this.times.length - this.oldest;
	}

	add(time: number): void {
		this.times.push(time);
	}

	/** When the window has room for one more under `limit`, given what `countSince` just left in it. */
	roomAt(limit: number, lengthMs: number): number {
		return (this.times[Math.max(this.oldest, this.times.length - limit)] ?? 0) + lengthMs;
	}
}

/** What is left of the burst of one list endpoint. */
interface Bucket {
	tokens: number;
	filledAt: number;
}

/** Which limits besides the overall one a request falls under. */
export interface Scope {
	/** The request counts as a login. */
	login: boolean;
	/** The list endpoint the request goes to, if any. */
	list?: string;
}

/**
 * Counts requests per IP address against contract §2 by the simulator's clock. Whether a refused
 * request counts is undocumented; here it does not, so that waiting always helps.
 */
export class RateLimiter {
	private readonly windows = new Map<string, SlidingWindow>();
	private readonly buckets = new Map<string, Bucket>();

	constructor(
		private readonly clock: Clock,
		private readonly limits: Limits,
	) {}

	/** Counts a request. Returns undefined if it may pass, else the seconds until the next may. */
	admit(ip: string, scope: Scope): number | undefined {
		const now = this.clock.now().getTime();
		const length = this.limits.windowSeconds * 1000;
		const applying: Array<[SlidingWindow, number]> = [
			[this.window(`all ${ip}`), this.limits.requestsPerWindow],
		];
		if (scope.login) {
			applying.push([this.window(`login ${ip}`), this.limits.authenticatePerWindow]);
		}
		const full = applying.filter(([window, limit]) => window.countSince(now - length) >= limit);
		if (full.length > 0) {
			const roomAt = Math.max(...full.map(([window, limit]) => window.roomAt(limit, length)));
			return secondsUntil(roomAt, now);
		}
		if (scope.list !== undefined) {
			const bucket = this.bucket(`${scope.list} ${ip}`, now);
			if (bucket.tokens < 1) {
				return secondsUntil(now + ((1 - bucket.tokens) / this.limits.listPerSecond) * 1000, now);
			}
			bucket.tokens -= 1;
		}
		for (const [window] of applying) window.add(now);
		return undefined;
	}

	/** Forgets every request counted so far. */
	reset(): void {
		this.windows.clear();
		this.buckets.clear();
	}

	private window(key: string): SlidingWindow {
		const window = this.windows.get(key) ?? new SlidingWindow();
		this.windows.set(key, window);
		return window;
	}

	private bucket(key: string, now: number): Bucket {
		const { listBurst, listPerSecond } = this.limits;
		const before = this.buckets.get(key) ?? { tokens: listBurst, filledAt: now };
		const gained = ((now - before.filledAt) / 1000) * listPerSecond;
		const bucket = { tokens: Math.min(listBurst, before.tokens + gained), filledAt: now };
		this.buckets.set(key, bucket);
		return bucket;
	}
}

function secondsUntil(time: number, now: number): number {
	return Math.max(1, Math.ceil((time - now) / 1000));
}
