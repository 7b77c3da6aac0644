import type { EmnifyEvent } from '../../api/types';
import { readInstant } from '../../domain/instant';
import { withId, type SortRule } from '../../endpoints/sort';
import { directionField, readSort, sortField } from '../../fields/sort';

const SORTABLE = {
	alert: 'Alert',
	endpoint: 'Endpoint',
	iccid: 'ICCID',
	id: 'ID',
	imsi: 'IMSI',
	ip_address: 'IP Address',
	organisation: 'Organisation',
	severity: 'Severity',
	source: 'Source',
	tags: 'Tags',
	timestamp: 'Timestamp',
	type: 'Type',
	user: 'User',
};

const NEWEST_FIRST: SortRule = { field: 'timestamp', descending: true };

/** In which order the events come. */
export const eventSortField = sortField(
	'The first rule counts most. Without a rule the newest event comes first.',
	{ sortable: SORTABLE, default: NEWEST_FIRST.field },
	{ ...directionField, default: 'descending' },
);

/** Reads the Sort field; by default the newest event comes first. Throws an `EmnifyError` (`input`). */
export function readEventSort(label: string, sort: unknown): SortRule[] {
	const rules = readSort(label, sort, SORTABLE);
	return withId(rules.length > 0 ? rules : [NEWEST_FIRST], (rules[0] ?? NEWEST_FIRST).descending);
}

/**
 * Makes one list of several that are sorted already, each event once. Each list keeps the order that emnify gave it: how
 * emnify compares names, and what it sorts by that an event does not show, is undocumented.
 */
export function mergeSorted<Event extends EmnifyEvent>(
	lists: Event[][],
	rules: SortRule[],
): Event[] {
	const compare = comparator(rules);
	const merged = new Map<unknown, Event>();
	const positions = lists.map(() => 0);
	for (;;) {
		let first: { list: number; event: Event } | undefined;
		for (const [list, events] of lists.entries()) {
			const event = events[positions[list] ?? 0];
			if (event && (!first || compare(event, first.event) < 0)) first = { list, event };
		}
		if (!first) return [...merged.values()];
		positions[first.list] = (positions[first.list] ?? 0) + 1;
		if (!merged.has(first.event.id)) merged.set(first.event.id, first.event);
	}
}

type Sorted = string | number | null | undefined;

/** Of an endpoint and a SIM, which are not documented as a part of an event, only what emnify may well show. */
interface Connected extends EmnifyEvent {
	endpoint?: { name?: string | null; tags?: string | null; ip_address?: string | null } | null;
	sim?: { iccid?: string | null } | null;
	imsi?: { imsi?: string | null } | null;
}

const VALUES: Record<keyof typeof SORTABLE, (event: Connected) => Sorted> = {
	alert: ({ alert }) => (typeof alert === 'boolean' ? Number(alert) : alert),
	endpoint: ({ endpoint }) => endpoint?.name,
	iccid: ({ sim }) => sim?.iccid,
	id: ({ id }) => id,
	imsi: ({ imsi }) => imsi?.imsi,
	ip_address: ({ endpoint }) => endpoint?.ip_address,
	organisation: ({ organisation }) => organisation?.name,
	severity: ({ event_severity }) => event_severity?.id,
	source: ({ event_source }) => event_source?.id,
	tags: ({ endpoint }) => endpoint?.tags,
	timestamp: ({ timestamp }) => readInstant(timestamp),
	type: ({ event_type }) => event_type?.id,
	user: ({ user }) => user?.id,
};

function comparator(rules: SortRule[]): (a: EmnifyEvent, b: EmnifyEvent) => number {
	return (a, b) => {
		for (const { field, descending } of rules) {
			const valueOf = VALUES[field as keyof typeof SORTABLE];
			const order = compareValues(valueOf(a), valueOf(b));
			if (order !== 0) return descending ? -order : order;
		}
		return 0;
	};
}

/** What is unknown counts as the least. */
function compareValues(a: Sorted, b: Sorted): number {
	const [left, right] = [a ?? '', b ?? ''];
	if (typeof left === 'number' && typeof right === 'number') return left - right;
	return String(left).localeCompare(String(right), 'en');
}
