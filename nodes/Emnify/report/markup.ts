/** HTML that is safe to show: made by {@link html}, or of a constant. */
export class Markup {
	constructor(readonly html: string) {}
}

type Value = string | number | Markup | Markup[] | undefined;

/**
 * HTML from a template. Text put into it is escaped, for between tags and for quoted attributes, and loses what is no visible
 * character: controls, marks that turn the line around, halves of a surrogate pair.
 */
export function html(template: TemplateStringsArray, ...values: Value[]): Markup {
	const parts = template.map(withoutIndent);
	return new Markup(String.raw({ raw: parts }, ...values.map(written)));
}

/** The template's own lines are for who reads the source: twelve thousand rows do without them. */
function withoutIndent(part: string): string {
	return part.replace(/\s*\n\s*/g, ' ');
}

function written(value: Value): string {
	if (value === undefined) return '';
	if (value instanceof Markup) return value.html;
	if (Array.isArray(value)) return value.map((markup) => markup.html).join('');
	return String(value)
		.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, ' ')
		.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}
