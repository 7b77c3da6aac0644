import { shorten } from '../domain/shorten';

const LONGEST = 80;

/**
 * Somebody else's text on one line, shortened, without what could turn the line around, hide in it or not be a character;
 * `undefined` if there is nothing to show. It is not escaped: that is for whoever writes it into something.
 */
export function harmless(text: string, longest = LONGEST): string | undefined {
	const shown = text.replace(/[\s\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ').trim();
	return shown === '' ? undefined : shorten(shown, longest);
}
