import type { Browser, Page } from 'playwright-core';

import manifest from '../../package.json';
import { openEditor, screenshot } from '../../tools/real-n8n/browser';
import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import { startRegistry, type Registry } from '../../tools/real-n8n/registry';
import { emnify, runNow, workflowOf } from '../../tools/real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';

// The way of a user, one test after the other: the packed package installed into a running n8n by its editor, used, and
// uninstalled. n8n and npm are the real ones; only the npm registry is one that holds this package.

jest.setTimeout(300_000);

let registry: Registry;
let n8n: RealN8n;
let simulator: Simulator;
let browser: Browser;
let page: Page;

beforeAll(async () => {
	simulator = await startSimulator();
	registry = await startRegistry();
	n8n = await startRealN8n({ withoutPackage: true, env: registry.env });
	({ browser, page } = await openEditor(n8n));
}, 300_000);

afterAll(async () => {
	await browser?.close();
	await n8n?.stop();
	await registry?.stop();
	await simulator?.stop();
});

const ourNodes = async () =>
	(await n8n.rest.nodeTypes()).filter(({ name }) => name.startsWith(`${manifest.name}.`));

const card = () => page.locator('[data-test-id="community-package-card"]');

test('Settings → Community nodes installs it by its name, and lists it', async () => {
	expect(await ourNodes()).toEqual([]);
	await page.goto(`${n8n.url}/settings/community-nodes`);
	await page.getByRole('button', { name: 'Install a community node' }).click();
	await page.locator('[data-test-id="package-name-input"]').fill(manifest.name);
	await page.locator('[data-test-id="user-agreement-checkbox"]').click();
	await page.locator('[data-test-id="install-community-package-button"]').click();
	await card().waitFor();
	await screenshot(page, 'community-package');

	const text = await card().innerText();
	expect(text).toContain(manifest.name);
	expect(text).toContain(`v${manifest.version}`);
	expect(text).toContain('Emnify');
	expect(registry.downloads()).toBe(1);
});

test('what was installed is in the node panel, and audits', async () => {
	await page.goto(`${n8n.url}/workflow/new`);
	await page.locator('[data-test-id="canvas-add-button"]').click();
	await page.locator('[data-test-id="node-creator-search-bar"]').fill('emnify');
	await page
		.locator('[data-test-id="item-iterator-item"]', { hasText: 'Emnify' })
		.first()
		.waitFor();

	const credential = await n8n.rest.createCredential({
		name: 'Emnify account',
		data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
	});
	const audit = emnify({ resource: 'trustedDevice', operation: 'audit' }, credential, 'Audit');
	const { id } = await n8n.rest.createWorkflow(workflowOf('Audit', [runNow, audit]));
	const execution = await n8n.rest.runWorkflow(id);
	expect(execution.error).toBeUndefined();
	const devices = execution.itemsOf('Audit').map(({ json }) => json.device);
	expect(devices).toContainEqual(expect.objectContaining({ id: seed.ids.expiredDevice }));
});

test('the same page uninstalls it', async () => {
	await page.goto(`${n8n.url}/settings/community-nodes`);
	await card().locator('[data-test-id="action-toggle"]').click();
	await page.getByRole('menuitem', { name: 'Uninstall package' }).click();
	await page.getByRole('button', { name: 'Confirm uninstall' }).click();
	await page.getByRole('button', { name: 'Install a community node' }).waitFor();
	expect(await ourNodes()).toEqual([]);
});
