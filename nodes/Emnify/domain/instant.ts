const ISO_8601 =
	/^(?:(\d{4})-(\d{2})-(\d{2})|(\d{4})(\d{2})(\d{2})(?=T))(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d+))?)?)? ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * Reads an ISO 8601 date, with or without a time, into milliseconds since 1970; what has no time zone is UTC. `null` for
 * anything else. Stricter than `Date`, which takes “Device 7” for July 2001 and 30 February for 2 March, and which promises
 * for few of the forms that emnify uses (§1) to read them.
 */
export function readInstant(value: unknown): number | null {
	const parts = typeof value === 'string' ? ISO_8601.exec(value.trim()) : null;
	if (parts === null) return null;
	const [, y, m, d, Y, M, D, hours = '00', minutes = '00', seconds = '00', fraction = ''] = parts;
	const date = `${y ?? Y}-${m ?? M}-${d ?? D}`;
	const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
	const zone = zoneWithColon(parts[11] ?? 'Z');
	const instant = Date.parse(`${date}T${hours}:${minutes}:${seconds}.${milliseconds}${zone}`);
	return Number.isNaN(instant) || !isInCalendar(date) ? null : instant;
}

/** `+0000` and `+00`, which ISO 8601 knows and JavaScript does not promise to read. */
function zoneWithColon(zone: string): string {
	if (zone.toUpperCase() === 'Z') return 'Z';
	return `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;
}

function isInCalendar(date: string): boolean {
	return new Date(date).toISOString().startsWith(date);
}
