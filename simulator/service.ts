import type { Clock } from './clock';
import type { Dialects } from './dialects';
import type { ErrorBody } from './errors';
import { ApiError, errorBody, forbidden, invalidInput, notFound, unauthorized } from './errors';
import type { Limits } from './limits';
import type { Tokens } from './tokens';
import type { User, World } from './world';
import { roles, userStatuses } from './world';

/** What every endpoint works on. */
export interface Service {
	readonly clock: Clock;
	readonly world: World;
	readonly limits: Limits;
	readonly tokens: Tokens;
	readonly dialects: Dialects;
}

/** Who sends a request. */
export interface Caller {
	/** The user who logged in, or who created the application token. */
	account: User;
	/** The requesting user, as whom `my` acts: nobody under an application token (contract §1). */
	user?: User;
	organisationId: number;
	administrator: boolean;
}

/** A request to an endpoint that anyone may call. */
export interface OpenCall {
	service: Service;
	params: Record<string, string>;
	query: URLSearchParams;
	/** The parsed JSON, or undefined where the request has no body. */
	body: unknown;
	/** The address the request comes from. */
	ip: string;
	/** What an event says it comes from: whatever `X-Forwarded-For` claims, and the address (contract §5). */
	addresses: string;
	/** The absolute address of the endpoint, without a query. */
	address: string;
}

/** A request to an endpoint that needs `Authorization`. */
export interface Call extends OpenCall {
	caller: Caller;
}

export interface Answer {
	status: number;
	body?: unknown;
	headers?: Record<string, string>;
}

export const ok = (body: unknown, headers?: Record<string, string>): Answer => ({
	status: 200,
	body,
	headers,
});

export const noContent: Answer = { status: 204 };

/** What a creation answers; 201 as the gateway has it (contract §5: 200 is documented, 201 as likely). */
export const created = (body: unknown, dialects: Dialects): Answer => ({
	status: dialects.has('gateway') ? 201 : 200,
	body,
});

/**
 * Who the `Authorization` header speaks for. The user and their role are looked up at every request,
 * so a change in the world shows at once (undocumented).
 *
 * @throws ApiError 401 with an empty body for a missing, foreign, expired or revoked token (contract §3)
 */
export function authorize({ tokens, world }: Service, header: string | undefined): Caller {
	const token = /^Bearer (\S+)$/i.exec(header ?? '')?.[1];
	const subject = token === undefined ? undefined : tokens.readAuthToken(token);
	const account = subject && world.findUser(subject.userId);
	if (!subject || account?.statusId !== userStatuses.active.id) throw unauthorized();
	return {
		account,
		...(subject.applicationTokenId === undefined && { user: account }),
		organisationId: subject.organisationId,
		administrator: account.roleIds.includes(roles.administrator.id),
	};
}

/**
 * The requesting user.
 *
 * @throws ApiError under an application token, which has none: what emnify answers then is unknown (contract §1),
 * here 404 unless a dialect says otherwise
 */
export function requestingUser({ caller, service: { dialects } }: Call): User {
	if (caller.user) return caller.user;
	if (dialects.has('nobody401')) throw unauthorized();
	if (dialects.has('nobody403')) throw forbidden();
	if (dialects.has('nobody500')) throw new ApiError(500);
	throw notFound('There is no requesting user under an application token');
}

/** Whether a request for the lists of the requesting user is answered with an empty one, as there is none. */
export function isNobodysList({ caller, params, service: { dialects } }: Call): boolean {
	return !caller.user && (params.user_id ?? 'my') === 'my' && dialects.has('nobodyEmpty');
}

/**
 * The user a path names by id or as `my`, which a path without a user means too, and by username where
 * `usernames` says so.
 *
 * @throws ApiError 404 for nobody or a user of an organisation that is neither the caller's nor its direct child,
 * 403 for another user where the caller is no administrator (contract §5, roles; which of the two comes first is
 * undocumented)
 */
export function userInPath(call: Call, usernames = false): User {
	const { caller, params, service } = call;
	const reference = params.user_id ?? 'my';
	if (reference === 'my') return requestingUser(call);
	const user = findByReference(service.world, reference, usernames);
	if (!user || !service.world.sees(caller.organisationId, user.organisationId)) {
		throw notFound('User not found');
	}
	if (!caller.administrator && user !== caller.user) throw forbidden();
	return user;
}

/** A positive whole number in a path, or undefined for anything else. */
export function numberInPath(text: string | undefined): number | undefined {
	return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * Throws unless the caller is an administrator.
 *
 * @throws ApiError 403
 */
export function requireAdministrator({ administrator }: Caller): void {
	if (!administrator) throw forbidden('Only administrators are permitted to do this');
}

/** The body as a record; no body counts as an empty one. */
export function fields(body: unknown): Record<string, unknown> {
	if (body === undefined) return {};
	if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
		return body as Record<string, unknown>;
	}
	throw invalidInput([errorBody('InvalidFormat', 'The body must be a JSON object')]);
}

/** What is wrong with a field that must be of a primitive type: nothing, or one error of contract §3. */
export function check(
	name: string,
	value: unknown,
	type: 'string' | 'number',
	{ required }: { required: boolean },
): ErrorBody[] {
	if (value === undefined || value === null || value === '') {
		return required ? [errorBody('Required', `${name} is required`)] : [];
	}
	if (typeof value === type) return [];
	return [errorBody('InvalidFormat', `${name} must be a ${type}`)];
}

/**
 * Throws if anything was found wrong.
 *
 * @throws ApiError 422 with `errors[]` (contract §3)
 */
export function requireValid(...errors: ErrorBody[][]): void {
	if (errors.flat().length > 0) throw invalidInput(errors.flat());
}

/** The `id` of a field such as `status: {id: 1}`, whatever it is. */
export function idOf(value: unknown): unknown {
	return typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
}

function findByReference(world: World, reference: string, usernames: boolean): User | undefined {
	const id = numberInPath(reference);
	if (id !== undefined) return world.findUser(id);
	return usernames ? world.findUser(reference) : undefined;
}
