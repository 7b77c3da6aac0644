import { CONCURRENT_READS } from '../../../nodes/Emnify/api/concurrently';
import { fewestRequests, latencyFloor } from '../floor';
import { count, medianTime, seconds, type Measure } from '../report';
import { leastFound, type Run, type Stage } from '../stage';
import {
	emnifyNode,
	pacedHttpRequestNode,
	unpacedHttpRequestNode,
	type Contestant,
} from '../workflows';

const users = 1_000;
const fewest = fewestRequests(users);

const cases = [
	{ latencyMs: 20, repetitions: 5, atMost: 1.5 },
	{ latencyMs: 100, repetitions: 3, atMost: 1.15 },
];

/** 2: how near the audit comes to the shortest time that the latency allows, and to the fewest requests. */
export async function overTheFloor(stage: Stage): Promise<Measure> {
	const measure: Measure = {
		title: `${count(users)} users beside the floor: fewest requests × latency ÷ ${CONCURRENT_READS} in flight`,
		head: ['Latency', 'By', 'Time', 'Floor', 'Over floor', 'Most in flight'],
		rows: [],
		goals: [],
		notes: [
			`Time: the median of ${cases.map(({ repetitions }) => repetitions).join(' and ')} executions. The floor is that of the Emnify node: unpaced, the HTTP Request node has more in flight.`,
		],
	};
	let mostRequests = 0;
	for (const { latencyMs, repetitions, atMost } of cases) {
		const ours = await repeat(repetitions, stage, emnifyNode, latencyMs);
		measure.rows.push(row(emnifyNode.name, latencyMs, ours));
		for (const peer of [pacedHttpRequestNode(latencyMs), unpacedHttpRequestNode]) {
			const theirs = await repeat(repetitions, stage, peer, latencyMs);
			measure.rows.push(row(peer.name, latencyMs, theirs));
		}
		measure.goals.push(
			{
				what: `Time over the floor at ${latencyMs} ms`,
				measured: overFloor(ours, latencyMs),
				wanted: { atMost },
			},
			{
				what: `Devices found over devices there are, at ${latencyMs} ms`,
				measured: leastFound(ours),
				wanted: { exactly: 1 },
			},
		);
		mostRequests = Math.max(mostRequests, ...ours.map(({ requests }) => requests));
	}
	measure.goals.push({
		what: `Requests over the fewest (${count(mostRequests)} over ${count(fewest)})`,
		measured: mostRequests / fewest,
		wanted: { exactly: 1 },
	});
	return measure;
}

async function repeat(
	times: number,
	stage: Stage,
	contestant: Contestant,
	latencyMs: number,
): Promise<Run[]> {
	const runs: Run[] = [];
	while (runs.length < times) runs.push(await stage.run(contestant, { users, latencyMs }));
	return runs;
}

const overFloor = (runs: Run[], latencyMs: number) =>
	medianTime(runs) / latencyFloor(fewest, latencyMs);

function row(name: string, latencyMs: number, runs: Run[]): string[] {
	return [
		`${latencyMs} ms`,
		name,
		seconds(medianTime(runs)),
		seconds(latencyFloor(fewest, latencyMs)),
		overFloor(runs, latencyMs).toFixed(2),
		count(Math.max(...runs.map(({ mostInFlight }) => mostInFlight))),
	];
}
