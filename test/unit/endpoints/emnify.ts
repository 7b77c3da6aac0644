import type { IHttpRequestOptions } from 'n8n-workflow';

import { EmnifyClient } from '../../../nodes/Emnify/api/client';
import { EmnifyError } from '../../../nodes/Emnify/api/errors';
import type { EmnifyContext } from '../../../nodes/Emnify/api/nodeCredential';
import type { RetryPolicy } from '../../../nodes/Emnify/api/retryPolicy';

/** What the client sent but for its logins: such as `GET /user/7`, and what goes with it. */
export interface Sent {
	what: string;
	query?: unknown;
	body?: unknown;
}

/** An answer of emnify: a body with 200, or one with its status. */
export type Answer = { status: number; body?: unknown } | { body: unknown };

let servers = 0;

/**
 * A client whose requests end in n8n's HTTP helper: `answers` gives emnify's answer to each, by what was sent. All that
 * lies between, logging in included, is the real thing.
 */
export async function connectTo(
	answers: (what: string, query: never) => Answer,
	policy: Partial<RetryPolicy> = {},
) {
	const sent: Sent[] = [];
	// Sessions are kept by base URL.
	const baseUrl = `https://emnify-${++servers}.example`;
	const httpRequest = async ({ method, url, qs, body }: IHttpRequestOptions) => {
		const what = `${method ?? ''} ${url.replace(`${baseUrl}/api/v1`, '')}`;
		if (what === 'POST /authenticate') {
			return await Promise.resolve({ statusCode: 200, body: { auth_token: 'a.b.c' } });
		}
		sent.push({ what, ...(qs && { query: qs }), ...(body !== undefined && { body }) });
		const { status = 200, body: answer } = { status: undefined, ...answers(what, qs as never) };
		return await Promise.resolve({ statusCode: status, headers: {}, body: answer });
	};
	const context = {
		getCredentials: async () =>
			await Promise.resolve({ baseUrl, applicationToken: 'an.application.token' }),
		getNode: () => ({}),
		helpers: {
			httpRequest,
			httpRequestWithAuthentication: async () => await Promise.resolve(),
		},
	};
	const client = await EmnifyClient.connect(context as unknown as EmnifyContext, {
		timeoutMs: 10_000,
		rateLimitMs: 0,
		outageMs: 0,
		readRetries: 0,
		...policy,
	});
	return { client, sent };
}

/** What a promise fails with. */
export async function failureOf(promise: Promise<unknown>): Promise<EmnifyError> {
	const failure = await promise.then(
		() => undefined,
		(error: unknown) => error,
	);
	expect(failure).toBeInstanceOf(EmnifyError);
	return failure as EmnifyError;
}
