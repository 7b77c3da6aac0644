/**
 * Whether the whole text matches the pattern, in which `*` stands for any text, none included. Capitals do not matter.
 * Each part between two `*` is looked for once, from left to right, as early as it can be: no pattern makes this slow.
 */
export function matchesWildcard(text: string, pattern: string): boolean {
	const folded = fold(text);
	const [start = '', ...parts] = fold(pattern).split('*');
	const end = parts.pop();
	if (end === undefined) return folded === start;
	if (!folded.startsWith(start)) return false;
	let position = start.length;
	for (const part of parts) {
		const found = folded.indexOf(part, position);
		if (found === -1) return false;
		position = found + part.length;
	}
	return folded.length - end.length >= position && folded.endsWith(end);
}

/** Both ways, for the letters that only one of them makes equal: ſ and s, the Kelvin sign and k, ς and σ. */
function fold(text: string): string {
	return text.toLowerCase().toUpperCase();
}
