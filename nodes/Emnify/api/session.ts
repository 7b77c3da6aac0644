import type { AuthenticateBody } from './authenticate';
import type { EmnifyCredential, Session } from './credential';
import { cancelled, dateAndTime, EmnifyError } from './errors';
import { DEFAULT_TIMEOUT_MS, type Send } from './http';
import { logInOnce, obtainSession, type LoginLink } from './login';
import { BoundedMap } from './memory';
import { SharedAttempt, wasAbandoned } from './sharedAttempt';

/**
 * One session for each credential, shared by everything in this process. n8n asks for a login for each item and twice
 * for each failure; emnify allows 100 logins in 5 minutes (§2) and locks the account after three failures (§1). So: one
 * login at a time, whoever else asks waits for it; a login that failed is not repeated for a while; a session belongs to
 * the data it was obtained with, by the digest `sessionKey`, and never serves another account.
 */
interface SessionState {
	session?: Session | undefined;
	/** The newest refresh token, of a session that may be dead. */
	refreshToken: string;
	/** Tokens that emnify no longer takes: they are not sent again. */
	deadTokens: string[];
	/** When a request that was sent for this very purpose last proved that the session is alive. */
	provedAliveMs?: number | undefined;
	/** What the last login of this process gave. */
	lastLogin?: Session | undefined;
	/** The last login, if nothing has worked with its token so far. */
	unproved?: { token: string; sinceMs: number } | undefined;
	/** How many logins in a row gave a token with which nothing worked. */
	uselessLogins: number;
	/** When this process logged in, within the last {@link LOGIN_WINDOW_MS}. */
	loginsMs: number[];
	attempt?: SharedAttempt<Session> | undefined;
}

/** How to log in, and on whose behalf. */
export interface Link extends Omit<LoginLink, 'secrets'> {
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

const states = new BoundedMap<SessionState>();
const MOST_DEAD_TOKENS = 5;

/** For that long a session that was proved alive is not doubted: a 401 then is the endpoint's own. */
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

/** What a server could know of the credential's secrets, and repeat: for `withoutSecrets`. */
export function secretsOf(credential: EmnifyCredential): object {
	const { session, refreshToken, deadTokens } = stateOf(credential);
	return {
		credential,
		session,
		refreshToken,
		deadSessions: deadTokens.map((token) => ({ token })),
	};
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
		return await logIn(state, credential, link, attempt, { refreshToken: '', isAskedFor });
	});
	return await state.attempt.wait(link);
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
	const { refreshToken } = state;
	return await logIn(state, credential, link, attempt, { refreshToken, isAskedFor: false });
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
	how: { refreshToken: string; isAskedFor: boolean },
): Promise<Session> {
	const waiter = {
		send: attempt.sendWith(link.send),
		secrets: secretsOf(credential),
		...attempt.worker,
	};
	const authenticateOnce = async (body: AuthenticateBody) => {
		if (waiter.signal?.aborted) throw cancelled();
		return await attempt.asking(credential.baseUrl, async () => {
			return await logInOnce(waiter, credential.baseUrl, body, how.isAskedFor);
		});
	};
	const session = await obtainSession(credential, authenticateOnce, waiter.signal, how);
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

function stateOf({ sessionKey }: Pick<EmnifyCredential, 'sessionKey'>): SessionState {
	const state = states.get(sessionKey) ?? {
		refreshToken: '',
		deadTokens: [],
		uselessLogins: 0,
		loginsMs: [],
	};
	states.set(sessionKey, state);
	return state;
}
