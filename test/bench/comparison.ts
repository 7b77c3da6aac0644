import { Stage, type Run } from './stage';
import { emnifyNode, httpRequestNode } from './workflows';

/** The same audit by both, some times over. */
export interface Comparison {
	users: number;
	ours: Run[];
	theirs: Run[];
}

export const COMPARED_LATENCY_MS = 20;

/**
 * Runs the audit of so many users by both workflows. Each has an n8n of its own that was just started, because a process
 * never gives back all the memory that it once had; and they take turns, so that a moment in which the machine is busy
 * hits both.
 */
export async function compare(users: number, repetitions: number): Promise<Comparison> {
	const [ourStage, theirStage] = await Promise.all([Stage.start(), Stage.start()]);
	try {
		const comparison: Comparison = { users, ours: [], theirs: [] };
		const task = { users, latencyMs: COMPARED_LATENCY_MS };
		await ourStage.warmUp(emnifyNode);
		await theirStage.warmUp(httpRequestNode);
		for (let repetition = 0; repetition < repetitions; repetition++) {
			comparison.ours.push(await ourStage.run(emnifyNode, task));
			comparison.theirs.push(await theirStage.run(httpRequestNode, task));
		}
		return comparison;
	} finally {
		await Promise.all([ourStage.stop(), theirStage.stop()]);
	}
}
