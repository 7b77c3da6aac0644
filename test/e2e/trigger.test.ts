import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import { everyFiveSeconds, isFirstPollOver } from '../../tools/real-n8n/pollTimes';
import { until } from '../../tools/real-n8n/until';
import { emnifyTrigger, workflowOf } from '../../tools/real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';

// The trigger in a real n8n that is slow, and crashes. Its promises one by one: test/integration/trigger.test.ts; n8n's durable
// scheduler: triggerScheduler.test.ts.

jest.setTimeout(300_000);

const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const TRIGGER = 'New device';

let n8n: RealN8n;
let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator();
	// Which says when it polls.
	const env = { N8N_LOG_LEVEL: 'debug' };
	n8n = await startRealN8n({ keepUserFolder: true, gracePeriodMs: 0, env });
});

afterAll(async () => {
	await n8n?.stop();
	await simulator?.stop();
});

function addDevice({ id }: { id: number }): number {
	const activatedAt = simulator.clock.now();
	return simulator.world.addTrustedDevice(id, { browser: 'Edge 141', activatedAt }).id;
}

/** The devices that the executions so far were told of. */
async function told(workflowId: string): Promise<number[]> {
	const executions = await n8n.rest.executionsOf(workflowId);
	const ended = executions.filter(({ status }) => status === 'success');
	const items = await Promise.all(
		ended.map(async ({ id }) => (await n8n.rest.getExecution(id)).itemsOf(TRIGGER)),
	);
	return items.flat().map(({ json }) => (json.device as { id: number }).id);
}

/** So many polls n8n has begun. */
const begun = () => n8n.output().split('Poll trigger initiated for workflow').length - 1;

test('a poll lasts longer than its interval, in another one n8n is killed: each device is told of once, also that of the meantime', async () => {
	const credential = await n8n.rest.createCredential({
		name: 'Emnify account',
		data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
	});
	const trigger = emnifyTrigger(
		{ pollTimes: everyFiveSeconds, events: ['trusted_device_added'], scope: 'all' },
		credential,
		TRIGGER,
	);
	const { id } = await n8n.rest.createWorkflow(
		workflowOf('Watch', [trigger, { name: 'Alert', type: 'n8n-nodes-base.noOp' }]),
	);
	await n8n.rest.activateWorkflow(id);
	await until('the first poll is over', () => isFirstPollOver(simulator));
	const devices = [addDevice(seed.administrator)];
	await until('the first device is told of', async () => (await told(id)).length === 1);

	simulator.faults.next({ kind: 'stall' }, { endpoint: DEVICES });
	devices.push(addDevice(seed.trustedDeviceUser));
	await simulator.faults.whenStalled();
	const polls = begun();
	await until('two more polls have begun', () => begun() >= polls + 2);
	expect(simulator.faults.stalled).toBe(1);
	simulator.faults.release();
	await until('the second device is told of', async () => (await told(id)).length === 2);

	simulator.faults.next({ kind: 'stall' }, { endpoint: DEVICES });
	devices.push(addDevice(seed.observer));
	await simulator.faults.whenStalled();
	const { userFolder } = n8n;
	await n8n.stop();
	simulator.faults.release();
	devices.push(addDevice(seed.totpUser));

	n8n = await startRealN8n({ userFolder });
	await until('all devices are told of', async () => (await told(id)).length >= devices.length);
	const listed = simulator.count('GET /api/v1/user');
	await until('the trigger has polled on', () => simulator.count('GET /api/v1/user') >= listed + 2);
	expect((await told(id)).sort()).toEqual(devices.sort());
});
