/**
 * How an emnify may differ from the documented one, each in a way that a grade of the contract (docs/emnify-api.md) leaves open or that
 * another of its services, or what stands in front of it, is known to have. Without any of them the simulator
 * speaks the documented dialect.
 */
export const dialectDescriptions = {
	eventsService:
		'events: 400 for a page past the end, 100 a page at the most and by default, an empty Link (§4)',
	noPagingHeaders: 'neither Link nor X-* on pages (§4)',
	linkOnly: 'Link but no X-* on pages (§4)',
	emptyPastEnd: 'a page past the end is [], with totals of 0 (§4)',
	pagedLists: 'application tokens and trusted devices come in pages after all (§4)',
	gateway:
		'JSON 401s, 200 or 202 with and without a body instead of 204, 201 for what was created (§1)',
	nulls: 'fields that are absent are null (§1)',
	stringIds: 'every ID is digits in a string (§1)',
	lockoutAs429: 'a locked account gets 429 instead of 401 (§1)',
	userFilterById: 'the filter user of events takes an ID instead of a name (§5)',
	nobody404: 'what my gets under an application token: 404, as by default (§1)',
	nobody401: 'what my gets under an application token: 401 (§1)',
	nobody403: 'what my gets under an application token: 403 (§1)',
	nobody500: 'what my gets under an application token: 500 (§1)',
	nobodyEmpty: 'what my gets under an application token: an empty list, and 404 for no list (§1)',
} as const;

/** The name of a dialect. */
export type Dialect = keyof typeof dialectDescriptions;

/** The names of all dialects. */
export const dialects = Object.keys(dialectDescriptions) as readonly Dialect[];

/** Which dialects a simulator speaks; what reads it sees a change at the next request. */
export type Dialects = ReadonlySet<Dialect>;

/** Whether a text is the name of a dialect. */
export function isDialect(name: string): name is Dialect {
	return Object.hasOwn(dialectDescriptions, name);
}
