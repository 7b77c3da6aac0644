import type { Block, Column, Tone, Words } from './blocks';
import { harmless } from './harmless';
import { html, type Markup } from './markup';

const FONT =
	'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
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
	const style = `max-width:680px;border-collapse:collapse;background-color:#ffffff;${INK};${TEXT}`;
	const rows = blocks.map(
		(block) =>
			html`<tr>
				${cellOf(block)}
			</tr>`,
	);
	return html`<table
		role="presentation"
		lang="en"
		width="100%"
		cellpadding="0"
		cellspacing="0"
		border="0"
		bgcolor="#ffffff"
		style="${style}"
	>
		${rows}
	</table>`.html;
}

function cellOf(block: Block): Markup {
	switch (block.kind) {
		case 'headline': {
			const bar = `border-left:4px solid ${COLOURS[block.tone]};padding:6px 14px`;
			const font = `${FONT};font-size:18px;line-height:25px;font-weight:bold`;
			return html`<td style="${bar};${font};${INK}">${shown(block.words)}</td>`;
		}
		case 'paragraph': {
			const lead = block.lead === undefined ? undefined : html`<b>${block.lead}</b> `;
			return html`<td style="padding:14px 0 0 0;${TEXT};${INK}">${lead}${shown(block.words)}</td>`;
		}
		case 'table':
			return html`<td style="padding:14px 0 0 0">
				${tableOf(block.columns, block.rows, block.more)}
			</td>`;
	}
}

function tableOf(columns: Column[], rows: Words[][], more = 0): Markup {
	const head = columns.map(
		({ label }) =>
			html`<th align="left" valign="bottom" style="${CELL};${MUTED};font-weight:bold">
				${label}
			</th>`,
	);
	const body = rows.map((cells) => {
		const written = cells.map(
			(cell) => html`<td align="left" valign="top" style="${CELL};${INK}">${shown(cell)}</td>`,
		);
		return html`<tr>
			${written}
		</tr>`;
	});
	if (more > 0) {
		body.push(
			html`<tr>
				<td colspan="${columns.length}" style="${CELL};${MUTED}">and ${more} more</td>
			</tr>`,
		);
	}
	return html`<table
		width="100%"
		cellpadding="0"
		cellspacing="0"
		border="0"
		style="border-collapse:collapse"
	>
		<thead>
			<tr>
				${head}
			</tr>
		</thead>
		<tbody>
			${body}
		</tbody>
	</table>`;
}

function shown(words: Words): string {
	return words
		.map((part) => (typeof part === 'string' ? part : unlinked(harmless(part.quoted) ?? '')))
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
