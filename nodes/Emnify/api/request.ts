import type { IDataObject, IHttpRequestMethods } from 'n8n-workflow';

import type { Collection } from './reading';
import type { Purpose } from './refusal';

/** One request to the API, and what it is for. */
export interface EmnifyRequest extends Purpose {
	method: IHttpRequestMethods;
	/** What can be relied on while the pages of a big collection are read: it saves requests where there are many. */
	guarantee?: Collection<unknown>['guarantee'];
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

/** Endpoint 5: the cheapest request that needs nothing but a valid token. */
export const statusRequest: EmnifyRequest = {
	method: 'GET',
	path: apiPath`/user/mfa/status`,
	action: 'reach emnify with the session',
};
