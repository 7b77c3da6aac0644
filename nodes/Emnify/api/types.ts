/**
 * What the API answers, as far as the node reads it. Section numbers are those of the contract (docs/emnify-api.md). Any field
 * but `id` can be missing, or `null` (§1).
 */

/** §3: the body of a refusal. */
export interface EmnifyErrorBody {
	error_code?: number | null;
	error_token?: string | null;
	message?: string | null;
	errors?: Array<Omit<EmnifyErrorBody, 'errors'>> | null;
}

/** A lookup value such as a status or a type. */
export interface Lookup {
	id: number;
	description?: string | null;
}

/** §1, endpoint 7. Dates are ISO 8601. */
export interface TrustedDevice {
	id: number;
	operating_system?: string | null;
	browser?: string | null;
	activation_date?: string | null;
}

/** §1, endpoint 2, and inside a user (§5), there without the secrets. */
export interface MfaKey {
	id: number;
	status?: Lookup | null;
	type?: Lookup | null;
	creation_date?: string | null;
	activation_date?: string | null;
	secret_key?: string | null;
	otpauth?: string | null;
}

/** §5: a user as `GET /api/v1/user` lists it. */
export interface User {
	id: number;
	username?: string | null;
	name?: string | null;
	created?: string | null;
	status?: Lookup | null;
	organisation?: { id: number; name?: string | null } | null;
}

/** §5: a user as `GET /api/v1/user/{id or username or my}` answers it. */
export interface UserWithMfa extends User {
	roles?: Array<{ id: number; name?: string | null }> | null;
	mfa?: MfaKey[] | null;
}

/** §5: an event, as `GET /api/v1/event` lists it. What `detail` holds is undocumented. */
export interface EmnifyEvent {
	id: number;
	timestamp?: string | null;
	alert?: boolean | null;
	description?: string | null;
	event_type?: Lookup | null;
	event_source?: Lookup | null;
	event_severity?: Lookup | null;
	organisation?: { id: number; name?: string | null } | null;
	user?: Pick<User, 'id' | 'name' | 'username'> | null;
	detail?: unknown;
}

/** §5: an application token without its secret, which only its creation gives. */
export interface ApplicationToken {
	id: number;
	description?: string | null;
	created?: string | null;
	status?: Lookup | null;
	expiry_date?: string | null;
	ip?: string | null;
	creator?: Pick<User, 'id' | 'name' | 'username'> | null;
}

/** §1, endpoint 1: what a login answers; which fields there are depends on the body that was sent. */
export interface AuthenticateAnswer {
	auth_token?: string | null;
	refresh_token?: string | null;
	mfa_token?: string | null;
}
