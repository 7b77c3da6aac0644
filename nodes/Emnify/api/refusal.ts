import {
	EmnifyError,
	errorTokenOf,
	isEmnifysRefusal,
	quoteEmnify,
	type EmnifyErrorKind,
} from './errors';
import { retryAfter, type HttpResponse } from './http';

/** What a request was to do, for the sentence that reports its failure. */
export interface Purpose {
	/** Completes “Could not …”, such as `delete trusted device 9 of user 12`. */
	action: string;
	/** What to do at a status of this operation, in place of the general advice. */
	advice?: Partial<Record<number, string>>;
}

/**
 * Puts a refused request (§3) into words: what could not be done, why, in emnify's own words where there are any, and
 * what to do.
 */
export function refusal(response: HttpResponse, { action, advice }: Purpose): EmnifyError {
	const { status, body } = response;
	if (isFromInBetween(response)) return notFromEmnify(response, { action });
	const quote = quoteEmnify(body);
	const [kind, reason, todo] = wordsFor(status);
	const errorToken = errorTokenOf(body);
	return new EmnifyError(
		kind,
		`Could not ${action}: ${reason}${quote === '' ? ` (HTTP ${status})` : `: ${quote}`}`,
		advice?.[status] ?? todo,
		{
			httpStatus: status,
			...(errorToken !== undefined && { errorToken }),
			...retryAfter(response.headers),
		},
	);
}

/**
 * Whether a refusal is that of a proxy, a firewall or a gateway on the way: what emnify refuses with these statuses has a
 * body of §3, but a 500 or a 401, say, may be empty. A page of HTML is none of emnify's either.
 */
export function isFromInBetween({ status, body }: HttpResponse): boolean {
	if (status === 407 || status === 511) return true;
	if (isEmnifysRefusal(body)) return false;
	const isPage = status >= 400 && status < 500 && status !== 429 && typeof body === 'string';
	return IN_BETWEEN.includes(status) || (isPage && body.trim() !== '');
}

const IN_BETWEEN = [403, 404, 405, 413, 414, 431, 451, 502, 503, 504];

/** The refusal of something between n8n and emnify, which says nothing of what was asked for. */
export function notFromEmnify(
	{ status, headers }: HttpResponse,
	{ action }: Pick<Purpose, 'action'>,
): EmnifyError {
	const wantsLogin = status === 407 || status === 511;
	return new EmnifyError(
		status >= 500 ? 'server' : 'notEmnify',
		wantsLogin
			? `Could not ${action}: the proxy or the network between n8n and emnify wants a login of its own (HTTP ${status})`
			: `Could not ${action}: a proxy, a firewall or a gateway answered instead of emnify (HTTP ${status})`,
		wantsLogin
			? 'Give n8n the login of the proxy (HTTPS_PROXY), or let it reach emnify without one.'
			: status >= 500
				? 'Run it again later. If it happens each time, check Base URL in the credential, and any proxy between n8n and emnify.'
				: 'Check Base URL in the credential, and whether the network lets n8n reach emnify. It is not about the values of the node’s fields.',
		{ httpStatus: status, ...retryAfter(headers) },
	);
}

/** A success whose body is not what is documented (§1): cut off on the way, or not from emnify. */
export function unexpectedAnswer({ status }: HttpResponse, { action }: Purpose): EmnifyError {
	return new EmnifyError(
		'notEmnify',
		`Could not ${action}: the answer (HTTP ${status}) was cut off, or is not from emnify`,
		'Try again. If it happens each time, check Base URL in the credential, and any proxy between n8n and emnify.',
		{ httpStatus: status },
	);
}

function wordsFor(status: number): [kind: EmnifyErrorKind, reason: string, todo: string] {
	switch (status) {
		case 400:
			return [
				'rejected',
				'emnify could not read the request',
				'Check the values of the node’s fields.',
			];
		case 401:
			return [
				'refused',
				'emnify does not accept the session for this, though the login is good',
				'Test the credential. If it is fine, run the workflow again.',
			];
		case 403:
			return [
				'rejected',
				'emnify does not allow it',
				'Only administrators may act on other users. Use a credential of an administrator, or an application token that one created.',
			];
		case 404:
			return [
				'rejected',
				'emnify does not find it',
				'Check the ID, and that it belongs to the same workspace as the credential.',
			];
		case 409:
			return [
				'rejected',
				'it conflicts with what is already there',
				'Look at the present state first.',
			];
		case 422:
			return ['rejected', 'emnify does not accept a value', 'Correct the value that emnify names.'];
		case 408:
			return [
				'server',
				'emnify did not get the whole request in time',
				'Run it again later. If it happens often, check the network, or a proxy, between n8n and emnify.',
			];
		case 429:
			return [
				'rateLimited',
				'emnify’s rate limit is reached',
				'emnify allows 2,000 requests in 5 minutes for each IP address, all programs behind it together. Wait five minutes, or spread the work.',
			];
	}
	if (status >= 500) {
		return [
			'server',
			'emnify failed to process it',
			'This is on emnify’s side. Run it again later, or switch on Retry On Fail in the node’s settings.',
		];
	}
	if (status >= 300 && status < 400) {
		return ['notEmnify', 'the server points elsewhere', 'Check Base URL in the credential.'];
	}
	return ['rejected', 'emnify refused it', 'Check the values of the node’s fields.'];
}
