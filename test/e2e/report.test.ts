import type { Browser, Page } from 'playwright-core';

import { reportHtml } from '../../nodes/Emnify/report/reportHtml';
import { htmlOf } from '../../nodes/Emnify/report/emailHtml';
import { quoted } from '../../nodes/Emnify/report/blocks';
import type { Report } from '../../nodes/Emnify/report/report';
import { openBrowser } from '../../tools/real-n8n/browser';
import { sampleReport } from '../../tools/screenshots/sampleReport';
import { HOSTILE } from '../unit/report/hostile';
import { finding, report, reportOf } from '../unit/report/reports';

const sample = sampleReport(new Date('2026-03-02T08:00:00Z'));

let browser: Browser;

beforeAll(async () => {
	browser = await openBrowser();
});

afterAll(async () => {
	await browser.close();
});

/** Shows HTML as a file of its own in a browser, and lets `look` at it. Fails where the page complains or asks for anything. */
async function show<Seen>(
	html: string,
	look: (page: Page) => Promise<Seen>,
	{ width = 1200, colorScheme = 'light' as 'light' | 'dark' } = {},
): Promise<Seen> {
	const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
	try {
		const complaints: string[] = [];
		page.on('console', (message) => complaints.push(message.text()));
		page.on('pageerror', ({ message }) => complaints.push(message));
		page.on('dialog', (dialog) => {
			complaints.push(dialog.message());
			void dialog.dismiss();
		});
		await page.route('**/*', async (route) => {
			if (route.request().url() === 'http://report.test/') {
				await route.fulfill({ contentType: 'text/html', body: Buffer.from(html) });
				return;
			}
			// A browser asks for the icon by itself.
			if (!route.request().url().endsWith('/favicon.ico')) complaints.push(route.request().url());
			await route.abort();
		});
		await page.goto('http://report.test/', { waitUntil: 'load' });
		const seen = await look(page);
		expect(complaints).toEqual([]);
		return seen;
	} finally {
		await page.close();
	}
}

/** The page as elements and their attributes, without text. */
const skeleton = async (page: Page): Promise<string[]> =>
	await page.evaluate(`[...document.querySelectorAll('*')].map((element) =>
		[element.parentElement?.tagName, element.tagName, ...[...element.attributes].map(({ name, value }) => name + '=' + value)].join(' '))`);

/** The texts whose contrast with what is behind them is below 4.5 : 1 (WCAG 2.2, AA), of at most 100 kinds. */
const badContrasts = async (page: Page): Promise<string[]> =>
	await page.evaluate(`(() => {
		const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
		const light = (colour) => {
			const [r, g, b] = rgb(colour).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const behind = (element) => {
			for (let at = element; at; at = at.parentElement) {
				const colour = getComputedStyle(at).backgroundColor;
				if ((rgb(colour)[3] ?? 1) === 1) return colour;
			}
			throw new Error('nothing behind it');
		};
		const seen = new Set();
		for (const element of document.querySelectorAll('body *')) {
			if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')) continue;
			if (['title', 'desc'].includes(element.tagName)) continue;
			const style = getComputedStyle(element);
			const inSvg = element.namespaceURI.endsWith('svg');
			const [a, b] = [light(inSvg ? style.fill : style.color), light(behind(element))];
			const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
			seen.add(element.tagName + '.' + element.getAttribute('class') + (contrast < 4.5 ? ' ' + contrast.toFixed(2) : ''));
		}
		if (seen.size < 12) throw new Error('too little text: ' + seen.size);
		return [...seen].filter((kind) => kind.includes(' ')).filter((kind) => /\\d$/.test(kind));
	})()`);

describe('the report page in a browser', () => {
	test.each(['light', 'dark'] as const)('has enough contrast in %s', async (colorScheme) => {
		const everything: Report = { ...reportOf('Otis'), ...sample, checks: sample.checks };
		everything.findings = [
			...sample.findings,
			finding({ severity: 'critical', id: 'critical', change: 'new' }),
		];
		await show(
			reportHtml(everything),
			async (page) => expect(await badContrasts(page)).toEqual([]),
			{ colorScheme },
		);
	});

	test('is dark where the reader wants that', async () => {
		const background = async (page: Page) =>
			await page.evaluate('getComputedStyle(document.body).backgroundColor');
		const light = await show(reportHtml(sample), background);
		const dark = await show(reportHtml(sample), background, { colorScheme: 'dark' });
		expect([light, dark]).toEqual(['rgb(245, 246, 248)', 'rgb(20, 23, 29)']);
	});

	test.each([320, 360, 768, 1200])('needs no scrolling sideways at %i pixels', async (width) => {
		const long = reportOf('x'.repeat(10_000));
		for (const html of [reportHtml(sample), reportHtml(long)]) {
			const needed = await show(
				html,
				async (page) => await page.evaluate('document.documentElement.scrollWidth'),
				{ width },
			);
			expect(needed).toBe(width);
		}
	});

	test('can be read on a phone: each fact has its name, and no letter is cut off', async () => {
		await show(
			reportHtml(sample),
			async (page) => {
				const cell = page.locator('td[data-label="User"]').first();
				const label = await page.evaluate(
					`getComputedStyle(document.querySelector('td[data-label="User"]'), '::before').content`,
				);
				expect(label).toBe('"User: "');
				const right = await cell.evaluate((element) => element.getBoundingClientRect().right);
				expect(right).toBeLessThanOrEqual(360);
			},
			{ width: 360 },
		);
	});

	test('prints in light colours, with the head of the table on each page, and cuts no row', async () => {
		await show(
			reportHtml(sample),
			async (page) => {
				await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
				const printed = await page.evaluate(`[
					getComputedStyle(document.body).backgroundColor,
					getComputedStyle(document.querySelector('thead')).display,
					getComputedStyle(document.querySelector('tbody tr')).breakInside,
				]`);
				expect(printed).toEqual(['rgb(255, 255, 255)', 'table-header-group', 'avoid']);
				const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
				expect(pdf.match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(2);
			},
			{ colorScheme: 'dark' },
		);
	});

	test('is read out: its language, its title, its charts and its table', async () => {
		await show(reportHtml(sample), async (page) => {
			expect(await page.title()).toBe('Trusted-device audit – Acme Fleet – 2 Mar 2026');
			expect(await page.locator('html').getAttribute('lang')).toBe('en');
			await page.getByRole('img', { name: 'Findings by severity' }).waitFor();
			await page.getByRole('img', { name: 'Ages of trusted devices' }).waitFor();
			const table = page.getByRole('table', { name: 'All findings' });
			expect(await table.getByRole('columnheader').allTextContents()).toEqual([
				'Severity',
				'Finding',
				'User',
				'Device',
				'Trusted for',
			]);
			expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
		});
	});

	test('is not broken out of, whatever somebody calls himself', async () => {
		const expected = await show(reportHtml(reportOf('Otis')), skeleton);
		expect(expected.length).toBeGreaterThan(100);
		for (const text of HOSTILE) {
			const seen = await show(reportHtml(reportOf(text)), async (page) => {
				const shown = await page.locator('td[data-label="User"] p bdi').first().textContent();
				expect(shown?.trim()).toBeTruthy();
				return await skeleton(page);
			});
			expect(seen).toEqual(expected);
		}
	});

	test('shows a name from right to left in its own place', async () => {
		await show(reportHtml(reportOf('שלום 123')), async (page) => {
			expect(await page.locator('bdi').first().textContent()).toBe('שלום 123');
		});
	});

	test('runs no script and fetches nothing, even if one came in', async () => {
		const broken = reportHtml(sample).replace(
			'</main>',
			'<script>document.title = "broken"</script><img src="http://evil.test/x.png"></main>',
		);
		await expect(
			show(broken, async (page) => {
				expect(await page.title()).toContain('Acme Fleet');
			}),
		).rejects.toThrow(/Content Security Policy/);
	});

	test('shows twelve thousand findings', async () => {
		const findings = Array.from({ length: 12_000 }, (_, index) =>
			finding({ id: `maxAgeDays:${index}` }),
		);
		await show(reportHtml(report({ findings })), async (page) => {
			expect(await page.locator('tbody').first().locator('tr').count()).toBe(12_000);
		});
	});
});

describe('the HTML of a summary in a browser', () => {
	test('is not broken out of, whatever somebody calls himself', async () => {
		const message = (text: string) =>
			htmlOf([
				{ kind: 'headline', tone: 'good', words: ['Audit'] },
				{ kind: 'paragraph', words: quoted(text) ?? ['Otis'] },
			]);
		const expected = await show(message('Otis'), skeleton);
		for (const text of HOSTILE) expect(await show(message(text), skeleton)).toEqual(expected);
	});
});
