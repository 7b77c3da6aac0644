/** Text for HTML, between tags and in a quoted attribute. */
export function escapeHtml(text: string): string {
	return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
