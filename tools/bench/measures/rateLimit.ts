import { CONCURRENT_READS } from '../../../nodes/Emnify/api/concurrently';
import { fewestRequests, limitFloor } from '../floor';
import { count, seconds, type Measure } from '../report';
import { leastFound, type Run, type Stage } from '../stage';
import { emnifyNode, pacedHttpRequestNode, unpacedHttpRequestNode } from '../workflows';

const users = 1_200;
const latencyMs = 20;
/** emnify's 2,000 requests in five minutes, scaled down. */
const limits = { requestsPerWindow: 200, windowSeconds: 5 };

/** 3: an audit that needs six times as many requests as the service allows in one window. */
export async function rateLimit(stage: Stage): Promise<Measure> {
	const { requestsPerWindow, windowSeconds } = limits;
	const paced = pacedHttpRequestNode((CONCURRENT_READS * windowSeconds * 1000) / requestsPerWindow);
	const ours = await stage.run(emnifyNode, { users, latencyMs, limits });
	const theirs = await stage.run(unpacedHttpRequestNode, { users, latencyMs, limits });
	const theirsPaced = await stage.run(paced, { users, latencyMs, limits });

	const floor = limitFloor(fewestRequests(users), latencyMs, limits);
	const row = (name: string, run: Run) => [
		name,
		`${count(run.devicesFound)} of ${count(run.devices)}`,
		count(run.usersFailed),
		run.status,
		`${count(run.requests)} (${count(run.refused)})`,
		seconds(run.milliseconds),
		(run.milliseconds / floor).toFixed(2),
	];
	return {
		title: `${count(users)} users with a limit of ${limits.requestsPerWindow} requests in ${limits.windowSeconds} s, floor ${seconds(floor)}`,
		head: [
			'By',
			'Devices found',
			'Users failed',
			'Execution',
			'Requests (429)',
			'Time',
			'Over floor',
		],
		rows: [
			row(emnifyNode.name, ours),
			row(unpacedHttpRequestNode.name, theirs),
			row(paced.name, theirsPaced),
		],
		goals: [
			{
				what: 'Devices found over devices there are, at the limit',
				measured: leastFound([ours]),
				wanted: { exactly: 1 },
			},
			{
				what: 'Time over the floor at the limit',
				measured: ours.milliseconds / floor,
				wanted: { atMost: 1.15 },
			},
		],
		notes: [
			'The last row is the same workflow, slowed down by hand to what this limit allows. It keeps that pace however few users there are.',
		],
	};
}
