import { isObject } from './emnify';

const BLACKED_OUT = '█████';

/** What identifies by its form, wherever it comes from. */
const FORMS = [
	/eyJ[\w-]+(\.[\w-]*){0,2}/g, // JWTs
	/[^\s@"'<>|]+@[^\s@"'<>|]+/g, // e-mail addresses
	/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, // UUIDs
	/\b\d{1,3}(\.\d{1,3}){3}\b/g, // IPv4
	/\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b|\b[0-9a-f:]*::[0-9a-f:]*\b/gi, // IPv6
	/\b\d{5,}\b/g, // IDs
	/\b(?=\w*\d)(?=\w*[a-z])[\w-]{20,}/gi, // tokens, hashes
];

/**
 * Blacks out what belongs to an account, also where it got into a text by mistake: all secrets of the login, and every text and
 * ID in what emnify answered, but those that `isPublic`.
 */
export class Redactor {
	private readonly known: RegExp | undefined;

	constructor(secrets: unknown[], answers: unknown[], isPublic: (text: string) => boolean) {
		const found = new Set([
			...secrets.flatMap(textsIn),
			...answers.flatMap(textsIn).filter((text) => !isPublic(text)),
		]);
		const longestFirst = [...found]
			.filter((text) => text.length >= 4)
			.sort((a, b) => b.length - a.length)
			.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
		// As a whole word: a user called Noth must not take anything out of “nothing”.
		if (longestFirst.length > 0) {
			const anyOf = longestFirst.join('|');
			this.known = new RegExp(`(?<![\\p{L}\\p{N}])(?:${anyOf})(?![\\p{L}\\p{N}])`, 'giu');
		}
	}

	clean(text: string): string {
		const withoutKnown = this.known ? text.replace(this.known, BLACKED_OUT) : text;
		return FORMS.reduce((rest, form) => rest.replace(form, BLACKED_OUT), withoutKnown);
	}
}

/** All texts and numbers in an answer. */
function textsIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value === 'number') return [String(value)];
	if (Array.isArray(value)) return value.flatMap(textsIn);
	if (!isObject(value)) return [];
	return Object.values(value).flatMap(textsIn);
}
