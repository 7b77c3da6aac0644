/* eslint-disable @n8n/community-nodes/no-restricted-globals -- tests run in Node, not in n8n */

/** Lets everything go on that waits for no time to pass. */
const settle = async () => await new Promise((resolve) => setImmediate(resolve));

/** Time that passes only where somebody waits for it, and then at once. */
export class VirtualClock {
	private nowMs = 1_700_000_000_000;

	private timers: Array<{ atMs: number; resolve: () => void }> = [];

	readonly now = () => this.nowMs;

	readonly sleep = async (milliseconds: number): Promise<void> => {
		await new Promise<void>((resolve) => {
			this.timers.push({ atMs: this.nowMs + milliseconds, resolve });
		});
	};

	/** Lets time pass until the work has ended. */
	async until<Result>(work: Promise<Result>): Promise<Result> {
		let isOver = false;
		const ended = work.finally(() => (isOver = true));
		ended.catch(() => {});
		for (await settle(); !isOver; await settle()) this.pass();
		return await ended;
	}

	/** Lets that much time pass. */
	async advance(milliseconds: number): Promise<void> {
		const endMs = this.nowMs + milliseconds;
		for (await settle(); this.nextMs() <= endMs; await settle()) this.pass();
		this.nowMs = endMs;
	}

	private nextMs(): number {
		return Math.min(...this.timers.map(({ atMs }) => atMs), Infinity);
	}

	private pass(): void {
		const nextMs = this.nextMs();
		if (nextMs === Infinity) throw new RangeError('Nothing waits for time to pass');
		this.nowMs = Math.max(this.nowMs, nextMs);
		const due = this.timers.filter(({ atMs }) => atMs <= this.nowMs);
		this.timers = this.timers.filter(({ atMs }) => atMs > this.nowMs);
		for (const { resolve } of due) resolve();
	}
}
