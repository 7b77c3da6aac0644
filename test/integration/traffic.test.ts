/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { join } from 'node:path';

import { MOST_AT_ONCE } from '../../nodes/Emnify/api/adaptiveConcurrency';
import type { EMNIFY_LIMITS } from '../../nodes/Emnify/api/requestBudget';
import type { trafficOf } from '../../nodes/Emnify/api/traffic';
import { createWorld, type Limits, type Simulator } from '../../simulator';
import { PACKAGE_FOLDER } from './engine';
import { useEmnify, type BenchOptions } from './support';

// How many requests there are at once, and in emnify's window, by all that runs in one process.

const { start } = useEmnify();

/** The built modules that the engine has loaded. */
const built = <Module extends object>(name: string) =>
	jest.requireActual<Module>(join(PACKAGE_FOLDER, 'dist/nodes/Emnify/api', name));

const concurrencyOf = ({ url }: Simulator) =>
	built<{ trafficOf: typeof trafficOf }>('traffic').trafficOf(url).concurrency;

const large = async (users: number, latencyMs: number, limits: Partial<Limits> = {}) =>
	await start({
		world: createWorld({ users, devicesPerUser: 1, now: new Date() }),
		latencyMs,
		limits: { requestsPerWindow: 1_000_000, ...limits },
	} satisfies BenchOptions);

const audit = (options = {}) => ({
	resource: 'trustedDevice',
	operation: 'audit',
	scope: 'all',
	policy: {},
	output: 'summary',
	options,
});

/** The most requests that emnify has not answered yet, as each one comes in. */
function watch(simulator: Simulator): { most: number } {
	const seen = { most: 0 };
	const push = simulator.requests.push.bind(simulator.requests);
	simulator.requests.push = (...requests) => {
		const open = simulator.requests.filter(({ status }) => status === undefined).length;
		seen.most = Math.max(seen.most, open + requests.length);
		return push(...requests);
	};
	return seen;
}

const refusedBy = ({ requests }: Simulator) =>
	requests.filter(({ status }) => status === 429).length;

describe('reads at once', () => {
	test('grow while emnify answers as fast as before, and never beyond the most', async () => {
		const { run, simulator } = await large(300, 100);
		const seen = watch(simulator);
		const { json } = await run(audit());
		expect(json[0]).toMatchObject({ users_checked: 300, users_failed: 0 });
		expect(seen.most).toBeGreaterThan(10);
		expect(seen.most).toBeLessThanOrEqual(MOST_AT_ONCE);
	});

	test('halve at a 429', async () => {
		const { run, simulator } = await large(200, 100);
		await run(audit());
		const before = concurrencyOf(simulator).limit;
		simulator.faults.next({ kind: 'status', status: 429 });
		const { error } = await run({ resource: 'mfaKey', operation: 'getStatuses' });
		expect(error).toBeUndefined();
		expect(before).toBeGreaterThan(10);
		expect(concurrencyOf(simulator).limit).toBe(Math.floor(before / 2));
	});

	test('are shared by runs at the same time', async () => {
		const { run, simulator } = await large(150, 100);
		const seen = watch(simulator);
		const runs = await Promise.all([audit(), audit(), audit()].map(async (one) => await run(one)));
		for (const { json } of runs) expect(json[0]).toMatchObject({ users_checked: 150 });
		// Beside them a run may have one under way that has none yet.
		expect(seen.most).toBeLessThanOrEqual(MOST_AT_ONCE + 2);
	});

	test('are no more than Max Requests at Once', async () => {
		const { run, simulator } = await large(60, 20);
		const seen = watch(simulator);
		await run(audit({ maxRequestsAtOnce: 3 }));
		expect(seen.most).toBe(3);
	});
});

describe('emnify’s window, scaled down', () => {
	const limits = built<{ EMNIFY_LIMITS: typeof EMNIFY_LIMITS }>('requestBudget').EMNIFY_LIMITS;
	const documented = { ...limits };
	beforeEach(() => Object.assign(limits, { requests: 200, windowMs: 3_000 }));
	afterEach(() => Object.assign(limits, documented));
	const scaled = { requestsPerWindow: 200, windowSeconds: 3 };

	test('is kept by a large audit: one 429 finds the limit out, then there is none', async () => {
		const { run, simulator } = await large(500, 5, scaled);
		const { json } = await run(audit());
		expect(json[0]).toMatchObject({ users_checked: 500, users_failed: 0, devices: 500 });
		expect(refusedBy(simulator)).toBeLessThanOrEqual(1);
		simulator.forget();
		await run(audit());
		expect(refusedBy(simulator)).toBe(0);
	});

	test('a single read in the middle of a large audit is served long before the rest of it', async () => {
		const { run, simulator } = await large(700, 5, scaled);
		const halfWay = new Promise<void>((resolve) => {
			const push = simulator.requests.push.bind(simulator.requests);
			simulator.requests.push = (...requests) => {
				if (simulator.requests.length === 350) resolve();
				return push(...requests);
			};
		});
		const auditing = run(audit());
		await halfWay;
		await run({ resource: 'mfaKey', operation: 'getStatuses' });
		const servedBefore = simulator.requests.length;
		expect((await auditing).json[0]).toMatchObject({ users_checked: 700, users_failed: 0 });
		expect(simulator.requests.length - servedBefore).toBeGreaterThan(200);
	});
});
