import type { Block, Column, Tone, Words } from './blocks';
import { escapeHtml } from './escapeHtml';
import { harmless } from './harmless';

const TABLE = 'width="100%" cellpadding="0" cellspacing="0" border="0"';
const FONT =
	"font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const TEXT = `${FONT};font-size:15px;line-height:22px;word-break:break-word`;
const CELL = `padding:7px 14px 7px 0;border-bottom:1px solid #dfe3ea;${FONT};font-size:14px;line-height:20px;word-break:break-word`;
const INK = 'color:#1d2433';
const MUTED = 'color:#545d70';

/** The colour of the bar beside the headline; the words say the same. */
const COLOURS: Record<Tone, string> = {
	good: '#1f7a4d',
	neutral: '#5a6478',
	attention: '#b45309',
	incomplete: '#b42318',
};

/**
 * The HTML of an e-mail, to be sent as it is: tables and inline styles, as Outlook and Gmail ask for; nothing is fetched.
 * What others call themselves is escaped, and looks like no link.
 */
export function htmlOf(blocks: Block[]): string {
	const rows = blocks.map((block) => `<tr>${cellOf(block)}</tr>`).join('');
	const style = `max-width:680px;border-collapse:collapse;background-color:#ffffff;${INK};${TEXT}`;
	return `<table role="presentation" lang="en" ${TABLE} bgcolor="#ffffff" style="${style}">${rows}</table>`;
}

function cellOf(block: Block): string {
	switch (block.kind) {
		case 'headline': {
			const bar = `border-left:4px solid ${COLOURS[block.tone]};padding:6px 14px`;
			const font = `${FONT};font-size:18px;line-height:25px;font-weight:bold`;
			return `<td style="${bar};${font};${INK}">${wordsInHtml(block.words)}</td>`;
		}
		case 'paragraph': {
			const lead = block.lead === undefined ? '' : `<b>${escapeHtml(block.lead)}</b> `;
			return `<td style="padding:14px 0 0 0;${TEXT};${INK}">${lead}${wordsInHtml(block.words)}</td>`;
		}
		case 'table':
			return `<td style="padding:14px 0 0 0">${tableOf(block.columns, block.rows, block.more)}</td>`;
	}
}

function tableOf(columns: Column[], rows: Words[][], more = 0): string {
	const head = columns.map(
		({ label }) =>
			`<th align="left" valign="bottom" style="${CELL};${MUTED};font-weight:bold">${escapeHtml(label)}</th>`,
	);
	const body = rows.map((cells) => {
		const written = cells.map(
			(cell) => `<td align="left" valign="top" style="${CELL};${INK}">${wordsInHtml(cell)}</td>`,
		);
		return `<tr>${written.join('')}</tr>`;
	});
	if (more > 0) {
		const words = `and ${more} more`;
		body.push(`<tr><td colspan="${columns.length}" style="${CELL};${MUTED}">${words}</td></tr>`);
	}
	return (
		`<table ${TABLE} style="border-collapse:collapse">` +
		`<thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`
	);
}

function wordsInHtml(words: Words): string {
	return words
		.map((part) =>
			escapeHtml(typeof part === 'string' ? part : unlinked(harmless(part.quoted) ?? '')),
		)
		.join('');
}

/**
 * Mail programs make links of what looks like an address in the web. In what somebody calls himself, that would be a link
 * in our name; an e-mail address, which usernames are, may be one.
 */
function unlinked(text: string): string {
	if (/^[^\s@/]+@[^\s@/]+$/.test(text)) return text;
	return text.replaceAll('://', ':∕∕').replace(/\.(?=\p{L})/gu, '․');
}
