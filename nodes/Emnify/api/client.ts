import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IPollFunctions,
} from 'n8n-workflow';

import { asDocumented } from './asDocumented';
import type { AuthenticateBody } from './authenticate';
import {
	CREDENTIAL_NAME,
	loginDigest,
	readCredential,
	type EmnifyCredential,
	type Session,
} from './credential';
import { EmnifyError, neverSent } from './errors';
import { clockOffsetMs, DEFAULT_TIMEOUT_MS, sendWith, type HttpResponse, type Send } from './http';
import { requireSomeIds } from './ids';
import {
	allPages,
	firstElements,
	hasMoreThan,
	onceEach,
	pageOf,
	type Collection,
	type Identified,
	type Page,
} from './paging';
import type { PausePatience } from './pause';
import { loginLimitOf, rateLimitOf } from './rateLimit';
import { refusal, unexpectedAnswer, type Purpose } from './refusal';
import { Retries } from './retry';
import {
	authenticateCautiously,
	currentSession,
	freshTotpCode,
	newSession,
	renewSession,
	reportWorking,
	type Link,
	type RejectedToken,
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
	 * Of a big collection, what can be relied on while its pages are read: that nothing leaves it, or that it is in the order
	 * of the IDs and what joins it comes last. That saves requests where it has many pages.
	 */
	changes?: Collection<unknown>['changes'];
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

const isEmptyOrJson = ({ body }: HttpResponse) => typeof body !== 'string' || body.trim() === '';

const isList = ({ body }: HttpResponse) => Array.isArray(body) && body.every(isObject);

const isObject = (value: unknown) =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** What emnify answers for a page past the end: 400 is documented for events (§4), the others are as likely. */
function isNoSuchPage(error: unknown): error is EmnifyError {
	return (
		error instanceof EmnifyError &&
		error.kind === 'rejected' &&
		[400, 404, 416, 422].includes(error.facts.httpStatus ?? 0)
	);
}

/** Endpoint 5: the cheapest request that needs a valid token. */
const statusRequest: EmnifyRequest = {
	method: 'GET',
	path: apiPath`/user/mfa/status`,
	action: 'reach emnify with the session',
};

/** No address of a server: a request to it is signed for nobody, and ends before anything is sent. */
const NOWHERE = 'about:blank';

/** The index of no item: an expression in the credential gives something else for it, or nothing. */
const NO_ITEM = Number.MAX_SAFE_INTEGER;

/**
 * Speaks to emnify for one run of the node, as the account that the credential held when it began. Requests and logins go
 * out directly: n8n's own authenticated request reads the credential anew each time, of the first item, and with it
 * perhaps another account. Only to store a new session for n8n's other processes, n8n is asked. At emnify's rate limit
 * everything waits; a read that fails otherwise is repeated, a write never.
 */
export class EmnifyClient {
	private readonly startedMs = Date.now();

	private readonly reads: Retries;

	private forcedLogin?: Promise<Session>;

	private clockOffsetMs = 0;

	/** Whose codes were sent: emnify knows them, and could repeat them. */
	private readonly totpSecrets = new Set<TotpSecret>();

	private constructor(
		private readonly context: EmnifyContext,
		private readonly itemIndex: number,
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
		const credential = readCredential(await credentialData(context, itemIndex));
		const sendByDefault = sendWith(context.helpers.httpRequest);
		const send: Send = async (request, timeoutMs) =>
			await sendByDefault({ timeout: patience.timeoutMs, ...request }, timeoutMs);
		const signal =
			'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
		return new EmnifyClient(context, itemIndex, credential, send, patience, signal);
	}

	/**
	 * A request that changes something. emnify answers 204; any other 2xx, empty or with JSON, means done as well (§1). Throws
	 * an `EmnifyError`, for which {@link isOutcomeOpen} holds where the answer cannot be read.
	 */
	async command(request: EmnifyRequest): Promise<void> {
		await this.request(request, isEmptyOrJson);
	}

	/**
	 * The array that a list endpoint answers, each element with an ID once. It documents no paging (§4): further pages are read
	 * only where headers name them. Throws an `EmnifyError`.
	 */
	async list<Element extends object>(request: EmnifyRequest): Promise<Element[]> {
		const response = await this.request(request, isList);
		const first = pageOf<Element & Identified>(response, { page: 1 });
		if (!hasMoreThan(first, true)) return onceEach(first.elements);
		requireSomeIds(first.elements, request.action);
		const collection = { ...this.collectionOf<Element & Identified>(request), isWhole: true };
		const pages: Element[][] = [];
		for await (const page of allPages(collection, first)) pages.push(page);
		return pages.flat();
	}

	/** The object that an endpoint answers. Throws an `EmnifyError`. */
	async object<Answer extends object>(request: EmnifyRequest): Promise<Answer> {
		const { body } = await this.request(request, ({ body }) => isObject(body));
		return body as Answer;
	}

	/** One page of a big collection (§4), and what its headers say. Throws an `EmnifyError`. */
	async page<Element extends Identified>(
		request: EmnifyRequest,
		page: number,
		size: number,
	): Promise<Page<Element>> {
		const query = { ...request.query, page, per_page: size };
		const answer = this.request({ ...request, query }, isList).then((response) => {
			const read = pageOf<Element>(response, { page, size });
			requireSomeIds(read.elements, request.action);
			return read;
		});
		return await answer.catch(async (error: unknown): Promise<Page<Element>> => {
			if (page > 1 && isNoSuchPage(error)) return { elements: [], refusal: error };
			return await Promise.reject(error as Error);
		});
	}

	/**
	 * A big collection (§4), each element once, in emnify's order: the first `limit` of them, or all where it is `Infinity`.
	 * Throws an `EmnifyError`, also where emnify's pages hold less than they promise.
	 */
	async collection<Element extends Identified>(
		request: EmnifyRequest,
		limit: number,
	): Promise<Element[]> {
		if (limit < Infinity) return await firstElements(this.collectionOf<Element>(request), limit);
		const pages: Element[][] = [];
		for await (const page of this.pages<Element>(request)) pages.push(page);
		const elements = pages.flat();
		if (request.changes !== 'joinsLast') return elements;
		return elements.sort((a, b) => Number(a.id) - Number(b.id));
	}

	/** All of a big collection (§4), each element once, a page at a time, in any order. Throws an `EmnifyError`. */
	pages<Element extends Identified>(request: EmnifyRequest): AsyncGenerator<Element[], void> {
		return allPages(this.collectionOf<Element>(request));
	}

	private collectionOf<Element extends Identified>(request: EmnifyRequest): Collection<Element> {
		const { action, changes } = request;
		const fetch = async (page: number, size: number) =>
			await this.page<Element>(request, page, size);
		return { action, changes, fetch };
	}

	/** Sends a request and answers with the expected response. Throws an `EmnifyError` for everything else. */
	private async request(
		request: EmnifyRequest,
		isExpected: (response: HttpResponse) => boolean,
	): Promise<HttpResponse> {
		const options = this.optionsOf(request);
		const attempt = async () => {
			const response = await this.answerTo(request, options);
			this.clockOffsetMs = clockOffsetMs(response.headers);
			const succeeded = response.status >= 200 && response.status <= 299;
			if (succeeded && isExpected(response)) {
				return { ...response, body: asDocumented(response.body) };
			}
			if (succeeded) throw unexpectedAnswer(response, request);
			throw refusal(this.withoutSecrets(response, request.body), request);
		};
		if (request.method !== 'GET' || request.once) return await attempt();
		return await this.reads.attempt(attempt, this.signal);
	}

	/**
	 * The credential's session, proved alive by one cheap request (endpoint 5), or with `forceNew` a new login: one for all
	 * that this run asks for. Throws an `EmnifyError`.
	 */
	async session(forceNew: boolean): Promise<Session> {
		if (forceNew) return await (this.forcedLogin ??= newSession(this.credential, this.link()));
		await this.request(statusRequest, isList);
		return await this.renewedSession();
	}

	/** Stands for the credential's data: the same for the same account with the same login. */
	get account(): string {
		return this.credential.sessionKey;
	}

	/** Where the credential logs in, and {@link loginDigest which login} it is: the same with a new password. */
	get identity(): { baseUrl: string; login: string } {
		const { baseUrl, login } = this.credential;
		return { baseUrl, login: loginDigest(login) };
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
		return await authenticateCautiously(this.link(), this.credential.baseUrl, body);
	}

	/** A code that emnify takes now: by its own clock (the `Date` header), and one that was not used before. */
	async totpCode(secret: TotpSecret): Promise<string> {
		this.totpSecrets.add(secret);
		const { headers } = await this.request(statusRequest, isList);
		const { baseUrl } = this.credential;
		return await freshTotpCode(baseUrl, secret, clockOffsetMs(headers), this.signal);
	}

	private optionsOf({ method, path, query, body }: EmnifyRequest): IHttpRequestOptions {
		return {
			method,
			url: `${this.credential.baseUrl}${path}`,
			json: true,
			...(query && { qs: query }),
			...(body && { body }),
			...(this.signal && { abortSignal: this.signal }),
		};
	}

	/**
	 * Sends a request with the session's token. Where emnify answers 401 and the session is really dead, once more with a new
	 * one; a 401 to a session that is alive is the endpoint's own.
	 */
	private async answerTo(
		purpose: Purpose,
		options: IHttpRequestOptions,
		repeats = 1,
	): Promise<HttpResponse> {
		const session = await this.sessionFor();
		const { token } = session;
		const { response, sentMs } = await this.sendSigned(purpose, options, token);
		if (response.status !== 401) return response;
		const renewed = await this.sessionFor({ token, sentMs });
		if (renewed === session || repeats === 0) return response;
		return await this.answerTo(purpose, options, repeats - 1);
	}

	/** The session that a request needs. Without one it is never sent. */
	private async sessionFor(rejected?: RejectedToken): Promise<Session> {
		return await this.renewedSession(rejected).catch((error: unknown) => {
			throw error instanceof EmnifyError ? neverSent(error) : error;
		});
	}

	/** The session, or where it is `rejected` perhaps a new one. At the limit of logins it waits. */
	private async renewedSession(rejected?: RejectedToken): Promise<Session> {
		const session = currentSession(this.credential);
		if (session && session.token !== rejected?.token) return session;
		return await loginLimitOf(this.credential.baseUrl).pass(
			async () => await renewSession(this.credential, this.link(), rejected),
			this.rateLimitPatience,
			this.signal,
		);
	}

	/** Sends once, but for the waiting at the rate limit, and says when. */
	private async sendSigned(
		purpose: Purpose,
		options: IHttpRequestOptions,
		token: string,
	): Promise<{ response: HttpResponse; sentMs: number }> {
		const attempt = async () => {
			const sentMs = Date.now();
			const headers = { Authorization: `Bearer ${token}` };
			const response = await this.send({ ...options, headers });
			const { status } = response;
			if (status === 429) {
				throw refusal(this.withoutSecrets(response, options.body), purpose);
			}
			if (status !== 401 && status < 500) reportWorking(this.credential, token);
			return { response, sentMs };
		};
		const rateLimit = rateLimitOf(this.credential.baseUrl);
		return await rateLimit.pass(attempt, this.rateLimitPatience, this.signal);
	}

	/** The response without what emnify knows of secrets, and could repeat. */
	private withoutSecrets(response: HttpResponse, requestBody: unknown): HttpResponse {
		const { credential } = this;
		const session = currentSession(credential);
		const known = { requestBody, credential, session, totpSecrets: [...this.totpSecrets] };
		return { ...response, body: withoutSecrets(response.body, known) };
	}

	private get rateLimitPatience(): PausePatience {
		return { startedMs: this.startedMs, patienceMs: this.patience.rateLimitMs };
	}

	private link(): Link {
		return {
			send: this.send,
			timeoutMs: () => this.patience.timeoutMs,
			signal: this.signal,
			isAlive: async (token) => await this.isAlive(token),
			storedNow: async () => readAgain(await this.dataNow(this.itemIndex))?.storedSession,
			store: async () => await this.store(),
		};
	}

	private async isAlive(token: string): Promise<boolean> {
		const { response } = await this.sendSigned(statusRequest, this.optionsOf(statusRequest), token);
		if (response.status >= 500) throw refusal(response, statusRequest);
		return response.status !== 401;
	}

	/**
	 * Lets n8n store the session in the credential: n8n asks the credential's `preAuthentication`, which gives the session
	 * that is there, and then fails to sign a request to nowhere. Older n8n (1.123 and 2.20) writes all that it is given over
	 * the stored credential, so it is asked only while that is still the same and holds no expression, as far as can be seen.
	 */
	private async store(): Promise<void> {
		const data = await this.dataNow(this.itemIndex);
		if (!data || !readAgain(await this.dataNow(NO_ITEM))) return;
		const { id = '', name = '' } = this.context.getNode().credentials?.[CREDENTIAL_NAME] ?? {};
		const credentialsDecrypted = {
			id: id ?? '',
			name,
			type: CREDENTIAL_NAME,
			data: { ...data, sessionToken: '' },
		};
		await this.context.helpers.httpRequestWithAuthentication
			.call(this.context, CREDENTIAL_NAME, { url: NOWHERE }, { credentialsDecrypted })
			.catch(() => {
				// As meant. Where n8n could not store it, this process has it all the same.
			});
	}

	/** The credential as n8n has it now, unless it is of another account by now, or cannot be used. */
	private async dataNow(itemIndex: number): Promise<ICredentialDataDecryptedObject | undefined> {
		try {
			const data = await credentialData(this.context, itemIndex);
			return readCredential(data).sessionKey === this.account ? data : undefined;
		} catch {
			return undefined;
		}
	}
}

function readAgain(data: ICredentialDataDecryptedObject | undefined): EmnifyCredential | undefined {
	return data && readCredential(data);
}

async function credentialData(
	context: EmnifyContext,
	itemIndex: number,
): Promise<ICredentialDataDecryptedObject> {
	return await context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_NAME, itemIndex);
}
