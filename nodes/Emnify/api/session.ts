import { createHash } from 'crypto';

import { authenticate, type AuthenticateBody, type Authenticated } from './authenticate';
import type { EmnifyCredential, Session, UserLogin } from './credential';
import { cancelled, dateAndTime, EmnifyError } from './errors';
import { DEFAULT_TIMEOUT_MS, type Send } from './http';
import { forgetFailure, rememberFailure, throwIfHeld } from './loginBackOff';
import { SharedAttempt, wasAbandoned, type Waiter } from './sharedAttempt';
import { totpCode, totpRemainingMs, totpStep, LAST_SECONDS_MS, type TotpSecret } from './totp';
import type { AuthenticateAnswer } from './types';
import { wait } from './wait';

/**
 * One session for each credential, shared by everything in this process. n8n asks for a login for each item and twice
 * for each failure; emnify allows 100 logins in 5 minutes (§2) and locks the account after three failures (§1). So: one
 * login at a time, whoever else asks waits for it; a login that failed is not repeated for a while; a session belongs to
 * the data it was obtained with, by the digest `sessionKey`, and never serves another account.
 */
interface SessionState {
	session?: Session;
	/** The newest refresh token, of a session that may be dead. */
	refreshToken: string;
	/** Tokens that emnify no longer takes: they are not sent again. */
	deadTokens: string[];
	/** When a request that was sent for this very purpose last proved that the session is alive. */
	provedAliveMs?: number;
	/** What the last login of this process gave. */
	lastLogin?: Session;
	/** The last login, if nothing has worked with its token so far. */
	unproved?: { token: string; sinceMs: number };
	/** So many logins in a row gave a token with which nothing worked. */
	uselessLogins: number;
	/** When this process logged in, within the last {@link LOGIN_WINDOW_MS}. */
	loginsMs: number[];
	attempt?: SharedAttempt<Session>;
}

/** How to log in, and on whose behalf. */
export interface Link extends Waiter {
	send: Send;
	/** Whether emnify takes the token, by a request that needs nothing else. Throws an `EmnifyError` where it cannot be told. */
	isAlive(token: string): Promise<boolean>;
	/** What n8n has stored now: another process may have logged in meanwhile. `undefined` where it is of another account. */
	storedNow?(): Promise<Session | undefined>;
	/** Stores a new session for n8n's other processes. */
	store?(session: Session): Promise<void>;
}

/** The link of what can send and nothing else: nobody cancels it, and n8n stores the session by itself. */
export function linkWith({ baseUrl }: EmnifyCredential, send: Send): Link {
	return {
		send,
		timeoutMs: () => DEFAULT_TIMEOUT_MS,
		signal: undefined,
		async isAlive(token) {
			// Endpoint 5 needs nothing but a valid token.
			const { status } = await send({
				method: 'GET',
				url: `${baseUrl}/api/v1/user/mfa/status`,
				headers: { Authorization: `Bearer ${token}` },
			});
			return status !== 401;
		},
	};
}

/** A token that emnify answered with 401, and when the request was sent. */
export interface RejectedToken {
	token: string;
	sentMs: number;
}

const states = new Map<string, SessionState>();
const loginsInFlight = new Map<string, { sent: string; attempt: SharedAttempt<Authenticated> }>();
const usedTotpSteps = new Map<string, number>();
const MOST_REMEMBERED = 500;
const MOST_DEAD_TOKENS = 5;

/** So long a session that was proved alive is not doubted: a 401 then is the endpoint's own. */
const BEYOND_DOUBT_MS = 30_000;

/** A credential may use up this part of the 100 logins in 5 minutes that emnify allows (§2). */
const LOGIN_WINDOW_MS = 5 * 60_000;
const MOST_LOGINS = 10;

/**
 * The session to use for this credential, or `undefined` where a login is due. What another n8n process has stored in
 * the credential is taken over.
 */
export function currentSession(credential: EmnifyCredential): Session | undefined {
	const state = stateOf(credential);
	if (!isUsable(state, state.session)) state.session = credential.storedSession;
	return isUsable(state, state.session) ? state.session : undefined;
}

/** Remembers that a request with this token was answered with anything but 401. */
export function reportWorking(credential: EmnifyCredential, token: string): void {
	const state = stateOf(credential);
	if (state.unproved?.token !== token) return;
	state.unproved = undefined;
	state.uselessLogins = 0;
}

/**
 * Gives a session that works, and logs in only if it must: where there is none, or where `rejected` is what the
 * credential has, and one cheap request tells that it is really dead. The same session again means that it is alive, so the
 * 401 was the endpoint's own; a login may give another session with the same token. Whoever asks meanwhile waits for the same
 * attempt.
 * Throws an {@link EmnifyError}: the one of the login, or the same again while a failed login is not repeated.
 */
export async function renewSession(
	credential: EmnifyCredential,
	link: Link,
	rejected?: RejectedToken,
): Promise<Session> {
	const state = stateOf(credential);
	for (;;) {
		const known = currentSession(credential);
		if (known && !isDoubted(state, known, rejected)) return known;
		const started = state.attempt === undefined;
		state.attempt ??= startAttempt(state, link, async (attempt) => {
			return await renew(state, credential, link, attempt);
		});
		const session = await state.attempt.wait(link).catch((error: unknown) => {
			if (started || !wasAbandoned(error, link)) throw error;
			return undefined;
		});
		if (session) return session;
	}
}

/**
 * Logs in whatever the session's state, for the credential test and for `forceNewToken`; the rules of failure hold, but
 * for `isAskedFor`: a person may ask earlier than n8n does by itself.
 */
export async function newSession(
	credential: EmnifyCredential,
	link: Link,
	isAskedFor = false,
): Promise<Session> {
	const state = stateOf(credential);
	for (;;) {
		const before = state.lastLogin;
		const running = state.attempt;
		if (!running) break;
		// If what is under way is a login, it will do.
		const session = await running.wait(link).catch((error: unknown) => {
			if (!wasAbandoned(error, link)) throw error;
			return undefined;
		});
		if (session && session === state.lastLogin && session !== before) return session;
	}
	state.attempt = startAttempt(state, link, async (attempt) => {
		return await logIn(state, credential, link, attempt, '', isAskedFor);
	});
	return await state.attempt.wait(link);
}

/**
 * Sends a login that is not the credential's. The rules hold here too: the same login, once it was refused, is not sent
 * again for a while, so that a workflow with many items does not lock the account, and one that is under way serves all.
 */
export async function authenticateCautiously(
	link: Pick<Link, 'send'> & Waiter,
	baseUrl: string,
	body: AuthenticateBody,
): Promise<AuthenticateAnswer> {
	const { answer } = await logInOnce(link, baseUrl, body);
	return answer;
}

/**
 * The one way in which a login goes out: one at a time for the same secret, whatever asks for it. Who asks for the very
 * same meanwhile gets the same answer; an `mfa_token` serves only once (§1), so that one is not shared.
 */
async function logInOnce(
	{ send, ...waiter }: Pick<Link, 'send'> & Waiter,
	baseUrl: string,
	body: AuthenticateBody,
	isAskedFor = false,
): Promise<Authenticated> {
	const key = loginKey(baseUrl, body);
	const sent = JSON.stringify(body);
	for (;;) {
		throwIfHeld(key, isAskedFor);
		const running = loginsInFlight.get(key);
		if (!running) break;
		const shared = await running.attempt.wait(waiter).catch((error: unknown) => {
			const gaveUp = loginsInFlight.get(key) === running;
			if (gaveUp || running.sent === sent) throw error;
			return undefined;
		});
		if (shared && running.sent === sent && shared.answer.auth_token !== undefined) return shared;
	}
	const attempt = new SharedAttempt<Authenticated>(waiter, async (started) => {
		return await remembering(key, async () => {
			return await authenticate(started.sendWith(send), baseUrl, body);
		}).finally(() => loginsInFlight.delete(key));
	});
	loginsInFlight.set(key, { sent, attempt });
	return await attempt.wait(waiter);
}

/** Does what logs in, and remembers whether it failed. */
async function remembering<Result>(key: string, logIn: () => Promise<Result>): Promise<Result> {
	const result = await logIn().catch((error: unknown) => {
		rememberFailure(key, error);
		throw error;
	});
	forgetFailure(key);
	return result;
}

/** The fingerprint says nothing of whether the password is right. */
function loginKey(baseUrl: string, body: AuthenticateBody): string {
	const secrets = 'password' in body ? { ...body, fingerprint: undefined } : body;
	return sha256(JSON.stringify([baseUrl, secrets]));
}

function startAttempt(
	state: SessionState,
	link: Link,
	work: (attempt: SharedAttempt<Session>) => Promise<Session>,
): SharedAttempt<Session> {
	return new SharedAttempt(link, async (attempt) => {
		// So that `state.attempt` is set before the work can end.
		await Promise.resolve();
		return await work(attempt).finally(() => (state.attempt = undefined));
	});
}

async function renew(
	state: SessionState,
	credential: EmnifyCredential,
	link: Link,
	attempt: SharedAttempt<Session>,
): Promise<Session> {
	const candidates = [
		async () => await Promise.resolve(currentSession(credential)),
		async () => await link.storedNow?.(),
	];
	for (const candidate of candidates) {
		const session = await candidate();
		if (!session || !isUsable(state, session)) continue;
		if (session.refreshToken !== '') state.refreshToken = session.refreshToken;
		if (await link.isAlive(session.token)) {
			state.provedAliveMs = Date.now();
			reportWorking(credential, session.token);
			return (state.session = session);
		}
		buryToken(state, session.token);
	}
	throwIfLoginsAreUseless(state);
	return await logIn(state, credential, link, attempt, state.refreshToken);
}

function isUsable({ deadTokens }: SessionState, session: Session | undefined): boolean {
	return session !== undefined && !deadTokens.includes(session.token);
}

function buryToken(state: SessionState, token: string): void {
	state.deadTokens = [...state.deadTokens, token].slice(-MOST_DEAD_TOKENS);
	state.session = undefined;
	state.provedAliveMs = undefined;
}

/** Whether the session may be dead: it is what emnify rejected, and was not proved alive since, or a moment ago. */
function isDoubted(
	{ provedAliveMs }: SessionState,
	{ token }: Session,
	rejected: RejectedToken | undefined,
): boolean {
	if (token !== rejected?.token) return false;
	if (provedAliveMs === undefined) return true;
	return provedAliveMs < rejected.sentMs && Date.now() - provedAliveMs >= BEYOND_DOUBT_MS;
}

/**
 * Logins that succeed may be of no use all the same: emnify takes no request with their tokens, or ends each session at
 * once. Then another login changes nothing but what is left of the limit.
 */
function throwIfLoginsAreUseless({ unproved, uselessLogins, loginsMs }: SessionState): void {
	const nowMs = Date.now();
	const unprovedUntilMs = unproved
		? unproved.sinceMs + Math.min(15, 2 ** uselessLogins) * 60_000
		: 0;
	const recent = loginsMs.filter((loginMs) => loginMs > nowMs - LOGIN_WINDOW_MS);
	const usedUpUntilMs = recent.length < MOST_LOGINS ? 0 : (recent[0] ?? nowMs) + LOGIN_WINDOW_MS;
	const untilMs = Math.max(unprovedUntilMs, usedUpUntilMs);
	if (untilMs <= nowMs) return;
	throw new EmnifyError(
		'refused',
		'emnify accepts the login, but then not the session that it gave',
		`Test the credential, and check that Base URL is right and that nothing else ends its sessions. n8n logs in again on ${dateAndTime(untilMs)} at the earliest.`,
		{ httpStatus: 401, login: true, neverSent: true },
	);
}

async function logIn(
	state: SessionState,
	credential: EmnifyCredential,
	link: Link,
	attempt: SharedAttempt<Session>,
	refreshToken: string,
	isAskedFor = false,
): Promise<Session> {
	const waiter = { send: attempt.sendWith(link.send), ...attempt.worker };
	const authenticateOnce = async (body: AuthenticateBody) => {
		if (waiter.signal?.aborted) throw cancelled();
		return await attempt.asking(credential.baseUrl, async () => {
			return await logInOnce(waiter, credential.baseUrl, body, isAskedFor);
		});
	};
	throwIfHeld(secondFactorKey(credential), isAskedFor);
	const session = await obtainSession(credential, authenticateOnce, waiter.signal, refreshToken);
	const nowMs = Date.now();
	state.uselessLogins += state.unproved ? 1 : 0;
	state.unproved = { token: session.token, sinceMs: nowMs };
	state.loginsMs = [...state.loginsMs, nowMs].slice(-MOST_LOGINS);
	state.provedAliveMs = undefined;
	// emnify may give a token again that it rejected before. It counts as alive until it is rejected once more: to store it, n8n
	// asks for the session, which is to be here and not to wait for this very login.
	state.deadTokens = state.deadTokens.filter((token) => token !== session.token);
	state.session = state.lastLogin = session;
	state.refreshToken = session.refreshToken;
	await link.store?.(session);
	return session;
}

type AuthenticateOnce = (body: AuthenticateBody) => Promise<Authenticated>;

async function obtainSession(
	credential: EmnifyCredential,
	authenticateOnce: AuthenticateOnce,
	signal: AbortSignal | undefined,
	refreshToken: string,
): Promise<Session> {
	const { login } = credential;
	if (login.method === 'applicationToken') {
		const { answer } = await authenticateOnce({ application_token: login.applicationToken });
		return sessionFrom(answer, '');
	}
	const refreshed = refreshToken === '' ? undefined : await refresh(authenticateOnce, refreshToken);
	if (refreshed) return refreshed;
	const first = await authenticateOnce({
		username: login.username,
		password: login.passwordToSend,
		...(login.fingerprint !== undefined && { fingerprint: login.fingerprint }),
	});
	if (first.answer.auth_token !== undefined) return sessionFrom(first.answer, '');
	const key = secondFactorKey(credential);
	return await remembering(key, async () => {
		return await answerChallenge(credential.baseUrl, login, authenticateOnce, signal, first);
	});
}

/** A refused refresh token is no failure: the password is next. Anything else (429, 5xx, no answer) is. */
async function refresh(
	authenticateOnce: AuthenticateOnce,
	refreshToken: string,
): Promise<Session | undefined> {
	return await authenticateOnce({ refresh_token: refreshToken }).then(
		({ answer }) => sessionFrom(answer, refreshToken),
		(error: unknown) => {
			if (error instanceof EmnifyError && ['refused', 'rejected'].includes(error.kind))
				return undefined;
			throw error;
		},
	);
}

async function answerChallenge(
	baseUrl: string,
	{ totpSecret, fingerprint }: UserLogin,
	authenticateOnce: AuthenticateOnce,
	signal: AbortSignal | undefined,
	{ answer, clockOffsetMs }: Authenticated,
): Promise<Session> {
	if (totpSecret === undefined) {
		throw new EmnifyError(
			'mfaNeeded',
			'emnify asks for a second factor: a code that was e-mailed or that an authenticator app shows',
			'n8n cannot read that code. Use an application token instead (recommended), or give the TOTP Secret of an authenticator app, or the Fingerprint of a trusted device. To ask a person for the code in a workflow, use Authentication → Retrieve Token.',
			{ login: true },
		);
	}
	const code = await freshTotpCode(baseUrl, totpSecret, clockOffsetMs, signal);
	const second = await authenticateOnce({
		mfa_token: answer.mfa_token as string,
		code,
		...(fingerprint !== undefined && {
			trusted_device: { fingerprint, operating_system: 'n8n', browser: 'n8n', name: 'n8n' },
		}),
	});
	return sessionFrom(second.answer, '');
}

function sessionFrom(
	{ auth_token, refresh_token }: AuthenticateAnswer,
	refreshToken: string,
): Session {
	return { token: auth_token as string, refreshToken: refresh_token ?? refreshToken };
}

/**
 * The code of the current step by the clock of the emnify at `baseUrl`, which is `clockOffsetMs` ahead of this one. Waits
 * for the next step in the last seconds of one, when the code would be late, and where this step's code was already
 * used: emnify counts a second use as a failed attempt. Throws an {@link EmnifyError} (`cancelled`).
 */
export async function freshTotpCode(
	baseUrl: string,
	secret: TotpSecret,
	clockOffsetMs: number,
	signal: AbortSignal | undefined,
): Promise<string> {
	const name = sha256(`${baseUrl} ${secret.key.toString('hex')}`);
	for (;;) {
		const now = Date.now() + clockOffsetMs;
		const step = totpStep(secret, now);
		const used = usedTotpSteps.get(name) === step;
		const remaining = totpRemainingMs(secret, now);
		if (!used && remaining > LAST_SECONDS_MS) {
			rememberBounded(usedTotpSteps, name, step);
			return totpCode(secret, step);
		}
		await wait(remaining + 100, signal);
	}
}

function secondFactorKey({ sessionKey }: EmnifyCredential): string {
	return `second factor ${sessionKey}`;
}

function stateOf({ sessionKey }: Pick<EmnifyCredential, 'sessionKey'>): SessionState {
	const state = states.get(sessionKey) ?? {
		refreshToken: '',
		deadTokens: [],
		uselessLogins: 0,
		loginsMs: [],
	};
	rememberBounded(states, sessionKey, state);
	return state;
}

function sha256(data: string): string {
	return createHash('sha256').update(data).digest('hex');
}

function rememberBounded<Value>(map: Map<string, Value>, key: string, value: Value): void {
	map.delete(key);
	map.set(key, value);
	const oldest = map.keys().next();
	if (map.size > MOST_REMEMBERED && !oldest.done) map.delete(oldest.value);
}
