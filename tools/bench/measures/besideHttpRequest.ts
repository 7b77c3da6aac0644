import { CONCURRENT_READS } from '../../../nodes/Emnify/api/concurrently';
import { COMPARED_LATENCY_MS, peer, type Comparison } from '../comparison';
import { count, medianTime, seconds, type Measure } from '../report';
import { leastFound, type Run } from '../stage';
import { emnifyNode, unpacedHttpRequestNode } from '../workflows';

/** 1: the audit beside the same with n8n's own HTTP Request node. */
export function besideHttpRequest(comparisons: Comparison[]): Measure {
	return {
		title: `Audit, ${COMPARED_LATENCY_MS} ms latency, up to ${CONCURRENT_READS} requests in flight`,
		head: [
			'Users',
			'By',
			'Time',
			'Ratio',
			'Requests',
			'Most in flight',
			'Devices found',
			'Too old',
			'Execution',
		],
		rows: comparisons.flatMap(({ users, ours, theirs, theirsUnpaced }) => [
			row(users, emnifyNode.name, ours, medianTime(theirs)),
			row(users, peer.name, theirs, medianTime(theirs)),
			row(users, unpacedHttpRequestNode.name, theirsUnpaced, medianTime(theirs)),
		]),
		goals: comparisons.flatMap(({ users, ours, theirs }) => [
			{
				what: `Time over that of the ${peer.name}, ${count(users)} users`,
				measured: medianTime(ours) / medianTime(theirs),
				wanted: { atMost: 0.5 },
			},
			{
				what: `Devices found over devices there are, ${count(users)} users`,
				measured: leastFound(ours),
				wanted: { exactly: 1 },
			},
		]),
		notes: [
			`Time: the median of ${comparisons.map(({ ours }) => ours.length).join(', ')} executions, by n8n's own clock. The HTTP Request node does not wait until a batch is answered. With one batch in the time that an answer takes, it has about as many requests in flight as the Emnify node; unpaced, as many as n8n can prepare. The 11th request of the Emnify node is for the next page of users.`,
		],
	};
}

function row(users: number, name: string, runs: Run[], theirTime: number): string[] {
	const last = runs.at(-1) as Run;
	return [
		count(users),
		name,
		seconds(medianTime(runs)),
		(medianTime(runs) / theirTime).toFixed(2),
		count(last.requests),
		count(last.mostInFlight),
		`${count(last.devicesFound)} of ${count(last.devices)}`,
		count(last.devicesTooOld),
		last.status,
	];
}
