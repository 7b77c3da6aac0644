/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- a command that runs in Node, not in n8n, and speaks to a person on the terminal */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import type { Page } from 'playwright-core';

import { openEditor } from '../real-n8n/browser';
import {
	chooseCredentialType,
	chooseNode,
	executeButton,
	inputPanel,
	onCanvas,
	openNode,
	outputPanel,
} from '../real-n8n/editor';
import { startRealN8n, type RealN8n } from '../real-n8n/n8n';
import { checkout } from '../real-n8n/paths';
import type { CreatedCredential } from '../real-n8n/rest';
import { emnify, emnifyTrigger, runNow, workflowOf } from '../real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';
import { reportHtml } from '../../nodes/Emnify/report/reportHtml';
import { sampleReport } from './sampleReport';
import { exampleForDemo } from '../demo/examples';

/** Where the documentation finds them, each as `<name>-light.png` and `<name>-dark.png`. */
const folder = path.join(checkout, 'docs', 'screenshots');

/** The pictures show the same world each time. */
const startsAt = new Date('2026-03-02T08:00:00Z');

interface Stage {
	page: Page;
	n8n: RealN8n;
	simulator: Simulator;
	credential: CreatedCredential;
}

/** `npm run screenshots`: takes the documentation's pictures anew, in the editor of a real n8n, in light and in dark. */
async function main(): Promise<void> {
	const simulator = await startSimulator({ startsAt });
	const n8n = await startRealN8n({ log: console.log });
	const { browser, page } = await openEditor(n8n);
	try {
		const credential = await n8n.rest.createCredential({
			name: 'Emnify account',
			data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
		});
		await rm(folder, { recursive: true, force: true });
		await mkdir(folder, { recursive: true });
		for (const [name, show] of Object.entries(pictures)) {
			await show({ page, n8n, simulator, credential });
			await take(page, name);
		}
	} finally {
		await browser.close();
		await n8n.stop();
		await simulator.stop();
	}
}

async function take(page: Page, name: string): Promise<void> {
	await page.mouse.move(0, 0);
	// Messages that come and go. The report allows no style but its own.
	if ((await page.locator('.el-notification').count()) > 0) {
		await page.addStyleTag({ content: '.el-notification { display: none }' });
	}
	for (const colorScheme of ['light', 'dark'] as const) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		const file = path.join(folder, `${name}-${colorScheme}.png`);
		await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
		console.log(path.relative(checkout, file));
	}
	await page.emulateMedia({ colorScheme: 'light' });
}

/** What each picture shows, in the order in which they are taken. */
const pictures: Record<string, (stage: Stage) => Promise<void>> = {
	'audit-workflow': async ({ page, n8n, simulator, credential }) => {
		const workflow = await exampleForDemo('trusted-device-audit', { simulator, credential });
		const { id } = await n8n.rest.createWorkflow(workflow);
		await page.goto(`${n8n.url}/workflow/${id}`);
		await onCanvas(page, 'Send alert').waitFor();
		const execute = page.locator('[data-test-id="execute-workflow-button"]', {
			hasText: 'Execute workflow',
		});
		await execute.first().click();
		await page.getByText('Workflow executed successfully').waitFor();
		await page.getByText('1 item').nth(3).waitFor();
		await execute.first().waitFor();
		await page.keyboard.press('1');
	},
	credential: async ({ page, n8n }) => {
		await page.goto(`${n8n.url}/home/credentials/create`);
		await chooseCredentialType(page, 'Emnify API');
		await page.getByText('Base URL').first().waitFor();
	},
	'node-panel': async ({ page, n8n }) => {
		await page.goto(`${n8n.url}/workflow/new`);
		await page.locator('[data-test-id="canvas-add-button"]').click();
		await chooseNode(page, 'manual', 'Trigger manually');
		await page.locator('[data-test-id="canvas-handle-plus"]').click();
		await chooseNode(page, '2FA', 'Emnify');
		await page.getByText('Create application token').waitFor();
	},
	'trusted-device': async (stage) => {
		await openForm(stage, { resource: 'trustedDevice', operation: 'audit' });
		await run(stage, /Trusted for \d+ days/);
	},
	user: async (stage) => {
		await openForm(stage, { resource: 'user', operation: 'getAll', returnAll: true });
		await run(stage, /otis.berg/);
	},
	event: async (stage) => {
		await openForm(stage, {
			resource: 'event',
			operation: 'getAll',
			returnAll: true,
			filters: { severity: 1 },
		});
		await run(stage, /Support user sue/);
	},
	'application-token': async (stage) => {
		await openForm(stage, { resource: 'applicationToken', operation: 'getAll', returnAll: true });
		await run(stage, /Data centre/);
	},
	'mfa-key': async (stage) => {
		await openForm(stage, {
			resource: 'mfaKey',
			operation: 'delete',
			user: {
				__rl: true,
				mode: 'list',
				value: String(seed.ids.pendingKeyUser),
				cachedResultName: 'Pia Moreau (pia.moreau@acme-fleet.example)',
			},
			keyId: { __rl: true, mode: 'list', value: '' },
		});
		await stage.page.locator('[data-test-id="resource-locator-keyId"] input').last().click();
		await stage.page.locator('[data-test-id="rlc-item"]').first().waitFor();
	},
	authentication: async (stage) => {
		await openForm(stage, {
			resource: 'authentication',
			operation: 'retrieveToken',
			grant: 'mfaCode',
		});
	},
	trigger: async (stage) => {
		const { page, n8n, credential } = stage;
		const parameters = {
			pollTimes: { item: [{ mode: 'everyX', value: 5, unit: 'minutes' }] },
			events: ['trusted_device_added', 'user_login_failed'],
			scope: 'all',
		};
		const { id } = await n8n.rest.createWorkflow(
			workflowOf('New trusted device', [emnifyTrigger(parameters, credential, 'Emnify')]),
		);
		await openNode(page, n8n, id, 'Emnify');
		await run(stage, /trusted_device_added/);
	},
	// The file is shown as whoever gets it opens it.
	report: async ({ page }) => {
		await page.goto('about:blank');
		await page.setContent(reportHtml(sampleReport(startsAt)));
		await page.getByRole('heading', { level: 1 }).waitFor();
	},
	'output-preview': async ({ page, n8n, credential }) => {
		const audit = emnify({ resource: 'trustedDevice', operation: 'audit' }, credential);
		const alert = { name: 'Alert', type: 'n8n-nodes-base.set', typeVersion: 3.4 };
		const { id } = await n8n.rest.createWorkflow(workflowOf('Audit and alert', [audit, alert]));
		await openNode(page, n8n, id, 'Alert');
		await inputPanel(page).getByText('trusted_until').waitFor();
	},
};

/** Opens the form of a node Emnify behind a manual trigger. */
async function openForm({ page, n8n, credential }: Stage, parameters: object): Promise<void> {
	const workflow = workflowOf('Emnify', [runNow, emnify(parameters, credential)]);
	const { id } = await n8n.rest.createWorkflow(workflow);
	await openNode(page, n8n, id, 'Emnify');
}

async function run({ page }: Stage, shows: RegExp): Promise<void> {
	await executeButton(page).click();
	await outputPanel(page).getByText(shows).first().waitFor();
	await page.getByText('Node executed successfully').waitFor();
}

main().then(
	() => process.exit(0),
	(error: Error) => {
		console.error(error);
		process.exit(1);
	},
);
