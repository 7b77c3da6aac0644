/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- a command that runs in Node, not in n8n, and speaks to a person on the terminal */
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { installRealN8n } from '../real-n8n/install';
import { n8nVersion } from '../real-n8n/paths';
import { compare, type Comparison } from './comparison';
import { besideHttpRequest } from './measures/besideHttpRequest';
import { footprint } from './measures/footprint';
import { rateLimit, scaledLimits } from './measures/rateLimit';
import { tenAtOnce } from './measures/tenAtOnce';
import { makeCertificate } from './network';
import { isMissed, report, type Measure } from './report';
import { Stage, type Network } from './stage';
import { emnifyNode, pollNode, unpacedHttpRequestNode } from './workflows';

/** Small audits vary more, and cost less to repeat. */
const sizes = [
	{ users: 100, repetitions: 5 },
	{ users: 1_000, repetitions: 3 },
	{ users: 10_000, repetitions: 1 },
];

const networks: Network[] = [{ latencyMs: 20 }, { latencyMs: 100 }, { tlsRoundTripMs: 35 }];

/**
 * `npm run bench`: audits in the real n8n against the simulator, which this process hosts, beside the same audits with
 * n8n's HTTP Request node. Prints tables (with `--markdown` for docs/benchmark.md) and ends with 1 if a goal is missed.
 * `--users 100` measures that number alone, once.
 */
async function main(): Promise<number> {
	const { values } = parseArgs({
		options: {
			users: { type: 'string' },
			markdown: { type: 'boolean', default: false },
		},
	});
	const { nodeVersion } = await installRealN8n(console.error);
	const chosen =
		values.users === undefined ? sizes : [{ users: Number(values.users), repetitions: 1 }];

	const certificate = await makeCertificate();
	try {
		const comparisons: Comparison[] = [];
		for (const { users, repetitions } of chosen) {
			console.error(`Auditing ${users} users by both workflows`);
			comparisons.push(
				...(await compare(users, repetitions, networks, certificate, values.users !== undefined)),
			);
		}
		const measures = [besideHttpRequest(comparisons)];
		if (values.users === undefined) measures.push(...(await onOneStage()), await footprint());
		console.log(report(machine(nodeVersion), measures, values.markdown));
		return measures.some(({ goals }) => goals.some(isMissed)) ? 1 : 0;
	} finally {
		await certificate.remove();
	}
}

async function onOneStage(): Promise<Measure[]> {
	const { requestsPerWindow, windowSeconds } = scaledLimits;
	const limits = { requests: requestsPerWindow, windowMs: windowSeconds * 1000 };
	const scaled = await Stage.start({
		NODE_OPTIONS: `--require ${path.join(__dirname, 'scaleLimits.cjs')}`,
		BENCH_EMNIFY_LIMITS: JSON.stringify(limits),
	});
	const measures: Measure[] = [];
	try {
		for (const contestant of [emnifyNode, pollNode]) await scaled.warmUp(contestant);
		console.error('Auditing at the service’s limit');
		measures.push(await rateLimit(scaled));
	} finally {
		await scaled.stop();
	}
	const stage = await Stage.start();
	try {
		for (const contestant of [emnifyNode, unpacedHttpRequestNode]) await stage.warmUp(contestant);
		console.error('Auditing in ten workflows at once');
		return [...measures, await tenAtOnce(stage)];
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
