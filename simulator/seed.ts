/* eslint-disable @n8n/community-nodes/no-hardcoded-secrets -- every secret in here is a fake one that only the simulator knows */
import type { Duration } from './clock';
import { milliseconds } from './clock';
import {
	applicationTokenStatuses,
	eventSeverities,
	eventTypes,
	roles,
	sha1,
	simStatuses,
	userStatuses,
	World,
} from './world';

/** Someone of the seeded world and everything needed to log in as them. */
interface Login {
	id: number;
	username: string;
	/** The portal password as a person types it. */
	password: string;
	/** What the API takes for it: its SHA-1. */
	passwordHash: string;
}

const login = (id: number, username: string, password: string): Login => ({
	id,
	username,
	password,
	passwordHash: sha1(password),
});

/** Something of the form of a JWT, which nobody has signed. */
function fakeJwt(purpose: string): string {
	const part = (text: string) => Buffer.from(text).toString('base64url');
	const claims = part(JSON.stringify({ sub: 'fake', purpose }));
	return `${part(JSON.stringify({ alg: 'HS256', typ: 'JWT' }))}.${claims}.${part(`fake-signature-of-${purpose}`)}`;
}

/** The secrets and ids of the seeded world, the same on each run. */
export const seed = {
	/** Acme Fleet's, created by its administrator. */
	applicationToken: 'fake-application-token-acme-administrator',
	/** Borealis Meters', created by its administrator. */
	secondApplicationToken: 'fake-application-token-borealis-administrator',
	revokedApplicationToken: 'fake-application-token-revoked',
	expiredApplicationToken: 'fake-application-token-expired',
	/** Only permitted from 203.0.113.7, so not from here. */
	ipBoundApplicationToken: 'fake-application-token-ip-bound',
	/** Created by an observer, so 403 on other users. */
	observerApplicationToken: 'fake-application-token-observer',

	/** Administrator of Acme Fleet with TOTP. */
	administrator: {
		...login(101, 'ada.lindqvist@acme-fleet.example', 'fake-portal-pw-ada'),
		totpSecret: 'FAKEADMINISTRATORSECRETAAAAAAAAA',
		keyId: 4101,
	},
	/** User with TOTP, without any device. */
	totpUser: {
		...login(102, 'tom.okafor@acme-fleet.example', 'fake-portal-pw-tom'),
		totpSecret: 'FAKETOTPUSERSECRETAAAAAAAAAAAAAA',
		keyId: 4102,
	},
	/** User whose codes are e-mailed; read them from `world.user(id).emailedCode`. */
	emailMfaUser: login(103, 'elif.yilmaz@acme-fleet.example', 'fake-portal-pw-elif'),
	/** User with TOTP and a device that is trusted for 76 more days. */
	trustedDeviceUser: {
		...login(104, 'tara.novak@acme-fleet.example', 'fake-portal-pw-tara'),
		totpSecret: 'FAKETRUSTEDUSERSECRETAAAAAAAAAAA',
		keyId: 4104,
		fingerprint: 'fake-fingerprint-of-tara',
		deviceId: 11041,
	},
	/** The fingerprint of `trustedDeviceUser`. */
	trustedFingerprint: 'fake-fingerprint-of-tara',
	/** Observer; codes are e-mailed. */
	observer: login(105, 'otis.berg@acme-fleet.example', 'fake-portal-pw-otis'),
	/** A trial account, the only kind without MFA. */
	userWithoutMfa: login(106, 'wanda.silva@acme-fleet.example', 'fake-portal-pw-wanda'),
	/** A trial account made by API: the password kept for it is not a SHA-1 and is sent as it is. */
	rawPasswordUser: {
		id: 107,
		username: 'rawpassword@acme-fleet.example',
		password: 'fake-string-that-is-no-sha1',
	},
	/** User whose right password logs in no more. */
	suspendedUser: login(108, 'dora.klein@acme-fleet.example', 'fake-portal-pw-dora'),
	/** Administrator of Borealis Meters, a trial account. */
	secondAdministrator: login(201, 'bo.aurora@borealis-meters.example', 'fake-portal-pw-bo'),

	/** The live tokens that events of resellers carry (contract §5). */
	eventTokens: {
		passwordReset: fakeJwt('password-reset'),
		verification: fakeJwt('verification'),
	},

	ids: {
		acme: 1,
		borealis: 2,
		cargo: 3,
		/** The direct child of Acme Fleet. */
		nordic: 4,
		/** User of Acme Fleet Nordic, with a device. */
		childUser: 401,
		/** User of Acme Fleet with a key that waits for its activation. */
		pendingKeyUser: 109,
		pendingKey: 4109,
		/** User of Acme Fleet with ten devices. */
		manyDevicesUser: 110,
		/** User of Acme Fleet without devices or keys. */
		userWithoutDevices: 111,
		/** Users of other organisations, with a device and a key of theirs. */
		foreignUser: 202,
		foreignDevice: 12021,
		foreignKey: 4202,
		/** Devices of Acme Fleet. */
		administratorDevice: 11011,
		expiredDevice: 11052,
		deviceWithoutBrowser: 11053,
		deviceWithoutOperatingSystem: 11061,
		deviceWithoutActivation: 11081,
		applicationToken: 201,
		revokedApplicationToken: 203,
	},
} as const;

/**
 * Three organisations, of which Acme Fleet is the main one and has a child. It holds the same for the same `now`:
 * users of each role and status, keys in both statuses, devices of all ages, some of them past the 90
 * days of trust and some without one of the fields that can be missing (contract §1).
 */
export function seedWorld(now: Date): World {
	const ago = (duration: Duration) => new Date(now.getTime() - milliseconds(duration));
	const world = new World(ago({ days: 500 }));
	addAdministrator(world);
	addAcmeUsers(world, ago);
	addOtherOrganisations(world, ago);
	addDevices(world, ago);
	addApplicationTokens(world, ago);
	addEvents(world, ago);
	addSims(world);
	return world;
}

/** Adds Acme Fleet and its child, its administrator with TOTP and their application token. */
export function addAdministrator(world: World): void {
	const { administrator, ids } = seed;
	world.addOrganisation({ id: ids.acme, name: 'Acme Fleet' });
	world.addOrganisation({ id: ids.nordic, name: 'Acme Fleet Nordic', parentId: ids.acme });
	world.addUser({
		...account(administrator),
		name: 'Ada Lindqvist',
		organisationId: ids.acme,
		roleIds: [roles.administrator.id],
		otherWorkspaces: [
			{
				organisationId: ids.nordic,
				statusId: userStatuses.active.id,
				roleIds: [roles.administrator.id],
			},
		],
	});
	world.addMfaKey(administrator.id, { id: administrator.keyId, secret: administrator.totpSecret });
	world.addApplicationToken({
		id: ids.applicationToken,
		token: seed.applicationToken,
		description: 'n8n',
		creatorId: administrator.id,
	});
}

type Ago = (duration: Duration) => Date;

function addAcmeUsers(world: World, ago: Ago): void {
	const { ids, totpUser, trustedDeviceUser, rawPasswordUser } = seed;
	const acme = { organisationId: ids.acme };
	const unused = sha1('fake-password-of-nobody');
	world.addUser({ ...account(totpUser), ...acme, name: 'Tom Okafor' });
	world.addMfaKey(totpUser.id, { id: totpUser.keyId, secret: totpUser.totpSecret });
	world.addUser({ ...account(seed.emailMfaUser), ...acme, name: 'Elif Yilmaz' });
	world.addUser({ ...account(trustedDeviceUser), ...acme, name: 'Tara Novak' });
	world.addMfaKey(trustedDeviceUser.id, {
		id: trustedDeviceUser.keyId,
		secret: trustedDeviceUser.totpSecret,
	});
	world.addUser({
		...account(seed.observer),
		...acme,
		name: 'Otis Berg',
		roleIds: [roles.observer.id],
	});
	world.addUser({ ...account(seed.userWithoutMfa), ...acme, name: 'Wanda Silva', trial: true });
	world.addUser({ ...rawPasswordUser, ...acme, name: 'Raw Password', trial: true });
	world.addUser({
		...account(seed.suspendedUser),
		...acme,
		name: 'Dora Klein',
		statusId: userStatuses.suspended.id,
	});
	world.addUser({
		id: ids.pendingKeyUser,
		username: 'pia.moreau@acme-fleet.example',
		password: unused,
		...acme,
		name: 'Pia Moreau',
	});
	world.addMfaKey(ids.pendingKeyUser, {
		id: ids.pendingKey,
		secret: 'FAKEPENDINGKEYSECRETAAAAAAAAAAAA',
		pending: true,
		createdAt: ago({ days: 12 }),
	});
	world.addUser({
		id: ids.manyDevicesUser,
		username: 'max.devlin@acme-fleet.example',
		password: unused,
		...acme,
		name: 'Max Devlin',
		roleIds: [roles.administrator.id, roles.user.id],
		otherWorkspaces: [
			{
				organisationId: ids.nordic,
				statusId: userStatuses.suspended.id,
				roleIds: [roles.observer.id],
			},
		],
	});
	world.addUser({
		id: ids.userWithoutDevices,
		username: 'nils.leer@acme-fleet.example',
		password: unused,
		...acme,
		name: 'Nils Leer',
		created: ago({ days: 20 }),
	});
	world.addUser({
		id: 112,
		username: 'ina.gone@acme-fleet.example',
		password: unused,
		...acme,
		name: 'Ina Gone',
		statusId: userStatuses.suspended.id,
	});
	world.addMfaKey(112, { id: 4112, secret: 'FAKESUSPENDEDUSERSECRETAAAAAAAAA' });
	world.addUser({
		id: 113,
		username: 'newt.fresh@acme-fleet.example',
		password: unused,
		...acme,
		name: 'Newt Fresh',
		statusId: userStatuses.pending.id,
		created: ago({ days: 1 }),
	});
}

function addOtherOrganisations(world: World, ago: Ago): void {
	const { ids } = seed;
	const unused = sha1('fake-password-of-nobody');
	world.addOrganisation({ id: ids.borealis, name: 'Borealis Meters' });
	world.addUser({
		...account(seed.secondAdministrator),
		name: 'Bo Aurora',
		organisationId: ids.borealis,
		roleIds: [roles.administrator.id],
		trial: true,
	});
	world.addUser({
		id: ids.foreignUser,
		username: 'freya.frost@borealis-meters.example',
		password: unused,
		name: 'Freya Frost',
		organisationId: ids.borealis,
	});
	world.addMfaKey(ids.foreignUser, {
		id: ids.foreignKey,
		secret: 'FAKEFOREIGNUSERSECRETAAAAAAAAAAA',
		createdAt: ago({ days: 40 }),
	});
	world.addUser({
		id: 203,
		username: 'gus.gale@borealis-meters.example',
		password: unused,
		name: 'Gus Gale',
		organisationId: ids.borealis,
		roleIds: [roles.observer.id],
	});
	world.addUser({
		id: ids.childUser,
		username: 'nora.nord@acme-nordic.example',
		password: unused,
		name: 'Nora Nord',
		organisationId: ids.nordic,
		roleIds: [roles.administrator.id],
	});
	world.addOrganisation({ id: ids.cargo, name: 'Cargo Track' });
	world.addUser({
		id: 301,
		username: 'cleo.crane@cargo-track.example',
		password: unused,
		name: 'Cleo Crane',
		organisationId: ids.cargo,
		roleIds: [roles.administrator.id],
	});
	world.addUser({
		id: 302,
		username: 'dirk.dock@cargo-track.example',
		password: unused,
		name: 'Dirk Dock',
		organisationId: ids.cargo,
	});
}

function addDevices(world: World, ago: Ago): void {
	const { ids, administrator, trustedDeviceUser, observer, userWithoutMfa } = seed;
	const windows = { operatingSystem: 'Windows 11', browser: 'Edge 141' };
	const mac = { operatingSystem: 'macOS 15', browser: 'Safari 18' };
	const linux = { operatingSystem: 'Ubuntu 24.04', browser: 'Firefox 143' };
	const old = { operatingSystem: 'Windows 7', browser: 'Internet Explorer 11' };

	world.addTrustedDevice(administrator.id, {
		...mac,
		id: ids.administratorDevice,
		activatedAt: ago({ hours: 3 }),
	});
	world.addTrustedDevice(administrator.id, {
		...windows,
		id: 11012,
		activatedAt: ago({ days: 45 }),
	});
	world.addTrustedDevice(seed.emailMfaUser.id, {
		...linux,
		id: 11031,
		activatedAt: ago({ days: 6 }),
	});
	world.addTrustedDevice(trustedDeviceUser.id, {
		...linux,
		id: trustedDeviceUser.deviceId,
		fingerprint: trustedDeviceUser.fingerprint,
		name: 'Office',
		activatedAt: ago({ days: 14 }),
	});
	world.addTrustedDevice(observer.id, { ...windows, id: 11051, activatedAt: ago({ days: 89 }) });
	world.addTrustedDevice(observer.id, {
		...old,
		id: ids.expiredDevice,
		activatedAt: ago({ days: 95 }),
	});
	world.addTrustedDevice(observer.id, {
		id: ids.deviceWithoutBrowser,
		operatingSystem: 'Android 15',
		activatedAt: ago({ days: 31 }),
	});
	world.addTrustedDevice(userWithoutMfa.id, {
		id: ids.deviceWithoutOperatingSystem,
		browser: 'Chrome 140',
		activatedAt: ago({ days: 60 }),
	});
	world.addTrustedDevice(seed.suspendedUser.id, { ...mac, id: ids.deviceWithoutActivation });
	world.addTrustedDevice(seed.suspendedUser.id, {
		...mac,
		id: 11082,
		activatedAt: ago({ days: 75 }),
	});
	world.addTrustedDevice(ids.pendingKeyUser, {
		...linux,
		id: 11091,
		activatedAt: ago({ days: 29 }),
	});
	[0.5, 1, 2, 7, 20, 31, 60, 88, 120, 400].forEach((days, index) => {
		const model = [windows, mac, linux, old][index % 4] ?? windows;
		world.addTrustedDevice(ids.manyDevicesUser, {
			...model,
			id: 11101 + index,
			activatedAt: ago({ days }),
		});
	});
	world.addTrustedDevice(112, { ...windows, id: 11121, activatedAt: ago({ days: 10 }) });
	world.addTrustedDevice(ids.foreignUser, {
		...windows,
		id: ids.foreignDevice,
		activatedAt: ago({ days: 33 }),
	});
	world.addTrustedDevice(ids.childUser, { ...mac, id: 14011, activatedAt: ago({ days: 5 }) });
	world.addTrustedDevice(301, { ...linux, id: 13011, activatedAt: ago({ hours: 30 }) });
}

function addApplicationTokens(world: World, ago: Ago): void {
	const { administrator, ids } = seed;
	world.addApplicationToken({
		id: 202,
		token: seed.secondApplicationToken,
		description: 'Meter reading',
		creatorId: seed.secondAdministrator.id,
	});
	world.addApplicationToken({
		id: ids.revokedApplicationToken,
		token: seed.revokedApplicationToken,
		description: 'Left in a repository',
		statusId: applicationTokenStatuses.revoked.id,
		creatorId: administrator.id,
	});
	world.addApplicationToken({
		id: 204,
		token: seed.expiredApplicationToken,
		description: 'Pilot',
		expiryDate: ago({ days: 2 }),
		creatorId: administrator.id,
	});
	world.addApplicationToken({
		id: 205,
		token: seed.ipBoundApplicationToken,
		description: 'Data centre',
		ip: '203.0.113.7',
		creatorId: administrator.id,
	});
	world.addApplicationToken({
		id: 206,
		token: seed.observerApplicationToken,
		description: 'Dashboard',
		creatorId: seed.observer.id,
	});
}

function addEvents(world: World, ago: Ago): void {
	const { administrator, ids, observer, trustedDeviceUser, userWithoutMfa } = seed;
	const { info, warn } = eventSeverities;
	const acme = { organisationId: ids.acme };
	world.addEvent({
		...acme,
		timestamp: ago({ days: 40 }),
		type: eventTypes.selfSignup,
		severity: info,
		description: 'Beyond the 30 days of history',
	});
	world.addEvent({
		...acme,
		timestamp: ago({ days: 20 }),
		type: eventTypes.userInvited,
		severity: info,
		description: "User 'newt.fresh@acme-fleet.example' invited",
		userId: administrator.id,
	});
	world.addEvent({
		...acme,
		timestamp: ago({ days: 19 }),
		type: eventTypes.userVerificationRequested,
		severity: info,
		description: `Verification requested for user '${observer.username}'`,
		userId: observer.id,
		detail: { token: seed.eventTokens.verification },
	});
	world.addEvent({
		...acme,
		timestamp: ago({ days: 18 }),
		type: eventTypes.userVerified,
		severity: info,
		description: `User '${observer.username}' verified successfully`,
		userId: observer.id,
	});
	world.addEvent({
		...acme,
		timestamp: ago({ days: 12 }),
		type: eventTypes.passwordResetRequested,
		severity: info,
		description: 'Password reset requested',
		userId: trustedDeviceUser.id,
		detail: {
			id: trustedDeviceUser.id,
			username: trustedDeviceUser.username,
			name: 'Tara Novak',
			organisationId: ids.acme,
			activationKey: seed.eventTokens.passwordReset,
			sourceIp: '203.0.113.9',
			userAgent: 'Mozilla/5.0',
		},
	});
	world.addEvent({
		...acme,
		timestamp: ago({ days: 9 }),
		type: eventTypes.supportAccess,
		severity: warn,
		description: `Support user sue.port@emnify.example of organisation emnify GmbH generated a support token for user ${administrator.username} of organisation Acme Fleet`,
		userId: administrator.id,
		detail: {
			support_username: 'sue.port@emnify.example',
			support_user_org: { id: 9, name: 'emnify GmbH' },
			target_username: administrator.username,
		},
	});
	world.addEvent({
		...acme,
		timestamp: ago({ days: 8 }),
		type: eventTypes.multiFactorAuthentication,
		severity: info,
		description: `MFA key with Id '4106' of Type 'Time-Based One-Time Password' deleted for user '${userWithoutMfa.username}'`,
		userId: administrator.id,
	});
	world.addEvent({
		...acme,
		timestamp: ago({ days: 3 }),
		type: eventTypes.userDeleted,
		severity: warn,
		description: "User 'left.long.ago@acme-fleet.example' deleted",
		userId: administrator.id,
		detail: { user: { id: 198, username: 'left.long.ago@acme-fleet.example' } },
	});
	world.addEvent({
		...acme,
		timestamp: ago({ days: 2 }),
		type: eventTypes.applicationAuthenticationFailed,
		severity: warn,
		description:
			"Failed authentication request from 'Left in a repository', Reason: TokenStatus Revoked from IP 198.51.100.4",
	});
	world.addEvent({
		...acme,
		timestamp: ago({ hours: 6 }),
		type: eventTypes.userAuthenticationFailed,
		severity: warn,
		description: `failed authentication request from '${observer.username}', reason: invalid password from ip 203.0.113.7, 198.51.100.4`,
		userId: observer.id,
	});
	world.addEvent({
		...acme,
		timestamp: ago({ hours: 5 }),
		type: eventTypes.userAuthenticationFailed,
		severity: warn,
		description: `Failed authentication request from '${observer.username}', Reason: Invalid password from IP 203.0.113.7`,
		userId: observer.id,
	});
	world.addEvent({
		timestamp: ago({ hours: 4 }),
		type: eventTypes.userVerified,
		severity: info,
		description: `User '${seed.secondAdministrator.username}' verified successfully`,
		organisationId: ids.borealis,
		userId: seed.secondAdministrator.id,
	});
}

function addSims(world: World): void {
	const { acme, borealis, cargo } = seed.ids;
	const statuses = Object.values(simStatuses);
	for (let index = 0; index < 24; index += 1) {
		world.addSim({
			iccid: `8900000000000000${String(index).padStart(3, '0')}`,
			statusId: statuses[index % statuses.length]?.id ?? simStatuses.issued.id,
			organisationId: index < 14 ? acme : index < 19 ? borealis : cargo,
		});
	}
}

function account({ id, username, passwordHash }: Login) {
	return { id, username, password: passwordHash };
}
