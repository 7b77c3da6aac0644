import type { IHttpRequestOptions } from 'n8n-workflow';

import { cancelled, EmnifyError } from './errors';
import { withinTime } from './wait';

/** An answer of any status; `body` is what the JSON held, or a string where it was none, and `''` for a 204. */
export interface HttpResponse {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string | undefined>;
	body: unknown;
}

/**
 * Sends one request and answers with the response, whatever its status. The request's `timeout` is the time for the whole
 * answer, to its last byte, in milliseconds; `timeoutMs` gives it where it may be prolonged meanwhile.
 * Throws an {@link EmnifyError} (`tls`, `timeout`, `unreachable`, `cancelled`) where no answer came.
 */
export type Send = (
	request: IHttpRequestOptions,
	timeoutMs?: () => number,
) => Promise<HttpResponse>;

/** How long the node waits for an answer before it gives up, in milliseconds, unless told otherwise. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** When a connection on which nothing comes is given up by n8n's helper, in milliseconds: after the time limit here. */
const IDLE_TIMEOUT_MS = 300_000;

type HttpRequestHelper = (options: IHttpRequestOptions) => Promise<unknown>;

/**
 * Makes a {@link Send} of one of n8n's request helpers, all of which take the same options. Their own timeout starts anew
 * with each byte, so an answer that drips would never end: the whole of it is timed here.
 */
export function sendWith(httpRequest: HttpRequestHelper): Send {
	return async ({ abortSignal, timeout = DEFAULT_TIMEOUT_MS, ...request }, timeoutMs) => {
		const startedMs = Date.now();
		const limitMs = timeoutMs ?? (() => timeout);
		const limit = {
			leftMs: () => startedMs + limitMs() - Date.now(),
			late: () => noAnswerInTime(request, limitMs()),
			signal: abortSignal as AbortSignal | undefined,
		};
		return await withinTime(limit, async (ended) => {
			const options: IHttpRequestOptions = {
				json: true,
				...request,
				abortSignal: ended,
				timeout: Math.max(limitMs(), IDLE_TIMEOUT_MS),
				returnFullResponse: true,
				ignoreHttpStatusErrors: true,
				disableFollowRedirect: true,
			};
			try {
				return responseFrom(await httpRequest(options));
			} catch (error) {
				throw noAnswer(error, options);
			}
		});
	};
}

/**
 * Makes a {@link Send} of the one helper that n8n gives a credential test, which takes the older names for the same
 * options and cannot be told to end.
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
function responseFrom(fullResponse: unknown): HttpResponse {
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
	return serverTime > 0 ? serverTime - Date.now() : 0;
}

/** The window of emnify's limits (§2), in seconds: whatever is asked for, after that it is worth asking again. */
export const LIMIT_WINDOW_SECONDS = 300;

/**
 * The wait that a 429 asks for, in seconds, at most emnify's own window: `Retry-After` is undocumented (§2). It may be
 * seconds, a date, or the time since 1970 in seconds or milliseconds, by the server's clock; nothing where it asks for none,
 * or cannot be understood.
 */
export function retryAfter(headers: HttpResponse['headers']): { retryAfterSeconds?: number } {
	const value = headers['retry-after'];
	const seconds = typeof value === 'string' ? secondsToWait(value.trim(), headers) : NaN;
	return seconds > 0 ? { retryAfterSeconds: Math.min(seconds, LIMIT_WINDOW_SECONDS) } : {};
}

/** From here a number is a time since 1970, in seconds, rather than a wait: one of more than thirty years. */
const EARLIEST_EPOCH_SECONDS = 1e9;
const EARLIEST_EPOCH_MS = 1e12;

function secondsToWait(value: string, headers: HttpResponse['headers']): number {
	const serverNowMs = Date.now() + clockOffsetMs(headers);
	if (/^\d+(\.\d+)?$/.test(value)) {
		const number = Number(value);
		if (number < EARLIEST_EPOCH_SECONDS) return number;
		const epochMs = number < EARLIEST_EPOCH_MS ? number * 1000 : number;
		return (epochMs - serverNowMs) / 1000;
	}
	const isDate = / GMT$/.test(value) || /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(value);
	return isDate ? (Date.parse(value) - serverNowMs) / 1000 : NaN;
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
			{ neverSent: true },
		);
	}
	if (code === 'ECONNABORTED' || code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') {
		return noAnswerInTime({ url, baseURL }, timeout ?? DEFAULT_TIMEOUT_MS);
	}
	const [what, todo] = unreachableWords(code, host);
	const hadNoConnection = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code);
	return new EmnifyError('unreachable', what, todo, hadNoConnection ? { neverSent: true } : {});
}

/** What is told where the answer did not come, or not to its end, within so many milliseconds. */
export function noAnswerInTime(
	{ url, baseURL }: { url: string; baseURL?: string | undefined },
	timeoutMs: number,
): EmnifyError {
	return new EmnifyError(
		'timeout',
		`No answer from ${hostOf(url, baseURL)} within ${timeoutMs / 1000} s`,
		'Try again later. If it happens often, raise Timeout in the node’s options.',
	);
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
