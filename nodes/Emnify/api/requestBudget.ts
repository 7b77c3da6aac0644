/**
 * emnify's limits (§2). The limit of all requests is one for each IP address. They are numbers of the contract; tests and the
 * benchmark scale them down together with those of their server.
 */
export const EMNIFY_LIMITS = {
	/** Requests in a sliding window. */
	requests: 2_000,
	windowMs: 300_000,
	/** Pages of `/event`: that many a second, and as a burst. */
	eventsPerSecond: 10,
	eventsBurst: 5,
};

/** That part of the window goes out as fast as it can; what is left of it is spread over the time until the window moves on. */
const BURST = 0.9;

/** That part of the window is never for large runs: the polls of triggers and single reads do not wait behind them. */
const RESERVE = 0.02;

/** A run that sends no more than that part of the window is not a large one: 40 requests. */
const SMALL = 0.02;

/** What a delay, such as a pause of the process, may be made up for, as a part of the window: a second. */
const CATCH_UP = 1 / 300;

/** Whether a run that has sent that many requests is a large one, which is paced. */
export function isLarge(sent: number): boolean {
	return sent >= EMNIFY_LIMITS.requests * SMALL;
}

/**
 * This process's own requests in emnify's sliding window (§2). A request counts from when it is sent until a window after
 * its answer: somewhere between emnify has counted it.
 *
 * A white label runs the same API and may have another limit: there, one request beyond the documented one finds out, each
 * time it is reached, until one is refused. That takes the reserve once. Pure but for its state: times are given to it, in milliseconds.
 */
export class RequestBudget {
	/** When each request of the window was answered, the earliest first. */
	private answeredMs: number[] = [];

	/** Those before have left the window. */
	private first = 0;

	private underWay = 0;

	/** How much higher the limit turned out to be than the documented one. */
	private factor = 1;

	/** Whether a request beyond the limit is under way. */
	private isAsking = false;

	/** When the next request of a large run goes out while they are paced. */
	private nextPacedMs = -Infinity;

	/** When the next pages of `/event` may go out, as if there had been no burst. */
	private eventsMs = -Infinity;

	/** `isSure` says whether the limit is known to be the documented one. */
	constructor(private isSure = true) {}

	/** How many requests the window still takes. */
	left(nowMs: number): number {
		return Math.max(0, this.limit - this.used(nowMs));
	}

	/** How many of them a large run may use. */
	leftForLarge(nowMs: number): number {
		return Math.max(0, this.mostForLarge - this.used(nowMs));
	}

	/** Whether the first burst of large runs is used up. */
	isBurstUsed(nowMs: number): boolean {
		return this.isSure && this.used(nowMs) >= this.limit * BURST;
	}

	/** When the next request may go out; no later than now for at once, `Infinity` for not before one is answered. */
	readyMs(nowMs: number, how: 'small' | 'large' | 'paced'): number {
		if (!this.isSure) return this.isAsking && this.left(nowMs) === 0 ? Infinity : nowMs;
		const most = how === 'small' ? this.limit : this.mostForLarge;
		const roomMs = this.roomMs(nowMs, most);
		return how === 'paced' ? Math.max(roomMs, this.nextPacedMs) : roomMs;
	}

	/** When the next page of `/event` may go out: one of its burst is kept back, as requests can overtake one another. */
	eventsReadyMs(): number {
		const { eventsPerSecond, eventsBurst } = EMNIFY_LIMITS;
		return this.eventsMs - ((eventsBurst - 2) * 1000) / eventsPerSecond;
	}

	/** Returns whether the request goes beyond the limit, to find out. */
	sent(nowMs: number, { isPaced = false, isEvents = false } = {}): boolean {
		const isBeyond = !this.isSure && !this.isAsking && this.left(nowMs) === 0;
		this.isAsking ||= isBeyond;
		if (isPaced) {
			const earliestMs = nowMs - CATCH_UP * EMNIFY_LIMITS.windowMs;
			this.nextPacedMs = Math.max(this.nextPacedMs, earliestMs) + this.paceMs(nowMs);
		}
		if (isEvents) {
			this.eventsMs = Math.max(this.eventsMs, nowMs) + 1000 / EMNIFY_LIMITS.eventsPerSecond;
		}
		this.underWay++;
		return isBeyond;
	}

	/** The request that was sent has ended, with an answer or without; `beyond` says how, of one beyond the limit. */
	ended(nowMs: number, beyond?: 'answered' | 'refused' | 'unknown'): void {
		this.underWay--;
		if (beyond) this.isAsking = false;
		if (beyond === 'answered') this.factor *= 2;
		if (beyond === 'refused') {
			this.isSure = true;
			return;
		}
		// The clock may be set back: the order stays.
		this.answeredMs.push(Math.max(nowMs, this.answeredMs.at(-1) ?? nowMs));
	}

	/** How long that many requests of a large run take, in milliseconds, if each takes `eachMs` where nothing limits them. */
	durationMs(requests: number, eachMs: number, nowMs: number): number {
		const now = Math.min(requests, this.isBurstUsed(nowMs) ? 0 : this.leftForLarge(nowMs));
		if (now === requests || !this.isSure) return requests * eachMs;
		const untilRoomMs = this.isBurstUsed(nowMs)
			? Math.max(0, this.roomMs(nowMs, this.mostForLarge) - nowMs)
			: EMNIFY_LIMITS.windowMs;
		return untilRoomMs + (requests - now) * Math.max(eachMs, this.evenPaceMs);
	}

	private get limit(): number {
		return EMNIFY_LIMITS.requests * this.factor;
	}

	private get mostForLarge(): number {
		return Math.floor(this.limit * (1 - RESERVE));
	}

	private get evenPaceMs(): number {
		return EMNIFY_LIMITS.windowMs / this.mostForLarge;
	}

	private used(nowMs: number): number {
		// So far in the future only where the clock was set back: nobody knows what emnify has counted.
		const { windowMs } = EMNIFY_LIMITS;
		if ((this.answeredMs.at(-1) ?? nowMs) > nowMs + windowMs) this.forget();
		for (; (this.answeredMs[this.first] ?? Infinity) <= nowMs - windowMs; this.first++);
		if (this.first > this.limit) {
			this.answeredMs = this.answeredMs.slice(this.first);
			this.first = 0;
		}
		return this.answeredMs.length - this.first + this.underWay;
	}

	private forget(): void {
		this.answeredMs = [];
		this.first = 0;
		this.nextPacedMs = -Infinity;
		this.eventsMs = -Infinity;
	}

	/** When fewer than `most` will be in the window. */
	private roomMs(nowMs: number, most: number): number {
		const tooMany = this.used(nowMs) - most;
		if (tooMany < 0) return nowMs;
		return (this.answeredMs[this.first + tooMany] ?? Infinity) + EMNIFY_LIMITS.windowMs;
	}

	/** From one paced request to the next, in milliseconds: what room there is lasts until the window moves on. */
	private paceMs(nowMs: number): number {
		const room = this.leftForLarge(nowMs);
		const oldestMs = this.answeredMs[this.first];
		if (room <= 1 || oldestMs === undefined) return this.evenPaceMs;
		const untilMovesMs = oldestMs + EMNIFY_LIMITS.windowMs - nowMs;
		return Math.max(this.evenPaceMs, untilMovesMs / room);
	}
}
