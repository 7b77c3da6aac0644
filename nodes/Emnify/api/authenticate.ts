import type { IDataObject } from 'n8n-workflow';

import { dateAndTime, EmnifyError, errorTokenOf, quoteEmnify } from './errors';
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

/** An accepted login: `answer` holds an `auth_token` or an `mfa_token` that can be used; and how far emnify's clock is ahead, in milliseconds: one-time codes depend on it. */
export interface Authenticated {
	answer: AuthenticateAnswer;
	clockOffsetMs: number;
}

/** How long emnify locks an account after three failed attempts (§1), in milliseconds. */
export const LOCKOUT_MS = 5 * 60_000;

/** Whether emnify counts a failure of this login towards the lockout (§1): a password or a code can be guessed. */
function countsTowardsLockout(body: AuthenticateBody): boolean {
	return 'password' in body || 'code' in body;
}

/**
 * Sends one login, exactly once: a failed login is never repeated from here, because three lock the account (§1).
 * Throws an {@link EmnifyError} that tells wrong secret (`refused`), lockout (`locked`), rate limit (`rateLimited`), a
 * server that is not emnify (`notEmnify`) and the rest apart, and quotes emnify without what was sent and without `secrets`. Its
 * facts say that it is a login, and `final` where it may have counted towards the lockout.
 */
export async function authenticate(
	send: Send,
	baseUrl: string,
	body: AuthenticateBody,
	secrets: object,
): Promise<Authenticated> {
	const response = await send({
		method: 'POST',
		url: `${baseUrl}/api/v1/authenticate`,
		body: body as IDataObject,
	}).catch((error: unknown) => {
		throw error instanceof EmnifyError ? asLogin(error, body) : error;
	});
	const answer = acceptedAnswer(response, body);
	if (!answer) {
		const clean = { ...response, body: withoutSecrets(response.body, { body, secrets }) };
		throw asLogin(failedLogin(clean, body), body);
	}
	return { answer, clockOffsetMs: clockOffsetMs(response.headers) };
}

function asLogin(
	{ kind, message, description, facts }: EmnifyError,
	body: AuthenticateBody,
): EmnifyError {
	const final = countsTowardsLockout(body) && facts.neverSent !== true && kind !== 'cancelled';
	return new EmnifyError(kind, message, description, {
		...facts,
		login: true,
		...(final && { final }),
	});
}

/**
 * The answer without what cannot be used, or `undefined` where it gives nothing to go on with. Only a login with a password
 * is answered with an `mfa_token` alone (§1).
 */
function acceptedAnswer(
	{ status, body: said }: HttpResponse,
	body: AuthenticateBody,
): AuthenticateAnswer | undefined {
	if (status < 200 || status > 299 || typeof said !== 'object' || said === null) return undefined;
	const { auth_token, refresh_token, mfa_token, ...others } = said as Record<string, unknown>;
	const answer: AuthenticateAnswer = {
		...others,
		...(isToken(auth_token) && { auth_token }),
		...(isToken(refresh_token) && { refresh_token }),
		...(isToken(mfa_token) && { mfa_token }),
	};
	const isAccepted =
		answer.auth_token !== undefined || ('password' in body && answer.mfa_token !== undefined);
	return isAccepted ? answer : undefined;
}

/** A token goes into a header: visible ASCII without spaces. */
function isToken(value: unknown): value is string {
	return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
}

/** `TooManyRequests` (§3): to whoever logs in as a user it says that the account is locked, whatever the status (§1). */
function isTooMany(body: unknown): boolean {
	const code = (body as { error_code?: unknown } | null | undefined)?.error_code;
	return errorTokenOf(body) === 'TooManyRequests' || String(code) === '1105';
}

function failedLogin(response: HttpResponse, body: AuthenticateBody): EmnifyError {
	const { status } = response;
	if (isFromInBetween(response)) return notFromEmnify(response, { action: 'log in' });
	const token = errorTokenOf(response.body);
	const quote = quoteEmnify(response.body);
	const said = quote === '' ? '' : `: ${quote}`;
	const facts = { httpStatus: status, ...(token !== undefined && { errorToken: token }) };
	const tooMany = (status === 401 || status === 429) && isTooMany(response.body);

	if (tooMany && countsTowardsLockout(body)) {
		return new EmnifyError(
			'locked',
			`emnify locked the account after too many failed logins, until about ${dateAndTime(Date.now() + LOCKOUT_MS)}${said}`,
			'Wait five minutes, and check the credential meanwhile: each further failed login locks the account again. If nobody mistyped anything, other programs may have used up the 100 logins that emnify allows in 5 minutes.',
			facts,
		);
	}
	if (status === 429 && countsTowardsLockout(body)) {
		return new EmnifyError(
			'rateLimited',
			`emnify takes no login of this user for now (HTTP 429)${said}`,
			'Either the account is locked after too many failed logins, or the 100 logins in 5 minutes for each IP address are used up. Wait five minutes, and check the credential meanwhile.',
			{ ...facts, ...retryAfter(response.headers) },
		);
	}
	if (status === 429 || tooMany) {
		return new EmnifyError(
			'rateLimited',
			`emnify takes no more logins from this address for now${said}`,
			'emnify allows 100 logins in 5 minutes for each IP address, all programs behind it together. Wait five minutes.',
			{ ...facts, ...retryAfter(response.headers) },
		);
	}
	if (status === 401) return new EmnifyError('refused', ...refusalWords(body, token, said), facts);
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
