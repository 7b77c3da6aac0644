import { count } from '../domain/count';
import { SEVERITIES } from '../domain/finding';
import { html, type Markup } from './markup';
import type { ReportFinding } from './report';

const WIDTH = 460;

/** A bar a severity. Its caption says the same in words. */
export function severityChart(findings: ReportFinding[]): Markup {
	const bars = SEVERITIES.map((severity) => ({
		severity,
		found: findings.filter((finding) => finding.severity === severity).length,
	}));
	const most = Math.max(1, ...bars.map(({ found }) => found));
	const longest = WIDTH - 130;
	const rows = bars.map(({ severity, found }, index) => {
		const y = index * 36;
		const length = found === 0 ? 0 : Math.max(3, Math.round((found / most) * longest));
		return html`<text x="0" y="${y + 19}">${capital(severity)}</text
			><rect class="track" x="74" y="${y + 4}" width="${longest}" height="22" rx="3" /><rect
				class="${severity}"
				x="74"
				y="${y + 4}"
				width="${length}"
				height="22"
				rx="3"
			/><text class="value" x="${74 + longest + 10}" y="${y + 19}">${found}</text>`;
	});
	const words = `${bars.map(({ severity, found }) => `${capital(severity)}: ${found}`).join(', ')}.`;
	return chart('Findings by severity', 'severities', words, 36 * SEVERITIES.length - 6, rows);
}

/** How long ago the devices became trusted: a column a stretch of days. */
export function ageChart(ages: Array<number | null>): Markup {
	const columns = stretches(ages);
	const most = Math.max(1, ...columns.map(({ devices }) => devices));
	const step = WIDTH / columns.length;
	const [top, bottom] = [22, 136];
	const marks = columns.map(({ label, devices }, index) => {
		const height = devices === 0 ? 0 : Math.max(3, Math.round((devices / most) * (bottom - top)));
		const middle = Math.round(step * (index + 0.5));
		const width = Math.round(Math.min(step - 10, 64));
		return html`<rect
				x="${middle - Math.round(width / 2)}"
				y="${bottom - height}"
				width="${width}"
				height="${height}"
			/><text class="value" text-anchor="middle" x="${middle}" y="${bottom - height - 7}"
				>${devices}</text
			><text class="soft" text-anchor="middle" x="${middle}" y="${bottom + 18}">${label}</text>`;
	});
	marks.push(html`<line x1="0" x2="${WIDTH}" y1="${bottom}" y2="${bottom}" />`);
	marks.push(
		html`<text class="soft" text-anchor="middle" x="${WIDTH / 2}" y="${bottom + 38}"
			>days since the device became trusted</text
		>`,
	);
	const filled = columns.filter(({ devices }) => devices > 0);
	const words = `${filled.map(({ words, devices }) => `${words}: ${count(devices, 'device')}`).join(', ')}.`;
	return chart('Ages of trusted devices', 'ages', words, bottom + 44, marks);
}

/** Stretches of 15 days; what should not be (over 90, unknown) only where there is some. */
function stretches(ages: Array<number | null>) {
	const columns = [0, 15, 30, 45, 60, 75].map((from) => {
		const label = `${from}–${from === 75 ? 90 : from + 14}`;
		return { label, words: `${label} days`, devices: 0, isRare: false };
	});
	const over = { label: 'over 90', words: 'over 90 days', devices: 0, isRare: true };
	const unknown = { label: 'unknown', words: 'unknown', devices: 0, isRare: true };
	for (const age of ages) {
		const column =
			age === null ? unknown : age > 90 ? over : columns[Math.min(5, Math.floor(age / 15))];
		if (column) column.devices++;
	}
	return [...columns, over, unknown].filter(({ isRare, devices }) => !isRare || devices > 0);
}

function chart(title: string, id: string, words: string, height: number, marks: Markup[]): Markup {
	return html`<section>
		<h2>${title}</h2>
		<figure>
			<svg role="img" aria-labelledby="${id}-title ${id}-words" viewBox="0 0 ${WIDTH} ${height}">
				<title id="${id}-title">${title}</title>
				<desc id="${id}-words">${words}</desc>
				${marks}
			</svg>
			<figcaption>${words}</figcaption>
		</figure>
	</section>`;
}

/** `critical` as `Critical`. */
export function capital(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}
