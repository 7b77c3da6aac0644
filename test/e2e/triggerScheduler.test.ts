import { startRealN8n, type RealN8n } from '../real-n8n/n8n';
import { everyFiveSeconds, isFirstPollOver } from '../real-n8n/pollTimes';
import { until } from '../real-n8n/until';
import { emnifyTrigger, workflowOf } from '../real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../simulator';

// One execution an event, by each scheduler of a real n8n. What n8n's engine alone shows: test/integration/triggerActivation.test.ts.

jest.setTimeout(300_000);

const USERS = 'GET /api/v1/user';
const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const TRIGGER = 'New device';
const DURABLE = {
	N8N_SCHEDULER_ENABLED: 'true',
	N8N_SCHEDULER_POLL_TRIGGERS_ENABLED: 'true',
};

describe.each([
	['n8n’s own timer', {}],
	['the durable scheduler', DURABLE],
	[
		'the durable scheduler with durable cursors',
		{ ...DURABLE, N8N_POLLER_DURABLE_CURSORS_ENABLED: 'true' },
	],
])('by %s', (_scheduler, env) => {
	let n8n: RealN8n;
	let simulator: Simulator;

	beforeAll(async () => {
		simulator = await startSimulator();
		n8n = await startRealN8n({ env });
	});

	afterAll(async () => {
		await n8n?.stop();
		await simulator?.stop();
	});

	test('a poll that lasts longer than its interval starts one execution', async () => {
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
		const told = async () =>
			(await n8n.rest.executionsOf(id)).filter(({ status }) => status === 'success').length;

		const activatedAt = simulator.clock.now();
		simulator.world.addTrustedDevice(seed.observer.id, { browser: 'Edge 141', activatedAt });
		// For 12 seconds, in which two more polls are due.
		simulator.faults.next({ kind: 'stall', ms: 12_000 }, { endpoint: DEVICES });
		await until('the device is told of', async () => (await told()) > 0);
		const polls = simulator.count(USERS);
		await until('the trigger has polled on', () => simulator.count(USERS) >= polls + 3);
		expect(await told()).toBe(1);
	});
});
