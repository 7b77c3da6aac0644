import { createHash, randomBytes } from 'node:crypto';
import type { Duration } from './clock';
import { after } from './clock';

/** An entry of a lookup. */
export interface Described {
	id: number;
	description: string;
}

/** Statuses of an MFA key (contract §1, endpoint 5). */
export const mfaKeyStatuses = {
	pending: { id: 0, description: 'Activation Pending' },
	active: { id: 1, description: 'Active' },
} as const;

/** Types of MFA keys (contract §1, endpoint 6). Whether there is more than one is undocumented. */
export const mfaKeyTypes: readonly Described[] = [
	{ id: 0, description: 'Time-Based One-Time Password' },
];

/** Statuses of a user (contract §5). */
export const userStatuses = {
	pending: { id: 0, description: 'Activation Pending' },
	active: { id: 1, description: 'Active' },
	suspended: { id: 2, description: 'Suspended' },
} as const;

/** Roles; that of a SuperAdmin is unknown (contract §5). */
export const roles = {
	administrator: { id: 1, name: 'Administrator' },
	user: { id: 2, name: 'User' },
	observer: { id: 3, name: 'Observer' },
} as const;

/** Statuses of an application token (contract §5). */
export const applicationTokenStatuses = {
	activated: { id: 0, description: 'Activated' },
	revoked: { id: 1, description: 'Revoked' },
} as const;

/** Sources of an event (contract §5). */
const eventSources = {
	network: { id: 0, description: 'Network' },
	policyControl: { id: 1, description: 'Policy Control' },
	api: { id: 2, description: 'API' },
} as const;

/** Severities of an event (contract §5). */
export const eventSeverities = {
	info: { id: 0, description: 'Info' },
	warn: { id: 1, description: 'Warn' },
	critical: { id: 2, description: 'Critical' },
} as const;

/** The event types about security, the last four of them for resellers (contract §5). The service has more of them. */
export const eventTypes = {
	userAuthenticationFailed: { id: 6, description: 'User authentication failed' },
	applicationAuthenticationFailed: { id: 7, description: 'Application authentication failed' },
	supportAccess: { id: 13, description: 'Support Access' },
	multiFactorAuthentication: { id: 14, description: 'Multi-factor Authentication' },
	userVerified: { id: 41, description: 'User verified' },
	userDeleted: { id: 46, description: 'User deleted' },
	userSwitchedWorkspaces: { id: 67, description: 'User switched Workspaces' },
	selfSignup: { id: 17, description: 'Self-Signup' },
	userInvited: { id: 36, description: 'User invited' },
	passwordResetRequested: { id: 37, description: 'Password reset requested' },
	userVerificationRequested: { id: 40, description: 'User verification requested' },
} as const;

/** Statuses of a SIM card. Undocumented. */
export const simStatuses = {
	issued: { id: 0, description: 'Issued' },
	activated: { id: 1, description: 'Activated' },
	suspended: { id: 2, description: 'Suspended' },
} as const;

export interface Organisation {
	id: number;
	name: string;
	/** Of whom it is a direct child. */
	parentId?: number;
}

/** A user's place in another organisation than their own (contract §5). */
export interface Workspace {
	organisationId: number;
	/** `userStatuses`; each Workspace has its own. */
	statusId: number;
	roleIds: number[];
}

export interface MfaKey {
	id: number;
	typeId: number;
	/** `mfaKeyStatuses` */
	statusId: number;
	/** Base32 */
	secret: string;
	createdAt: Date;
	activatedAt?: Date;
	/** The last RFC 6238 time step whose code was accepted; neither it nor an earlier one is again. */
	lastStep?: number;
}

export interface TrustedDevice {
	id: number;
	fingerprint: string;
	operatingSystem?: string;
	browser?: string;
	name?: string;
	/** Trust lasts 90 days from here; a device without it is listed, but not trusted (undocumented). */
	activatedAt?: Date;
}

export interface User {
	id: number;
	username: string;
	name: string;
	/** The opaque string the server compares: the SHA-1 of the portal password for most users. */
	password: string;
	created: Date;
	/** `userStatuses` */
	statusId: number;
	organisationId: number;
	roleIds: number[];
	/** Trial accounts are the only ones without MFA (contract §1). */
	trial: boolean;
	/** The Workspaces besides that of `organisationId`. */
	otherWorkspaces: Workspace[];
	mfaKeys: MfaKey[];
	trustedDevices: TrustedDevice[];
	/** Consecutive failed attempts so far. */
	failedAttempts: number;
	lockedUntil?: Date;
	/** The last code that was e-mailed and not used yet. */
	emailedCode?: { code: string; expiresAt: Date };
}

export interface ApplicationToken {
	id: number;
	/** The secret that logs in. */
	token: string;
	description: string;
	created: Date;
	/** `applicationTokenStatuses` */
	statusId: number;
	expiryDate?: Date;
	/** The address or, in CIDR notation, the addresses it may log in from. */
	ip?: string;
	/** Whose rights it has; a request under it is nonetheless nobody's (contract §1). */
	creatorId: number;
}

export interface RefreshToken {
	token: string;
	userId: number;
	expiresAt: Date;
	revoked: boolean;
}

export interface Sim {
	id: number;
	iccid: string;
	/** `simStatuses` */
	statusId: number;
	organisationId: number;
}

export interface WorldEvent {
	id: number;
	timestamp: Date;
	alert: boolean;
	description: string;
	type: Described;
	source: Described;
	severity: Described;
	organisationId: number;
	/** Who acted; nobody under an application token (contract §5). */
	userId?: number;
	detail?: unknown;
}

/** What a new user may be given; the rest has defaults. */
export type NewUser = Pick<User, 'username' | 'name' | 'organisationId'> &
	Partial<
		Pick<User, 'id' | 'password' | 'created' | 'statusId' | 'roleIds' | 'trial' | 'otherWorkspaces'>
	>;

/** Everything the service remembers. Tests read it and change it while the simulator runs. */
export class World {
	readonly organisations = new Map<number, Organisation>();
	readonly users = new Map<number, User>();
	readonly applicationTokens = new Map<number, ApplicationToken>();
	readonly refreshTokens = new Map<string, RefreshToken>();
	readonly sims = new Map<number, Sim>();
	/** Oldest first. */
	readonly events: WorldEvent[] = [];
	private readonly lastIds = new Map<string, number>();

	/** @param created the time that things are created at where nothing else is said */
	constructor(private readonly created: Date) {}

	addOrganisation(organisation: Organisation): Organisation {
		this.organisations.set(organisation.id, organisation);
		return organisation;
	}

	/** Adds an active user of the role `user`, whose password is `sha1('password')` unless given. */
	addUser(user: NewUser): User {
		const added: User = {
			password: sha1('password'),
			created: this.created,
			statusId: userStatuses.active.id,
			roleIds: [roles.user.id],
			trial: false,
			otherWorkspaces: [],
			mfaKeys: [],
			trustedDevices: [],
			failedAttempts: 0,
			...user,
			id: user.id ?? this.nextId('user', 1000),
		};
		this.users.set(added.id, added);
		return added;
	}

	/** Adds an active TOTP key, unless told that it is pending. */
	addMfaKey(
		userId: number,
		key: { id?: number; typeId?: number; secret: string; pending?: boolean; createdAt?: Date },
	): MfaKey {
		const createdAt = key.createdAt ?? this.created;
		const added: MfaKey = {
			id: key.id ?? this.nextId('mfaKey', 5000),
			typeId: key.typeId ?? 0,
			statusId: key.pending ? mfaKeyStatuses.pending.id : mfaKeyStatuses.active.id,
			secret: key.secret,
			createdAt,
			...(!key.pending && { activatedAt: createdAt }),
		};
		this.user(userId).mfaKeys.push(added);
		return added;
	}

	/** Adds a device; a field that is left out is missing in the API's answer too. */
	addTrustedDevice(
		userId: number,
		device: Omit<TrustedDevice, 'id' | 'fingerprint'> & { id?: number; fingerprint?: string },
	): TrustedDevice {
		const id = device.id ?? this.nextId('trustedDevice', 20000);
		const added = { ...device, id, fingerprint: device.fingerprint ?? `test-fingerprint-${id}` };
		this.user(userId).trustedDevices.push(added);
		return added;
	}

	/** Adds an activated token that never expires, unless told otherwise. */
	addApplicationToken(
		token: Pick<ApplicationToken, 'creatorId'> & Partial<ApplicationToken>,
	): ApplicationToken {
		const id = token.id ?? this.nextId('applicationToken', 300);
		const added: ApplicationToken = {
			token: randomBytes(24).toString('base64url'),
			description: '',
			created: this.created,
			statusId: applicationTokenStatuses.activated.id,
			...token,
			id,
		};
		this.applicationTokens.set(id, added);
		return added;
	}

	addRefreshToken(userId: number, expiresAt: Date): RefreshToken {
		const token = randomBytes(32).toString('base64url');
		const added = { token, userId, expiresAt, revoked: false };
		this.refreshTokens.set(token, added);
		return added;
	}

	addSim(sim: Omit<Sim, 'id'> & { id?: number }): Sim {
		const added = { ...sim, id: sim.id ?? this.nextId('sim', 700000) };
		this.sims.set(added.id, added);
		return added;
	}

	/** Adds an event: of the API and no alert, as the documented security events are, unless told otherwise. */
	addEvent(
		event: Omit<WorldEvent, 'id' | 'alert' | 'source'> &
			Partial<Pick<WorldEvent, 'source' | 'alert'>>,
	): WorldEvent {
		const added = {
			source: eventSources.api,
			alert: false,
			...event,
			id: this.nextId('event', 900000),
		};
		this.events.push(added);
		return added;
	}

	/** The user of this id or username; a username is compared as it is typed (undocumented). */
	findUser(reference: number | string): User | undefined {
		if (typeof reference === 'number') return this.users.get(reference);
		for (const user of this.users.values()) {
			if (user.username === reference) return user;
		}
		return undefined;
	}

	/**
	 * The user of this id or username.
	 *
	 * @throws RangeError if there is none
	 */
	user(reference: number | string): User {
		const user = this.findUser(reference);
		if (!user) throw new RangeError(`The world has no user ${reference}`);
		return user;
	}

	/**
	 * The organisation of this id.
	 *
	 * @throws RangeError if there is none
	 */
	organisation(id: number): Organisation {
		const organisation = this.organisations.get(id);
		if (!organisation) throw new RangeError(`The world has no organisation ${id}`);
		return organisation;
	}

	/** Whether the users of an organisation are among those that another one sees: itself and its direct children. */
	sees(viewerId: number, organisationId: number): boolean {
		return (
			viewerId === organisationId || this.organisations.get(organisationId)?.parentId === viewerId
		);
	}

	/** The application token with this secret. */
	findApplicationToken(secret: string): ApplicationToken | undefined {
		for (const token of this.applicationTokens.values()) {
			if (token.token === secret) return token;
		}
		return undefined;
	}

	/** Takes the users' lockouts and failed attempts back. */
	resetLockouts(): void {
		for (const user of this.users.values()) {
			user.failedAttempts = 0;
			user.lockedUntil = undefined;
		}
	}

	private nextId(kind: string, first: number): number {
		const id = (this.lastIds.get(kind) ?? first) + 1;
		this.lastIds.set(kind, id);
		return id;
	}
}

/** Whether a login with this device may skip MFA at `now`: for 90 days (contract §1). */
export function isTrusted(device: TrustedDevice, now: Date, trust: Duration): boolean {
	return device.activatedAt !== undefined && now < after(device.activatedAt, trust);
}

/** Lower-case hex SHA-1, the form in which most passwords are sent and kept (contract §1). */
export function sha1(text: string): string {
	return createHash('sha1').update(text).digest('hex');
}
