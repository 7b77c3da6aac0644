/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the simulator runs in Node, not in n8n */
import { randomInt } from 'node:crypto';
import { BlockList, isIPv6 } from 'node:net';
import { after } from '../clock';
import { forbidden, lockedOut, malformed, unauthorized } from '../errors';
import type { Answer, OpenCall, Service } from '../service';
import { ok } from '../service';
import { acceptCode } from '../totp';
import type { ApplicationToken, User } from '../world';
import {
	applicationTokenStatuses,
	eventSeverities,
	eventTypes,
	isTrusted,
	mfaKeyStatuses,
	userStatuses,
} from '../world';

/** The device a second factor is to be remembered for. */
interface NewDevice {
	fingerprint: string;
	operatingSystem: string;
	browser: string;
	name?: string;
}

/**
 * Endpoint 1 (contract §1): the five bodies of `POST /authenticate`. Fields of two bodies at once, or
 * fields of none, are malformed.
 *
 * @throws ApiError 400 for a malformed body, 401 for everything that does not log in
 */
export function authenticate(call: OpenCall): Answer {
	const body = readBody(call.body);
	const { trusted_device: device, ...texts } = body;
	const fields = Object.keys(texts).sort().join();
	if (Object.values(texts).some((value) => typeof value !== 'string')) {
		throw malformed('Every field of the request must be a string');
	}
	const text = texts as Record<string, string>;
	if (fields === 'code,mfa_token') {
		return withCode(call, text.mfa_token ?? '', text.code ?? '', readDevice(device));
	}
	if (device === undefined) {
		if (fields === 'application_token') {
			return withApplicationToken(call, text.application_token ?? '');
		}
		if (fields === 'refresh_token') return withRefreshToken(call, text.refresh_token ?? '');
		if (fields === 'password,username' || fields === 'fingerprint,password,username') {
			return withPassword(call, text.username ?? '', text.password ?? '', text.fingerprint);
		}
	}
	throw malformed('The request holds no known combination of fields');
}

function readBody(body: unknown): Record<string, unknown> {
	if (typeof body !== 'object' || body === null || Array.isArray(body)) {
		throw malformed('The request must be a JSON object');
	}
	return body as Record<string, unknown>;
}

function readDevice(device: unknown): NewDevice | undefined {
	if (device === undefined) return undefined;
	const { fingerprint, operating_system, browser, name, ...others } = readBody(device);
	const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
	if (
		!isText(fingerprint) ||
		!isText(operating_system) ||
		!isText(browser) ||
		!(name === undefined || typeof name === 'string') ||
		Object.keys(others).length > 0
	) {
		throw malformed('trusted_device takes fingerprint, operating_system, browser and name');
	}
	return {
		fingerprint,
		operatingSystem: operating_system,
		browser,
		...(name !== undefined && { name }),
	};
}

/**
 * An application token gives an `auth_token`, never a refresh token. A token that is unknown, revoked
 * or expired is refused with 401. Undocumented: that one whose creator is suspended is refused too,
 * and that a wrong address is a 403 which says so.
 */
function withApplicationToken({ service, ip, addresses }: OpenCall, secret: string): Answer {
	const { clock, tokens, world } = service;
	const token = world.findApplicationToken(secret);
	if (!token) throw unauthorized();
	const creator = world.user(token.creatorId);
	const reason = refusal(token, creator, clock.now());
	if (reason !== undefined) {
		reportApplication(service, token, `${reason} from IP ${addresses}`);
		throw unauthorized();
	}
	if (token.ip !== undefined && !permits(token.ip, ip)) {
		reportApplication(service, token, `Invalid IP from IP ${addresses}`);
		throw forbidden(`The application token is restricted to another IP address than ${ip}`);
	}
	return ok({
		...tokensGiven,
		auth_token: tokens.issueAuthToken({
			userId: creator.id,
			organisationId: creator.organisationId,
			applicationTokenId: token.id,
		}),
	});
}

/** Whether an address is the one, or one of those, that a token is bound to. */
function permits(bound: string, ip: string): boolean {
	const [network = '', bits] = bound.split('/');
	const family = isIPv6(network) ? 'ipv6' : 'ipv4';
	const permitted = new BlockList();
	permitted.addSubnet(
		network,
		bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits),
		family,
	);
	return permitted.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4');
}

function refusal(token: ApplicationToken, creator: User, now: Date): string | undefined {
	if (token.statusId === applicationTokenStatuses.revoked.id) return 'TokenStatus Revoked';
	if (token.expiryDate && token.expiryDate <= now) return 'TokenStatus Expired';
	if (creator.statusId !== userStatuses.active.id) return 'Creator suspended';
	return undefined;
}

/**
 * The first factor. Only a login that is complete resets the count of failed attempts, or codes could
 * be guessed without end; that, and that a suspended user gets a plain 401, is undocumented.
 */
function withPassword(
	{ service, addresses }: OpenCall,
	username: string,
	password: string,
	fingerprint?: string,
): Answer {
	const { clock, limits, tokens, world } = service;
	const user = world.findUser(username);
	if (!user) throw unauthorized();
	refuseWhileLocked(service, user, addresses);
	if (user.password !== password) throw failedAttempt(service, user, 'Invalid password', addresses);
	if (user.statusId !== userStatuses.active.id) {
		reportUser(service, user, `User is suspended from IP ${addresses}`);
		throw unauthorized();
	}
	const trusted = user.trustedDevices.some(
		(device) =>
			device.fingerprint === fingerprint &&
			isTrusted(device, clock.now(), { days: limits.trustDays }),
	);
	const key = activeKey(user);
	if (trusted || (user.trial && !key)) return loggedIn(service, user);
	if (!key) {
		user.emailedCode = {
			code: newEmailedCode(),
			expiresAt: after(clock.now(), { minutes: limits.emailedCodeMinutes }),
		};
	}
	return ok({
		...tokensGiven,
		mfa_token: tokens.issueMfaToken({ userId: user.id, organisationId: user.organisationId }),
	});
}

/** The second factor; a wrong code is a failed attempt. A token serves for one login (undocumented). */
function withCode(
	{ service, addresses }: OpenCall,
	mfaToken: string,
	code: string,
	device?: NewDevice,
): Answer {
	const { clock, tokens, world } = service;
	const subject = tokens.readMfaToken(mfaToken);
	const user = subject && world.findUser(subject.userId);
	if (user?.statusId !== userStatuses.active.id) throw unauthorized();
	refuseWhileLocked(service, user, addresses);
	const key = activeKey(user);
	const accepted = key
		? acceptCode(key, code, clock.now())
		: acceptEmailedCode(user, code, clock.now());
	if (!accepted) throw failedAttempt(service, user, 'Invalid code', addresses);
	tokens.useUpMfaToken(mfaToken);
	if (device) trust(service, user, device);
	return loggedIn(service, user);
}

/** A refresh token gives an `auth_token` and stays valid (undocumented), also while its user is locked. */
function withRefreshToken({ service }: OpenCall, token: string): Answer {
	const { clock, tokens, world } = service;
	const refresh = world.refreshTokens.get(token);
	const user = refresh && world.findUser(refresh.userId);
	if (
		!refresh ||
		refresh.revoked ||
		refresh.expiresAt <= clock.now() ||
		user?.statusId !== userStatuses.active.id
	) {
		throw unauthorized();
	}
	return ok({
		...tokensGiven,
		auth_token: tokens.issueAuthToken({ userId: user.id, organisationId: user.organisationId }),
	});
}

function loggedIn({ clock, limits, tokens, world }: Service, user: User): Answer {
	user.failedAttempts = 0;
	const expiresAt = after(clock.now(), { days: limits.refreshTokenDays });
	return ok({
		...tokensGiven,
		auth_token: tokens.issueAuthToken({ userId: user.id, organisationId: user.organisationId }),
		refresh_token: world.addRefreshToken(user.id, expiresAt).token,
	});
}

/** The fields of an answer that logs in, absent unless given. */
const tokensGiven = { auth_token: undefined, refresh_token: undefined, mfa_token: undefined };

function activeKey(user: User) {
	return user.mfaKeys.find(({ statusId }) => statusId === mfaKeyStatuses.active.id);
}

/** A device whose fingerprint is known is trusted anew from now on (undocumented). */
function trust({ clock, world }: Service, user: User, device: NewDevice): void {
	const activated = { ...device, activatedAt: clock.now() };
	const known = user.trustedDevices.find(({ fingerprint }) => fingerprint === device.fingerprint);
	if (known) Object.assign(known, activated);
	else world.addTrustedDevice(user.id, activated);
}

function acceptEmailedCode(user: User, code: string, now: Date): boolean {
	const { emailedCode } = user;
	if (!emailedCode || emailedCode.code !== code || emailedCode.expiresAt <= now) return false;
	user.emailedCode = undefined;
	return true;
}

/** Six characters of which the first is a letter. */
function newEmailedCode(): string {
	const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
	const pick = (characters: string) => characters.charAt(randomInt(characters.length));
	return pick(letters) + Array.from({ length: 5 }, () => pick(`${letters}23456789`)).join('');
}

function refuseWhileLocked(service: Service, user: User, addresses: string): void {
	if (!user.lockedUntil) return;
	if (user.lockedUntil > service.clock.now()) {
		reportUser(service, user, `account locked. ${lockoutAddition} from ip ${addresses}`, 'reason');
		throw lockedOut(service.dialects.has('lockoutAs429') ? 429 : 401);
	}
	user.lockedUntil = undefined;
	user.failedAttempts = 0;
}

/**
 * Counts a failed attempt. The one that locks the account still answers an empty 401, those after it
 * the body of contract §1 (which of them is the first to carry it is undocumented). An attempt during
 * the lockout does not prolong it (undocumented).
 */
function failedAttempt(service: Service, user: User, reason: string, addresses: string) {
	const { clock, limits } = service;
	user.failedAttempts += 1;
	const locks = user.failedAttempts >= limits.lockoutAfter;
	if (locks) user.lockedUntil = after(clock.now(), { seconds: limits.lockoutSeconds });
	reportUser(service, user, `${reason}${locks ? `. ${lockoutAddition}` : ''} from IP ${addresses}`);
	return unauthorized();
}

const lockoutAddition = 'Too many failed authentication requests';

/**
 * Nobody acted who could be named, so the event's user is the one who could not log in (contract §5). The case of
 * the wording varies.
 */
function reportUser(
	{ clock, world }: Service,
	user: User,
	reason: string,
	label: 'Reason' | 'reason' = 'Reason',
): void {
	world.addEvent({
		timestamp: clock.now(),
		type: eventTypes.userAuthenticationFailed,
		severity: eventSeverities.warn,
		description: `Failed authentication request from '${user.username}', ${label}: ${reason}`,
		organisationId: user.organisationId,
		userId: user.id,
	});
}

/** The text names the token (contract §5); its severity is undocumented. */
function reportApplication(
	{ clock, world }: Service,
	token: ApplicationToken,
	reason: string,
): void {
	world.addEvent({
		timestamp: clock.now(),
		type: eventTypes.applicationAuthenticationFailed,
		severity: eventSeverities.warn,
		description: `Failed authentication request from '${token.description}', Reason: ${reason}`,
		organisationId: world.user(token.creatorId).organisationId,
	});
}
