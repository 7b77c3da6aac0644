import { shorten } from '../domain/shorten';
import { cellsOf } from './cells';
import { inOrder } from './order';
import type { Report } from './report';

/** What Excel takes in a cell; the rest would run into the next row. */
const LONGEST_CELL = 32_000;

/** These are there in every file, so that files of several runs fit together. */
const COLUMNS = [
	'id',
	'reason',
	'severity',
	'rule',
	'user.id',
	'user.username',
	'user.name',
	'user.status',
	'device.id',
	'device.operating_system',
	'device.browser',
	'device.activation_date',
	'age_days',
	'trusted_until',
];

/**
 * The report as a CSV file: RFC 4180, commas, CRLF, with a byte order mark so that a spreadsheet knows it for UTF-8. A row a
 * finding, the worst first, and a column a fact (`user.username`); or the sheet where there is one. No cell is run as a
 * formula: what looks like one gets an apostrophe.
 */
export function reportCsv({ findings, sheet }: Report): string {
	const rows = (sheet?.rows ?? inOrder(findings)).map(cellsOf);
	const columns = sheet?.columns.map(({ key }) => key) ?? columnsOf(rows);
	const lines = rows.map((row) => columns.map((column) => row.get(column) ?? ''));
	return `\uFEFF${[columns, ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('')}`;
}

function columnsOf(rows: Array<Map<string, string>>): string[] {
	const columns = new Set(COLUMNS);
	for (const row of rows) for (const column of row.keys()) columns.add(column);
	return [...columns];
}

/** A field of RFC 4180. The apostrophe comes first: a spreadsheet takes the quotes away before it looks for a formula. */
function field(value: string): string {
	const text = shorten(value.replace(/[\0\p{Cs}]/gu, '\uFFFD'), LONGEST_CELL);
	const plain = /^(?:[\t\r]|\s*[=+\-@＝＋－＠])/u.test(text) ? `'${text}` : text;
	return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
