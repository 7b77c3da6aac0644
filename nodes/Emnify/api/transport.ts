import type { IHttpRequestOptions } from 'n8n-workflow';

import type { AuthenticateBody } from './authenticate';
import type { WaitLimit } from './circuitBreaker';
import type { EmnifyCredential, Session } from './credential';
import { EmnifyError, neverSent } from './errors';
import { sendWith, type HttpResponse, type Send } from './http';
import { authenticateCautiously } from './login';
import type { EmnifyContext, NodeCredential } from './nodeCredential';
import { loginLimitOf, rateLimitOf } from './rateLimit';
import { refusal } from './refusal';
import { statusRequest, type EmnifyRequest } from './request';
import type { RetryPolicy } from './retryPolicy';
import { withoutSecrets } from './secrets';
import {
	currentSession,
	newSession,
	renewSession,
	reportWorking,
	secretsOf,
	type Link,
	type RejectedToken,
} from './session';
import type { TotpSecret } from './totp';
import type { AuthenticateAnswer } from './types';

/**
 * Sends requests with the session of one credential, as it was when the run began. Requests and logins go out directly:
 * n8n's own authenticated request reads the credential anew each time, of the first item, and with it perhaps another
 * account. Only to store a new session for n8n's other processes, n8n is asked. At emnify's rate limit everything waits.
 */
export class Transport {
	readonly startedMs = Date.now();

	/** Of the execution: it is cancelled in n8n. */
	readonly signal: AbortSignal | undefined;

	private readonly send: Send;

	private forcedLogin?: Promise<Session>;

	/** Whose codes were sent: emnify knows them, and could repeat them. */
	private readonly totpSecrets = new Set<TotpSecret>();

	constructor(
		context: EmnifyContext,
		private readonly stored: NodeCredential,
		readonly credential: EmnifyCredential,
		private readonly policy: RetryPolicy,
	) {
		const send = sendWith(context.helpers.httpRequest);
		this.send = async (request, timeoutMs) =>
			await send({ timeout: policy.timeoutMs, ...request }, timeoutMs);
		this.signal =
			'getExecutionCancelSignal' in context ? context.getExecutionCancelSignal() : undefined;
	}

	/**
	 * Sends a request once, whatever emnify answers; but where emnify answers 401 and the session is really dead, once more with a
	 * new one. A 401 to a session that is alive is the endpoint's own. Throws an `EmnifyError` where no answer came, or no
	 * session is to be had.
	 */
	async answerTo(request: EmnifyRequest, repeats = 1): Promise<HttpResponse> {
		const session = await this.sessionFor();
		const { token } = session;
		const { response, sentMs } = await this.sendAuthorized(request, token);
		if (response.status !== 401) return response;
		const renewed = await this.sessionFor({ token, sentMs });
		if (renewed === session || repeats === 0) return response;
		return await this.answerTo(request, repeats - 1);
	}

	/** The session, or where it is `rejected` perhaps a new one. At the limit of logins it waits. Throws an `EmnifyError`. */
	async session(rejected?: RejectedToken): Promise<Session> {
		const session = currentSession(this.credential);
		if (session && session.token !== rejected?.token) return session;
		return await loginLimitOf(this.credential.baseUrl).run(
			async () => await renewSession(this.credential, this.link(), rejected),
			this.rateLimitWait,
			this.signal,
		);
	}

	/** A new login: one for all that this run asks for. Throws an `EmnifyError`. */
	async newSession(): Promise<Session> {
		return await (this.forcedLogin ??= newSession(this.credential, this.link()));
	}

	/** Logs in with another body than the credential's (§1, endpoint 1). Throws an `EmnifyError`. */
	async logIn(body: AuthenticateBody): Promise<AuthenticateAnswer> {
		return await authenticateCautiously(
			{ ...this.link(), secrets: this.secrets() },
			this.credential.baseUrl,
			body,
		);
	}

	/** From now on emnify may repeat what it learned of this secret. */
	willShowCodeOf(secret: TotpSecret): void {
		this.totpSecrets.add(secret);
	}

	/** The response without what emnify knows of secrets, and could repeat. */
	withoutSecrets(response: HttpResponse, requestBody: unknown): HttpResponse {
		const known = { requestBody, secrets: this.secrets() };
		return { ...response, body: withoutSecrets(response.body, known) };
	}

	private secrets(): object {
		return { ...secretsOf(this.credential), totpSecrets: [...this.totpSecrets] };
	}

	/** The session that a request needs. Without one it is never sent. */
	private async sessionFor(rejected?: RejectedToken): Promise<Session> {
		return await this.session(rejected).catch((error: unknown) => {
			throw error instanceof EmnifyError ? neverSent(error) : error;
		});
	}

	/** Sends once, but for the waiting at the rate limit, and says when. */
	private async sendAuthorized(
		request: EmnifyRequest,
		token: string,
	): Promise<{ response: HttpResponse; sentMs: number }> {
		const options = this.optionsOf(request);
		const attempt = async () => {
			const sentMs = Date.now();
			const headers = { Authorization: `Bearer ${token}` };
			const response = await this.send({ ...options, headers });
			const { status } = response;
			if (status === 429) throw refusal(this.withoutSecrets(response, request.body), request);
			if (status !== 401 && status < 500) reportWorking(this.credential, token);
			return { response, sentMs };
		};
		const rateLimit = rateLimitOf(this.credential.baseUrl);
		return await rateLimit.run(attempt, this.rateLimitWait, this.signal);
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

	private get rateLimitWait(): WaitLimit {
		return { startedMs: this.startedMs, maxWaitMs: this.policy.rateLimitMs };
	}

	private link(): Link {
		const account = this.credential.sessionKey;
		return {
			send: this.send,
			timeoutMs: () => this.policy.timeoutMs,
			signal: this.signal,
			isAlive: async (token) => await this.isAlive(token),
			storedNow: async () => await this.stored.sessionStoredFor(account),
			store: async () => await this.stored.storeSessionFor(account),
		};
	}

	private async isAlive(token: string): Promise<boolean> {
		const { response } = await this.sendAuthorized(statusRequest, token);
		if (response.status >= 500) {
			throw refusal(this.withoutSecrets(response, undefined), statusRequest);
		}
		return response.status !== 401;
	}
}
