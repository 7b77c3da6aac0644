import { authenticate, type AuthenticateBody, type Authenticated } from './authenticate';
import type { EmnifyCredential, Session, UserLogin } from './credential';
import { EmnifyError } from './errors';
import type { Send } from './http';
import { forgetFailure, rememberFailure, throwIfHeld } from './loginBackOff';
import { sha256 } from './memory';
import { freshTotpCode } from './oneTimeCode';
import { SharedAttempt, type Waiter } from './sharedAttempt';
import type { AuthenticateAnswer } from './types';

/** How a login goes out, and how long somebody waits for it. */
export interface LoginLink extends Waiter {
	send: Send;
	/** What a refusal may not repeat, besides what was sent. */
	secrets: object;
}

const loginsInFlight = new Map<string, { sent: string; attempt: SharedAttempt<Authenticated> }>();

/**
 * Sends a login that is not the credential's. The rules hold here too: the same login, once it was refused, is not sent
 * again for a while, so that a workflow with many items does not lock the account, and one that is under way serves all.
 */
export async function authenticateCautiously(
	link: LoginLink,
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
export async function logInOnce(
	{ send, secrets, ...waiter }: LoginLink,
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
			return await authenticate(started.sendWith(send), baseUrl, body, secrets);
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

type AuthenticateOnce = (body: AuthenticateBody) => Promise<Authenticated>;

/**
 * Logs in as the credential says (§1): with the refresh token where there is one, else with the password, and answers the
 * second factor where it can. With `isAskedFor` a person asks for it. Throws an `EmnifyError`.
 */
export async function obtainSession(
	credential: EmnifyCredential,
	authenticateOnce: AuthenticateOnce,
	signal: AbortSignal | undefined,
	{ refreshToken, isAskedFor }: { refreshToken: string; isAskedFor: boolean },
): Promise<Session> {
	const secondFactor = `second factor ${credential.sessionKey}`;
	throwIfHeld(secondFactor, isAskedFor);
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
	return await remembering(secondFactor, async () => {
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
