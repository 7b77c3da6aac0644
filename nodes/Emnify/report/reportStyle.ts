/** The page's own style, and all there is of it: the page allows no other. */
export const STYLE = `
:root {
	color-scheme: light dark;
	--page: #f5f6f8; --card: #ffffff; --ink: #1b2130; --muted: #545d70; --line: #dde1e8; --track: #e9ecf1; --bar: #4a6fa5;
	--critical: #a3142f; --high: #b93815; --medium: #8a5a00; --low: #2e6299; --info: #5a6478; --good: #1f7a4d;
	--on: #ffffff; --alert: #fdf0ee; --alert-line: #b42318;
}
@media (prefers-color-scheme: dark) {
	:root {
		--page: #14171d; --card: #1c2129; --ink: #e7eaf0; --muted: #a5aebd; --line: #313844; --track: #2a303b; --bar: #86a9dc;
		--critical: #ff93a4; --high: #ffa57f; --medium: #efc158; --low: #8fc1fb; --info: #b0b9c8; --good: #6fd3a0;
		--on: #14171d; --alert: #33201f; --alert-line: #ff8f85;
	}
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
	margin: 0; background: var(--page); color: var(--ink); overflow-wrap: anywhere;
	font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 70rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
header { border-left: .3rem solid var(--bar); padding-left: 1.1rem; }
header.good { border-color: var(--good); }
header.incomplete { border-color: var(--alert-line); }
header.critical { border-color: var(--critical); }
header.high { border-color: var(--high); }
header.medium { border-color: var(--medium); }
h1 { margin: .1rem 0 .3rem; font-size: 2rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { margin: 0 0 .8rem; font-size: 1.15rem; line-height: 1.3; }
p { margin: 0; }
.kicker { font-weight: 600; }
.muted, .kicker, caption, th, figcaption, footer { color: var(--muted); }
.small, figcaption, footer { font-size: .875rem; }
section { margin-top: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.3rem 1.4rem; }
section.alert { background: var(--alert); border-color: var(--alert-line); }
section.alert ul { margin: .6rem 0 0; padding-left: 1.2rem; }
.steps { list-style: none; margin: 0; padding: 0; }
.steps li { display: flex; gap: .9rem; padding: .8rem 0; border-top: 1px solid var(--line); }
.steps li:first-child { border-top: 0; padding-top: 0; }
.steps li:last-child { padding-bottom: 0; }
.steps .badge { flex: 0 0 5rem; align-self: flex-start; }
.badge {
	display: inline-block; min-width: 4.6rem; padding: .1rem .5rem; border-radius: .3rem; background: var(--info); color: var(--on);
	font-size: .8125rem; font-weight: 600; text-align: center; white-space: nowrap;
}
.badge.critical { background: var(--critical); }
.badge.high { background: var(--high); }
.badge.medium { background: var(--medium); }
.badge.low { background: var(--low); }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; margin-top: 1.5rem; }
.charts section { margin: 0; }
.charts section:only-child { grid-column: 1 / -1; }
figure { margin: 0; }
svg { display: block; width: 100%; max-width: 26rem; height: auto; }
svg text { fill: var(--ink); font-size: 13px; }
svg .value { font-weight: 600; }
svg rect { fill: var(--bar); }
svg rect.track { fill: var(--track); }
svg rect.critical { fill: var(--critical); }
svg rect.high { fill: var(--high); }
svg rect.medium { fill: var(--medium); }
svg rect.low { fill: var(--low); }
svg rect.info { fill: var(--info); }
figcaption { margin-top: .6rem; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .6rem .9rem .6rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .8125rem; font-weight: 600; vertical-align: bottom; white-space: nowrap; }
th.severity { width: 6.4rem; }
th.user { width: 26%; }
th.device { width: 20%; }
th.age { width: 8.2rem; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; }
td p + p { margin-top: .1rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
code { font: .8125rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--muted); }
.more { margin-top: .8rem; }
footer { margin-top: 1.5rem; padding: 0 .2rem; }
@media screen and (max-width: 44rem) {
	main { padding: 1.2rem .8rem 2.5rem; }
	header { padding-left: .8rem; }
	h1 { font-size: 1.5rem; }
	section { padding: 1rem; }
	.charts { grid-template-columns: 1fr; }
	.steps li { display: block; }
	.steps .badge { margin-bottom: .3rem; }
	table, tbody, tr, td { display: block; }
	thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
	tr { padding: .9rem 0; border-bottom: 1px solid var(--line); }
	tbody tr:last-child { border-bottom: 0; padding-bottom: 0; }
	td, td.number { border: 0; padding: .15rem 0; text-align: left; white-space: normal; }
	td[data-label]::before { content: attr(data-label) ": "; color: var(--muted); font-size: .8125rem; font-weight: 600; }
	td[data-label] p { display: inline; }
	td[data-label] p + p::before { content: "· "; }
}
@media print {
	:root {
		color-scheme: light;
		--page: #ffffff; --card: #ffffff; --ink: #1b2130; --muted: #545d70; --line: #cfd5de; --track: #e9ecf1; --bar: #4a6fa5;
		--critical: #a3142f; --high: #b93815; --medium: #8a5a00; --low: #2e6299; --info: #5a6478; --good: #1f7a4d;
		--on: #ffffff; --alert: #fdf0ee; --alert-line: #b42318;
	}
	* { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
	html { font-size: 12px; }
	body { font-size: 12px; }
	main { max-width: none; padding: 0; }
	section { border-radius: 0; border-width: 1px 0 0; padding: .9rem 0 0; }
	section.alert { border-width: 1px; padding: .8rem; }
	.charts { break-inside: avoid; }
	.steps li, tr, figure { break-inside: avoid; }
	h2 { break-after: avoid; }
	thead { display: table-header-group; }
	th.severity { width: 5.6rem; }
	th.user { width: 28%; }
	th.age { width: 7.4rem; }
	th, td { padding: .4rem .7rem .4rem 0; }
	@page { margin: 16mm 14mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif; color: #545d70; } }
}
`;

/** The SHA-256 of {@link STYLE} in Base64, by which the page allows it. `reportHtml.test.ts` shows the right one. */
export const STYLE_HASH = 'DRFMOKaQPsAnmNRNQYzRniTNB4Y/FHHDgc5JmVD4H5U=';
