import type { IHttpRequestOptions } from 'n8n-workflow';

import { cancelled, EmnifyError } from './errors';

/** An answer of any status; `body` is what the JSON held, or a string where it was none, and `''` for a 204. */
export interface HttpResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string | undefined>;
	body: unknown;
}

/**
 * Sends one request and answers with the response, whatever its status.
 * Throws an {@link EmnifyError} (`tls`, `timeout`, `unreachable`, `cancelled`) where no answer came.
 */
export type Send = (request: IHttpRequestOptions) => Promise<HttpResponse>;

/** How long the node waits for an answer before it gives up, in milliseconds, unless told otherwise. */
export const DEFAULT_TIMEOUT_MS = 30_000;

type HttpRequestHelper = (options: IHttpRequestOptions) => Promise<unknown>;

/** Makes a {@link Send} of one of n8n's request helpers, all of which take the same options. */
export function sendWith(httpRequest: HttpRequestHelper): Send {
	return async (request) => {
		const options: IHttpRequestOptions = {
			json: true,
			timeout: DEFAULT_TIMEOUT_MS,
			...request,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
		};
		try {
			return responseFrom(await httpRequest(options));
		} catch (error) {
			throw noAnswer(error, options);
		}
	};
}

/**
 * Makes a {@link Send} of the one helper that n8n gives a credential test, which takes the older names for the same
 * options and sends no request with `timeout` or status options of its own.
 */
export function sendWithLegacy(request: (options: object) => Promise<unknown>): Send {
	return sendWith(async ({ url, qs, body, method, headers, timeout }) => {
		return await request({
			method,
			uri: url,
			qs,
			body,
			headers,
			timeout,
			json: true,
			followRedirect: false,
			simple: false,
			resolveWithFullResponse: true,
		});
	});
}

/** Reads n8n's full response. */
export function responseFrom(fullResponse: unknown): HttpResponse {
	const { statusCode, headers, body } = fullResponse as {
		statusCode: number;
		headers?: HttpResponse['headers'];
		body?: unknown;
	};
	return { status: statusCode, headers: headers ?? {}, body: body ?? '' };
}

/** How far the server's clock is ahead of this one, in milliseconds, by the `Date` header; 0 where there is none. */
export function clockOffsetMs(headers: HttpResponse['headers']): number {
	const serverTime = Date.parse(headers.date ?? '');
	return Number.isNaN(serverTime) ? 0 : serverTime - Date.now();
}

/** The wait that a 429 asks for: `Retry-After` in seconds or as a date, undocumented (§2); nothing where it asks for none. */
export function retryAfter(headers: HttpResponse['headers']): { retryAfterSeconds?: number } {
	const value = headers['retry-after']?.trim() ?? '';
	const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : secondsUntil(value, headers);
	return seconds > 0 ? { retryAfterSeconds: seconds } : {};
}

/** By the server's clock; `NaN` for what is no date of HTTP. */
function secondsUntil(date: string, headers: HttpResponse['headers']): number {
	if (!/ GMT$/.test(date)) return NaN;
	return (Date.parse(date) - (Date.now() + clockOffsetMs(headers))) / 1000;
}

/**
 * Turns what a request helper threw into an {@link EmnifyError} that holds nothing of the request: the original carries
 * headers and body, and with them the token or the password.
 */
export function noAnswer(
	error: unknown,
	{ url, baseURL, timeout }: IHttpRequestOptions,
): EmnifyError {
	const code = networkCode(error);
	const host = hostOf(url, baseURL);
	if (code === 'ERR_CANCELED') return cancelled();
	if (/CERT|SSL|TLS|EPROTO|ISSUER|SELF_SIGNED|LEAF_SIGNATURE/.test(code)) {
		return new EmnifyError(
			'tls',
			`No secure connection to ${host}: its certificate or TLS set-up was not accepted (${code})`,
			'Check Base URL in the credential. If a proxy inspects the traffic, n8n must trust its certificate (NODE_EXTRA_CA_CERTS).',
		);
	}
	if (code === 'ECONNABORTED' || code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') {
		return new EmnifyError(
			'timeout',
			`No answer from ${host} within ${(timeout ?? DEFAULT_TIMEOUT_MS) / 1000} s`,
			'Try again later. If it happens often, raise Timeout in the node’s options.',
		);
	}
	const [what, todo] = unreachableWords(code, host);
	const hadNoConnection = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code);
	return new EmnifyError('unreachable', what, todo, hadNoConnection ? { neverSent: true } : {});
}

function unreachableWords(code: string, host: string): [what: string, todo: string] {
	if (code === 'ECONNREFUSED') {
		return [
			`The connection to ${host} was refused`,
			'Check Base URL in the credential, and that nothing between n8n and emnify blocks the connection.',
		];
	}
	if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
		return [
			`The address of ${host} could not be found`,
			'Check Base URL in the credential, and the network’s name service (DNS).',
		];
	}
	return [
		`The connection to ${host} broke off before an answer came`,
		'Try again. If it happens often, check the network, or a proxy, between n8n and emnify.',
	];
}

/** The network code of an error that may be wrapped several times (`NodeApiError`, `AxiosError`, `AggregateError`). */
function networkCode(error: unknown): string {
	let current = error;
	for (let depth = 0; depth < 6 && typeof current === 'object' && current !== null; depth++) {
		const { code, httpCode, cause, message } = current as Record<string, unknown>;
		if (typeof code === 'string') return code;
		// Older n8n (1.123 and 2.20) keeps the code of the cause, but not the cause.
		if (cause === undefined) return messageCode(`${String(httpCode)} ${String(message)}`);
		current = cause;
	}
	return '';
}

function messageCode(message: string): string {
	return /\b(E[A-Z_]{4,}|ERR_[A-Z_]+)\b/.exec(message)?.[0] ?? '';
}

function hostOf(url: string, baseURL?: string): string {
	try {
		return new URL(url, baseURL).host;
	} catch {
		return 'emnify';
	}
}
