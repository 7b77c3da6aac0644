import { badValue } from './locator';

/**
 * Reads a Date & Time field: text of ISO 8601, or what an expression such as `{{ $now.minus({ days: 7 }) }}` gives. A text
 * without a zone is meant in the workflow's time zone. `undefined` for an empty field; throws an `EmnifyError` (`input`)
 * for what is no date.
 */
export function readDateTime(field: string, value: unknown, timezone: string): Date | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const instant = typeof value === 'string' ? parse(value.trim(), timezone) : Number(value);
	const date = new Date(instant);
	if (!Number.isNaN(date.getTime())) return date;
	throw badValue(field, String(value), 'a date and time, such as 2026-03-01T08:00');
}

const WITHOUT_ZONE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$/;
const WITH_ZONE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/;

function parse(text: string, timezone: string): number {
	const [day = '', time = '00:00'] = text.split(/[T ]/);
	if (!isDay(day)) return NaN;
	if (WITH_ZONE.test(text)) return Date.parse(text);
	if (!WITHOUT_ZONE.test(text)) return NaN;
	const asIfUtc = Date.parse(`${day}T${time}Z`);
	if (Number.isNaN(asIfUtc)) return NaN;
	// The offset is that of the instant sought; where the clocks change, that of a first guess may be another.
	return asIfUtc - offsetMs(asIfUtc - offsetMs(asIfUtc, timezone), timezone);
}

/** Whether there is such a day: JavaScript takes 31 February for 3 March. */
function isDay(day: string): boolean {
	const midnight = new Date(`${day}T00:00Z`);
	return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** How far the clocks of the time zone are ahead of UTC at an instant, in milliseconds. */
function offsetMs(instant: number, timeZone: string): number {
	const parts = new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	}).formatToParts(instant);
	const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value);
	const shown = Date.UTC(
		part('year'),
		part('month') - 1,
		part('day'),
		part('hour'),
		part('minute'),
		part('second'),
	);
	return shown - Math.floor(instant / 1000) * 1000;
}
