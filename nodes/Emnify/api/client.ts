import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IPollFunctions,
} from 'n8n-workflow';

import type { AuthenticateBody } from './authenticate';
import { CREDENTIAL_NAME, readCredential, type EmnifyCredential, type Session } from './credential';
import { emnifyErrorIn, neverSent } from './errors';
import {
	clockOffsetMs,
	DEFAULT_TIMEOUT_MS,
	noAnswer,
	responseFrom,
	sendWith,
	type HttpResponse,
	type Send,
} from './http';
import { withNumericIds } from './ids';
import { firstElements, pageOf, pagesFromTheLast, type FetchPage, type Page } from './paging';
import { rateLimitOf } from './rateLimit';
import { refusal, unexpectedAnswer, type Purpose } from './refusal';
import { Retries } from './retry';
import {
	authenticateCautiously,
	currentSession,
	freshTotpCode,
	lastRefusal,
	newSession,
	renewSession,
	reportDeadToken,
} from './session';
import { withoutSecrets } from './secrets';
import type { TotpSecret } from './totp';
import type { AuthenticateAnswer } from './types';

/** Where the node's code runs in n8n. */
export type EmnifyContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions;

/** How much trouble a run bears before it tells of it. */
export interface Patience {
	/** How long to wait for one answer, in milliseconds. */
	timeoutMs: number;
	/** How long to wait while emnify's rate limit is reached, in milliseconds. */
	rateLimitMs: number;
	/** How long to wait while emnify is down, in milliseconds. */
	outageMs: number;
	/** How often a read is sent again after a failure that may pass. */
	readRetries: number;
}

/** For work that nobody watches. */
export const PATIENT: Patience = {
	timeoutMs: DEFAULT_TIMEOUT_MS,
	rateLimitMs: 600_000,
	outageMs: 120_000,
	readRetries: 3,
};

/** For the lists of the editor, where a person waits. */
const IMPATIENT: Patience = {
	timeoutMs: DEFAULT_TIMEOUT_MS,
	rateLimitMs: 2_000,
	outageMs: 0,
	readRetries: 1,
};

/** One request to the API, and what it is for. */
export interface EmnifyRequest extends Purpose {
	method: IHttpRequestMethods;
	/**
	 * Of a big collection: one reading of its pages finds everything, because nothing leaves it, or what joins it comes last.
	 */
	readOnce?: true;
	/** A read that is not sent again after a failure: nothing depends on it. */
	once?: true;
	/** From {@link apiPath}, so that no value is pasted raw. */
	path: string;
	query?: IDataObject;
	body?: IDataObject;
}

/** Builds a path below `/api/v1`, each value percent-encoded: apiPath`/user/${id}/mfa`. */
export function apiPath(parts: TemplateStringsArray, ...values: Array<string | number>): string {
	const path = parts.slice(1).map((part, index) => encodeURIComponent(values[index] ?? '') + part);
	return `/api/v1${parts[0] ?? ''}${path.join('')}`;
}

const isList = ({ body }: HttpResponse) => Array.isArray(body) && body.every(isObject);

const isObject = (value: unknown) =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Endpoint 5: the cheapest request that needs a valid token. */
const statusRequest: EmnifyRequest = {
	method: 'GET',
	path: apiPath`/user/mfa/status`,
	action: 'reach emnify with the session',
};

/**
 * Speaks to emnify for one run of the node. The session's token goes out directly: n8n's own authenticated request reads
 * and decrypts the credential each time, which costs as much as the wire. Only where a login is due, the request takes
 * n8n's way, so that n8n logs in through the credential and stores the session for its other processes. At emnify's rate
 * limit everything waits; a read that fails otherwise is repeated, a write never.
 */
export class EmnifyClient {
	private readonly startedMs = Date.now();

	private readonly reads: Retries;

	private clockOffsetMs = 0;

	/** Whose codes were sent: emnify knows them, and could repeat them. */
	private readonly totpSecrets = new Set<TotpSecret>();

	private constructor(
		private readonly context: EmnifyContext,
		private readonly credential: EmnifyCredential,
		private readonly send: Send,
		private readonly patience: Patience,
		private readonly signal: AbortSignal | undefined,
	) {
		const { readRetries, outageMs } = patience;
		this.reads = new Retries(readRetries, { startedMs: this.startedMs, patienceMs: outageMs });
	}

	/**
	 * Reads the node's credential, as its expressions give it for the item; nothing is sent. Throws an `EmnifyError` (`input`)
	 * where it cannot be used.
	 */
	static async connect(
		context: EmnifyContext,
		patience = IMPATIENT,
		itemIndex = 0,
	): Promise<EmnifyClient> {
		const data = await context.getCredentials<ICredentialDataDecryptedObject>(
			CREDENTIAL_NAME,
			itemIndex,
		);
		const sendByDefault = sendWith(context.helpers.httpRequest);
		const send: Send = async (request) =>
			await sendByDefault({ timeout: patience.timeoutMs, ...request });
		const signal =
			'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
		return new EmnifyClient(context, readCredential(data), send, patience, signal);
	}

	/**
	 * A request that emnify answers with 204 and nothing else. A 200 is not from emnify: a log-in page of the network, say.
	 * Where the answer is undocumented, JSON is as good.
	 */
	async command(request: EmnifyRequest, answer?: 'undocumented'): Promise<void> {
		const isJson = ({ body }: HttpResponse) => typeof body === 'object';
		await this.request(
			request,
			(response) => response.status === 204 || (answer === 'undocumented' && isJson(response)),
		);
	}

	/** The array that a list endpoint answers. */
	async list<Element>(request: EmnifyRequest): Promise<Element[]> {
		const { body } = await this.request(request, isList);
		return body as Element[];
	}

	/** The object that an endpoint answers. */
	async object<Answer extends object>(request: EmnifyRequest): Promise<Answer> {
		const { body } = await this.request(request, ({ body }) => isObject(body));
		return body as Answer;
	}

	/** One page of a big collection (§4). */
	async page<Element>(
		request: EmnifyRequest,
		page: number,
		elementsInAPage: number,
	): Promise<Page<Element>> {
		const query = { ...request.query, page, per_page: elementsInAPage };
		const response = await this.request(
			{ ...request, query },
			(response) => isList(response) && pageOf(response) !== undefined,
		);
		return pageOf(response) as Page<Element>;
	}

	/** A big collection (§4), each element once: the first `limit` of them, or all where it is `Infinity`. */
	async collection<Element extends { id: unknown }>(
		request: EmnifyRequest,
		limit: number,
	): Promise<Element[]> {
		if (limit < Infinity) return await firstElements(this.pagesOf<Element>(request), limit);
		const pages: Element[][] = [];
		for await (const page of this.pages<Element>(request)) pages.unshift(page);
		return pages.flat();
	}

	/** All of a big collection (§4), each element once, a page at a time, from the last page to the first. */
	pages<Element extends { id: unknown }>(request: EmnifyRequest): AsyncGenerator<Element[], void> {
		return pagesFromTheLast(this.pagesOf<Element>(request), request.readOnce === true);
	}

	private pagesOf<Element>(request: EmnifyRequest): FetchPage<Element> {
		return async (page, elementsInAPage) => await this.page(request, page, elementsInAPage);
	}

	/** Sends a request and answers with the expected response. Throws an `EmnifyError` for everything else. */
	private async request(
		request: EmnifyRequest,
		isExpected: (response: HttpResponse) => boolean,
	): Promise<HttpResponse> {
		const options = this.optionsOf(request);
		const attempt = async () => {
			const response = await this.sendSigned(options);
			this.clockOffsetMs = clockOffsetMs(response.headers);
			const succeeded = response.status >= 200 && response.status <= 299;
			if (succeeded && isExpected(response)) {
				return { ...response, body: withNumericIds(response.body) };
			}
			if (succeeded) throw unexpectedAnswer(response, request);
			const { credential, totpSecrets } = this;
			const session = currentSession(credential);
			const known = { body: request.body, credential, session, totpSecrets: [...totpSecrets] };
			throw refusal({ ...response, body: withoutSecrets(response.body, known) }, request);
		};
		const rateLimit = rateLimitOf(this.credential.baseUrl);
		const patience = { startedMs: this.startedMs, patienceMs: this.patience.rateLimitMs };
		const patiently = async () => await rateLimit.pass(attempt, patience, this.signal);
		if (request.method !== 'GET' || request.once) return await patiently();
		return await this.reads.attempt(patiently, this.signal);
	}

	/**
	 * The credential's session, proved alive by one cheap request (endpoint 5), or with `forceNew` a new login.
	 * Throws an `EmnifyError`.
	 */
	async session(forceNew: boolean): Promise<Session> {
		if (forceNew) return await newSession(this.credential, this.send);
		await this.request(statusRequest, isList);
		return currentSession(this.credential) ?? (await renewSession(this.credential, this.send));
	}

	/** Stands for the credential's data: the same for the same account with the same login. */
	get account(): string {
		return this.credential.sessionKey;
	}

	/** Whether the login is of a user. Under an application token “Me” is nobody (§1). */
	get actsAsUser(): boolean {
		return this.credential.login.method === 'userCredentials';
	}

	/** The time by emnify's clock, as of its last answer; before the first one by that of this machine. */
	now(): Date {
		return new Date(Date.now() + this.clockOffsetMs);
	}

	/** Logs in with another body than the credential's (§1, endpoint 1). Throws an `EmnifyError`. */
	async logIn(body: AuthenticateBody): Promise<AuthenticateAnswer> {
		return await authenticateCautiously(this.send, this.credential.baseUrl, body);
	}

	/** A code that emnify takes now: by its own clock (the `Date` header), and one that was not used before. */
	async totpCode(secret: TotpSecret): Promise<string> {
		this.totpSecrets.add(secret);
		const { headers } = await this.request(statusRequest, isList);
		return await freshTotpCode(this.credential.baseUrl, secret, clockOffsetMs(headers));
	}

	private optionsOf({ method, path, query, body }: EmnifyRequest): IHttpRequestOptions {
		return {
			method,
			url: `${this.credential.baseUrl}${path}`,
			json: true,
			timeout: this.patience.timeoutMs,
			...(query && { qs: query }),
			...(body && { body }),
			...(this.signal && { abortSignal: this.signal }),
		};
	}

	private async sendSigned(options: IHttpRequestOptions): Promise<HttpResponse> {
		const session = currentSession(this.credential);
		if (session) {
			const response = await this.send({
				...options,
				headers: { Authorization: `Bearer ${session.token}` },
			});
			if (response.status !== 401) return response;
			reportDeadToken(this.credential, session.token);
		}
		return await this.sendThroughCredential(options);
	}

	private async sendThroughCredential(options: IHttpRequestOptions): Promise<HttpResponse> {
		try {
			return responseFrom(
				await this.context.helpers.httpRequestWithAuthentication.call(
					this.context,
					CREDENTIAL_NAME,
					{
						...options,
						returnFullResponse: true,
						disableFollowRedirect: true,
					},
				),
			);
		} catch (error) {
			const response = responseIn(error);
			if (response) return response;
			const ofLogin = emnifyErrorIn(error) ?? lastRefusal(this.credential);
			throw ofLogin ? neverSent(ofLogin) : noAnswer(error, options);
		}
	}
}

/** The response inside what n8n's authenticated request throws for a status of 300 and more. */
function responseIn(error: unknown): HttpResponse | undefined {
	let current = error;
	for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
		const { response } = current as {
			response?: { status?: number; headers?: unknown; data?: unknown };
		};
		if (typeof response?.status === 'number') {
			return responseFrom({
				statusCode: response.status,
				headers: response.headers,
				body: response.data,
			});
		}
		current = current.cause;
	}
	return responseInNodeApiError(error);
}

/** What older n8n (1.123 and 2.20), whose errors have no cause, keeps of a response: its status, and a body that is an object. */
function responseInNodeApiError(error: unknown): HttpResponse | undefined {
	const { httpCode, context } = error as { httpCode?: unknown; context?: { data?: unknown } };
	if (typeof httpCode !== 'string' || !/^[1-5]\d\d$/.test(httpCode)) return undefined;
	return responseFrom({ statusCode: Number(httpCode), body: context?.data });
}
