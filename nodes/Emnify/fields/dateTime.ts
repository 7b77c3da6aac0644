import { getGlobalState } from 'n8n-workflow';

import { EmnifyError } from '../api/errors';
import { badValue } from './locator';

/**
 * Reads a Date & Time field: text of ISO 8601, what an expression such as `{{ $now.minus({ days: 7 }) }}` gives (a DateTime
 * of Luxon, or a `Date`), or milliseconds since 1970. A text without a zone is meant in the workflow's time zone, as Luxon
 * would read it. `undefined` for an empty field; throws an `EmnifyError` (`input`) for anything else: what is taken for a
 * moment in 1970 (`false`, 0, seconds) would make everything later than it.
 */
export function readDateTime(field: string, value: unknown, timezone: unknown): Date | undefined {
	if (value === undefined || value === null || value === '') return undefined;
	const milliseconds = instantOf(value, timezone);
	const latest = typeof value === 'number' ? LATEST_NUMBER_MS : LATEST_MS;
	if (milliseconds >= EARLIEST_MS && milliseconds < latest) return new Date(milliseconds);
	throw badValue(field, value, DATE_TIME);
}

/** What a date is told to be, where it is none. */
export const DATE_TIME = 'a date and time since the year 2000, such as 2026-03-01T08:00';

/** emnify is younger. What is earlier was no date before somebody made one of it. */
const EARLIEST_MS = Date.UTC(2000, 0);
/** Years of more than four digits are none that emnify takes. */
const LATEST_MS = Date.UTC(10_000, 0);
/** A greater number is none of milliseconds. */
const LATEST_NUMBER_MS = Date.UTC(2100, 0);

/** In milliseconds since 1970; `NaN` for what is no instant. */
function instantOf(value: unknown, timezone: unknown): number {
	if (typeof value === 'number') return value;
	if (typeof value === 'string') return parse(value.trim(), timezone);
	if (Object.prototype.toString.call(value) === '[object Date]') return Number(value);
	return isLuxonDateTime(value) ? value.toMillis() : NaN;
}

/** n8n's Luxon is not ours to import; its objects say what they are. */
function isLuxonDateTime(value: unknown): value is { toMillis(): number } {
	const { isLuxonDateTime, isValid, toMillis } = Object(value) as Record<string, unknown>;
	return isLuxonDateTime === true && isValid === true && typeof toMillis === 'function';
}

const ISO =
	/^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?)(?:Z|([+-]\d{2})(?::?(\d{2}))?)?)?$/i;

function parse(text: string, timezone: unknown): number {
	const [, day = '', time = '00:00', hours, minutes = '00'] = ISO.exec(text) ?? [];
	if (!isDay(day)) return NaN;
	const clock = `${day}T${time.replace(',', '.')}`;
	if (hours !== undefined) return Date.parse(`${clock}${hours}:${minutes}`);
	const asIfUtc = Date.parse(`${clock}Z`);
	return /Z/i.test(text) || Number.isNaN(asIfUtc) ? asIfUtc : inZone(asIfUtc, zoneOf(timezone));
}

/** Whether there is such a day: JavaScript takes 31 February for 3 March. */
function isDay(day: string): boolean {
	const midnight = new Date(`${day}T00:00Z`);
	return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

/** A workflow that was not made in the editor may have no time zone, or “DEFAULT”: n8n's own is meant. */
function zoneOf(timezone: unknown): string {
	const given = typeof timezone === 'string' ? timezone.trim() : '';
	const zone = given === '' || given === 'DEFAULT' ? getGlobalState().defaultTimezone : given;
	if (isZone(zone)) return zone;
	throw new EmnifyError(
		'input',
		'The time zone of the workflow is not one that n8n knows',
		'Choose Timezone in the workflow’s settings, or write the zone with the time, such as 2026-03-01T08:00Z.',
	);
}

function isZone(zone: string): boolean {
	try {
		return clockOf(zone).format(0) !== '';
	} catch {
		return false;
	}
}

/**
 * The instant at which the zone's clocks show a time, as Luxon finds it (`fixOffset` in its datetime.js), so that a field
 * and an expression mean the same. It starts from the present offset: of an hour that comes twice it takes the one with
 * that offset. In an hour that is left out, the clocks have not been changed yet.
 */
function inZone(shown: number, zone: string): number {
	const offset = offsetMs(Date.now(), zone);
	const offsetThere = offsetMs(shown - offset, zone);
	const offsetAgain = offsetMs(shown - offsetThere, zone);
	return shown - Math.min(offsetThere, offsetAgain);
}

/** How far the clocks of the time zone are ahead of UTC at an instant, in milliseconds. */
function offsetMs(instant: number, zone: string): number {
	const parts = clockOf(zone).formatToParts(instant);
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

function clockOf(timeZone: string): Intl.DateTimeFormat {
	return new Intl.DateTimeFormat('en-US', {
		timeZone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	});
}
