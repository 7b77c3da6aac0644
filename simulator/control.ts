/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the simulator runs in Node, not in n8n */
/* eslint-disable @n8n/community-nodes/require-node-api-error -- the simulator runs in Node, not in n8n */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Duration } from './clock';
import { ApiError, malformed, notFound } from './errors';
import type { Fault } from './faults';
import { faultKinds } from './faults';
import * as present from './present';
import type { ServerParts } from './server';
import { controlPrefix, payloadOf, readJson, send } from './server';
import { numberInPath } from './service';

/** Something posted to the inbox, which stands where Slack or another alert channel would. */
export interface Alert {
	/** By the simulator's clock. */
	receivedAt: Date;
	body: unknown;
	headers: IncomingHttpHeaders;
}

/** What the command line prints about the routes below. */
export const controlRoutes = [
	['GET, POST, DELETE', `${controlPrefix}/inbox`, 'read, receive and forget alerts'],
	[
		'POST, DELETE',
		`${controlPrefix}/faults`,
		'{"fault": {"kind": "status", "status": 503}, "times": 2}',
	],
	['GET, POST', `${controlPrefix}/clock`, '{"advance": {"days": 1, "minutes": 5}}'],
	['GET, DELETE', `${controlPrefix}/requests`, 'the API requests so far'],
	[
		'POST',
		`${controlPrefix}/users/{user_id}/trusted_devices`,
		'{"operating_system": "…", "browser": "…", "activation_date": "…"}',
	],
] as const;

/** Adds the control routes, which are no part of the API. */
export function addControlRoutes(
	server: FastifyInstance,
	{ service, faults, requests }: ServerParts,
	inbox: Alert[],
): void {
	const { clock, world } = service;
	const on = (
		method: 'GET' | 'POST' | 'DELETE',
		path: string,
		action: (request: FastifyRequest) => unknown,
	) =>
		server.route({
			method,
			url: `${controlPrefix}${path}`,
			handler: async (request, reply) => {
				try {
					const body = action(request);
					return await send(reply, payloadOf({ status: body === undefined ? 204 : 200, body }));
				} catch (error) {
					if (error instanceof ApiError) return await send(reply, payloadOf(error));
					throw error;
				}
			},
		});

	on('GET', '/inbox', () => inbox);
	on('POST', '/inbox', (request) => {
		inbox.push({ receivedAt: clock.now(), body: readJson(request), headers: request.headers });
		return { ok: true };
	});
	on('DELETE', '/inbox', () => {
		inbox.length = 0;
	});

	on('POST', '/faults', (request) => {
		const { fault, times, endpoint } = readObject(request);
		faults.next(readFault(fault), {
			...(times !== undefined && { times: Number(times) }),
			...(endpoint !== undefined && { endpoint: String(endpoint) }),
		});
	});
	on('DELETE', '/faults', () => faults.clear());

	const time = () => ({ now: clock.now().toISOString() });
	on('GET', '/clock', time);
	on('POST', '/clock', (request) => {
		try {
			clock.advance((readObject(request).advance ?? {}) as Duration);
		} catch (error) {
			throw malformed(String(error));
		}
		return time();
	});

	on('GET', '/requests', () => requests);
	on('DELETE', '/requests', () => {
		requests.length = 0;
	});

	on('POST', '/users/:user_id/trusted_devices', (request) => {
		const id = numberInPath((request.params as Record<string, string>).user_id);
		const user = id === undefined ? undefined : world.findUser(id);
		if (!user) throw notFound('User not found');
		const body = readObject(request);
		const text = (name: string) => (typeof body[name] === 'string' ? body[name] : undefined);
		const activated = text('activation_date');
		if (activated !== undefined && Number.isNaN(Date.parse(activated))) {
			throw malformed('activation_date is not a time');
		}
		return present.trustedDevice(
			world.addTrustedDevice(user.id, {
				fingerprint: text('fingerprint'),
				operatingSystem: text('operating_system'),
				browser: text('browser'),
				name: text('name'),
				activatedAt: activated === undefined ? clock.now() : new Date(activated),
			}),
		);
	});
}

function readObject(request: FastifyRequest): Record<string, unknown> {
	const body = readJson(request);
	if (typeof body === 'object' && body !== null) return body as Record<string, unknown>;
	throw malformed('The body must be a JSON object');
}

function readFault(fault: unknown): Fault {
	const kind = typeof fault === 'object' && fault !== null && 'kind' in fault && fault.kind;
	if (faultKinds.some((known) => known === kind)) return fault as Fault;
	throw malformed(`fault.kind must be one of ${faultKinds.join(', ')}`);
}
