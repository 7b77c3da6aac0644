import { peer, type Comparison } from '../comparison';
import { count, mebibytes, type Measure } from '../report';
import type { Run } from '../stage';
import { emnifyNode } from '../workflows';

/**
 * 4: what n8n's process held at most, at the first audit after a small one. The goal is about that absolute peak, as it is
 * what a container's limit has to leave room for. What lies above the idle n8n is shown too, but is mostly garbage that V8
 * has not collected yet, and so says more about V8 than about the node.
 */
export function memoryGrowth(comparisons: Comparison[]): Measure {
	return {
		title: 'Peak memory of the n8n process at the same audits',
		head: ['Users', 'By', 'Idle', 'Peak', 'Above idle'],
		rows: comparisons.flatMap(({ users, ours, theirs }) => [
			row(users, emnifyNode.name, ours),
			row(users, peer.name, theirs),
		]),
		goals: [
			{
				what: 'Peak memory at 10,000 users over that at 1,000',
				measured: ratio(peakAt(10_000, comparisons), peakAt(1_000, comparisons)),
				wanted: { atMost: 1.5 },
			},
		],
	};
}

function peakAt(size: number, comparisons: Comparison[]): number | undefined {
	return comparisons.find(({ users }) => users === size)?.ours[0]?.peakBytes;
}

function ratio(above: number | undefined, below: number | undefined): number | undefined {
	return above === undefined || below === undefined ? undefined : above / below;
}

function row(users: number, name: string, [first]: Run[]): string[] {
	const { idleBytes, peakBytes } = first as Run;
	const aboveIdle =
		idleBytes === undefined || peakBytes === undefined ? undefined : peakBytes - idleBytes;
	return [count(users), name, mebibytes(idleBytes), mebibytes(peakBytes), mebibytes(aboveIdle)];
}
