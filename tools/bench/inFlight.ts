/* eslint-disable @n8n/community-nodes/no-restricted-globals -- this runs in Node, not in n8n */
import type { Simulator } from '../../simulator';

const EVERY_MS = 5;

/**
 * Watches how many requests the simulator has not answered yet. It looks every few milliseconds, so a short peak
 * can escape it.
 */
export class InFlight {
	most = 0;

	/** All requests before this one have been answered. */
	private answered = 0;

	private readonly timer = setInterval(() => this.look(), EVERY_MS);

	constructor(private readonly simulator: Simulator) {}

	stop(): void {
		clearInterval(this.timer);
	}

	private look(): void {
		const { requests } = this.simulator;
		while (requests[this.answered]?.status !== undefined) this.answered++;
		const open = requests.slice(this.answered).filter(({ status }) => status === undefined);
		this.most = Math.max(this.most, open.length);
	}
}
