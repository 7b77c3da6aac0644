import { createHash } from 'crypto';
import { sleep } from 'n8n-workflow';

import {
	authenticate,
	LOCKOUT_MS,
	type AuthenticateBody,
	type Authenticated,
} from './authenticate';
import type { EmnifyCredential, Session, UserLogin } from './credential';
import { EmnifyError } from './errors';
import type { Send } from './http';
import type { AuthenticateAnswer } from './types';
import { totpCode, totpRemainingMs, totpStep, type TotpSecret } from './totp';

/**
 * One session for each credential, shared by everything in this process. n8n asks for a login for each item and twice
 * for each failure; emnify allows 100 logins in 5 minutes (§2) and locks the account after three failures (§1). So: one
 * login at a time, whoever else asks waits for it; a login that failed is not repeated for a while; a session belongs to
 * the data it was obtained with, by the digest `sessionKey`, and never serves another account.
 */
interface SessionState {
	session?: Session;
	/** The last token that emnify answered with 401: it is not sent again. */
	deadToken?: string;
	renewal?: Promise<Session>;
	refusal?: { error: EmnifyError; failedAtMs: number; untilMs: number };
}

const states = new Map<string, SessionState>();
const usedTotpSteps = new Map<string, number>();
const MOST_REMEMBERED = 500;

/**
 * The session to use for this credential, or `undefined` where a login is due. What another n8n process has stored in
 * the credential is taken over.
 */
export function currentSession(credential: EmnifyCredential): Session | undefined {
	const state = stateOf(credential);
	if (!isUsable(state, state.session)) state.session = credential.storedSession ?? state.session;
	return isUsable(state, state.session) ? state.session : undefined;
}

/** Remembers that emnify answered 401 to this token. */
export function reportDeadToken(credential: EmnifyCredential, token: string): void {
	stateOf(credential).deadToken = token;
}

/**
 * Gives a session that works, and logs in only if it must. n8n calls it (through the credential) where no token is
 * stored, after a 401, and for some of its nodes after any failed request, with the token of that request as the stored
 * one: then one cheap request tells whether the token is really dead, before a login is spent.
 * Throws an {@link EmnifyError}: the one of the login, or the same again while a failed login is not repeated.
 */
export async function renewSession(credential: EmnifyCredential, send: Send): Promise<Session> {
	const state = stateOf(credential);
	if (state.renewal) return await state.renewal;
	const known = state.session;
	const renewedMeanwhile = known?.token !== credential.storedSession?.token;
	if (known && renewedMeanwhile && isUsable(state, known)) return known;
	return await startRenewal(state, () => renew(state, credential, send));
}

/**
 * Why the last login failed, as long as it is not repeated. Older n8n (1.123 and 2.20) loses what the credential's
 * `preAuthentication` throws: its own error has no cause.
 */
export function lastRefusal(credential: EmnifyCredential): EmnifyError | undefined {
	const { refusal } = stateOf(credential);
	return refusal && refusal.untilMs > Date.now() ? refusal.error : undefined;
}

/** Logs in whatever the session's state, for the credential test and for `forceNewToken`; the rules of failure hold. */
export async function newSession(credential: EmnifyCredential, send: Send): Promise<Session> {
	const state = stateOf(credential);
	return await (state.renewal ?? startRenewal(state, () => logIn(state, credential, send, '')));
}

/**
 * Sends a login that is not the credential's. The rule of failure holds here too: the same body, once it was refused, is
 * not sent again for a while, so that a workflow with many items does not lock the account.
 */
export async function authenticateCautiously(
	send: Send,
	baseUrl: string,
	body: AuthenticateBody,
): Promise<AuthenticateAnswer> {
	const state = stateOf({ sessionKey: sha256(JSON.stringify([baseUrl, body])) });
	throwIfJustRefused(state);
	const { answer } = await authenticate(send, baseUrl, body).catch((error: unknown) => {
		rememberRefusal(state, error);
		throw error;
	});
	return answer;
}

async function startRenewal(state: SessionState, start: () => Promise<Session>): Promise<Session> {
	throwIfJustRefused(state);
	state.renewal = start().finally(() => (state.renewal = undefined));
	return await state.renewal;
}

async function renew(
	state: SessionState,
	credential: EmnifyCredential,
	send: Send,
): Promise<Session> {
	const held = credential.storedSession ?? state.session;
	if (held && isUsable(state, held)) {
		if (await isAlive(credential, send, held.token)) return (state.session = held);
		state.deadToken = held.token;
	}
	return await logIn(state, credential, send, held?.refreshToken ?? '');
}

function isUsable({ deadToken }: SessionState, session: Session | undefined): boolean {
	return session !== undefined && session.token !== deadToken;
}

/** Endpoint 5 needs nothing but a valid token. Without a clear 401 the token keeps its benefit of the doubt. */
async function isAlive({ baseUrl }: EmnifyCredential, send: Send, token: string): Promise<boolean> {
	const { status } = await send({
		method: 'GET',
		url: `${baseUrl}/api/v1/user/mfa/status`,
		headers: { Authorization: `Bearer ${token}` },
	});
	return status !== 401;
}

async function logIn(
	state: SessionState,
	credential: EmnifyCredential,
	send: Send,
	refreshToken: string,
): Promise<Session> {
	state.session = await obtainSession(credential, send, refreshToken).catch((error: unknown) => {
		rememberRefusal(state, error);
		throw error;
	});
	state.refusal = undefined;
	return state.session;
}

async function obtainSession(
	{ baseUrl, login }: EmnifyCredential,
	send: Send,
	refreshToken: string,
): Promise<Session> {
	if (login.method === 'applicationToken') {
		const { answer } = await authenticate(send, baseUrl, {
			application_token: login.applicationToken,
		});
		return sessionFrom(answer, '');
	}
	const refreshed = refreshToken === '' ? undefined : await refresh(baseUrl, send, refreshToken);
	if (refreshed) return refreshed;
	const first = await authenticate(send, baseUrl, {
		username: login.username,
		password: login.passwordToSend,
		...(login.fingerprint !== undefined && { fingerprint: login.fingerprint }),
	});
	if ((first.answer.mfa_token ?? null) === null) return sessionFrom(first.answer, '');
	return await answerChallenge(baseUrl, login, send, first);
}

/** A refused refresh token is no failure: the password is next. Anything else (429, 5xx, no answer) is. */
async function refresh(
	baseUrl: string,
	send: Send,
	refreshToken: string,
): Promise<Session | undefined> {
	return await authenticate(send, baseUrl, { refresh_token: refreshToken }).then(
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
	send: Send,
	{ answer, clockOffsetMs }: Authenticated,
): Promise<Session> {
	if (totpSecret === undefined) {
		throw new EmnifyError(
			'mfaNeeded',
			'emnify asks for a second factor: a code that was e-mailed or that an authenticator app shows',
			'n8n cannot read that code. Use an application token instead (recommended), or give the TOTP Secret of an authenticator app, or the Fingerprint of a trusted device. To ask a person for the code in a workflow, use Authentication → Retrieve Token.',
		);
	}
	const code = await freshTotpCode(baseUrl, totpSecret, clockOffsetMs);
	const second = await authenticate(send, baseUrl, {
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

const LAST_SECONDS_MS = 4_000;

/**
 * The code of the current step by the clock of the emnify at `baseUrl`, which is `clockOffsetMs` ahead of this one. Waits
 * for the next step in the last seconds of one, when the code would be late, and where this step's code was already
 * used: emnify counts a second use as a failed attempt.
 */
export async function freshTotpCode(
	baseUrl: string,
	secret: TotpSecret,
	clockOffsetMs: number,
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
		await sleep(remaining + 100);
	}
}

function throwIfJustRefused({ refusal }: SessionState): void {
	if (!refusal || refusal.untilMs <= Date.now()) return;
	const { error, failedAtMs, untilMs } = refusal;
	const ago = Math.round((Date.now() - failedAtMs) / 1000);
	const left = Math.ceil((untilMs - Date.now()) / 1000);
	throw new EmnifyError(
		error.kind,
		`${error.message} (not tried again: the same login failed ${ago} s ago)`,
		`${error.description} n8n logs in again in ${left} s at the earliest, and at once when the credential is changed.`,
		error.facts,
	);
}

/** So long a failed login is not repeated, in milliseconds. A locked account stays locked for five minutes (§1). */
function refusalMs({ kind, facts }: EmnifyError): number {
	if (kind === 'locked') return LOCKOUT_MS;
	if (kind === 'rateLimited') return (facts.retryAfterSeconds ?? 30) * 1000;
	if (['server', 'timeout', 'unreachable', 'tls'].includes(kind)) return 3_000;
	return 60_000;
}

function rememberRefusal(state: SessionState, error: unknown): void {
	if (!(error instanceof EmnifyError) || error.kind === 'cancelled' || error.kind === 'input')
		return;
	const failedAtMs = Date.now();
	state.refusal = { error, failedAtMs, untilMs: failedAtMs + refusalMs(error) };
}

function stateOf({ sessionKey }: Pick<EmnifyCredential, 'sessionKey'>): SessionState {
	const state = states.get(sessionKey) ?? {};
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
