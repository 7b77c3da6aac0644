import { codeSpan } from './codeSpan';

/** A message to people, part by part, for whatever shows it: `markdownOf` for chats, `htmlOf` for e-mail. */
export type Block =
	/** The one line that a hurried person reads. */
	| { kind: 'headline'; words: Words; tone: Tone }
	/** `lead` is emphasised and comes first. */
	| { kind: 'paragraph'; words: Words; lead?: string }
	/** Rows of as many cells as there are columns; `more` is how many rows were left out. */
	| { kind: 'table'; columns: Column[]; rows: Words[][]; more?: number };

/** How good the news is. */
export type Tone = 'good' | 'neutral' | 'attention' | 'incomplete';

/** A column of a table, which is a list where there are no tables: `before` is then written before the cell. */
export interface Column {
	label: string;
	before: string;
}

/** A sentence, or part of one. What others call themselves stands in it as {@link quoted}, all else is our own. */
export type Words = Array<string | Quoted>;

interface Quoted {
	quoted: string;
}

/** What others call themselves, made harmless where it is shown; `undefined` if there is nothing in it to show. */
export function quoted(text: string | null | undefined): Words | undefined {
	return codeSpan(text ?? '') === undefined ? undefined : [{ quoted: text ?? '' }];
}

/** The Markdown that Slack, Teams and e-mail show alike: `*…*`, `- ` and code spans, which hold what is quoted. */
export function markdownOf(blocks: Block[]): string {
	return blocks.map(blockInMarkdown).join('\n\n');
}

export function wordsInMarkdown(words: Words): string {
	return words
		.map((part) => (typeof part === 'string' ? part : (codeSpan(part.quoted) ?? '')))
		.join('');
}

/** As it is: whoever shows it escapes it. */
export function wordsInPlainText(words: Words): string {
	return words.map((part) => (typeof part === 'string' ? part : part.quoted)).join('');
}

function blockInMarkdown(block: Block): string {
	switch (block.kind) {
		case 'headline':
			return `*${wordsInMarkdown(block.words)}*`;
		case 'paragraph': {
			const words = wordsInMarkdown(block.words);
			return block.lead === undefined ? words : `*${block.lead}* ${words}`;
		}
		case 'table':
			return [
				...block.rows.map((cells) => `- ${rowInMarkdown(block.columns, cells)}`),
				...(block.more ? [`- and ${block.more} more`] : []),
			].join('\n');
	}
}

function rowInMarkdown(columns: Column[], cells: Words[]): string {
	return cells
		.map((cell, index) => `${columns[index]?.before ?? ''}${wordsInMarkdown(cell)}`)
		.join('');
}
