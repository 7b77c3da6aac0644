import { fewestRequests, limitFloor } from '../floor';
import { count, median, seconds, type Measure } from '../report';
import { leastFound, type Run, type Stage } from '../stage';
import { emnifyNode, pollNode, unpacedHttpRequestNode } from '../workflows';

const users = 1_200;
const network = { latencyMs: 20 };

/** emnify's 2,000 requests in five minutes, scaled down: for the simulator, and for what the node knows of it. */
export const scaledLimits = { requestsPerWindow: 200, windowSeconds: 5 };

/** 2: an audit that needs six times as many requests as the service allows in one window, and polls beside it. */
export async function rateLimit(stage: Stage): Promise<Measure> {
	const task = { users, network, limits: scaledLimits };
	const ours = await stage.run(emnifyNode, task);
	const { audit, alone, beside } = await stage.runWithPolls(emnifyNode, pollNode, task);
	const theirs = await stage.run(unpacedHttpRequestNode, task);
	const floor = limitFloor(fewestRequests(users), network.latencyMs, scaledLimits);
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
		title: `${count(users)} users with a limit of ${scaledLimits.requestsPerWindow} requests in ${scaledLimits.windowSeconds} s, floor ${seconds(floor)}`,
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
			row(`${emnifyNode.name}, ${beside.length} polls beside it`, audit),
			row(unpacedHttpRequestNode.name, theirs),
		],
		goals: [
			{
				what: 'Devices found over devices there are, at the limit',
				measured: leastFound([ours, audit]),
				wanted: { exactly: 1 },
			},
			{
				what: 'Time over the floor at the limit',
				measured: ours.milliseconds / floor,
				wanted: { atMost: 1.05 },
			},
			{
				what: 'Requests answered 429, of all at the limit',
				measured: Math.max(...[ours, audit].map(({ refused, requests }) => refused / requests)),
				wanted: { atMost: 0.02 },
			},
		],
		notes: [
			`What the node knows of emnify's limit is scaled down with the simulator's. Beside the second audit another workflow asked for one thing each second, ${beside.length} times, as the poll of a trigger does: it took ${seconds(median(beside))} (median) and at most ${seconds(Math.max(...beside))}, with no audit ${seconds(median(alone))}.`,
		],
	};
}
