/** Text of at most `longest` characters, an ellipsis included; no character is cut in half. */
export function shorten(text: string, longest: number): string {
	if (text.length <= longest) return text;
	const characters = Array.from(text);
	return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`;
}
