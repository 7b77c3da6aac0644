/** A time as emnify takes and writes it, in whole seconds: `YYYY-MM-DDTHH:mm:ssZ` (§5). */
export function toTimestamp(date: Date): string {
	return date.toISOString().replace(/\.\d+/, '');
}
