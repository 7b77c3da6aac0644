import { TRUST_DAYS } from '../domain/auditUser';
import { count } from '../domain/count';
import { dayOfDate, minute } from '../domain/day';
import { SEVERITIES } from '../domain/finding';
import { cellsOf } from './cells';
import { ageChart, capital, severityChart } from './charts';
import { GAP_CHECKS } from './checks';
import { harmless } from './harmless';
import { html, Markup } from './markup';
import { inOrder } from './order';
import type { AcceptedFinding, Check, Report, ReportFinding, Sheet } from './report';
import { STYLE, STYLE_HASH } from './reportStyle';

const LONGEST_NAME = 120;
const LONGEST_SENTENCE = 400;
const MOST_STEPS = 3;
const MOST_USERS_NAMED = 3;
const MOST_UNREAD_NAMED = 20;

/**
 * The report as a page of its own, for a browser, a printer, an archive: light and dark, without a script or anything from
 * outside, which its Content-Security-Policy forbids as well. What was not read comes first, then what to do, then all
 * findings, the worst first. Its time grows with the findings, but for sorting them.
 */
export function reportHtml(report: Report): string {
	const findings = inOrder(report.findings);
	const policy = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;
	const page = html`<html lang="en">
		<head>
			<meta charset="utf-8" />
			<meta http-equiv="Content-Security-Policy" content="${policy}" />
			<meta name="viewport" content="width=device-width, initial-scale=1" />
			<meta name="color-scheme" content="light dark" />
			<meta name="referrer" content="no-referrer" />
			<meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
			<title>${titleOf(report)}</title>
			${new Markup(`<style>${STYLE}</style>`)}
		</head>
		<body>
			<main>
				${headerOf(report, findings)} ${notRead(report)} ${whatToDo(report, findings)}
				${charts(report, findings)} ${findingsTable(report, findings)}
				${report.sheet === null ? undefined : sheetTable(report.sheet)}
				${acceptedTable(report.accepted)} ${whatWasChecked(report, findings)}
				<footer>
					<p>
						Times are UTC, by emnify’s clock. A device stays trusted for ${TRUST_DAYS} days. This
						file was written by the Emnify node of n8n; it loads nothing and sends nothing.
					</p>
				</footer>
			</main>
		</body>
	</html> `;
	return `<!DOCTYPE html>\n${page.html}`;
}

function titleOf({ title, workspace, checked_at }: Report): string {
	const name = harmless(workspace?.name ?? '');
	return [title, ...(name === undefined ? [] : [name]), dayOfDate(checked_at)].join(' – ');
}

function headerOf(report: Report, findings: ReportFinding[]): Markup {
	const { title, workspace, scope, checked_at, users_checked, users_listed, devices } = report;
	const circumstances = [
		workspace === null ? 'Workspace unknown' : workspaceInWords(workspace),
		harmless(scope, LONGEST_SENTENCE) ?? '',
		`${minute(Date.parse(checked_at))} UTC`,
		`${users_checked} of ${count(users_listed, 'user')} read`,
		count(devices, 'device'),
	];
	return html`<header class="${toneOf(report, findings)}">
		<p class="kicker">${title}</p>
		<h1>${verdictOf(report, findings)}</h1>
		<p class="muted">${circumstances.join(' · ')}</p>
	</header>`;
}

function workspaceInWords({ id, name }: { id: number; name: string | null }): string {
	const known = harmless(name ?? '', LONGEST_NAME);
	return known === undefined ? `Workspace ${id}` : `Workspace ${known} (ID ${id})`;
}

function toneOf({ complete, checks }: Report, [worst]: ReportFinding[]): string {
	if (!complete) return 'incomplete';
	if (worst) return worst.severity;
	return checks.length === 0 ? 'neutral' : 'good';
}

function verdictOf(report: Report, findings: ReportFinding[]): string {
	if (!report.complete && report.users_checked === 0) return 'Nothing was checked';
	const found = foundInWords(report, findings);
	return report.complete ? found : `Incomplete: ${found.charAt(0).toLowerCase()}${found.slice(1)}`;
}

function foundInWords({ checks, complete, devices }: Report, findings: ReportFinding[]): string {
	const [worst] = findings;
	if (!worst) {
		if (checks.length === 0) return `${count(devices, 'device')} counted, not judged`;
		return complete ? 'Nothing found' : 'Nothing found in what was read';
	}
	const all = count(findings.length, 'finding');
	const ofTheWorst = findings.filter(({ severity }) => severity === worst.severity).length;
	if (findings.length === 1) return `${all}, ${worst.severity}`;
	return `${all}, ${ofTheWorst === findings.length ? 'all' : ofTheWorst} of them ${worst.severity}`;
}

/** What a reader must know before believing the rest. */
function notRead({ complete, gaps, users_failed, failed_users }: Report): Markup | undefined {
	if (complete) return undefined;
	const shown = failed_users.slice(0, MOST_UNREAD_NAMED);
	const users = shown.map(
		({ id, username, message }) =>
			html`<li>${userInWords({ id, username })}: ${harmless(message, LONGEST_SENTENCE)}</li>`,
	);
	const more = users_failed - shown.length;
	if (more > 0) users.push(html`<li>and ${more} more</li>`);
	return html`<section class="alert" aria-labelledby="unread">
		<h2 id="unread">Not everything was read</h2>
		${gaps.map((gap) => html`<p>${gap}.</p>`)}
		<p>What is not read is not judged: this report is no all-clear.</p>
		${
			users.length === 0
				? undefined
				: html`<ul>
						${users}
					</ul>`
		}
	</section>`;
}

/** The rules whose findings are the worst, and of those the ones that found most. */
function whatToDo(report: Report, findings: ReportFinding[]): Markup {
	const groups = new Map<string, ReportFinding[]>();
	for (const finding of findings) {
		const group = groups.get(finding.rule);
		if (group) group.push(finding);
		else groups.set(finding.rule, [finding]);
	}
	const rank = ([first]: ReportFinding[]) => (first ? SEVERITIES.indexOf(first.severity) : 0);
	const ranked = [...groups].sort(([, a], [, b]) => rank(a) - rank(b) || b.length - a.length);
	const steps = ranked.slice(0, MOST_STEPS).map(([rule, group]) => stepOf(report, rule, group));
	const more = ranked.length - steps.length;
	const title = steps.length === 0 ? 'What to do' : 'What to do first';
	return html`<section aria-labelledby="first">
		<h2 id="first">${title}</h2>
		${
			steps.length === 0
				? html`<p>${nothingToDo(report)}</p>`
				: html`<ol class="steps">
						${steps}
					</ol>`
		}${more > 0 ? html`<p class="muted small more">Then the findings of ${count(more, 'other rule')}, below.</p>` : undefined}
	</section>`;
}

function stepOf(report: Report, rule: string, group: ReportFinding[]): Markup {
	const { label, advice } = checkOf(report, rule);
	const severity = group[0]?.severity ?? 'info';
	return html`<li>
		${badge(severity)}
		<div>
			<p><strong>${label}</strong> <span class="muted">${count(group.length, 'finding')}</span></p>
			${advice === '' ? undefined : html`<p>${advice}</p>`}${usersOf(group)}
		</div>
	</li>`;
}

function usersOf(group: ReportFinding[]): Markup | undefined {
	const users = new Map<string, NonNullable<ReportFinding['user']>>();
	for (const { user } of group) if (user) users.set(`${user.id} ${user.username}`, user);
	if (users.size === 0) return undefined;
	const named = [...users.values()]
		.slice(0, MOST_USERS_NAMED)
		.map((user, index) => html`${index === 0 ? '' : ', '}${userInWords(user)}`);
	const more = users.size - named.length;
	return html`<p class="muted small">${named}${more > 0 ? ` and ${more} more` : ''}</p>`;
}

function nothingToDo({ checks, complete, users_checked }: Report): string {
	if (users_checked === 0) return 'See to it that the users can be read, and run the audit again.';
	if (checks.length === 0) return 'No rule is set. Add one, and what breaks it is shown here.';
	if (!complete) return 'See to what was not read, and run the audit again.';
	return 'Nothing. Every check below was passed.';
}

function charts({ device_ages }: Report, findings: ReportFinding[]): Markup | undefined {
	const shown = [
		...(findings.length > 0 ? [severityChart(findings)] : []),
		...(device_ages.length > 0 ? [ageChart(device_ages)] : []),
	];
	return shown.length === 0 ? undefined : html`<div class="charts">${shown}</div>`;
}

function findingsTable(report: Report, findings: ReportFinding[]): Markup | undefined {
	if (findings.length === 0) return undefined;
	const labels = new Map(report.checks.map(({ rule, label }) => [rule, label]));
	const shows = {
		user: findings.some(({ user }) => user),
		device: findings.some(({ device }) => device),
		age: findings.some(({ age_days, device }) => device && age_days !== undefined),
	};
	const rows = findings.map((finding) => {
		const label = labels.get(finding.rule) ?? checkOf(report, finding.rule).label;
		return html`<tr>
			<td>${badge(finding.severity)}</td>
			${findingCell(finding, label)}${shows.user ? userCell(finding) : undefined}${shows.device ? deviceCell(finding) : undefined}${shows.age ? ageCell(finding, report) : undefined}
		</tr> `;
	});
	return html`<section>
		<h2 id="findings">All findings</h2>
		<table aria-labelledby="findings">
			<thead>
				<tr>
					<th scope="col" class="severity">Severity</th>
					<th scope="col">Finding</th>
					${shows.user ? html`<th scope="col" class="user">User</th>` : undefined}${shows.device ? html`<th scope="col" class="device">Device</th>` : undefined}${shows.age ? html`<th scope="col" class="number age">Trusted for</th>` : undefined}
				</tr>
			</thead>
			<tbody>
				${rows}
			</tbody>
		</table>
	</section>`;
}

function findingCell({ id, reason, change, revocation }: ReportFinding, label: string): Markup {
	const extra = [
		...(change === undefined ? [] : [capital(change)]),
		...(revocation === undefined || revocation.outcome === 'none'
			? []
			: [
					[capital(revocation.outcome.replaceAll('_', ' ')), revocation.message]
						.filter((part) => part)
						.join(': '),
				]),
	];
	return html`<td>
		<p>${sentence(reason)}</p>
		${extra.map((words) => html`<p><strong>${sentence(words)}</strong></p>`)}
		<p class="muted small">${label} <code>${harmless(id, LONGEST_NAME)}</code></p>
	</td>`;
}

function userCell({ user }: ReportFinding): Markup {
	if (!user) return html`<td></td>`;
	const more = [user.name, user.status].flatMap((text) => harmless(text ?? '', LONGEST_NAME) ?? []);
	return html`<td data-label="User">
		<p>${userInWords(user)}</p>
		${more.length === 0 ? undefined : html`<p class="muted small">${joined(more)}</p>`}
	</td>`;
}

function deviceCell({ device }: ReportFinding): Markup {
	if (!device) return html`<td></td>`;
	const known = [device.browser, device.operating_system].flatMap(
		(text) => harmless(text ?? '', LONGEST_NAME) ?? [],
	);
	return html`<td data-label="Device">
		<p>${known.length === 0 ? 'Unknown' : joined(known, ' on ')}</p>
		<p class="muted small">ID ${device.id}</p>
	</td>`;
}

function ageCell(
	{ device, age_days, trusted_until }: ReportFinding,
	{ checked_at }: Report,
): Markup {
	if (!device) return html`<td></td>`;
	const age = typeof age_days === 'number' ? count(age_days, 'day') : 'unknown';
	const end = trusted_until ?? '';
	const isOver = Date.parse(end) <= Date.parse(checked_at);
	return html`<td class="number" data-label="Trusted for">
		<p>${age}</p>
		${end === '' ? undefined : html`<p class="muted small">${isOver ? 'ended' : 'until'} ${sentence(dayOfDate(end))}</p>`}
	</td>`;
}

function sheetTable({ title, columns, rows }: Sheet): Markup {
	const body = rows.map((row) => {
		const cells = cellsOf(row);
		return html`<tr>
			${columns.map(({ key, label }) => html`<td data-label="${label}">${sentence(cells.get(key) ?? '')}</td>`)}
		</tr> `;
	});
	return html`<section>
		<h2 id="sheet">${title}</h2>
		<table aria-labelledby="sheet">
			<thead>
				<tr>
					${columns.map(({ label }) => html`<th scope="col">${label}</th>`)}
				</tr>
			</thead>
			<tbody>
				${body}
			</tbody>
		</table>
	</section>`;
}

function acceptedTable(accepted: AcceptedFinding[]): Markup | undefined {
	if (accepted.length === 0) return undefined;
	const rows = inOrder(accepted).map(
		({ id, reason, user, accepted: { reason: why, until } }) =>
			html`<tr>
				<td>
					<p>${sentence(reason)}</p>
					<p class="small"><code>${harmless(id, LONGEST_NAME)}</code></p>
				</td>
				<td data-label="User">${user ? userInWords(user) : ''}</td>
				<td data-label="Accepted because">${sentence(why)}</td>
				<td data-label="Until">${sentence(dayOfDate(until))}</td>
			</tr> `,
	);
	return html`<section>
		<h2 id="accepted">Accepted</h2>
		<table aria-labelledby="accepted">
			<thead>
				<tr>
					<th scope="col">Finding</th>
					<th scope="col">User</th>
					<th scope="col">Accepted because</th>
					<th scope="col">Until</th>
				</tr>
			</thead>
			<tbody>
				${rows}
			</tbody>
		</table>
	</section>`;
}

/** The heartbeat: what was looked at, also where nothing was found. */
function whatWasChecked({ checks, notes }: Report, findings: ReportFinding[]): Markup | undefined {
	if (checks.length === 0 && notes.length === 0) return undefined;
	const found = new Map<string, number>();
	for (const { rule } of findings) found.set(rule, (found.get(rule) ?? 0) + 1);
	const rows = checks.map(
		({ rule, label, detail }) =>
			html`<tr>
				<td>${label}</td>
				<td class="muted">${detail ?? ''}</td>
				<td class="number" data-label="Findings">${found.get(rule) ?? 0}</td>
			</tr> `,
	);
	const table = html`<table aria-labelledby="checked">
		<thead>
			<tr>
				<th scope="col">Rule</th>
				<th scope="col">Finds</th>
				<th scope="col" class="number">Findings</th>
			</tr>
		</thead>
		<tbody>
			${rows}
		</tbody>
	</table>`;
	return html`<section>
		<h2 id="checked">What was checked</h2>
		${rows.length === 0 ? undefined : table}${notes.map((note) => html`<p class="more">${sentence(note)}</p>`)}
	</section>`;
}

function checkOf({ checks }: Report, rule: string): Pick<Check, 'label' | 'advice'> {
	const known = [...checks, ...GAP_CHECKS].find((check) => check.rule === rule);
	if (known) return known;
	const words = rule.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').replaceAll('_', ' ');
	return { label: capital(words.toLowerCase()), advice: '' };
}

function badge(severity: ReportFinding['severity']): Markup {
	return html`<span class="badge ${severity}">${capital(severity)}</span>`;
}

function userInWords({ id, username }: { id: number | null; username: string | null }): Markup {
	const name = harmless(username ?? '', LONGEST_NAME);
	if (name !== undefined) return named(name);
	return html`${id === null ? 'User without a name' : `User ${id}`}`;
}

function joined(names: string[], separator = ' · '): Markup {
	return html`${names.map((name, index) => html`${index === 0 ? '' : separator}${named(name)}`)}`;
}

/** What others call themselves, in whatever direction it is written. */
function named(name: string): Markup {
	return html`<bdi>${name}</bdi>`;
}

function sentence(text: string): string {
	return harmless(text, LONGEST_SENTENCE) ?? '';
}
