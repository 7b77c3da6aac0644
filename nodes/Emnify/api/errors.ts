import type { EmnifyErrorBody } from './types';

/**
 * What kind of trouble it is:
 * `input` bad input, nothing was sent · `refused` wrong secret · `locked` too many failed logins · `mfaNeeded` a second
 * factor is wanted that n8n cannot give · `rateLimited` HTTP 429 · `rejected` any other 4xx · `server` HTTP 5xx ·
 * `notEmnify` an answer that emnify would not give · `tls`, `timeout`, `unreachable` no answer · `cancelled` stopped in n8n.
 */
export type EmnifyErrorKind =
	| 'input'
	| 'refused'
	| 'locked'
	| 'mfaNeeded'
	| 'rateLimited'
	| 'rejected'
	| 'server'
	| 'notEmnify'
	| 'tls'
	| 'timeout'
	| 'unreachable'
	| 'cancelled';

/** What else is known of an {@link EmnifyError}. */
export interface EmnifyErrorFacts {
	httpStatus?: number;
	errorToken?: string;
	retryAfterSeconds?: number;
	/** The request did not reach emnify: there was no connection, or no session to send it with. */
	neverSent?: true;
	/** It is a login that failed: the limits of logins are not those of other requests (§2). */
	login?: true;
	/** The node must not try it again by itself: it may count towards the lockout (§1). */
	final?: true;
}

/**
 * Anything that goes wrong between the node and emnify, in words for a person: `message` says what happened,
 * `description` what to do. It never carries a request, a response or a secret, because n8n stores what is thrown. Its
 * fields have names in which n8n's `NodeApiError` does not look for a status, so that n8n keeps the message as it is.
 */
export class EmnifyError extends Error {
	constructor(
		readonly kind: EmnifyErrorKind,
		message: string,
		readonly description: string,
		readonly facts: EmnifyErrorFacts = {},
	) {
		super(message);
		this.name = 'EmnifyError';
	}
}

/** The failure of a login, as that of the request that was to follow: emnify never got to carry it out. */
export function neverSent({ kind, message, description, facts }: EmnifyError): EmnifyError {
	return new EmnifyError(kind, message, description, { ...facts, neverSent: true });
}

/** 303 shows where to see what was done; with 408 and 499 something on the way gave up. */
const MAY_BE_DONE = [303, 408, 499];

/**
 * Whether nobody knows if a write was carried out (§1): no answer, one that cannot be read, 303, 408, 499 or 5xx. A request that was
 * stopped half-way belongs here, one that never left does not.
 */
export function isOutcomeOpen(error: unknown): error is EmnifyError {
	if (!(error instanceof EmnifyError) || error.facts.neverSent) return false;
	const status = error.facts.httpStatus;
	if (status !== undefined)
		return MAY_BE_DONE.includes(status) || status >= 500 || Math.floor(status / 100) === 2;
	return ['timeout', 'unreachable', 'cancelled'].includes(error.kind);
}

/** Whether emnify has answered, if only to refuse. */
export function isAnswered(error: unknown): boolean {
	if (!(error instanceof EmnifyError)) return false;
	const { httpStatus, neverSent } = error.facts;
	return httpStatus !== undefined && !neverSent;
}

/**
 * Throws what was caught, as it is. n8n's linter forbids that in a `catch`, where it wants n8n's own errors: everything that is thrown
 * becomes one of those in `nodeError.ts`, once it is known which item it belongs to.
 */
export function rethrow(error: unknown): never {
	throw error;
}

/** A moment (milliseconds since 1970) for a message: `2026-11-25 06:37:37 UTC`. */
export function dateAndTime(timeMs: number): string {
	return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The failure where the execution was cancelled in n8n. */
export function cancelled(): EmnifyError {
	return new EmnifyError(
		'cancelled',
		'The request to emnify was stopped',
		'The execution was cancelled in n8n.',
	);
}

/** Finds the {@link EmnifyError} that n8n's request helpers may have wrapped, or `undefined`. */
export function emnifyErrorIn(error: unknown): EmnifyError | undefined {
	let current: unknown = error;
	for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
		if (current instanceof EmnifyError) return current;
		current = current.cause;
	}
	return undefined;
}

const LONGEST_QUOTE = 300;
const LONGEST_NAME = 60;
const MOST_DETAILS = 5;

/**
 * emnify's own words for a refusal (§3), as `“message” (token code)` with the `errors[]` behind it, or `''` where there
 * are none: most 401 are empty.
 */
export function quoteEmnify(body: unknown): string {
	const refusal = errorBody(body);
	if (!refusal) return '';
	const details: unknown[] = Array.isArray(refusal.errors) ? refusal.errors : [];
	const quotes = [refusal, ...details.slice(0, MOST_DETAILS)]
		.map(quoteOne)
		.filter((quote) => quote !== '');
	const more = details.length - MOST_DETAILS;
	return [...quotes, ...(more > 0 && quotes.length > 0 ? [`and ${more} more`] : [])].join(', ');
}

/**
 * The refusal's `error_token` (§3), such as `NotFound`, or where it has none the one that its `error_code` stands for;
 * `undefined` where it has neither.
 */
export function errorTokenOf(body: unknown): string | undefined {
	const { error_token, error_code } = errorBody(body) ?? {};
	if (typeof error_token === 'string' && error_token !== '') {
		return isShort(error_token) ? error_token : undefined;
	}
	return isCode(error_code) ? TOKENS_BY_CODE[error_code] : undefined;
}

function isCode(code: unknown): code is number | string {
	return ['number', 'string'].includes(typeof code) && /^\d{4}$/.test(String(code));
}

/** §3, for an answer that holds the code alone. */
const TOKENS_BY_CODE: Record<string, string | undefined> = {
	1000: 'BadRequest',
	1101: 'InvalidCredentials',
	1102: 'InvalidToken',
	1103: 'TokenExpired',
	1104: 'Forbidden',
	1105: 'TooManyRequests',
	1201: 'NotFound',
	1301: 'InvalidQueryCriteria',
	1302: 'InvalidSortCriteria',
	1400: 'InputValidationFailed',
	1401: 'InvalidReference',
	1402: 'Required',
	1403: 'InvalidFormat',
	1405: 'Duplicated',
	1406: 'NotAllowed',
	1601: 'Unavailable',
};

/** Whether the body has the form of emnify's refusals (§3): a gateway, a proxy or a firewall writes something else. */
export function isEmnifysRefusal(body: unknown): boolean {
	const { error_token, error_code } = errorBody(body) ?? {};
	return (typeof error_token === 'string' && error_token !== '') || isCode(error_code);
}

/**
 * Whether emnify itself said that what was asked for does not exist (§3). A 404 alone proves nothing: a gateway or a proxy
 * gives one where it does not reach emnify.
 */
export function isEmnifysNotFound(error: unknown): boolean {
	if (!(error instanceof EmnifyError) || error.facts.httpStatus !== 404) return false;
	return ['NotFound', 'InvalidReference', 'Unavailable'].includes(error.facts.errorToken ?? '');
}

function errorBody(body: unknown): EmnifyErrorBody | undefined {
	return typeof body === 'object' && body !== null && !Array.isArray(body) ? body : undefined;
}

function quoteOne(refusal: unknown): string {
	const { message, error_token, error_code } = errorBody(refusal) ?? {};
	const name = [error_token, error_code].filter(isShort).join(' ');
	const text = typeof message === 'string' ? message.slice(0, LONGEST_QUOTE) : '';
	if (text === '') return name;
	return name === '' ? `“${text}”` : `“${text}” (${name})`;
}

function isShort(part: unknown): boolean {
	return typeof part === 'number' || (typeof part === 'string' && part.length <= LONGEST_NAME);
}
