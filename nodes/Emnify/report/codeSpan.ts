import { shorten } from '../domain/shorten';

const LONGEST = 80;

/**
 * Somebody else's text as a code span, the one form in which neither Markdown nor Slack formats or links anything; or
 * `undefined` if it has nothing to show. What could end the span, open a tag or a Slack mention (which Slack reads even
 * in code), or turn the line around is replaced.
 */
export function codeSpan(text: string): string | undefined {
	const harmless = text
		.replace(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ')
		.replaceAll('`', '’')
		.replaceAll('<', '‹')
		.replaceAll('>', '›')
		.replace(/(?<![\p{L}\p{N}])@/gu, '＠')
		.trim();
	return harmless === '' ? undefined : `\`${shorten(harmless, LONGEST)}\``;
}
