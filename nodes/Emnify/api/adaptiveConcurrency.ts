/** It begins with that many requests at once, which no server minds. */
export const FEWEST_AT_START = 10;

/**
 * Never more at once. At 100 ms an answer, an audit in n8n takes 0.63 of the time of the unpaced HTTP Request node with 64 at
 * once and 0.54 with 128; beyond that n8n itself is what takes the time.
 */
export const MOST_AT_ONCE = 128;

/** Never less, so that one request that hangs does not stop all. */
const FEWEST = 2;

/** Answers that take up to this many times as long as the fastest ones count as fast: the default of Netflix's law. */
const TOLERANCE = 2;

/** What a busy event loop adds by itself, in milliseconds: on a local network it is more than the answer takes. */
const SLACK_MS = 10;

/** One round takes away half of it at most, as one loss does in TCP. */
const LEAST_GRADIENT = 0.5;

/** The fastest answer is that of the last minute or two: networks change. */
const FASTEST_HOLDS_MS = 60_000;

/** After so long without a request nothing is known of the network any more. */
const IDLE_MS = 60_000;

const MOST_KINDS = 100;

/** The fastest answer to one kind of request, in milliseconds. */
interface Fastest {
	sinceMs: number;
	now: number;
	before: number;
}

/** One request that has ended. */
export interface Sample {
	/** What it asked for, without IDs: answers to one kind are compared with one another alone. */
	kind: string;
	sentMs: number;
	endedMs: number;
	/** How many requests were under way when it was sent, itself included. */
	atOnce: number;
}

/**
 * How many requests may be under way at once, learned from how long the answers take: the law of Netflix's
 * concurrency-limits (`GradientLimit`), with TCP's slow start. Once a round, which is half as many answers as may be under
 * way:
 *
 * - At first it doubles, as long as answers come as fast as before.
 * - Then it grows by its square root, which is what may wait in a queue, and shrinks in proportion as answers are slower than
 *   twice the fastest.
 * - Where emnify refuses or fails it halves, once for all that were under way together.
 *
 * Pure but for its state: times are given to it, in milliseconds since 1970.
 */
export class AdaptiveConcurrency {
	private width = FEWEST_AT_START;

	private isSlowStart = true;

	/** What was sent before that says nothing of the present width. */
	private changedMs = -Infinity;

	private lastMs = -Infinity;

	/** How the answers of this round compare with fast ones: 1 is the slowest that is still fast. */
	private round: number[] = [];

	private readonly fastest = new Map<string, Fastest>();

	/** How many requests may be under way at once. */
	get limit(): number {
		return Math.floor(this.width);
	}

	/** Before a request is sent: after a long time without any it begins anew. */
	sending(nowMs: number): void {
		if (nowMs - this.lastMs > IDLE_MS && this.lastMs > -Infinity) {
			this.width = FEWEST_AT_START;
			this.isSlowStart = true;
			this.round = [];
			this.fastest.clear();
		}
		this.lastMs = nowMs;
	}

	/** An answer came, whatever it says. */
	answered({ kind, sentMs, endedMs, atOnce }: Sample): void {
		this.lastMs = endedMs;
		const tookMs = Math.max(1, endedMs - sentMs);
		const fastMs = TOLERANCE * this.fastestOf(kind, tookMs, endedMs) + SLACK_MS;
		// Where few are under way, the limit is not what makes them fast.
		if (sentMs < this.changedMs || atOnce * 2 < this.limit) return;
		this.round.push(tookMs / fastMs);
		if (this.round.length * 2 < this.limit) return;
		const gradient = Math.min(1, Math.max(LEAST_GRADIENT, 1 / median(this.round)));
		this.isSlowStart &&= gradient === 1;
		const allowedQueue = this.isSlowStart ? this.width : Math.sqrt(this.width);
		this.change(this.width * gradient + allowedQueue, endedMs);
	}

	/** emnify refused a request at its limit, failed, or did not answer. */
	failed({ sentMs, endedMs }: Sample): void {
		this.lastMs = endedMs;
		if (sentMs < this.changedMs) return;
		this.isSlowStart = false;
		this.change(this.width / 2, endedMs);
	}

	private change(width: number, nowMs: number): void {
		this.width = Math.min(MOST_AT_ONCE, Math.max(FEWEST, width));
		this.changedMs = nowMs;
		this.round = [];
	}

	private fastestOf(kind: string, tookMs: number, nowMs: number): number {
		if (this.fastest.size >= MOST_KINDS && !this.fastest.has(kind)) this.fastest.clear();
		const known = this.fastest.get(kind) ?? { sinceMs: nowMs, now: tookMs, before: Infinity };
		if (nowMs - known.sinceMs > FASTEST_HOLDS_MS) {
			known.before = known.now;
			known.now = tookMs;
			known.sinceMs = nowMs;
		}
		known.now = Math.min(known.now, tookMs);
		this.fastest.set(kind, known);
		return Math.min(known.now, known.before);
	}
}

function median(numbers: number[]): number {
	return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
