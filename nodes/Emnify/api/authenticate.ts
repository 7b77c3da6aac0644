import type { IDataObject } from 'n8n-workflow';

import { EmnifyError, errorTokenOf, quoteEmnify } from './errors';
import { retryAfter, clockOffsetMs, type HttpResponse, type Send } from './http';
import { isFromInBetween, notFromEmnify } from './refusal';
import { withoutSecrets } from './secrets';
import type { AuthenticateAnswer } from './types';

/** The five bodies of `POST /api/v1/authenticate` (§1, endpoint 1). */
export type AuthenticateBody =
	| { application_token: string }
	| { username: string; password: string; fingerprint?: string }
	| { mfa_token: string; code: string; trusted_device?: DeviceToTrust }
	| { refresh_token: string };

/** A device that emnify shall trust from now on, for 90 days (§1). */
export interface DeviceToTrust {
	fingerprint: string;
	operating_system: string;
	browser: string;
	name?: string;
}

/** An accepted login, and how far emnify's clock is ahead, in milliseconds: one-time codes depend on it. */
export interface Authenticated {
	answer: AuthenticateAnswer;
	clockOffsetMs: number;
}

/** How long emnify locks an account after three failed attempts (§1), in milliseconds. */
export const LOCKOUT_MS = 5 * 60_000;

/**
 * Sends one login, exactly once: a failed login is never repeated from here, because three lock the account (§1).
 * Throws an {@link EmnifyError} that tells wrong secret (`refused`), lockout (`locked`), rate limit (`rateLimited`), a
 * server that is not emnify (`notEmnify`) and the rest apart, and quotes emnify without the secrets that were sent.
 */
export async function authenticate(
	send: Send,
	baseUrl: string,
	body: AuthenticateBody,
): Promise<Authenticated> {
	const response = await send({
		method: 'POST',
		url: `${baseUrl}/api/v1/authenticate`,
		body: body as IDataObject,
	});
	const answer = response.body as AuthenticateAnswer;
	const accepted =
		response.status === 200 && typeof (answer.auth_token ?? answer.mfa_token) === 'string';
	if (!accepted) {
		throw failedLogin({ ...response, body: withoutSecrets(response.body, body) }, body);
	}
	return { answer, clockOffsetMs: clockOffsetMs(response.headers) };
}

function failedLogin(response: HttpResponse, body: AuthenticateBody): EmnifyError {
	const { status } = response;
	if (isFromInBetween(response)) return notFromEmnify(response, { action: 'log in' });
	const token = errorTokenOf(response.body);
	const quote = quoteEmnify(response.body);
	const said = quote === '' ? '' : `: ${quote}`;
	const facts = { httpStatus: status, ...(token !== undefined && { errorToken: token }) };

	if (status === 401 && token === 'TooManyRequests') {
		const until = new Date(Date.now() + LOCKOUT_MS).toISOString().slice(11, 16);
		return new EmnifyError(
			'locked',
			`emnify locked the account after too many failed logins, until about ${until} UTC${said}`,
			'Wait five minutes, and check the credential meanwhile: each further failed login locks the account again.',
			facts,
		);
	}
	if (status === 401) return new EmnifyError('refused', ...refusalWords(body, token, said), facts);
	if (status === 429) {
		return new EmnifyError(
			'rateLimited',
			`emnify takes no more logins from this address for now${said}`,
			'emnify allows 100 logins in 5 minutes for each IP address, all programs behind it together. Wait five minutes.',
			{ ...facts, ...retryAfter(response.headers) },
		);
	}
	if (status === 403) {
		return new EmnifyError(
			'rejected',
			`emnify does not allow this login${said === '' ? ' (HTTP 403)' : said}`,
			'If the application token is bound to IP addresses, n8n’s public address must be one of them. See Application Tokens in the emnify portal.',
			facts,
		);
	}
	if (status >= 500) {
		return new EmnifyError(
			'server',
			`emnify could not process the login (HTTP ${status})${said}`,
			'This is on emnify’s side. Try again later; the credential need not be changed.',
			facts,
		);
	}
	if (quote !== '') {
		return new EmnifyError(
			'rejected',
			`emnify could not read the login (HTTP ${status})${said}`,
			'Check what was filled in, in the credential or in the node, for missing or mistyped parts.',
			facts,
		);
	}
	return new EmnifyError(
		'notEmnify',
		`The server at Base URL did not answer like emnify (HTTP ${status})`,
		'Check Base URL in the credential. A proxy or a log-in page of the network may also have answered instead.',
		facts,
	);
}

function refusalWords(
	body: AuthenticateBody,
	token: string | undefined,
	said: string,
): [message: string, description: string] {
	if ('application_token' in body) {
		return [
			token === 'TokenExpired'
				? `The application token has expired${said}`
				: `emnify did not accept the application token: it is mistyped, revoked or expired${said}`,
			'Compare it with Integrations → Application Tokens in the emnify portal, or create a new one there.',
		];
	}
	if ('code' in body) {
		return [
			`emnify did not accept the code of the second factor${said}`,
			'Use the newest code; each serves only once. Where n8n computes it, TOTP Secret in the credential must be that of the account’s active MFA key; an account that gets its codes by e-mail cannot use it.',
		];
	}
	if ('refresh_token' in body) {
		return [
			`emnify did not accept the refresh token${said}`,
			'Log in again with username and password.',
		];
	}
	return [
		`emnify did not accept the username or the password${said}`,
		'Check both by logging in to the emnify portal. After three failed logins emnify locks the account for five minutes.',
	];
}
