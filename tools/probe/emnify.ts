/* eslint-disable @n8n/community-nodes/require-node-api-error -- a command that runs in Node, not in n8n */
import { createHash } from 'node:crypto';

import axios, { type AxiosInstance, type AxiosResponse } from 'axios';

import {
	readTotpSecret,
	totpCode,
	totpRemainingMs,
	totpStep,
	type TotpSecret,
} from '../../nodes/Emnify/api/totp';

/** What to log in with. */
export type Login =
	{ applicationToken: string } | { username: string; password: string; totpSecret?: string };

/** An answer of emnify's, or of what stands before it. */
export interface Answer {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string | undefined>;
	/** What the body is: nothing, JSON, a page of HTML, or anything else. */
	content: 'empty' | 'json' | 'html' | 'text';
	/** The parsed JSON, or the text. */
	body: unknown;
	/** When it came, in milliseconds since 1970, by this machine's clock. */
	atMs: number;
}

/** Why the probe cannot begin, or cannot go on; the message is for a person and holds nothing of an answer. */
export class Stopped extends Error {}

/** More GETs than this are never sent. */
export const MOST_GETS = 48;

/** Between two requests, in milliseconds: `/event` takes ten in a second (§2). */
const PACE_MS = 250;

const TIMEOUT_MS = 30_000;

export interface Surroundings {
	wait(ms: number): Promise<void>;
	/** Is given each request before it is sent, without anything of the account. */
	progress(request: string): void;
}

/**
 * Speaks to emnify without changing anything: it can send GETs, and one login, which is never repeated. It goes to no
 * other server than `baseUrl`, and follows no redirect.
 */
export class ReadOnlyEmnify {
	private readonly http: AxiosInstance;

	/** The `auth_token` of the session. */
	token = '';

	gets = 0;

	constructor(
		readonly baseUrl: string,
		private readonly surroundings: Surroundings,
	) {
		this.http = axios.create({
			baseURL: `${baseUrl}/api`,
			timeout: TIMEOUT_MS,
			maxRedirects: 0,
			responseType: 'text',
			transformResponse: (text: unknown) => text,
			validateStatus: () => true,
			...(new URL(baseUrl).protocol === 'http:' && { proxy: false }),
		});
	}

	/**
	 * Logs in, once. Gives what emnify answered, with the session in it, whose token it uses from now on.
	 *
	 * @throws Stopped where no session comes of it
	 */
	async logIn(login: Login): Promise<Record<string, unknown>> {
		const totpSecret =
			'totpSecret' in login && login.totpSecret ? readTotp(login.totpSecret) : undefined;
		const first = await this.authenticate(
			'applicationToken' in login
				? { application_token: login.applicationToken }
				: { username: login.username, password: sha1(login.password) },
		);
		const { mfa_token: mfaToken } = first.body as { mfa_token?: unknown };
		const last =
			typeof mfaToken === 'string' ? await this.secondFactor(mfaToken, totpSecret, first) : first;
		const answer = last.body as Record<string, unknown>;
		if (typeof answer.auth_token !== 'string') throw new Stopped(NOT_EMNIFY);
		this.token = answer.auth_token;
		return answer;
	}

	/** Sends a GET. `name` is the path without anything of the account, for a person. */
	async get(
		name: string,
		path: string,
		query: Record<string, string | number> = {},
		token = this.token,
	): Promise<Answer> {
		if (this.gets >= MOST_GETS) throw new Stopped(`it has sent its ${MOST_GETS} requests`);
		this.gets++;
		await this.surroundings.wait(PACE_MS);
		this.surroundings.progress(`GET ${name}`);
		return await this.send(
			async () =>
				await this.http.get(path, { params: query, headers: { Authorization: `Bearer ${token}` } }),
		);
	}

	private async secondFactor(
		mfaToken: string,
		secret: TotpSecret | undefined,
		first: Answer,
	): Promise<Answer> {
		if (!secret) {
			throw new Stopped(
				'emnify asks for a second factor. Set EMNIFY_TOTP_SECRET to the account’s TOTP secret, or use an application token.',
			);
		}
		const offsetMs = clockOffsetMs(first) ?? 0;
		// A code that ends on its way would be a refused login.
		const remainingMs = totpRemainingMs(secret, Date.now() + offsetMs);
		if (remainingMs < 5_000) await this.surroundings.wait(remainingMs + 500);
		const code = totpCode(secret, totpStep(secret, Date.now() + offsetMs));
		return await this.authenticate({ mfa_token: mfaToken, code });
	}

	private async authenticate(body: object): Promise<Answer> {
		this.surroundings.progress('POST /v1/authenticate');
		const answer = await this.send(async () => await this.http.post('/v1/authenticate', body));
		if (answer.status >= 200 && answer.status <= 299 && isObject(answer.body)) return answer;
		throw new Stopped(refusedLogin(answer));
	}

	private async send(request: () => Promise<AxiosResponse<unknown>>): Promise<Answer> {
		try {
			return toAnswer(await request());
		} catch (error) {
			throw new Stopped(
				`No answer came from the server (${codeOf(error)}). Check EMNIFY_BASE_URL, and the network in between.`,
			);
		}
	}
}

/** How far the server's clock is ahead of this machine's, in milliseconds; `undefined` without a `Date` header. */
export function clockOffsetMs({ headers, atMs }: Answer): number | undefined {
	const serverTime = Date.parse(headers.date ?? '');
	return Number.isNaN(serverTime) ? undefined : serverTime - atMs;
}

/** A text or a number of an answer as text; empty for everything else. */
export function textOf(value: unknown): string {
	return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A number of an answer, or digits in a string; `NaN` for everything else. */
export function numberOf(value: unknown): number {
	return textOf(value).trim() === '' ? NaN : Number(value);
}

export function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toAnswer({ status, headers, data }: AxiosResponse<unknown>): Answer {
	const text = typeof data === 'string' ? data : '';
	return {
		status,
		headers: Object.fromEntries(
			Object.entries(headers).map(([name, value]) => [
				name.toLowerCase(),
				value === undefined || value === null ? undefined : String(value),
			]),
		),
		...contentOf(text),
		atMs: Date.now(),
	};
}

function contentOf(text: string): Pick<Answer, 'content' | 'body'> {
	if (text.trim() === '') return { content: 'empty', body: undefined };
	try {
		return { content: 'json', body: JSON.parse(text) as unknown };
	} catch {
		return { content: /<html|<!doctype/i.test(text) ? 'html' : 'text', body: text };
	}
}

const NOT_EMNIFY =
	'The server did not answer the login like emnify. Check EMNIFY_BASE_URL; a proxy or a log-in page of the network may have answered instead.';

function refusedLogin({ status, content, body }: Answer): string {
	const token = isObject(body) ? body.error_token : undefined;
	if (token === 'TooManyRequests' || status === 429) {
		return `emnify takes no login now (HTTP ${status}): the account is locked after too many failed logins, or too many came from this address. It is not tried again. Wait five minutes at least.`;
	}
	if (status === 401 || status === 400 || status === 404 || status === 422) {
		return `emnify refused the login (HTTP ${status}). It is not tried again, because three refused logins lock an account. Compare what you gave with the emnify portal.`;
	}
	if (status === 403) {
		return 'emnify does not allow the login from here (HTTP 403). An application token can be bound to IP addresses.';
	}
	if (status >= 500 && content !== 'html') {
		return `emnify could not process the login (HTTP ${status}). Try again later.`;
	}
	return NOT_EMNIFY;
}

function readTotp(secret: string): TotpSecret {
	try {
		return readTotpSecret(secret);
	} catch {
		throw new Stopped(
			'EMNIFY_TOTP_SECRET could not be read. It is the Base32 key that was shown when the MFA key was created, or the whole otpauth:// address.',
		);
	}
}

/** The network's code of a failure: the failure itself holds the request, and with it the token. */
function codeOf(error: unknown): string {
	const { code } = error as { code?: unknown };
	return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? code : 'unknown reason';
}

/** The form in which emnify takes a password (§1). */
function sha1(text: string): string {
	return createHash('sha1').update(text).digest('hex');
}
