/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { RealN8n } from './n8n';
import { artifacts } from './paths';

/**
 * Opens n8n's editor in a headless Chromium of this machine and logs in as the owner on the sign-in page.
 * Close the `browser` when done.
 *
 * @throws Error if there is no Chromium
 */
export async function openEditor(n8n: RealN8n): Promise<{ browser: Browser; page: Page }> {
	const browser = await openBrowser();
	try {
		const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
		// This only ends what hangs: a busy machine takes long to show a page.
		page.setDefaultTimeout(90_000);
		await page.goto(`${n8n.url}/signin`);
		await page.locator('input[name="emailOrLdapLoginId"]').fill(n8n.owner.email);
		await page.locator('input[name="password"]').fill(n8n.owner.password);
		await page.getByRole('button', { name: 'Sign in', exact: true }).click();
		await page.waitForURL((url) => !url.pathname.startsWith('/signin'));
		return { browser, page };
	} catch (error) {
		await browser.close();
		throw error;
	}
}

/**
 * A headless Chromium of this machine. Close it when done.
 *
 * @throws Error if there is none
 */
export async function openBrowser(): Promise<Browser> {
	return await chromium.launch({
		executablePath: findChromium(),
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
}

/** Writes what the page shows to `artifacts/<name>.png`, and gives that path. */
export async function screenshot(page: Page, name: string): Promise<string> {
	const file = path.join(artifacts, `${name}.png`);
	await mkdir(artifacts, { recursive: true });
	await page.screenshot({ path: file });
	return file;
}

/** `CHROME_PATH`, or the first Chromium or Chrome on the PATH. */
function findChromium(): string {
	const { CHROME_PATH, PATH = '' } = process.env;
	if (CHROME_PATH) return CHROME_PATH;
	const names = ['chromium', 'chromium-browser', 'google-chrome'];
	const candidates = PATH.split(path.delimiter).flatMap((folder) =>
		names.map((name) => path.join(folder, name)),
	);
	const found = candidates.find((candidate) => existsSync(candidate));
	if (found !== undefined) return found;
	throw new Error(
		'There is no Chromium on the PATH. Install it (Debian: `apt-get install chromium`), or set CHROME_PATH to a Chrome.',
	);
}
