import { Stage, type Run } from './stage';
import { emnifyNode, pacedHttpRequestNode, unpacedHttpRequestNode } from './workflows';

/** The same audit by all, some times over. */
export interface Comparison {
	users: number;
	ours: Run[];
	/** With as many in flight as we have. */
	theirs: Run[];
	/** With any number in flight. */
	theirsUnpaced: Run[];
}

export const COMPARED_LATENCY_MS = 20;

/** The peer at the same concurrency. */
export const peer = pacedHttpRequestNode(COMPARED_LATENCY_MS);

/**
 * Runs the audit of so many users by the workflows. Each node has an n8n of its own that was just started, because a process
 * never gives back all the memory that it once had; and they take turns, so that a moment in which the machine is busy
 * hits all.
 */
export async function compare(users: number, repetitions: number): Promise<Comparison> {
	const [ourStage, theirStage] = await Promise.all([Stage.start(), Stage.start()]);
	try {
		const comparison: Comparison = { users, ours: [], theirs: [], theirsUnpaced: [] };
		const task = { users, latencyMs: COMPARED_LATENCY_MS };
		await ourStage.warmUp(emnifyNode);
		await theirStage.warmUp(peer);
		for (let repetition = 0; repetition < repetitions; repetition++) {
			comparison.ours.push(await ourStage.run(emnifyNode, task));
			comparison.theirs.push(await theirStage.run(peer, task));
			comparison.theirsUnpaced.push(await theirStage.run(unpacedHttpRequestNode, task));
		}
		return comparison;
	} finally {
		await Promise.all([ourStage.stop(), theirStage.stop()]);
	}
}
