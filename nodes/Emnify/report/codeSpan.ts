import { harmless } from './harmless';

/**
 * Somebody else's text as a code span, the one form in which neither Markdown nor Slack formats or links anything; or
 * `undefined` if it has nothing to show. What could end the span, or open a tag or a Slack mention (which Slack reads even
 * in code), is replaced.
 */
export function codeSpan(text: string): string | undefined {
	const shown = harmless(text)
		?.replaceAll('`', '’')
		.replaceAll('<', '‹')
		.replaceAll('>', '›')
		.replace(/(?<![\p{L}\p{N}])@/gu, '＠');
	return shown === undefined ? undefined : `\`${shown}\``;
}
