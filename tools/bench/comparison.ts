import type { Certificate } from './network';
import { Stage, type Network, type Run } from './stage';
import { emnifyNode, unpacedHttpRequestNode } from './workflows';

/** The same audit by both, some times over. */
export interface Comparison {
	users: number;
	network: Network;
	ours: Run[];
	/** By n8n's HTTP Request node with any number in flight. */
	theirs: Run[];
}

/**
 * Runs audits of so many users by both workflows, over each network. Each node has an n8n of its own that was just started,
 * because a process never gives back all the memory that it once had; and they take turns, so that a moment in which the
 * machine is busy hits both. A trial has one n8n for both.
 */
export async function compare(
	users: number,
	repetitions: number,
	networks: Network[],
	certificate: Certificate,
	isTrial = false,
): Promise<Comparison[]> {
	const env = { NODE_EXTRA_CA_CERTS: certificate.file };
	const ourStage = await Stage.start(env);
	const theirStage = isTrial ? ourStage : await Stage.start(env);
	try {
		await ourStage.warmUp(emnifyNode);
		await theirStage.warmUp(unpacedHttpRequestNode);
		const comparisons: Comparison[] = [];
		for (const network of networks) {
			const comparison: Comparison = { users, network, ours: [], theirs: [] };
			const task = { users, network, certificate };
			for (let repetition = 0; repetition < repetitions; repetition++) {
				comparison.ours.push(await ourStage.run(emnifyNode, task));
				comparison.theirs.push(await theirStage.run(unpacedHttpRequestNode, task));
			}
			comparisons.push(comparison);
		}
		return comparisons;
	} finally {
		await Promise.all([ourStage.stop(), theirStage.stop()]);
	}
}
