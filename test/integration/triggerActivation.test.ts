import type { INodeParameters } from 'n8n-workflow';

import { seed } from '../../simulator';
import { PollingWorkflow } from './polling';
import { useEmnify, type Bench } from './support';

// Activation while emnify is down, and n8n's two schedulers.

const USERS = 'GET /api/v1/user';
const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';

const { observer } = seed;
const { engine, start } = useEmnify();

const DEVICE_EVENTS = { events: ['trusted_device_added', 'trusted_device_removed'] };

const workflowOf = (bench: Bench, parameters: INodeParameters = DEVICE_EVENTS) =>
	new PollingWorkflow(engine(), bench.credential, parameters);

function addDevice({ simulator: { clock, world } }: Bench): string {
	const { id } = world.addTrustedDevice(observer.id, { activatedAt: clock.now() });
	return `trusted_device_added:${observer.id}:${id}`;
}

const takeIds = (workflow: PollingWorkflow) => workflow.takeItems().map(({ id }) => String(id));

describe('an activation while emnify is down', () => {
	const outages = [
		['fails to process anything', { kind: 'status', status: 503 }],
		['breaks off each connection', { kind: 'reset' }],
		['is at its rate limit', { kind: 'status', status: 429 }],
	] as const;

	test.each(outages)(
		'with a checkpoint is a warning, and the next polls make up for it: emnify %s',
		async (_what, fault) => {
			const bench = await start();
			const workflow = workflowOf(bench);
			await workflow.activate();
			workflow.kill();
			const missed = addDevice(bench);
			bench.simulator.faults.next(fault, { times: 100 });
			// At the rate limit it waits for some of its time.
			workflow.budgetMs = 500;
			await workflow.activate();
			expect(workflow.takeItems()).toEqual([]);
			expect(workflow.warnings).toEqual([
				expect.stringMatching(
					/^The trigger could not look at emnify when the workflow was activated, and tries again at each poll time\. The first poll that succeeds makes up for what happened meanwhile\. /,
				),
			]);
			workflow.budgetMs = 300_000;
			bench.simulator.faults.clear();
			bench.simulator.clock.advance({ minutes: 10 });
			await workflow.tick();
			expect(takeIds(workflow)).toEqual([missed]);
		},
	);

	test('leaves a workflow without a checkpoint active where n8n starts up: the first poll that succeeds is the start', async () => {
		const bench = await start();
		const workflow = workflowOf(bench);
		workflow.activation = 'init';
		await bench.logIn();
		bench.simulator.faults.next({ kind: 'status', status: 503 }, { times: 100 });
		await workflow.activate();
		expect(workflow.warnings).toEqual([
			expect.stringMatching(/The first poll that succeeds is its start\./),
		]);
		bench.simulator.faults.clear();
		await workflow.tick();
		const device = addDevice(bench);
		bench.simulator.clock.advance({ minutes: 1 });
		await workflow.tick();
		expect(takeIds(workflow)).toEqual([device]);
	});

	test('fails for the person who activates a workflow without a checkpoint', async () => {
		const bench = await start();
		bench.simulator.faults.next({ kind: 'status', status: 503 }, { times: 100 });
		await expect(workflowOf(bench).activate()).rejects.toThrow(/^There was a problem activating/);
	});

	test.each([[401], [403]])(
		'%d, which does not pass by itself, is refused in words',
		async (status) => {
			const bench = await start();
			const workflow = workflowOf(bench);
			await workflow.activate();
			workflow.kill();
			workflow.activation = 'init';
			bench.simulator.faults.next({ kind: 'status', status }, { times: 100, endpoint: USERS });
			await expect(workflow.activate()).rejects.toThrow(
				/Could not list the users: emnify does not/,
			);
		},
	);

	test('is refused without the word that keeps n8n 1.123 and 2.20 from trying again, whatever emnify says', async () => {
		const bench = await start();
		const workflow = workflowOf(bench);
		await bench.logIn();
		workflow.activation = 'init';
		const body = {
			error_code: 1104,
			error_token: 'Forbidden',
			message: 'Authorization is missing',
		};
		bench.simulator.faults.next({ kind: 'status', status: 403, body }, { times: 100 });
		const { message } = await workflow.activate().then(
			() => new Error(''),
			(error: Error) => error,
		);
		expect(message).toMatch(/“authorization is missing”/);
		expect(message).not.toContain('Authorization');
	});

	test('does not make later failures warnings: they are failed executions as before', async () => {
		const bench = await start();
		const workflow = workflowOf(bench);
		await workflow.activate();
		bench.simulator.faults.next({ kind: 'status', status: 503 }, { times: 100 });
		await workflow.tick();
		expect(workflow.failures).toHaveLength(1);
		expect(workflow.warnings).toEqual([]);
	});
});

describe.each([
	['n8n’s own timer', { isDurable: false, keepsCursor: false }],
	['the durable scheduler', { isDurable: true, keepsCursor: false }],
	['the durable scheduler with durable cursors', { isDurable: true, keepsCursor: true }],
])('by any scheduler of n8n: %s', (_scheduler, options) => {
	async function watch(bench: Bench, parameters?: INodeParameters): Promise<PollingWorkflow> {
		await bench.logIn();
		const workflow = Object.assign(workflowOf(bench, parameters), options);
		if (options.isDurable) workflow.budgetMs = 36_000;
		await workflow.activate();
		return workflow;
	}

	const tick = async ({ simulator }: Bench, workflow: PollingWorkflow) => {
		simulator.clock.advance({ minutes: 1 });
		await workflow.tick();
		expect(workflow.failures).toEqual([]);
		return takeIds(workflow);
	};

	test('each event starts one execution', async () => {
		const bench = await start();
		const workflow = await watch(bench);
		expect(await tick(bench, workflow)).toEqual([]);
		const device = addDevice(bench);
		expect(await tick(bench, workflow)).toEqual([device]);
		expect(await tick(bench, workflow)).toEqual([]);
		const [removed] = bench.simulator.world.user(observer.id).trustedDevices.splice(0);
		const ids = await tick(bench, workflow);
		expect(ids).toContain(`trusted_device_removed:${observer.id}:${removed?.id}`);
		expect(await tick(bench, workflow)).toEqual([]);
	});

	test('polls that overlap start one execution', async () => {
		const bench = await start();
		const workflow = await watch(bench);
		const device = addDevice(bench);
		bench.simulator.clock.advance({ minutes: 1 });
		const { faults } = bench.simulator;
		faults.next({ kind: 'stall' }, { endpoint: DEVICES });
		const slow = workflow.beginTick();
		await faults.whenStalled();
		await workflow.beginTick();
		await workflow.beginTick();
		expect(workflow.takeItems()).toEqual([]);
		faults.release();
		await slow;
		expect(workflow.failures).toEqual([]);
		expect(takeIds(workflow)).toEqual([device]);
		expect(await tick(bench, workflow)).toEqual([]);
	});

	test('a poll that begins before n8n has saved what the one before handed over reports nothing twice', async () => {
		const bench = await start();
		const workflow = await watch(bench);
		const device = addDevice(bench);
		workflow.savesLate = true;
		expect(await tick(bench, workflow)).toEqual([device]);
		expect(await tick(bench, workflow)).toEqual([]);
		workflow.finishSaving();
		const second = addDevice(bench);
		expect(await tick(bench, workflow)).toEqual([second]);
	});

	test('what was handed over and is never saved comes again', async () => {
		const bench = await start();
		const workflow = await watch(bench);
		const device = addDevice(bench);
		workflow.crashesBeforeSaving = true;
		expect(await tick(bench, workflow)).toEqual([device]);
		workflow.crashesBeforeSaving = false;
		await workflow.restart();
		expect(takeIds(workflow)).toEqual(options.keepsCursor ? [] : [device]);
	});

	test('a Code node that restores older static data repeats events with the same ID, and loses none', async () => {
		const bench = await start();
		const workflow = await watch(bench);
		const older = workflow.saved;
		const first = addDevice(bench);
		expect(await tick(bench, workflow)).toEqual([first]);
		workflow.saved = older;
		// Before a minute is over it looks like a database that is slow to save.
		expect(await tick(bench, workflow)).toEqual([]);
		const second = addDevice(bench);
		await workflow.restart();
		const again = takeIds(workflow);
		expect(again.sort()).toEqual(options.keepsCursor ? [second] : [first, second].sort());
		expect(await tick(bench, workflow)).toEqual([]);
	});

	test('a device that came and went between two polls that reported nothing is not forgotten', async () => {
		const bench = await start();
		const workflow = await watch(bench, { events: ['trusted_device_removed'] });
		const [, user, id] = addDevice(bench).split(':');
		expect(await tick(bench, workflow)).toEqual([]);
		const { trustedDevices } = bench.simulator.world.user(observer.id);
		trustedDevices.splice(
			trustedDevices.findIndex((device) => String(device.id) === id),
			1,
		);
		expect(await tick(bench, workflow)).toEqual([`trusted_device_removed:${user}:${id}`]);
	});

	test('also across a republication, in the same process', async () => {
		const bench = await start();
		const workflow = await watch(bench, { events: ['trusted_device_removed'] });
		const [, user, id] = addDevice(bench).split(':');
		expect(await tick(bench, workflow)).toEqual([]);
		await workflow.deactivate();
		const { trustedDevices } = bench.simulator.world.user(observer.id);
		trustedDevices.splice(
			trustedDevices.findIndex((device) => String(device.id) === id),
			1,
		);
		bench.simulator.clock.advance({ minutes: 1 });
		await workflow.activate();
		expect(takeIds(workflow)).toEqual([`trusted_device_removed:${user}:${id}`]);
	});

	test('a poll that fails is made up for', async () => {
		const bench = await start();
		const workflow = await watch(bench);
		const device = addDevice(bench);
		bench.simulator.faults.next({ kind: 'status', status: 503 }, { times: 100 });
		bench.simulator.clock.advance({ minutes: 1 });
		await workflow.tick();
		expect(workflow.failures.splice(0)).toHaveLength(1);
		bench.simulator.faults.clear();
		expect(await tick(bench, workflow)).toEqual([device]);
	});
});

test('two triggers of the same workflow, or of two, do not wait for each other', async () => {
	const bench = await start();
	const [first, second] = [workflowOf(bench), workflowOf(bench)];
	await first.activate();
	await second.activate();
	const device = addDevice(bench);
	bench.simulator.clock.advance({ minutes: 1 });
	await Promise.all([first.tick(), second.tick()]);
	expect([takeIds(first), takeIds(second)]).toEqual([[device], [device]]);
});
