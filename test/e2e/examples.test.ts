/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';

import { exampleForDemo, exampleNames, readExample, type Example } from '../../tools/demo/examples';
import { openEditor, screenshot } from '../../tools/real-n8n/browser';
import { onCanvas } from '../../tools/real-n8n/editor';
import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import { checkout } from '../../tools/real-n8n/paths';
import { everyFiveSeconds, isFirstPollOver } from '../../tools/real-n8n/pollTimes';
import type { CreatedCredential, Execution } from '../../tools/real-n8n/rest';
import { until } from '../../tools/real-n8n/until';
import {
	mfaKeyStatuses,
	seed,
	startSimulator,
	totp,
	userStatuses,
	type Simulator,
} from '../../simulator';

// Each example in the real n8n, against the simulator; those that ask a person with a person in a real browser.

jest.setTimeout(300_000);

let n8n: RealN8n;
let simulator: Simulator;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	n8n = await startRealN8n();
	({ browser, page } = await openEditor(n8n));
}, 300_000);

afterAll(async () => {
	await browser?.close();
	await n8n?.stop();
});

beforeEach(async () => {
	simulator = await startSimulator();
});

afterEach(async () => await simulator.stop());

/** The credential of the examples that act on a whole workspace. */
async function administrator(): Promise<CreatedCredential> {
	return await n8n.rest.createCredential({
		name: 'Emnify account',
		data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
	});
}

/** An example as in the demo, changed where it is told so. */
async function importExample(name: string, change?: (example: Example) => void): Promise<string> {
	const credential = await administrator();
	const example = await exampleForDemo(name, { simulator, credential });
	change?.(example);
	return (await n8n.rest.createWorkflow(example)).id;
}

async function runNow(workflowId: string): Promise<Execution> {
	const execution = await n8n.rest.runWorkflow(workflowId, 'Run now');
	expect(execution.error).toBeUndefined();
	return execution;
}

/** The executions of a workflow, once none of them runs any more, in the order of their start. */
async function endedExecutions(workflowId: string): Promise<Execution[]> {
	return await until('no execution is running', async () => {
		const executions = await n8n.rest.executionsOf(workflowId);
		if (executions.some(({ status }) => ['new', 'running'].includes(status))) return undefined;
		return await Promise.all(executions.map(async ({ id }) => await n8n.rest.getExecution(id)));
	});
}

function parametersOf(example: Example, name: string): Record<string, unknown> {
	const node = example.nodes.find((candidate) => candidate.name === name);
	if (!node) throw new RangeError(`The example has no node “${name}”`);
	return node.parameters;
}

/** What arrived where the team would hear of it; at once emptied. */
function alerts(): Array<{ subject?: string; text: string }> {
	const arrived = simulator.inbox.map(({ body }) => body as { text: string });
	simulator.inbox.length = 0;
	return arrived;
}

const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const REVOKE = 'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}';

test('each one is imported by the editor’s menu, and lacks nothing but the credentials', async () => {
	for (const name of await exampleNames()) {
		await page.goto(`${n8n.url}/workflow/new`);
		const chooseFile = page.locator('[data-test-id="workflow-import-input"]');
		await chooseFile.setInputFiles(path.join(checkout, 'examples', `${name}.json`));
		const { nodes } = await readExample(name);
		for (const node of nodes) await shown(node).waitFor();
		await page.keyboard.press('1');
		await screenshot(page, `canvas-${name}`);
		const withCredentials = nodes.filter(({ credentials }) => credentials);
		expect({
			name,
			issues: await shownIssues(),
			notInstalled: await page.locator('[data-test-id="node-not-installed"]').count(),
			toasts: await page.locator('.el-notification').allInnerTexts(),
		}).toEqual({
			name,
			issues: withCredentials.map(() => expect.stringMatching(/^Credentials for .+ are not set/)),
			notInstalled: 0,
			toasts: [],
		});
	}
}, 300_000);

/** What the red signs of the nodes say when the mouse is over them. */
async function shownIssues(): Promise<string[]> {
	const issues: string[] = [];
	const tooltip = page.locator('[data-test-id="tooltip-content"] .titled-list');
	for (const sign of await page.locator('[data-test-id="node-issues"]').all()) {
		await sign.hover();
		await tooltip.waitFor();
		issues.push(...(await tooltip.getByRole('listitem').allInnerTexts()));
		await page.mouse.move(0, 0);
		await tooltip.waitFor({ state: 'hidden' });
	}
	return issues;
}

/** A node as the editor shows it; a note is known by its heading. */
function shown({ name, type, parameters: { content } }: Example['nodes'][number]): Locator {
	if (type !== 'n8n-nodes-base.stickyNote') {
		return onCanvas(page, name);
	}
	const [heading = ''] = String(content).replace('## ', '').split('\n');
	return page.locator('[data-test-id="sticky"]').getByText(heading, { exact: true });
}

describe('trusted-device-audit', () => {
	test('reports the findings on all users in one message', async () => {
		await runNow(await importExample('trusted-device-audit'));
		const [alert, ...others] = alerts();
		expect(others).toEqual([]);
		expect(alert?.text).toMatch(/^\*Trusted-device audit: findings on \d+ of \d+ devices\*/);
		expect(alert?.text).toContain('`max.devlin@acme-fleet.example`');
		expect(alert?.text).toContain('`otis.berg@acme-fleet.example`');
	});

	test('reports nothing when every device is fine, but a user who could not be read', async () => {
		const workflowId = await importExample('trusted-device-audit', (example) => {
			parametersOf(example, 'Audit trusted devices').policy = { maxDevicesPerUser: 100 };
		});
		await runNow(workflowId);
		expect(alerts()).toEqual([]);
		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: DEVICES });
		await runNow(workflowId);
		expect(alerts()).toEqual([
			{ text: expect.stringMatching(/the devices of 1 user could not be read/) },
		]);
	});

	test('reports that it saw nobody', async () => {
		const workflowId = await importExample('trusted-device-audit', (example) => {
			const parameters = parametersOf(example, 'Audit trusted devices');
			Object.assign(parameters, { scope: 'filtered', filters: { name: 'nobody' } });
		});
		await runNow(workflowId);
		expect(alerts()).toEqual([
			{
				text: expect.stringMatching(
					/^\*Trusted-device audit: nothing was checked because no user fits the filters\*/,
				),
			},
		]);
	});
});

describe('new-trusted-devices', () => {
	/**
	 * Publishes the example with a trigger that a test can pull, as the schedule's comes once a day, and gives what pulls
	 * it. Alerts go to the address that it is pulled with.
	 */
	async function publish() {
		const webhookId = randomUUID();
		const workflowId = await importExample('new-trusted-devices', (example) => {
			example.nodes.push({
				name: 'Call',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				position: [0, 460],
				webhookId,
				parameters: { path: webhookId, responseMode: 'lastNode', options: {} },
			});
			example.connections.Call = example.connections['Run now'];
			parametersOf(example, 'Send alert').url =
				`={{ $('Call').isExecuted ? $('Call').first().json.query.alertsTo : '${simulator.inboxUrl}' }}`;
		});
		await n8n.rest.activateWorkflow(workflowId);
		return {
			workflowId,
			run: async (alertsTo = simulator.inboxUrl) => {
				await call(`${n8n.url}/webhook/${webhookId}?alertsTo=${encodeURIComponent(alertsTo)}`);
				const ended = await endedExecutions(workflowId);
				return ended.at(-1) as Execution;
			},
		};
	}

	/** Calls a webhook, which n8n serves some moments after its workflow was published. */
	async function call(address: string): Promise<void> {
		await until('n8n serves the webhook', async () => (await fetch(address)).status !== 404);
	}

	const since = (execution: Execution) => execution.itemsOf('Since when')[0]?.json.since;
	const checkedUntil = (execution: Execution) => execution.itemsOf('Since when')[0]?.json.until;

	/** The e-mail on so many devices. */
	const emailOn = (devices: number) => ({
		subject: `emnify: ${devices} new trusted device${devices === 1 ? '' : 's'}`,
		text: expect.stringMatching(
			new RegExp(`^New since .*:(\n- .+, trusted since .+){${devices}}$`),
		),
	});

	function devicesOfTheLastWeek(): number {
		const weekAgo = simulator.clock.now().getTime() - 7 * 24 * 3_600_000;
		return [...simulator.world.users.values()]
			.filter(({ organisationId }) => simulator.world.sees(seed.ids.acme, organisationId))
			.flatMap(({ trustedDevices }) => trustedDevices)
			.filter(({ activatedAt }) => activatedAt && activatedAt.getTime() > weekAgo).length;
	}

	test('Run now reports those of the last 7 days, each time', async () => {
		const workflowId = await importExample('new-trusted-devices');
		await runNow(workflowId);
		await runNow(workflowId);
		expect(devicesOfTheLastWeek()).toBeGreaterThan(1);
		expect(alerts()).toEqual([emailOn(devicesOfTheLastWeek()), emailOn(devicesOfTheLastWeek())]);
	});

	test('once published it reports each device once, and loses none when a run fails', async () => {
		const { workflowId, run } = await publish();

		const failed = await run(`${simulator.url}/_simulator/nowhere`);
		expect(failed.error?.node?.name).toBe('Send alert');
		expect(alerts()).toEqual([]);

		const first = await run();
		expect(first.error).toBeUndefined();
		expect(alerts()).toEqual([emailOn(devicesOfTheLastWeek())]);

		const second = await run();
		expect(since(second)).toBe(checkedUntil(first));
		expect(alerts()).toEqual([]);

		simulator.world.addTrustedDevice(seed.totpUser.id, { activatedAt: simulator.clock.now() });
		const third = await run();
		expect(since(third)).toBe(checkedUntil(second));
		expect(alerts()).toEqual([
			{
				subject: 'emnify: 1 new trusted device',
				text: expect.stringContaining(
					`- ${seed.totpUser.username}, unknown browser on unknown system, trusted since `,
				),
			},
		]);

		await runNow(workflowId);
		expect(alerts()).toEqual([emailOn(devicesOfTheLastWeek())]);

		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: DEVICES });
		const incomplete = await run();
		expect(since(incomplete)).toBe(checkedUntil(third));
		expect(alerts()).toMatchObject([
			{ text: expect.stringContaining('Could not be checked:\n- ') },
		]);

		expect(since(await run())).toBe(checkedUntil(third));
	});
});

describe('revoke-devices-of-suspended-users', () => {
	const NAME = 'revoke-devices-of-suspended-users';
	const suspended = [seed.suspendedUser.username, 'ina.gone@acme-fleet.example'];
	const devices = () =>
		suspended.flatMap((username) => simulator.world.user(username).trustedDevices);
	const lineOf = ({ id }: { id: number }, outcome: string) =>
		new RegExp(`^- .*\\(device ${id}\\): ${outcome}$`, 'm');

	test('is a dry run as shipped: it reports what it would revoke', async () => {
		await runNow(await importExample(NAME));
		const [alert, ...others] = alerts();
		expect(others).toEqual([]);
		expect(devices()).toHaveLength(3);
		expect(alert?.text).toMatch(/dry run, nothing was revoked/);
		for (const device of devices()) expect(alert?.text).toMatch(lineOf(device, 'would be revoked'));
		expect(simulator.count(REVOKE)).toBe(0);
	});

	test('switched to Revoke, it revokes and reports, and has nothing to say the next time', async () => {
		const found = devices();
		const workflowId = await importExample(NAME, (example) => {
			parametersOf(example, 'Revoke devices').revoke = 'revoke';
		});
		simulator.faults.next({ kind: 'status', status: 404 }, { endpoint: REVOKE });
		await runNow(workflowId);
		const [alert, ...others] = alerts();
		expect(others).toEqual([]);
		expect(alert?.text).not.toMatch(/dry run/);
		expect(found).toHaveLength(3);
		expect(simulator.count(REVOKE)).toBe(3);
		const [gone] = devices();
		expect(devices()).toHaveLength(1);
		expect(alert?.text).toMatch(lineOf({ id: gone?.id ?? 0 }, 'was gone already: .+'));
		for (const device of found.filter(({ id }) => id !== gone?.id)) {
			expect(alert?.text).toMatch(lineOf(device, 'revoked'));
		}
		await runNow(workflowId);
		expect(alerts()).toMatchObject([
			{ text: expect.stringMatching(lineOf({ id: gone?.id ?? 0 }, 'revoked')) },
		]);
		await runNow(workflowId);
		expect(alerts()).toEqual([]);
	});
});

describe('mfa-compliance', () => {
	const GET_USER = 'GET /api/v1/user/{user_id}';

	/** The users of the workspace that could log in and have no active key. */
	const withoutKey = () =>
		[...simulator.world.users.values()].filter(
			({ organisationId, statusId, mfaKeys }) =>
				simulator.world.sees(seed.ids.acme, organisationId) &&
				statusId !== userStatuses.suspended.id &&
				!mfaKeys.some((key) => key.statusId === mfaKeyStatuses.active.id),
		);

	test('reports every user without an active key, but suspended ones, in one message', async () => {
		const usernames = withoutKey().map(({ username }) => `- \`${username}\``);
		expect(usernames.length).toBeGreaterThan(1);
		await runNow(await importExample('mfa-compliance'));
		const [alert, ...others] = alerts();
		expect(others).toEqual([]);
		const [heading, ...lines] = (alert?.text ?? '').split('\n');
		expect(heading).toBe(`*Users without an active MFA key: ${usernames.length}*`);
		expect(lines.sort()).toEqual(usernames.sort());
	});

	test('reports nothing when everyone has a key, but a user who could not be read', async () => {
		for (const { id } of withoutKey()) {
			simulator.world.addMfaKey(id, { secret: seed.totpUser.totpSecret });
		}
		const workflowId = await importExample('mfa-compliance');
		await runNow(workflowId);
		expect(alerts()).toEqual([]);
		simulator.faults.next({ kind: 'status', status: 403 }, { endpoint: GET_USER });
		await runNow(workflowId);
		expect(alerts()).toEqual([
			{
				text: expect.stringMatching(/^\*Users.*: 0\*\n\*Warning:\* 1 could not be checked\n- .+$/),
			},
		]);
	});

	test('reports that it saw nobody', async () => {
		const workflowId = await importExample('mfa-compliance', (example) => {
			parametersOf(example, 'List users').filters = { name: 'nobody' };
		});
		await runNow(workflowId);
		expect(alerts()).toEqual([
			{ text: expect.stringMatching(/\*Warning:\* 1 could not be checked\n- User is empty$/) },
		]);
	});
});

describe('application-token-report', () => {
	/** What the seeded world has in force: two of Acme Fleet's tokens are revoked or expired. */
	const inForce = 4;

	test('reports the tokens in force that never end or have no description, in one message', async () => {
		const { administrator } = seed;
		const { world, clock } = simulator;
		const expiryDate = new Date(clock.now().getTime() + 30 * 24 * 3_600_000);
		const common = { creatorId: administrator.id };
		world.addApplicationToken({ ...common, id: 901, description: 'Tidy', expiryDate });
		world.addApplicationToken({ ...common, id: 902 });
		await runNow(await importExample('application-token-report'));
		const [alert, ...others] = alerts();
		expect(others).toEqual([]);
		const [heading, ...lines] = (alert?.text ?? '').split('\n');
		expect(heading).toBe(`*Application tokens to tidy up: ${inForce} of ${inForce + 1} in force*`);
		const named = lines.map((line) => Number(/\(token (\d+), created by /.exec(line)?.[1]));
		expect(named.sort()).toEqual([201, 205, 206, 902]);
		expect(alert?.text).toMatch(/^- `Data centre` \(token 205, .+\): no expiry date$/m);
		expect(alert?.text).toMatch(/^- \(token 902, .+\): no expiry date, no description$/m);
	});

	test('reports nothing when all is tidy', async () => {
		const expiryDate = new Date(simulator.clock.now().getTime() + 30 * 24 * 3_600_000);
		for (const token of simulator.world.applicationTokens.values()) token.expiryDate ??= expiryDate;
		await runNow(await importExample('application-token-report'));
		expect(alerts()).toEqual([]);
	});
});

/** Publishes an example whose trigger polls every five seconds, and waits for its start: nothing before it is told of. */
async function publishTrigger(name: string, trigger: string): Promise<string> {
	const workflowId = await importExample(name, (example) => {
		parametersOf(example, trigger).pollTimes = everyFiveSeconds;
	});
	await n8n.rest.activateWorkflow(workflowId);
	return workflowId;
}

describe('failed-logins-alert', () => {
	const TRIGGER = 'Failed login';

	async function failToLogIn(times: number, { username } = seed.observer as { username: string }) {
		for (let attempt = 0; attempt < times; attempt++) {
			await fetch(`${simulator.url}/api/v1/authenticate`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body: JSON.stringify({ username, password: 'fake-wrong-password' }),
			});
		}
	}

	test('alerts once when a user has failed five times within ten minutes', async () => {
		const workflowId = await publishTrigger('failed-logins-alert', TRIGGER);
		try {
			await until('the first poll is over', () => simulator.count('GET /api/v1/event') >= 2);
			/** Waits until the trigger has told of so many failures in all, and the workflow has dealt with them. */
			const told = async (failures: number) =>
				await until(`the trigger has told of ${failures} failures`, async () => {
					const executions = await endedExecutions(workflowId);
					expect(executions.map(({ error }) => error).filter(Boolean)).toEqual([]);
					const items = executions.flatMap((execution) => execution.itemsOf(TRIGGER));
					return items.length === failures;
				});

			await failToLogIn(4);
			await failToLogIn(4, seed.totpUser);
			await told(8);
			expect(alerts()).toEqual([]);

			await failToLogIn(1);
			await told(9);
			const login = seed.observer.username;
			expect(alerts()).toEqual([
				{
					text: expect.stringMatching(
						new RegExp(
							`^\\*5 failed logins within ten minutes\\* as \`${login}\`\\n.+, from \`127\\.0\\.0\\.1\`$`,
						),
					),
				},
			]);

			await failToLogIn(1);
			await told(10);
			expect(alerts()).toEqual([]);

			simulator.clock.advance({ hours: 1 });
			await failToLogIn(5);
			await told(15);
			expect(alerts()).toMatchObject([{ text: expect.stringContaining(`\`${login}\``) }]);
		} finally {
			await n8n.rest.deactivateWorkflow(workflowId);
		}
	});
});

describe('new-trusted-device-alert', () => {
	test('each new device has a message of its own, with a link that revokes it after asking', async () => {
		const { administrator, observer } = seed;
		const workflowId = await publishTrigger('new-trusted-device-alert', 'New trusted device');
		try {
			await until('the first poll is over', () => isFirstPollOver(simulator));
			const add = ({ id }: { id: number }, browser: string) =>
				simulator.world.addTrustedDevice(id, {
					browser,
					operatingSystem: 'Windows 11',
					activatedAt: simulator.clock.now(),
				});
			const kept = add(administrator, 'Firefox <!channel>');
			const revoked = add(observer, 'Edge 141');
			await until('both messages have arrived', () => simulator.inbox.length === 2);
			// To who opens the link before n8n has put the execution aside, it gives no answer.
			await until('both executions wait', async () => {
				const executions = await n8n.rest.executionsOf(workflowId);
				return executions.filter(({ status }) => status === 'waiting').length === 2;
			});
			const texts = alerts().map(({ text }) => text);
			const linkIn = (username: string) => {
				const text = texts.find((candidate) => candidate.includes(`\`${username}\``));
				expect(text).toMatch(/^`\S+` trusts a new device, `[^<>]+`, since [^<>]+\n<http/);
				return /<(http\S+)\|/.exec(text ?? '')?.[1] ?? '';
			};
			const devicesOf = ({ id }: { id: number }) =>
				[...simulator.world.user(id).trustedDevices].map((device) => device.id);

			await answer(linkIn(observer.username), 'Revoke the device');
			await until('the device is revoked', () => !devicesOf(observer).includes(revoked.id));
			await answer(linkIn(administrator.username), 'Keep it');
			const executions = await until('all executions have ended', async () => {
				const all = await endedExecutions(workflowId);
				return all.every(({ status }) => status === 'success') && all;
			});
			expect(executions).toHaveLength(3);
			expect(devicesOf(administrator)).toContain(kept.id);
			expect(simulator.count(REVOKE)).toBe(1);

			await page.goto(linkIn(observer.username));
			expect(await page.getByRole('button', { name: 'Submit' }).count()).toBe(0);
		} finally {
			await n8n.rest.deactivateWorkflow(workflowId);
		}
	});

	async function answer(link: string, choice: string): Promise<void> {
		await page.goto(link);
		await page.getByRole('heading', { name: 'A new trusted device' }).waitFor();
		await page.getByLabel('What to do').selectOption(choice);
		await screenshot(page, 'example-new-trusted-device-alert');
		await page.getByRole('button', { name: 'Submit' }).click();
		await page.getByText('Form Submitted').waitFor();
	}
});

/** Activates an example and opens its form, which n8n serves some moments later. */
async function openForm(
	name: string,
	webhookId: string,
	credential: CreatedCredential,
): Promise<void> {
	const workflow = await exampleForDemo(name, { simulator, credential });
	const { id } = await n8n.rest.createWorkflow(workflow);
	await n8n.rest.activateWorkflow(id);
	await until('n8n serves the form', async () => {
		return (await page.goto(`${n8n.url}/form/${webhookId}`))?.ok();
	});
}

async function submit(fields: Record<string, string>): Promise<void> {
	for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
	await page.getByRole('button', { name: 'Submit' }).click();
}

test('mfa-enrolment: a form shows the key, asks for the code and activates it', async () => {
	const { id, username, password } = seed.userWithoutMfa;
	const credential = await n8n.rest.createCredential({
		name: 'Emnify user',
		data: {
			baseUrl: simulator.url,
			authenticationMethod: 'userCredentials',
			username,
			password,
		},
	});
	await openForm('mfa-enrolment', 'c0000000-0000-4000-8000-0000000000f1', credential);
	await submit({ Password: password });
	await page.getByText('Add this key to your authenticator app').waitFor();
	const key = simulator.world.user(id).mfaKeys[0];
	const secret = key?.secret ?? '';
	await page.getByText(secret).waitFor();
	await screenshot(page, 'example-mfa-enrolment-key');
	const timestamp = simulator.clock.now().getTime();
	await submit({ Code: totp(secret, username).generate({ timestamp }) });
	await page.getByText('The authenticator app is active').waitFor();
	expect(simulator.world.user(id).mfaKeys).toMatchObject([{ statusId: 1 }]);
});

test('log-in-with-code: a form asks for the code that was e-mailed', async () => {
	const { id, username, password } = seed.emailMfaUser;
	const credential = await administrator();
	await openForm('log-in-with-code', 'b0000000-0000-4000-8000-0000000000f1', credential);
	await submit({ Username: username, Password: password });
	await page.getByLabel('Code').waitFor();
	await submit({ Code: simulator.world.user(id).emailedCode?.code ?? '' });
	await page.getByText('The token is valid until').waitFor();
	await screenshot(page, 'example-log-in-with-code');
});

test('list-sim-cards: the HTTP Request node lists them with our credential', async () => {
	const execution = await runNow(await importExample('list-sim-cards'));
	expect(execution.itemsOf('List SIM cards')[0]?.json).toMatchObject({
		iccid: expect.any(String),
	});
});
