import { asDocumented } from './asDocumented';
import type { AuthenticateBody } from './authenticate';
import { loginDigest, type Session } from './credential';
import { EmnifyError, rethrow } from './errors';
import { clockOffsetMs, type HttpResponse } from './http';
import { requireSomeIds } from './ids';
import { NodeCredential, type EmnifyContext } from './nodeCredential';
import { freshTotpCode } from './oneTimeCode';
import { hasMoreThan, pageOf, type Page } from './page';
import { allPages, firstElements, onceEach } from './paging';
import type { Collection, Identified } from './reading';
import { refusal, unexpectedAnswer } from './refusal';
import { statusRequest, type EmnifyRequest } from './request';
import { Retries } from './retry';
import type { RetryPolicy } from './retryPolicy';
import type { TotpSecret } from './totp';
import { Transport } from './transport';
import type { AuthenticateAnswer } from './types';

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

/**
 * Speaks to emnify for one run of the node, as the account that the credential held when it began. What is answered is what was
 * expected, or it becomes an `EmnifyError`. A read that fails is sent again where {@link Retries} says so, a write never.
 */
export class EmnifyClient {
	private readonly reads: Retries;

	private clockOffsetMs = 0;

	private constructor(
		private readonly transport: Transport,
		{ readRetries, outageMs }: RetryPolicy,
	) {
		const { startedMs } = transport;
		this.reads = new Retries(readRetries, { startedMs, maxWaitMs: outageMs });
	}

	/**
	 * Reads the node's credential, as its expressions give it for the item; nothing is sent. Throws an `EmnifyError` (`input`)
	 * where it cannot be used.
	 */
	static async connect(
		context: EmnifyContext,
		policy: RetryPolicy,
		itemIndex = 0,
	): Promise<EmnifyClient> {
		const stored = new NodeCredential(context, itemIndex);
		const transport = new Transport(context, stored, await stored.read(), policy);
		return new EmnifyClient(transport, policy);
	}

	/**
	 * A request that changes something. emnify answers 204; any other 2xx, empty or with JSON, means done as well (§1). Throws
	 * an `EmnifyError`, for which {@link isOutcomeOpen} holds where the answer cannot be read.
	 */
	async send(request: EmnifyRequest): Promise<void> {
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
		try {
			const response = await this.request({ ...request, query }, isList);
			const read = pageOf<Element>(response, { page, size });
			requireSomeIds(read.elements, request.action);
			return read;
		} catch (error) {
			if (page > 1 && isNoSuchPage(error)) return { elements: [], refusal: error };
			rethrow(error);
		}
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
		if (request.guarantee !== 'sortedById') return elements;
		return elements.sort((a, b) => Number(a.id) - Number(b.id));
	}

	/** All of a big collection (§4), each element once, a page at a time, in any order. Throws an `EmnifyError`. */
	pages<Element extends Identified>(request: EmnifyRequest): AsyncGenerator<Element[], void> {
		return allPages(this.collectionOf<Element>(request));
	}

	private collectionOf<Element extends Identified>(request: EmnifyRequest): Collection<Element> {
		const { action, guarantee } = request;
		const fetch = async (page: number, size: number) =>
			await this.page<Element>(request, page, size);
		return { action, guarantee, fetch };
	}

	/** Sends a request and answers with the expected response. Throws an `EmnifyError` for everything else. */
	private async request(
		request: EmnifyRequest,
		isExpected: (response: HttpResponse) => boolean,
	): Promise<HttpResponse> {
		const attempt = async () => {
			const response = await this.transport.answerTo(request);
			this.clockOffsetMs = clockOffsetMs(response.headers);
			const succeeded = response.status >= 200 && response.status <= 299;
			if (succeeded && isExpected(response)) {
				return { ...response, body: asDocumented(response.body) };
			}
			if (succeeded) throw unexpectedAnswer(response, request);
			throw refusal(this.transport.withoutSecrets(response, request.body), request);
		};
		if (request.method !== 'GET' || request.once) return await attempt();
		return await this.reads.run(attempt, this.transport.signal);
	}

	/**
	 * The credential's session, proved alive by one cheap request (endpoint 5), or with `forceNew` a new login: one for all
	 * that this run asks for. Throws an `EmnifyError`.
	 */
	async session(forceNew: boolean): Promise<Session> {
		if (forceNew) return await this.transport.newSession();
		await this.request(statusRequest, isList);
		return await this.transport.session();
	}

	/** Stands for the credential's data: the same for the same account with the same login. */
	get account(): string {
		return this.transport.credential.sessionKey;
	}

	/** Where the credential logs in, and {@link loginDigest which login} it is: the same with a new password. */
	get identity(): { baseUrl: string; login: string } {
		const { baseUrl, login } = this.transport.credential;
		return { baseUrl, login: loginDigest(login) };
	}

	/** Whether the login is of a user. Under an application token “Me” is nobody (§1). */
	get actsAsUser(): boolean {
		return this.transport.credential.login.method === 'userCredentials';
	}

	/** The time by emnify's clock, as of its last answer; before the first one by that of this machine. */
	now(): Date {
		return new Date(Date.now() + this.clockOffsetMs);
	}

	/** Logs in with another body than the credential's (§1, endpoint 1). Throws an `EmnifyError`. */
	async logIn(body: AuthenticateBody): Promise<AuthenticateAnswer> {
		return await this.transport.logIn(body);
	}

	/** A code that emnify takes now: by its own clock (the `Date` header), and one that was not used before. */
	async totpCode(secret: TotpSecret): Promise<string> {
		const { transport } = this;
		transport.willShowCodeOf(secret);
		const { headers } = await this.request(statusRequest, isList);
		const { baseUrl } = transport.credential;
		return await freshTotpCode(baseUrl, secret, clockOffsetMs(headers), transport.signal);
	}
}
