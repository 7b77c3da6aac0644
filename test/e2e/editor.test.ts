import type { Browser, Page } from 'playwright-core';

import { openEditor, screenshot } from '../../tools/real-n8n/browser';
import {
	chooseCredentialType,
	chooseNode,
	executeButton,
	field,
	inputPanel,
	openNode,
	outputPanel,
} from '../../tools/real-n8n/editor';
import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import { everyFiveSeconds, isFirstPollOver } from '../../tools/real-n8n/pollTimes';
import type { CreatedCredential } from '../../tools/real-n8n/rest';
import { until } from '../../tools/real-n8n/until';
import { emnify, emnifyTrigger, runNow, workflowOf } from '../../tools/real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';

// What a person does who has just installed the package, by clicking in the real editor.

jest.setTimeout(300_000);

let n8n: RealN8n;
let simulator: Simulator;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	simulator = await startSimulator();
	n8n = await startRealN8n();
	({ browser, page } = await openEditor(n8n));
}, 300_000);

afterAll(async () => {
	await browser?.close();
	await n8n?.stop();
	await simulator?.stop();
});

const NAME = 'Emnify account';

describe('the credential, by its form', () => {
	const WRONG = 'fake-wrong-token-of-the-editor';

	const save = async () => await page.locator('[data-test-id="credential-save-button"]').click();
	const token = () => field(page, 'applicationToken').locator('input');
	const dialog = () => page.locator('[data-test-id="editCredential-modal"]');
	const labels = async () =>
		(
			await dialog().locator('[data-test-id="credential-connection-parameter"]').allInnerTexts()
		).map((text) => text.split('\n')[0]?.replace(/\s*\*$/, ''));

	/** Everything that n8n sends to the browser while it is at work. */
	async function answersDuring(work: () => Promise<void>): Promise<string> {
		const answers: Array<Promise<string>> = [];
		const listen = (response: { url(): string; text(): Promise<string> }) => {
			if (response.url().includes('/rest/')) answers.push(response.text().catch(() => ''));
		};
		page.on('response', listen);
		await work();
		page.off('response', listen);
		return (await Promise.all(answers)).join('\n');
	}

	async function openCredential(): Promise<void> {
		await page.goto(`${n8n.url}/home/credentials`);
		await page.locator('[data-test-id="resources-list-item"]', { hasText: NAME }).click();
		await token().waitFor();
	}

	/** Runs a workflow with the credential, and gives the token of the session that n8n keeps from then on. */
	async function logIn(): Promise<string> {
		const [credential] = (await n8n.rest.request('GET', '/rest/credentials')) as [
			CreatedCredential,
		];
		const node = emnify({ resource: 'mfaKey', operation: 'getTypes' }, credential);
		const { id } = await n8n.rest.createWorkflow(workflowOf('Log in', [runNow, node]));
		const { error } = await n8n.rest.runWorkflow(id);
		expect(error).toBeUndefined();
		const sent = simulator.requests.at(-1)?.headers.authorization ?? '';
		expect(sent).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
		return sent.slice('Bearer '.length);
	}

	test('its test says in words why emnify refuses', async () => {
		await page.goto(`${n8n.url}/home/credentials/create`);
		await chooseCredentialType(page, 'Emnify API');
		expect(await labels()).toEqual([
			'Log In With',
			'Application Token',
			'Base URL',
			'Allowed HTTP Request Domains',
		]);
		await token().fill(WRONG);
		await field(page, 'baseUrl').locator('input').fill(simulator.url);
		await save();
		await dialog().getByText('More details').click();
		await dialog()
			.getByText(/emnify did not accept the application token: it is mistyped/)
			.waitFor();
		expect(await dialog().innerText()).not.toContain(WRONG);
		await screenshot(page, 'credential-refused');
	});

	test('its test succeeds with the right token', async () => {
		await openCredential();
		await token().fill(seed.applicationToken);
		await save();
		await dialog().getByText('Connection tested successfully').waitFor();
		await screenshot(page, 'credential-accepted');
	});

	test('it hides its secrets, the session too, when it is opened again', async () => {
		const session = await logIn();
		const answers = await answersDuring(openCredential);
		expect(answers).toContain(simulator.url);
		expect(answers).not.toContain(seed.applicationToken);
		expect(answers).not.toContain(session);
		expect(await token().getAttribute('type')).toBe('password');
		expect(await token().inputValue()).not.toBe(seed.applicationToken);
		expect(await labels()).not.toContain('Session');
	});

	test('what is secret in a login with user credentials is typed unseen', async () => {
		await openCredential();
		await field(page, 'authenticationMethod').click();
		await page.getByRole('option', { name: 'User Credentials' }).click();
		await field(page, 'username').waitFor();
		const typeOf = async (name: string) =>
			await field(page, name).locator('input').getAttribute('type');
		expect(await typeOf('username')).toBe('text');
		for (const name of ['password', 'totpSecret', 'fingerprint']) {
			expect([name, await typeOf(name)]).toEqual([name, 'password']);
		}
		await screenshot(page, 'credential-user');
	});
});

test('typing “2FA” finds the node, and clicks build the audit and run it', async () => {
	await page.goto(`${n8n.url}/workflow/new`);
	await page.locator('[data-test-id="canvas-add-button"]').click();
	await chooseNode(page, 'manual', 'Trigger manually');
	const connect = page.locator('[data-test-id="canvas-handle-plus"]');
	await connect.click();
	await chooseNode(page, '2FA', 'Emnify');
	await screenshot(page, 'node-panel-actions');
	await page
		.locator('[data-test-id="node-creator-item-name"]', { hasText: 'Audit trusted devices' })
		.click();

	// The only credential is chosen by itself.
	const chosen = page.locator('[data-test-id="node-credentials-select"] input').first();
	await until('a credential is chosen', async () => (await chosen.inputValue()) === NAME);
	await page.keyboard.press('Escape');

	// The next node sees before the first run what it is going to get.
	await connect.last().click();
	await chooseNode(page, 'edit fields', 'Edit Fields');
	await inputPanel(page).getByText('Usually outputs the following fields').waitFor();
	for (const name of [
		'id',
		'reason',
		'severity',
		'rule',
		'user',
		'device',
		'age_days',
		'trusted_until',
	]) {
		await inputPanel(page).getByText(name, { exact: true }).first().waitFor();
	}
	await screenshot(page, 'output-preview');

	await executeButton(page).click();
	await inputPanel(page).getByText('otis.berg@acme-fleet.example').first().waitFor();
	expect(await inputPanel(page).innerText()).not.toContain('Usually outputs');
	await screenshot(page, 'output-items');
});

async function createCredential(): Promise<CreatedCredential> {
	return await n8n.rest.createCredential({
		name: 'Emnify of a workflow',
		data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
	});
}

test('a failure says what happened and what to do; with On Error: Continue it is an item', async () => {
	const parameters = {
		resource: 'trustedDevice',
		operation: 'getAll',
		user: { __rl: true, mode: 'id', value: '999999' },
	};
	const node = emnify(parameters, await createCredential(), 'Devices');
	const { id } = await n8n.rest.createWorkflow(workflowOf('Nobody’s devices', [runNow, node]));
	await openNode(page, n8n, id, 'Devices');
	await executeButton(page).click();
	const message = /Could not list the trusted devices of user 999999: emnify does not find it/;
	await outputPanel(page).getByText(message).first().waitFor();
	await outputPanel(page)
		.getByText(/Check the ID, and that it belongs to the same workspace/)
		.waitFor();
	await screenshot(page, 'failure');

	await page.locator('[data-test-id="tab-settings"]').click();
	await field(page, 'onError').click();
	await page.getByText('Continue', { exact: true }).click();
	await executeButton(page).click();
	await page.getByText('Node executed successfully').waitFor();
	await outputPanel(page).getByText('1 item').first().waitFor();
	await outputPanel(page).getByText(message).first().waitFor();
	await screenshot(page, 'failure-continued');
});

test('a trigger shows a test event, is published, and starts an execution for a new device', async () => {
	const TRIGGER = 'New device';
	const trigger = emnifyTrigger(
		{ pollTimes: everyFiveSeconds, events: ['trusted_device_added'], scope: 'all' },
		await createCredential(),
		TRIGGER,
	);
	const alert = { name: 'Alert', type: 'n8n-nodes-base.noOp' };
	const { id } = await n8n.rest.createWorkflow(workflowOf('Watch', [trigger, alert]));
	await openNode(page, n8n, id, TRIGGER);
	await executeButton(page).click();
	const shown = `trusted_device_added:${seed.administrator.id}:${seed.ids.administratorDevice}`;
	await outputPanel(page).getByText(shown).first().waitFor();
	await screenshot(page, 'trigger-test-event');
	await page.keyboard.press('Escape');

	simulator.forget();
	await page.getByRole('button', { name: 'Publish', exact: true }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
	await page.getByRole('button', { name: 'Got it' }).click();
	await until('the first poll is over', () => isFirstPollOver(simulator));
	expect(await n8n.rest.executionsOf(id)).toHaveLength(1);
	const device = simulator.world.addTrustedDevice(seed.observer.id, {
		browser: 'Edge 141',
		operatingSystem: 'Windows 11',
		activatedAt: simulator.clock.now(),
	});

	await page.getByRole('radio', { name: 'Executions' }).click();
	const list = page.locator('[data-test-id="current-executions-list"]');
	const succeeded = { hasText: 'Succeeded' };
	await list.locator('[data-test-id^="execution-details-"]', succeeded).nth(1).waitFor();
	await screenshot(page, 'trigger-executions');
	await n8n.rest.deactivateWorkflow(id);
	const executions = await n8n.rest.executionsOf(id);
	const told = await n8n.rest.getExecution(executions.at(-1)?.id ?? '');
	expect(told.itemsOf(TRIGGER).map(({ json }) => json)).toMatchObject([
		{ event: 'trusted_device_added', device: { id: device.id } },
	]);
});
