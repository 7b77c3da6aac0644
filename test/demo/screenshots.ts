/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the demo runs in Node, not in n8n */
import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';

import { openEditor, screenshot } from '../real-n8n/browser';
import { startRealN8n } from '../real-n8n/n8n';
import { checkout } from '../real-n8n/paths';
import { seed, startSimulator } from '../simulator';
import { exampleForDemo } from './examples';

/** `npm run screenshots`: takes the README's picture anew, of the audit workflow in the editor of a real n8n. */
async function main(): Promise<void> {
	const simulator = await startSimulator();
	const n8n = await startRealN8n();
	const { browser, page } = await openEditor(n8n);
	try {
		const credential = await n8n.rest.createCredential({
			name: 'Emnify account',
			data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
		});
		const workflow = await exampleForDemo('trusted-device-audit', { simulator, credential });
		const { id } = await n8n.rest.createWorkflow(workflow);
		await page.setViewportSize({ width: 1600, height: 900 });
		await page.goto(`${n8n.url}/workflow/${id}`);
		await page.locator('[data-test-id="canvas-node"][data-node-name="Send alert"]').waitFor();
		await page.locator('[data-test-id="execute-workflow-button"]').first().click();
		await page.getByText('Workflow executed successfully').waitFor();
		await page.mouse.move(0, 0);
		await page.keyboard.press('1');
		const file = await screenshot(page, 'trusted-device-audit');
		const docs = path.join(checkout, 'docs');
		await mkdir(docs, { recursive: true });
		await copyFile(file, path.join(docs, 'trusted-device-audit.png'));
	} finally {
		await browser.close();
		await n8n.stop();
		await simulator.stop();
	}
}

void main();
