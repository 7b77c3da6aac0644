/** What the API answers, as far as the node reads it. Section numbers are those of the contract. */

/** §3: the body of a refusal. */
export interface EmnifyErrorBody {
	error_code?: number;
	error_token?: string;
	message?: string;
	errors?: Array<{ error_code?: number; error_token?: string; message?: string }>;
}

/** A lookup value such as a status or a type. */
export interface Lookup {
	id: number;
	description: string;
}

/** §1, endpoint 7. Any field but `id` can be missing; dates are ISO 8601. */
export interface TrustedDevice {
	id: number;
	operating_system?: string;
	browser?: string;
	activation_date?: string;
}

/** §1, endpoint 2, and inside a user (§5), there without the secrets. */
export interface MfaKey {
	id: number;
	status: Lookup;
	type: Lookup;
	creation_date?: string;
	activation_date?: string;
	secret_key?: string;
	otpauth?: string;
}

/** §5: a user as `GET /api/v1/user` lists it. */
export interface User {
	id: number;
	username: string;
	name?: string;
	created?: string;
	status?: Lookup;
	organisation?: { id: number; name?: string };
}

/** §5: a user as `GET /api/v1/user/{id or username or my}` answers it. */
export interface UserWithMfa extends User {
	roles?: Array<{ id: number; name: string }>;
	mfa?: MfaKey[];
}

/** §5: an event, as `GET /api/v1/event` lists it. What `detail` holds is undocumented. */
export interface EmnifyEvent {
	id: number;
	timestamp: string;
	alert?: boolean;
	description?: string;
	event_type?: Lookup;
	event_source?: Lookup;
	event_severity?: Lookup;
	organisation?: { id: number; name?: string };
	user?: Pick<User, 'id' | 'name' | 'username'>;
	detail?: unknown;
}

/** §5: an application token without its secret, which only its creation gives. */
export interface ApplicationToken {
	id: number;
	description?: string;
	created?: string;
	status?: Lookup;
	expiry_date?: string;
	ip?: string;
	creator?: Pick<User, 'id' | 'name' | 'username'>;
}

/** §1, endpoint 1: what a login answers; which fields there are depends on the body that was sent. */
export interface AuthenticateAnswer {
	auth_token?: string;
	refresh_token?: string;
	mfa_token?: string;
}
