import { count, seconds, type Measure } from '../report';
import { leastFound, type Run, type Stage } from '../stage';
import { emnifyNode, unpacedHttpRequestNode } from '../workflows';

const WORKFLOWS = 10;
const task = { users: 100, network: { latencyMs: 100 } };

/** 3: how good a neighbour ten workflows at once are. */
export async function tenAtOnce(stage: Stage): Promise<Measure> {
	const one = await stage.run(emnifyNode, { ...task, users: task.users * WORKFLOWS });
	const ours = await stage.runAtOnce(emnifyNode, WORKFLOWS, task);
	const theirs = await stage.runAtOnce(unpacedHttpRequestNode, WORKFLOWS, task);
	const most = (runs: Run[]) => Math.max(...runs.map(({ mostInFlight }) => mostInFlight));
	const row = (name: string, workflows: number, runs: Run[]) => [
		count(workflows),
		name,
		seconds(Math.max(...runs.map(({ milliseconds }) => milliseconds))),
		count(most(runs)),
	];
	return {
		title: `${WORKFLOWS} workflows at once, ${count(task.users)} users each, ${task.network.latencyMs} ms an answer`,
		head: ['Workflows', 'By', 'Slowest', 'Most in flight'],
		rows: [
			row(`${emnifyNode.name}, ${count(task.users * WORKFLOWS)} users`, 1, [one]),
			row(emnifyNode.name, WORKFLOWS, ours),
			row(unpacedHttpRequestNode.name, WORKFLOWS, theirs),
		],
		goals: [
			{
				what: `Most in flight of ${WORKFLOWS} workflows over the most that one may have`,
				measured: most(ours) / 130,
				wanted: { atMost: 1 },
			},
			{
				what: `Devices found over devices there are, ${WORKFLOWS} workflows at once`,
				measured: leastFound(ours),
				wanted: { exactly: 1 },
			},
		],
	};
}
