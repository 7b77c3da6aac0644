/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- a command that runs in Node, not in n8n, and speaks to a person on the terminal */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { installRealN8n } from '../real-n8n/install';
import { n8nVersion } from '../real-n8n/paths';
import { compare, type Comparison } from './comparison';
import { besideHttpRequest } from './measures/besideHttpRequest';
import { footprint } from './measures/footprint';
import { memoryGrowth } from './measures/memoryGrowth';
import { overTheFloor } from './measures/overTheFloor';
import { rateLimit } from './measures/rateLimit';
import { isMissed, report, type Measure } from './report';
import { Stage } from './stage';
import { emnifyNode, unpacedHttpRequestNode } from './workflows';

/** Small audits vary more, and cost less to repeat. */
const sizes = [
	{ users: 100, repetitions: 9 },
	{ users: 1_000, repetitions: 5 },
	{ users: 10_000, repetitions: 1 },
];

/**
 * `npm run bench`: audits in the real n8n against the simulator, which this process hosts, beside the same audits with
 * n8n's HTTP Request node. Prints tables (with `--markdown` for docs/benchmark.md) and ends with 1 if a goal is missed.
 * `--quick` leaves the 10,000 users out.
 */
async function main(): Promise<number> {
	const { values } = parseArgs({
		options: {
			quick: { type: 'boolean', default: false },
			markdown: { type: 'boolean', default: false },
		},
	});
	const { nodeVersion } = await installRealN8n(console.error);

	const comparisons: Comparison[] = [];
	for (const { users, repetitions } of sizes) {
		if (values.quick && users > 1_000) continue;
		console.error(`Auditing ${users} users by each workflow`);
		comparisons.push(await compare(users, repetitions));
	}
	const measures = [
		besideHttpRequest(comparisons),
		...(await onOneStage()),
		memoryGrowth(comparisons),
		await footprint(),
	];
	console.log(report(machine(nodeVersion), measures, values.markdown));
	return measures.some(({ goals }) => goals.some(isMissed)) ? 1 : 0;
}

async function onOneStage(): Promise<Measure[]> {
	const stage = await Stage.start();
	try {
		await stage.warmUp(emnifyNode);
		await stage.warmUp(unpacedHttpRequestNode);
		console.error('Auditing beside the floor of the latency');
		const floor = await overTheFloor(stage);
		console.error('Auditing at the service’s limit');
		return [floor, await rateLimit(stage)];
	} finally {
		await stage.stop();
	}
}

function machine(nodeOfN8n: string): string {
	const [cpu] = cpus();
	return `${cpu?.model.trim() ?? 'Unknown CPU'}, ${cpus().length} cores, ${process.platform} on ${process.arch}; n8n ${n8nVersion} on Node.js ${nodeOfN8n}, the simulator on Node.js ${process.version}`;
}

main().then(
	(code) => process.exit(code),
	(error: Error) => {
		console.error(error);
		process.exit(1);
	},
);
