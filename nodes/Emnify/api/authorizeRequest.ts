import type { IHttpRequestOptions } from 'n8n-workflow';

import { EmnifyError } from './errors';

/**
 * Adds the session's token to a request, or with `undefined` for the token only checks where it goes: n8n's HTTP Request
 * node can send our credential anywhere, but whoever holds the token holds the account. Throws an {@link EmnifyError}
 * (`input`) for any other server than the credential's.
 */
export function authorizeRequest(
	request: IHttpRequestOptions,
	credentialBaseUrl: string,
	token: string | undefined,
): IHttpRequestOptions {
	const target = targetOf(request);
	if (target !== new URL(credentialBaseUrl).origin) {
		throw new EmnifyError(
			'input',
			`The Emnify credential was not sent to ${target ?? 'an address that cannot be read'}`,
			`It belongs to ${credentialBaseUrl}. Correct the request’s URL, or Base URL in the credential.`,
		);
	}
	// n8n would otherwise send the token along when a server redirects elsewhere.
	request.sendCredentialsOnCrossOriginRedirect = false;
	if (token !== undefined)
		request.headers = { ...request.headers, Authorization: `Bearer ${token}` };
	return request;
}

/** n8n's older nodes write `uri` for `url`. */
function targetOf({
	url,
	baseURL,
	...older
}: IHttpRequestOptions & { uri?: string }): string | undefined {
	try {
		return new URL(url ?? older.uri, baseURL).origin;
	} catch {
		return undefined;
	}
}
