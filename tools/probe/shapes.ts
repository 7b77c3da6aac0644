import { isObject, textOf, type Answer } from './emnify';

// Shapes of what emnify answers: what is left of a value when everything is gone that could belong to somebody.

/** The headers of paging (§4) that an answer has, and the numbers in them; NaN where there is none. */
export interface Paging {
	headers: string[];
	elementsInAPage: number;
	totalElements: number;
	totalPages: number;
	relations: string[];
}

const PAGING_HEADERS = [
	'Link',
	'X-Count-Per-Page',
	'X-Current-Page',
	'X-Total-Count',
	'X-Total-Pages',
];

export function pagingOf({ headers }: Answer): Paging {
	const number = (name: string) => {
		const text = headers[name]?.trim() ?? '';
		return text === '' ? NaN : Number(text);
	};
	return {
		headers: PAGING_HEADERS.filter((name) => headers[name.toLowerCase()] !== undefined),
		elementsInAPage: number('x-count-per-page'),
		totalElements: number('x-total-count'),
		totalPages: number('x-total-pages'),
		relations: linkRelations(headers.link),
	};
}

/** What a Link header leads to: `first`, `next`, …; addresses stay out, and names that are not of RFC 8288. */
export function linkRelations(link: string | undefined): string[] {
	const found = [...(link ?? '').matchAll(/rel="?([a-z]+)"?/g)].map(([, relation]) => relation);
	return ['first', 'prev', 'next', 'last'].filter((relation) => found.includes(relation));
}

/** A date with zeros for digits: `0000-00-00T00:00:00Z`. What has letters is no date. */
export function shapeOfDate(date: unknown): string {
	const shape = textOf(date).replace(/\d/g, '0');
	if (typeof date === 'number') return 'a number';
	return /^[0TZ:.+ -]{4,40}$/i.test(shape) ? shape : 'another form';
}

/** The words of emnify's own texts (§5). */
const WORDS = new Set(
	`a access accessed account activated address addresses and application at attempt attempts authentication by code created
	deactivated deleted disabled expired factor failed failure for from has have incorrect invalid ip key locked log logged login
	many mfa multi not of on or organisation password reason removed request requests revoked second status support the time to
	token tokenstatus too unknown user username verified was were with workspace wrong x-forwarded-for`.split(
		/\s+/,
	),
);

/**
 * A text of emnify's with its own words alone, and `…` for everything else: names, addresses, numbers, and every word
 * that is not known.
 */
export function shapeOfText(text: string): string {
	return text
		.replace(/'[^']*'/g, "'…'")
		.replace(/[\p{L}\p{N}_@.:/+-]+(?<![.:,])/gu, (word) =>
			WORDS.has(word.toLowerCase()) ? word : '…',
		)
		.replace(/[^\p{L} ,.:;()'…-]/gu, '')
		.replace(/…(?:[ ,.-]*…)+/g, '…')
		.slice(0, 200);
}

/** Every value of a kind in an answer. */
function valuesIn(value: unknown, pick: (name: string, value: unknown) => boolean): unknown[] {
	if (Array.isArray(value)) return value.flatMap((element) => valuesIn(element, pick));
	if (!isObject(value)) return [];
	return Object.entries(value).flatMap(([name, part]) => [
		...(pick(name, part) ? [part] : []),
		...valuesIn(part, pick),
	]);
}

/** All IDs in an answer. */
export function idsIn(body: unknown): unknown[] {
	return valuesIn(body, (name) => name === 'id');
}

const DATE_FIELDS = ['created', 'activation_date', 'creation_date', 'expiry_date', 'timestamp'];

/** All dates in an answer, whatever they look like. */
export function datesIn(body: unknown): unknown[] {
	return valuesIn(
		body,
		(name, value) => DATE_FIELDS.includes(name) && value !== null && value !== '',
	);
}

/** All texts in an answer. */
export function stringsIn(body: unknown): string[] {
	if (typeof body === 'string') return [body];
	if (Array.isArray(body)) return body.flatMap(stringsIn);
	return isObject(body) ? Object.values(body).flatMap(stringsIn) : [];
}

/** The names of all fields that have a value. */
export function namesIn(body: unknown): string[] {
	if (Array.isArray(body)) return body.flatMap(namesIn);
	if (!isObject(body)) return [];
	return Object.entries(body).flatMap(([name, value]) =>
		value === null || value === '' ? [] : [name, ...namesIn(value)],
	);
}

/** Those of the fields that some of the elements have not, by `isWithout`. */
export function fieldsWithout(
	elements: Array<Record<string, unknown>>,
	fields: string[],
	isWithout: (value: unknown) => boolean,
): string[] {
	return fields.filter((field) => elements.some((element) => isWithout(element[field])));
}

/** Whether a JWT stands in a text. */
export function looksLikeToken(text: string): boolean {
	return /eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/.test(text);
}
