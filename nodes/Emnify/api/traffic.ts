import { sleep } from 'n8n-workflow';

import { AdaptiveConcurrency, MOST_AT_ONCE } from './adaptiveConcurrency';
import { DEFAULT_BASE_URL } from './baseUrl';
import { cancelled } from './errors';
import { isLarge, RequestBudget } from './requestBudget';

/**
 * A run with nothing under way does not wait for the slow requests of others, as long as it is one of that many beyond the
 * limit: requests that hang take all of a low one for half a minute.
 */
const RESERVED_FOR_NEWCOMERS = 2;

/** A wait for the clock is looked at again after that time, in milliseconds: it may end earlier, and the clock be set. */
const SLICE_MS = 250;

/** Time, which tests move by hand. */
export interface TrafficClock {
	now(): number;
	sleep(milliseconds: number): Promise<void>;
}

/** How a request ended: `answered` whatever the answer says, `refused` with 429, `failed` with 5xx or without an answer. */
export type Ending = 'answered' | 'refused' | 'failed' | 'stopped';

/** What a request says of itself before it is sent. */
export interface RequestToSend {
	/** What it asks for, without IDs. */
	kind: string;
	/** Whether it is a page of `/event`, which has a limit of its own (§2). */
	isEvents?: boolean;
	/** How long it waits for emnify's limits, in milliseconds. Then it is sent all the same, and emnify decides. */
	maxWaitMs: number;
	signal: AbortSignal | undefined;
}

/** A request that may be sent now; to be ended once. */
export interface Turn {
	/** It goes beyond emnify's limit as far as that is known: where it is refused, it waits for another turn. */
	isBeyond: boolean;
	end(how: Ending): void;
}

interface Waiting extends RequestToSend {
	sinceMs: number;
	go(turn: Turn): void;
}

/** The requests of one run to one emnify. */
export class Lane {
	/** What waits for its turn, first come, first served. */
	readonly waiting: Waiting[] = [];

	underWay = 0;

	sent = 0;

	/** Once it had to wait for the window of emnify's limit, it goes on evenly. */
	isPaced = false;

	/** How many requests are still to come, where that is known. */
	private expected = Infinity;

	private onIdle: Array<() => void> = [];

	constructor(
		private readonly traffic: Traffic,
		/** How many of its requests may be under way at once, besides what all share. */
		readonly most: number,
	) {}

	/** Waits until a request may be sent. Throws an `EmnifyError` (`cancelled`) at once where the signal aborts. */
	async turn(request: RequestToSend): Promise<Turn> {
		return await this.traffic.turn(this, request);
	}

	/** How many pieces of work the run should have in hand: its fair share of what may be under way. */
	width(): number {
		return Math.max(1, Math.min(this.most, this.traffic.share(this)));
	}

	/** Waits until none of its requests waits for its turn: to take more work in hand before is of no use. */
	async whenIdle(): Promise<void> {
		while (this.waiting.length > 0) {
			await new Promise<void>((resolve) => this.onIdle.push(resolve));
		}
	}

	/** From now on that many requests are to come. */
	expect(requests: number): void {
		this.expected = this.sent + requests;
	}

	/** How many are to come; `Infinity` where nobody knows. */
	get toCome(): number {
		return Math.max(0, this.expected - this.sent);
	}

	get isActive(): boolean {
		return this.waiting.length > 0 || this.underWay > 0;
	}

	/** For {@link Traffic}: after its queue got shorter. */
	notify(): void {
		if (this.waiting.length > 0) return;
		for (const resolve of this.onIdle.splice(0)) resolve();
	}
}

/**
 * All that this process sends to one emnify: as many requests at once as {@link AdaptiveConcurrency} allows, and as many in
 * time as {@link RequestBudget}. Runs take turns, so ten of them are no worse a neighbour than one, and a poll of a trigger
 * never waits for more than one request of an audit.
 */
export class Traffic {
	readonly budget: RequestBudget;

	readonly concurrency = new AdaptiveConcurrency();

	/** Those whose turn comes first stand first. */
	private lanes: Lane[] = [];

	private underWay = 0;

	private isAsleep = false;

	/** `isDocumented` says whether the limits of this emnify are known to be the documented ones. */
	constructor(
		private readonly clock: TrafficClock = { now: () => Date.now(), sleep },
		isDocumented = true,
	) {
		this.budget = new RequestBudget(isDocumented);
	}

	/** A lane for a run, of whose requests at most `most` may be under way at once. */
	lane(most = MOST_AT_ONCE): Lane {
		return new Lane(this, most);
	}

	/** Does work that is one request, which waits for nobody's turn and counts in emnify's window. */
	async beside<Result>(work: () => Promise<Result>): Promise<Result> {
		const isBeyond = this.budget.sent(this.clock.now());
		try {
			return await work();
		} finally {
			this.budget.ended(this.clock.now(), isBeyond ? 'unknown' : undefined);
		}
	}

	/** For {@link Lane}. */
	async turn(lane: Lane, request: RequestToSend): Promise<Turn> {
		const { signal } = request;
		if (signal?.aborted) throw cancelled();
		return await new Promise((resolve, reject) => {
			const stop = () => {
				lane.waiting.splice(lane.waiting.indexOf(waiting), 1);
				lane.notify();
				reject(cancelled());
			};
			const go = (turn: Turn) => {
				signal?.removeEventListener('abort', stop);
				resolve(turn);
			};
			const waiting: Waiting = { ...request, sinceMs: this.clock.now(), go };
			signal?.addEventListener('abort', stop, { once: true });
			lane.waiting.push(waiting);
			if (!this.lanes.includes(lane)) this.lanes.push(lane);
			this.dispatch();
		});
	}

	/** For {@link Lane}. */
	share(lane: Lane): number {
		const others = this.lanes.filter((other) => other !== lane && other.isActive).length;
		return Math.ceil(this.concurrency.limit / (others + 1));
	}

	/** Lets go who may. Who went stands last in the next round. */
	private dispatch(): void {
		for (;;) {
			this.lanes = this.lanes.filter((lane) => lane.isActive);
			const nowMs = this.clock.now();
			let wakeMs = Infinity;
			let next: Lane | undefined;
			for (const lane of this.lanes) {
				if (!this.hasRoomFor(lane)) continue;
				const readyMs = this.readyMs(lane, nowMs);
				if (readyMs <= nowMs) {
					next = lane;
					break;
				}
				wakeMs = Math.min(wakeMs, readyMs);
			}
			if (!next) {
				if (wakeMs < Infinity) void this.wakeAt(wakeMs);
				return;
			}
			this.lanes = [...this.lanes.filter((lane) => lane !== next), next];
			this.letGo(next, nowMs);
		}
	}

	private hasRoomFor({ waiting, underWay, most }: Lane): boolean {
		if (waiting.length === 0 || underWay >= most) return false;
		const { limit } = this.concurrency;
		return this.underWay < (underWay === 0 ? limit + RESERVED_FOR_NEWCOMERS : limit);
	}

	/** When the first request of the lane may go out, as far as emnify's limits are concerned. */
	private readyMs(lane: Lane, nowMs: number): number {
		const [first] = lane.waiting as [Waiting];
		const inTimeMs = this.budget.readyMs(nowMs, this.pacing(lane, nowMs));
		const eventsMs = first.isEvents ? this.budget.eventsReadyMs() : -Infinity;
		const giveUpMs = first.sinceMs + first.maxWaitMs;
		return Math.min(Math.max(inTimeMs, eventsMs), giveUpMs);
	}

	private pacing(lane: Lane, nowMs: number): 'small' | 'large' | 'paced' {
		if (!isLarge(lane.sent)) return 'small';
		lane.isPaced ||= this.budget.isBurstUsed(nowMs);
		const paced = this.lanes.filter(({ isPaced }) => isPaced);
		const toCome = paced.reduce((sum, other) => sum + other.toCome, 0);
		// What fits the window as a whole need not be spread.
		return paced.length > 0 && toCome > this.budget.leftForLarge(nowMs) ? 'paced' : 'large';
	}

	private letGo(lane: Lane, nowMs: number): void {
		const isPaced = this.pacing(lane, nowMs) === 'paced';
		const { kind, isEvents, go } = lane.waiting.shift() as Waiting;
		this.concurrency.sending(nowMs);
		const isBeyond = this.budget.sent(nowMs, { isPaced, isEvents });
		lane.sent++;
		lane.underWay++;
		this.underWay++;
		const sent = { kind, sentMs: nowMs, atOnce: this.underWay };
		go({
			isBeyond,
			end: (how) => {
				const endedMs = this.clock.now();
				lane.underWay--;
				this.underWay--;
				if (isBeyond)
					this.budget.ended(endedMs, how === 'failed' || how === 'stopped' ? 'unknown' : how);
				else this.budget.ended(endedMs);
				if (isBeyond && how === 'refused') lane.sent--;
				else if (how === 'answered') this.concurrency.answered({ ...sent, endedMs });
				else if (how !== 'stopped') this.concurrency.failed({ ...sent, endedMs });
				this.dispatch();
			},
		});
		lane.notify();
	}

	/** One sleep for all that wait for the clock. */
	private async wakeAt(wakeMs: number): Promise<void> {
		if (this.isAsleep) return;
		this.isAsleep = true;
		await this.clock.sleep(Math.min(SLICE_MS, Math.max(1, Math.ceil(wakeMs - this.clock.now()))));
		this.isAsleep = false;
		this.dispatch();
	}
}

const known = new Map<string, Traffic>();

/** All that this process sends to the emnify at `baseUrl`: its limits (§2) are those of an IP address. */
export function trafficOf(baseUrl: string): Traffic {
	const traffic = known.get(baseUrl) ?? new Traffic(undefined, baseUrl === DEFAULT_BASE_URL);
	known.set(baseUrl, traffic);
	return traffic;
}
