import type { Locator, Page } from 'playwright-core';

import type { RealN8n } from './n8n';
import { until } from './until';

// What a person does and sees in n8n's editor.

/** A node on the canvas. */
export const onCanvas = (page: Page, name: string): Locator =>
	page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`);

/** Opens a workflow, and the form of one of its nodes. */
export async function openNode(
	page: Page,
	{ url }: RealN8n,
	workflowId: string,
	name: string,
): Promise<void> {
	await page.goto(`${url}/workflow/${workflowId}`);
	await onCanvas(page, name).dblclick();
	await executeButton(page).waitFor();
}

/** “Execute step”, or “Fetch Test Event” in a trigger. */
export const executeButton = (page: Page): Locator =>
	page.locator('[data-test-id="node-execute-button"]');

/** What the open node gave. */
export const outputPanel = (page: Page): Locator => page.locator('[data-test-id="output-panel"]');

/** What the open node gets, or what the node before it is going to give. */
export const inputPanel = (page: Page): Locator => page.locator('[data-test-id="ndv-input-panel"]');

/** A field of a form, of a node or of a credential. */
export const field = (page: Page, name: string): Locator =>
	page.locator(`[data-test-id="parameter-input-${name}"]`);

/**
 * Types into the search of the node panel, and clicks what it finds under that name. While n8n still loads what can be found it
 * may draw its list anew and forget the search: then both are done again.
 */
export async function chooseNode(page: Page, text: string, name: string): Promise<void> {
	const search = page.locator('[data-test-id="node-creator-search-bar"]');
	const found = page.locator('[data-test-id="item-iterator-item"]', { hasText: name }).first();
	await until(`a click on “${name}” in the node panel`, async () => {
		try {
			await search.fill(text);
			await found.click({ timeout: 15_000 });
			return true;
		} catch {
			return false;
		}
	});
}

/** Chooses what a new credential is for, in the dialogue that asks for it. */
export async function chooseCredentialType(page: Page, name: string): Promise<void> {
	await page.locator('[data-test-id="new-credential-type-select"] input').fill(name);
	await page
		.locator('[data-test-id="new-credential-type-select-option"]', { hasText: name })
		.click();
	await page.locator('[data-test-id="new-credential-type-button"]').click();
}
