import type { Comparison } from '../comparison';
import { fewestRequests } from '../floor';
import { count, mebibytes, medianTime, seconds, type Goal, type Measure } from '../report';
import { leastFound, networkInWords, type Run } from '../stage';
import { emnifyNode, unpacedHttpRequestNode } from '../workflows';

/** What the peak above idle was at 10,000 users before reads were as many at once as emnify answers fast, in bytes. */
const PEAK_BEFORE = 282 * 1024 ** 2;

/** 1: the audit beside the same with n8n's own HTTP Request node, unpaced. */
export function besideHttpRequest(comparisons: Comparison[]): Measure {
	const requests = comparisons.map(({ users, ours }) =>
		Math.max(...ours.map((run) => run.requests / fewestRequests(users))),
	);
	return {
		title: 'Audit beside the unpaced HTTP Request node',
		head: [
			'Users',
			'Network',
			'By',
			'Time',
			'Ratio',
			'Requests',
			'Most in flight',
			'Devices found',
			'Memory above idle',
			'Execution',
		],
		rows: comparisons.flatMap((comparison) => [
			row(comparison, emnifyNode.name, comparison.ours),
			row(comparison, unpacedHttpRequestNode.name, comparison.theirs),
		]),
		goals: [
			...comparisons.flatMap(goals),
			{
				what: 'Requests over the fewest, at most',
				measured: Math.max(...requests),
				wanted: { exactly: 1 },
			},
		],
		notes: [
			'Time: the median of the executions, by n8n’s own clock. Ratio: over the HTTP Request node, with the same users and network. Memory: what the n8n process held at most in the first execution, above what it held before. It is mostly garbage that V8 has not collected yet; both start in a fresh n8n for each number of users.',
		],
	};
}

function goals({ users, network, ours, theirs }: Comparison): Goal[] {
	const where = `${count(users)} users, ${networkInWords(network)}`;
	const isSlow = 'latencyMs' in network && network.latencyMs >= 100;
	const [first] = ours;
	const isFirst = 'latencyMs' in network && network.latencyMs === 20;
	const aboveIdle = first && above(first);
	return [
		...(users >= 1_000
			? [
					{
						what: `Time over that of the ${unpacedHttpRequestNode.name}, ${where}`,
						measured: medianTime(ours) / medianTime(theirs),
						wanted: { atMost: isSlow || users >= 10_000 ? 0.6 : 0.5 },
					},
				]
			: []),
		{
			what: `Devices found over devices there are, ${where}`,
			measured: leastFound(ours),
			wanted: { exactly: 1 },
		},
		...(users >= 10_000 && isFirst
			? [
					{
						what: `Peak memory above idle over that of before (${mebibytes(PEAK_BEFORE)}), ${where}`,
						measured: aboveIdle === undefined ? undefined : aboveIdle / PEAK_BEFORE,
						wanted: { atMost: 1 },
					},
				]
			: []),
	];
}

function row({ users, network, theirs }: Comparison, name: string, runs: Run[]): string[] {
	const last = runs.at(-1) as Run;
	return [
		count(users),
		networkInWords(network),
		name,
		seconds(medianTime(runs)),
		(medianTime(runs) / medianTime(theirs)).toFixed(2),
		count(last.requests),
		count(Math.max(...runs.map(({ mostInFlight }) => mostInFlight))),
		`${count(last.devicesFound)} of ${count(last.devices)}`,
		mebibytes(above(runs[0] as Run)),
		last.status,
	];
}

function above({ idleBytes, peakBytes }: Run): number | undefined {
	return idleBytes === undefined || peakBytes === undefined ? undefined : peakBytes - idleBytes;
}
