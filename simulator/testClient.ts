/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the tests run in Node, not in n8n */
import { Agent } from 'node:http';
import type { AxiosRequestConfig, AxiosResponse } from 'axios';
import axios from 'axios';
import type { Simulator } from './index';
import { seed, totp } from './index';

/** Where the simulator's clock starts in tests: the start of a time step of RFC 6238. */
export const start = new Date('2026-03-01T12:00:00Z');

/** An answer of any status, with its parsed body. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the tests assert what it is
export type Response = AxiosResponse<any>;

const httpAgent = new Agent({ keepAlive: true, maxSockets: 20 });

/** Sends a request and returns the answer whatever its status. */
export async function send(
	simulator: Simulator,
	method: string,
	path: string,
	config: AxiosRequestConfig = {},
): Promise<Response> {
	return await axios.request({
		method,
		url: `${simulator.url}${path}`,
		validateStatus: () => true,
		proxy: false,
		httpAgent,
		...config,
	});
}

/** `POST /authenticate` with this body. */
export async function authenticate(simulator: Simulator, data: unknown): Promise<Response> {
	return await send(simulator, 'POST', '/api/v1/authenticate', { data });
}

/** A caller who has logged in; takes paths behind `/api/v1`, and whole ones. */
export type Session = (method: string, path: string, data?: unknown) => Promise<Response>;

/** A caller with this `auth_token`. */
export function withToken(simulator: Simulator, token: string): Session {
	return async (method, path, data) =>
		await send(simulator, method, path.startsWith('/api/') ? path : `/api/v1${path}`, {
			data,
			headers: { Authorization: `Bearer ${token}` },
		});
}

/** A caller under an application token, Acme Fleet's by default. */
export async function asApplication(
	simulator: Simulator,
	token: string = seed.applicationToken,
): Promise<Session> {
	const { data } = await authenticate(simulator, { application_token: token });
	return withToken(simulator, data.auth_token);
}

/** A caller who logged in as a user, with the e-mailed code where MFA is by e-mail. */
export async function asUser(
	simulator: Simulator,
	user: { id: number; username: string; passwordHash: string },
): Promise<Session> {
	const { data: first } = await authenticate(simulator, {
		username: user.username,
		password: user.passwordHash,
	});
	if (first.auth_token) return withToken(simulator, first.auth_token);
	const { data: second } = await authenticate(simulator, {
		mfa_token: first.mfa_token,
		code: simulator.world.user(user.id).emailedCode?.code,
	});
	return withToken(simulator, second.auth_token);
}

/** The code an authenticator app shows, `offset` seconds from the simulator's now. */
export function codeOf(simulator: Simulator, secret: string, offset = 0): string {
	return totp(secret, '').generate({ timestamp: simulator.clock.now().getTime() + offset * 1000 });
}

/** What an action gives when it is done this many times, one after the other. */
export async function repeat<Result>(
	count: number,
	action: () => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	while (results.length < count) results.push(await action());
	return results;
}
