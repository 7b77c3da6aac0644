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
		readonly facts: { httpStatus?: number; errorToken?: string; retryAfterSeconds?: number } = {},
	) {
		super(message);
		this.name = 'EmnifyError';
	}
}

/** What is told where the execution was cancelled in n8n. */
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

/**
 * emnify's own words for a refusal (§3), as `“message” (token code)` with the `errors[]` behind it, or `''` where there
 * are none: most 401 are empty.
 */
export function quoteEmnify(body: unknown): string {
	const refusal = errorBody(body);
	if (!refusal) return '';
	const details = Array.isArray(refusal.errors) ? refusal.errors : [];
	return [refusal, ...details]
		.map(quoteOne)
		.filter((quote) => quote !== '')
		.join(', ');
}

/** The refusal's `error_token` (§3), such as `NotFound`, or `undefined`. */
export function errorTokenOf(body: unknown): string | undefined {
	const token = errorBody(body)?.error_token;
	return typeof token === 'string' && isShort(token) ? token : undefined;
}

const SECRET_FIELDS = [
	'application_token',
	'auth_token',
	'code',
	'fingerprint',
	'mfa_token',
	'password',
	'refresh_token',
];

/**
 * An answer without what was secret in the request's body: a server could repeat it, and n8n stores what is quoted. Before
 * anything is cut off, so that no part of a secret remains.
 */
export function withoutSecrets(answer: unknown, sent: object): unknown {
	const secrets = secretsIn(sent);
	const clean = (value: unknown): unknown => {
		if (typeof value === 'string') {
			return secrets.reduce((text, secret) => text.split(secret).join('***'), value);
		}
		if (Array.isArray(value)) return value.map(clean);
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, clean(part)]));
	};
	return secrets.length === 0 ? answer : clean(answer);
}

function secretsIn(sent: object): string[] {
	return Object.entries(sent)
		.flatMap(([field, value]: [string, unknown]) => {
			if (typeof value === 'object' && value !== null) return secretsIn(value);
			const isSecret = SECRET_FIELDS.includes(field) && typeof value === 'string' && value !== '';
			return isSecret ? [value] : [];
		})
		.sort((a, b) => b.length - a.length);
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
