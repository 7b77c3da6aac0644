import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	IExecuteFunctions,
	IHttpRequestMethods,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
} from 'n8n-workflow';

import type { AuthenticateBody } from './authenticate';
import { CREDENTIAL_NAME, readCredential, type EmnifyCredential, type Session } from './credential';
import { emnifyErrorIn, withoutSecrets } from './errors';
import {
	clockOffsetMs,
	DEFAULT_TIMEOUT_MS,
	noAnswer,
	responseFrom,
	sendWith,
	type HttpResponse,
	type Send,
} from './http';
import { refusal, unexpectedAnswer, type Purpose } from './refusal';
import {
	authenticateCautiously,
	currentSession,
	freshTotpCode,
	newSession,
	renewSession,
	reportDeadToken,
} from './session';
import type { TotpSecret } from './totp';
import type { AuthenticateAnswer } from './types';

/** Where the node's code runs in n8n. */
export type EmnifyContext = IExecuteFunctions | ILoadOptionsFunctions;

/** One request to the API, and what it is for. */
export interface EmnifyRequest extends Purpose {
	method: IHttpRequestMethods;
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

/** Endpoint 5: the cheapest request that needs a valid token. */
const statusRequest: EmnifyRequest = {
	method: 'GET',
	path: apiPath`/user/mfa/status`,
	action: 'reach emnify with the session',
};

/**
 * Speaks to emnify for one run of the node. The session's token goes out directly: n8n's own authenticated request reads
 * and decrypts the credential each time, which costs as much as the wire. Only where a login is due, the request takes
 * n8n's way, so that n8n logs in through the credential and stores the session for its other processes.
 */
export class EmnifyClient {
	private constructor(
		private readonly context: EmnifyContext,
		private readonly credential: EmnifyCredential,
		private readonly send: Send,
		private readonly timeoutMs: number,
	) {}

	/** Reads the node's credential. Throws an `EmnifyError` (`input`) where it cannot be used. */
	static async connect(
		context: EmnifyContext,
		timeoutMs = DEFAULT_TIMEOUT_MS,
	): Promise<EmnifyClient> {
		const data = await context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_NAME);
		const sendByDefault = sendWith(context.helpers.httpRequest);
		const send: Send = async (request) => await sendByDefault({ timeout: timeoutMs, ...request });
		return new EmnifyClient(context, readCredential(data), send, timeoutMs);
	}

	/** Sends a request and answers with the response of a success. Throws an `EmnifyError` for everything else. */
	async request(request: EmnifyRequest): Promise<HttpResponse> {
		const response = await this.sendSigned(this.optionsOf(request));
		if (response.status >= 200 && response.status <= 299) return response;
		throw withoutSecrets(refusal(response, request), {
			...request.body,
			auth_token: currentSession(this.credential)?.token,
		});
	}

	/** A request that emnify answers with 204 and nothing else. A 200 is not from emnify: a log-in page of the network, say. */
	async command(request: EmnifyRequest): Promise<void> {
		const response = await this.request(request);
		if (response.status !== 204) throw unexpectedAnswer(response, request);
	}

	/** The array that a list endpoint answers. */
	async list<Element>(request: EmnifyRequest): Promise<Element[]> {
		const response = await this.request(request);
		if (!Array.isArray(response.body)) throw unexpectedAnswer(response, request);
		return response.body as Element[];
	}

	/** The object that an endpoint answers. */
	async object<Answer extends object>(request: EmnifyRequest): Promise<Answer> {
		const response = await this.request(request);
		const { body } = response;
		if (typeof body !== 'object' || body === null || Array.isArray(body)) {
			throw unexpectedAnswer(response, request);
		}
		return body as Answer;
	}

	/** One page of a big collection (§4), and how many pages there are. */
	async page<Element>(
		request: EmnifyRequest,
	): Promise<{ elements: Element[]; totalPages: number }> {
		const response = await this.request(request);
		if (!Array.isArray(response.body)) throw unexpectedAnswer(response, request);
		const totalPages = Number(response.headers['x-total-pages'] ?? 1);
		return { elements: response.body as Element[], totalPages };
	}

	/**
	 * The credential's session, proved alive by one cheap request (endpoint 5), or with `forceNew` a new login.
	 * Throws an `EmnifyError`.
	 */
	async session(forceNew: boolean): Promise<Session> {
		if (forceNew) return await newSession(this.credential, this.send);
		await this.request(statusRequest);
		return currentSession(this.credential) ?? (await renewSession(this.credential, this.send));
	}

	/** Logs in with another body than the credential's (§1, endpoint 1). Throws an `EmnifyError`. */
	async logIn(body: AuthenticateBody): Promise<AuthenticateAnswer> {
		return await authenticateCautiously(this.send, this.credential.baseUrl, body);
	}

	/** A code that emnify takes now: by its own clock (the `Date` header), and one that was not used before. */
	async totpCode(secret: TotpSecret): Promise<string> {
		const { headers } = await this.request(statusRequest);
		return await freshTotpCode(this.credential.baseUrl, secret, clockOffsetMs(headers));
	}

	private optionsOf({ method, path, query, body }: EmnifyRequest): IHttpRequestOptions {
		return {
			method,
			url: `${this.credential.baseUrl}${path}`,
			json: true,
			timeout: this.timeoutMs,
			...(query && { qs: query }),
			...(body && { body }),
			...('getExecutionCancelSignal' in this.context && {
				abortSignal: this.context.getExecutionCancelSignal(),
			}),
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
			throw emnifyErrorIn(error) ?? noAnswer(error, options);
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
	return undefined;
}
