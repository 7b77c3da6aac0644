/** A whole number from 0 on, as short text for n8n's database; a fraction is cut off. */
export function toBase36(value: number): string {
	return Math.floor(value).toString(36);
}

/** Reads what {@link toBase36} wrote; `NaN` for what is no number. */
export function fromBase36(text: string): number {
	return parseInt(text, 36);
}
