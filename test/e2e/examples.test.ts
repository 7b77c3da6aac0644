import type { Browser, Page } from 'playwright-core';

import { exampleForDemo } from '../demo/examples';
import { openEditor, screenshot } from '../real-n8n/browser';
import { startRealN8n, type RealN8n } from '../real-n8n/n8n';
import type { CreatedCredential } from '../real-n8n/rest';
import { seed, startSimulator, totp, type Simulator } from '../simulator';

// The examples that ask a person, with a person in a real browser. The audit is run by demo.test.ts.

jest.setTimeout(120_000);

let n8n: RealN8n;
let simulator: Simulator;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	simulator = await startSimulator();
	n8n = await startRealN8n();
	({ browser, page } = await openEditor(n8n));
	page.setDefaultTimeout(30_000);
}, 300_000);

afterAll(async () => {
	await browser?.close();
	await n8n?.stop();
	await simulator?.stop();
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
	const deadline = AbortSignal.timeout(30_000);
	while (!(await page.goto(`${n8n.url}/form/${webhookId}`))?.ok()) deadline.throwIfAborted();
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
	const credential = await n8n.rest.createCredential({
		name: 'Emnify account',
		data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
	});
	await openForm('log-in-with-code', 'b0000000-0000-4000-8000-0000000000f1', credential);
	await submit({ Username: username, Password: password });
	await page.getByLabel('Code').waitFor();
	await submit({ Code: simulator.world.user(id).emailedCode?.code ?? '' });
	await page.getByText('The token is valid until').waitFor();
	await screenshot(page, 'example-log-in-with-code');
});

test('list-sim-cards: the HTTP Request node lists them with our credential', async () => {
	const credential = await n8n.rest.createCredential({
		name: 'Emnify account',
		data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
	});
	const workflow = await exampleForDemo('list-sim-cards', { simulator, credential });
	const { id } = await n8n.rest.createWorkflow(workflow);
	const execution = await n8n.rest.runWorkflow(id);
	expect(execution.error).toBeUndefined();
	expect(execution.itemsOf('List SIM cards')[0]?.json).toMatchObject({
		iccid: expect.any(String),
	});
});
