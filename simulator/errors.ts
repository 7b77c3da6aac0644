/** The codes and tokens of contract §3, by token. */
const codes = {
	InvalidCredentials: 1101,
	InvalidToken: 1102,
	TokenExpired: 1103,
	Forbidden: 1104,
	TooManyRequests: 1105,
	NotFound: 1201,
	InvalidQueryCriteria: 1301,
	InvalidSortCriteria: 1302,
	InputValidationFailed: 1400,
	InvalidReference: 1401,
	Required: 1402,
	InvalidFormat: 1403,
	NotAllowed: 1406,
} as const;

export type ErrorToken = keyof typeof codes;

/** The error body of contract §3. */
export interface ErrorBody {
	error_code: number;
	error_token: string;
	message: string;
	errors?: ErrorBody[];
}

/** An answer other than 2xx. Without a body it is answered with an empty one. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly body?: ErrorBody,
		readonly headers: Record<string, string> = {},
	) {
		super(body?.message ?? `HTTP ${status}`);
	}
}

/** One error body, e.g. an entry of `errors[]`. */
export function errorBody(token: ErrorToken, message: string, errors?: ErrorBody[]): ErrorBody {
	return { error_code: codes[token], error_token: token, message, ...(errors && { errors }) };
}

/** 401 with an empty body, which is what emnify mostly answers (contract §1 and §3). */
export const unauthorized = () => new ApiError(401);

/** What a locked account gets: a 401 with a body on one page of emnify's, a 429 on another (contract §1, lockout). */
export const lockedOut = (status: 401 | 429) =>
	new ApiError(
		status,
		errorBody('TooManyRequests', 'Too many failed authentication requests, try again later'),
	);

/** 403 (contract §3, 1104). */
export const forbidden = (message = 'The requesting user is not permitted to do this') =>
	new ApiError(403, errorBody('Forbidden', message));

/** 404 (contract §3, 1201). */
export const notFound = (message = 'The requested resource was not found') =>
	new ApiError(404, errorBody('NotFound', message));

/** 409. Its resource-specific code and token are undocumented; this double uses 1406 NotAllowed. */
export const conflict = (message: string) => new ApiError(409, errorBody('NotAllowed', message));

/** 400 for a malformed request. Its code is undocumented; this double uses 1400. */
export const malformed = (message: string) =>
	new ApiError(400, errorBody('InputValidationFailed', message));

/** 422 with `errors[]` (contract §3, 1400). */
export const invalidInput = (errors: ErrorBody[]) =>
	new ApiError(422, errorBody('InputValidationFailed', 'Input validation failed', errors));

/** 422 for a `q` that cannot be read or names an unknown field (contract §3, 1301). */
export const invalidQuery = (message: string) =>
	new ApiError(422, errorBody('InvalidQueryCriteria', message));

/** A `sort` that names an unknown field (contract §3, 1302): 422, 400 of events (contract §4). */
export const invalidSort = (message: string, status: 400 | 422) =>
	new ApiError(status, errorBody('InvalidSortCriteria', message));

/** 429 (contract §2). `retryAfter`, in seconds, becomes the undocumented `Retry-After` header. */
export const tooManyRequests = (retryAfter?: number | string) =>
	new ApiError(
		429,
		errorBody('TooManyRequests', 'Too many requests'),
		retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
	);
