import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import { everyFiveSeconds, isFirstPollOver } from '../../tools/real-n8n/pollTimes';
import type { CreatedCredential } from '../../tools/real-n8n/rest';
import { until } from '../../tools/real-n8n/until';
import { emnifyTrigger, workflowOf } from '../../tools/real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';

// The trigger under n8n's durable scheduler, on one database, one test after the other. n8n's own timer: trigger.test.ts.

jest.setTimeout(300_000);

const USERS = 'GET /api/v1/user';
const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const TRIGGER = 'New device';

/** Without the publication service n8n would poll by its own timer all the same. */
const DURABLE = {
	N8N_SCHEDULER_ENABLED: 'true',
	N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
	N8N_USE_WORKFLOW_PUBLICATION_SERVICE: 'true',
	// So that a request may take longer than the interval.
	N8N_SCHEDULER_POLL_TIMEOUT: '150',
	N8N_SCHEDULER_LEASE_DURATION: '180',
	// Says which poll found nothing.
	N8N_LOG_LEVEL: 'debug',
};
const DURABLE_CURSORS = { ...DURABLE, N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true' };

let n8n: RealN8n;
let simulator: Simulator;
let workflowId: string;
const devices: number[] = [];

const start = async (env: Record<string, string>, userFolder?: string) =>
	await startRealN8n({ env, userFolder, keepUserFolder: true, gracePeriodMs: 0 });

beforeAll(async () => {
	simulator = await startSimulator();
	n8n = await start(DURABLE);
	const credential = await n8n.rest.createCredential({
		name: 'Emnify account',
		data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
	});
	workflowId = (await n8n.rest.createWorkflow(watch(credential))).id;
	await n8n.rest.activateWorkflow(workflowId);
	await until('the first poll is over', () => isFirstPollOver(simulator));
});

afterAll(async () => {
	await n8n?.stop();
	await simulator?.stop();
});

const watch = (credential: CreatedCredential) =>
	workflowOf('Watch', [
		emnifyTrigger(
			{ pollTimes: everyFiveSeconds, events: ['trusted_device_added'], scope: 'all' },
			credential,
			TRIGGER,
		),
		{ name: 'Alert', type: 'n8n-nodes-base.noOp' },
	]);

function addDevice({ id }: { id: number }): void {
	const activatedAt = simulator.clock.now();
	devices.push(simulator.world.addTrustedDevice(id, { browser: 'Edge 141', activatedAt }).id);
}

/** The devices that the executions so far were told of, in the order of the executions. */
async function told(): Promise<number[]> {
	const executions = await n8n.rest.executionsOf(workflowId);
	const items = await Promise.all(
		executions.map(async ({ id }) => (await n8n.rest.getExecution(id)).itemsOf(TRIGGER)),
	);
	return items.flat().map(({ json }) => (json.device as { id: number }).id);
}

/** So many polls by the durable scheduler, and by nothing else, have ended without an item so far. */
const emptyPolls = () =>
	n8n.output().split('Poll returned no new data; nothing to hand off').length - 1;

/** A poll finds a device, and is held back until another one, or more, that became due meanwhile has ended. */
async function holdPollBack(device: { id: number }): Promise<void> {
	simulator.faults.next({ kind: 'stall' }, { endpoint: DEVICES });
	addDevice(device);
	await simulator.faults.whenStalled();
	const before = emptyPolls();
	await until('another poll has ended', () => emptyPolls() > before);
	expect(simulator.faults.stalled).toBe(1);
}

/** Each device was told of once, also after further polls. */
async function expectAllToldOfOnce(): Promise<void> {
	await until('all devices are told of', async () => (await told()).length >= devices.length);
	const polls = simulator.count(USERS);
	await until('the trigger has polled on', () => simulator.count(USERS) >= polls + 3);
	expect((await told()).sort()).toEqual([...devices].sort());
}

/** n8n's end in the middle of a poll that has found a device, and its start after one more came. */
async function restartInThePoll(env: Record<string, string>): Promise<void> {
	simulator.faults.next({ kind: 'stall' }, { endpoint: DEVICES });
	addDevice(seed.observer);
	await simulator.faults.whenStalled();
	const { userFolder } = n8n;
	await n8n.stop();
	simulator.faults.release();
	addDevice(seed.totpUser);
	n8n = await start(env, userFolder);
}

test('a poll that lasts longer than its interval starts one execution a device', async () => {
	addDevice(seed.administrator);
	await until('the first device is told of', async () => (await told()).length === 1);
	await holdPollBack(seed.observer);
	simulator.faults.release();
	await expectAllToldOfOnce();
	expect(await n8n.rest.executionsOf(workflowId)).toHaveLength(devices.length);
});

test('n8n is killed in a poll, and goes on with durable cursors: each device starts one execution', async () => {
	await restartInThePoll(DURABLE_CURSORS);
	await expectAllToldOfOnce();
	const { staticData } = await n8n.rest.getWorkflow(workflowId);
	await holdPollBack(seed.administrator);
	simulator.faults.release();
	await expectAllToldOfOnce();
	// It is the cursor that goes on, in a table of its own.
	expect(staticData).toBeDefined();
	expect((await n8n.rest.getWorkflow(workflowId)).staticData).toEqual(staticData);
});

test('n8n is killed in a poll, and goes on from its durable cursor', async () => {
	await restartInThePoll(DURABLE_CURSORS);
	await expectAllToldOfOnce();
});
