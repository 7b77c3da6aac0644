import { TRUST_DAYS } from '../domain/auditUser';
import { count } from '../domain/count';
import { SEVERITIES } from '../domain/finding';
import { html, type Markup } from './markup';
import type { ReportFinding } from './report';

const WIDTH = 360;
const ROW = 28;
const LABELS_WIDTH = 94;
const NUMBERS_WIDTH = 56;

/** How wide a stretch of the chart of ages is, in days. */
const STRETCH = 15;

interface Bar {
	label: string;
	amount: number;
	/** The style's name for its colour. */
	colour: string;
}

/** A bar a severity. */
export function severityChart(findings: ReportFinding[]): Markup {
	const bars = SEVERITIES.map((severity) => ({
		label: capital(severity),
		amount: findings.filter((finding) => finding.severity === severity).length,
		colour: severity,
	}));
	return chart('Findings by severity', 'severities', bars, `${count(findings.length, 'finding')}.`);
}

/**
 * How many days ago the devices became trusted, a bar a stretch of days; what should not be (longer than trust lasts, or
 * unknown) only where there is some.
 */
export function ageChart(ages: Array<number | null>): Markup {
	const stretches: Bar[] = [];
	for (let from = 0; from < TRUST_DAYS; from += STRETCH) {
		const isLast = from + STRETCH >= TRUST_DAYS;
		const to = isLast ? TRUST_DAYS : from + STRETCH - 1;
		stretches.push({ label: `${from}–${to} days`, amount: 0, colour: 'age' });
	}
	const longer = { label: `over ${TRUST_DAYS} days`, amount: 0, colour: 'age' };
	const unknown = { label: 'unknown', amount: 0, colour: 'age' };
	const barOf = (age: number | null) => {
		if (age === null) return unknown;
		if (age > TRUST_DAYS) return longer;
		return stretches[Math.min(Math.floor(age / STRETCH), stretches.length - 1)];
	};
	for (const age of ages) {
		const bar = barOf(age);
		if (bar) bar.amount++;
	}
	const bars = [...stretches, ...[longer, unknown].filter(({ amount }) => amount > 0)];
	const note = `${count(ages.length, 'device')}, by the time since they became trusted. Trust lasts ${TRUST_DAYS} days.`;
	return chart('Ages of trusted devices', 'ages', bars, note);
}

/** Bars below each other, with the same in words for whoever does not see them. */
function chart(title: string, id: string, bars: Bar[], note: string): Markup {
	const words = `${bars.map(({ label, amount }) => `${label}: ${amount}`).join(', ')}.`;
	const most = Math.max(1, ...bars.map(({ amount }) => amount));
	const longest = WIDTH - LABELS_WIDTH - NUMBERS_WIDTH;
	const rows = bars.map(({ label, amount, colour }, index) => {
		const y = index * ROW;
		const length = amount === 0 ? 0 : Math.max(3, Math.round((amount / most) * longest));
		return html`<text x="0" y="${y + 16}">${label}</text>
			<rect class="track" x="${LABELS_WIDTH}" y="${y + 2}" width="${longest}" height="19" rx="2" />
			<rect
				class="${colour}"
				x="${LABELS_WIDTH}"
				y="${y + 2}"
				width="${length}"
				height="19"
				rx="2"
			/>
			<text class="value" x="${LABELS_WIDTH + longest + 8}" y="${y + 16}">${amount}</text>`;
	});
	return html`<section>
		<h2>${title}</h2>
		<figure>
			<svg
				role="img"
				aria-labelledby="${id}-title"
				aria-describedby="${id}-words"
				viewBox="0 0 ${WIDTH} ${bars.length * ROW}"
			>
				<title id="${id}-title">${title}</title>
				<desc id="${id}-words">${words}</desc>
				${rows}
			</svg>
			<figcaption>${note}</figcaption>
		</figure>
	</section>`;
}

/** `critical` as `Critical`. */
export function capital(word: string): string {
	return word.charAt(0).toUpperCase() + word.slice(1);
}
