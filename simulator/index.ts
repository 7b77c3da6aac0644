/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the simulator runs in Node, not in n8n */
import type { AddressInfo } from 'node:net';
import { Clock } from './clock';
import type { Alert } from './control';
import { addControlRoutes } from './control';
import type { Dialect } from './dialects';
import { Faults } from './faults';
import type { Limits } from './limits';
import { contractLimits, RateLimiter } from './limits';
import { seedWorld } from './seed';
import type { RecordedRequest, ServerParts } from './server';
import { controlPrefix, createServer } from './server';
import { Tokens } from './tokens';
import type { World } from './world';

export { Clock } from './clock';
export type { Duration } from './clock';
export { dialectDescriptions, dialects, isDialect } from './dialects';
export type { Dialect } from './dialects';
export { endpoints, unknownEndpoint } from './endpoints';
export type { EndpointLabel } from './endpoints';
export type { Fault } from './faults';
export { createWorld } from './largeWorld';
export type { Limits } from './limits';
export { contractLimits } from './limits';
export { seed, seedWorld } from './seed';
export type { RecordedRequest } from './server';
export { totp } from './totp';
export * from './world';

export interface SimulatorOptions {
	/** Port on 127.0.0.1; any free one where it is 0 or absent. */
	port?: number;
	/** Where the clock starts; now where it is absent. */
	startsAt?: Date;
	/** What the service remembers; a fresh `seedWorld` where it is absent. */
	world?: World;
	/** Added to every API answer, in milliseconds. */
	latencyMs?: number;
	/** What differs from the limits of contract §2. */
	limits?: Partial<Limits>;
	/** In what it differs from the documented emnify; in nothing where it is absent. */
	dialects?: Iterable<Dialect>;
}

/** A running emnify. */
export interface Simulator {
	/** Goes where `https://cdn.emnify.net` would, e.g. `http://127.0.0.1:43121`. */
	readonly url: string;
	readonly port: number;
	/** Takes any JSON by POST and keeps it in `inbox`; stands where Slack would. */
	readonly inboxUrl: string;
	readonly inbox: Alert[];
	readonly clock: Clock;
	readonly world: World;
	readonly limits: Limits;
	readonly faults: Faults;
	/** In what it differs from the documented emnify; may be changed while it runs. */
	readonly dialects: Set<Dialect>;
	/** Added to every API answer, in milliseconds. */
	latencyMs: number;
	/** Every API request so far, refused ones included. */
	readonly requests: RecordedRequest[];
	/** How many API requests went to an endpoint, named by its label, or to all together. */
	count(endpoint?: string): number;
	/** Empties `requests` and `inbox`, and leaves the rate windows as they are. */
	forget(): void;
	/** Empties the rate windows and lifts every lockout. */
	resetLimits(): void;
	/** Makes every `auth_token` issued so far answer 401. */
	revokeTokens(): void;
	/** Closes every connection, held ones included, and frees the port. */
	stop(): Promise<void>;
}

/**
 * Starts a stateful emnify over real HTTP on 127.0.0.1, as strict as the contract (docs/emnify-api.md; see docs/architecture.md) and
 * with its limits.
 *
 * @throws Error if the port is taken
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const startsAt = options.startsAt ?? new Date();
	const clock = new Clock(startsAt);
	// Not of the clock, which is a moment later: the same start gives the same world.
	const world = options.world ?? seedWorld(startsAt);
	const limits = { ...contractLimits(), ...options.limits };
	const tokens = new Tokens(clock, limits);
	const limiter = new RateLimiter(clock, limits);
	const faults = new Faults();
	const dialects = new Set(options.dialects);
	const requests: RecordedRequest[] = [];
	const inbox: Alert[] = [];
	const parts: ServerParts = {
		service: { clock, world, limits, tokens, dialects },
		limiter,
		faults,
		requests,
		writes: 0,
		latencyMs: options.latencyMs ?? 0,
	};
	const server = createServer(parts);
	addControlRoutes(server, parts, inbox);
	await server.listen({ port: options.port ?? 0, host: '127.0.0.1' });
	const { port } = server.server.address() as AddressInfo;
	const url = `http://127.0.0.1:${port}`;

	return {
		url,
		port,
		inboxUrl: `${url}${controlPrefix}/inbox`,
		inbox,
		clock,
		world,
		limits,
		faults,
		dialects,
		requests,
		get latencyMs() {
			return parts.latencyMs;
		},
		set latencyMs(latency: number) {
			parts.latencyMs = latency;
		},
		count: (endpoint) =>
			endpoint === undefined
				? requests.length
				: requests.filter((request) => request.endpoint === endpoint).length,
		forget: () => {
			requests.length = 0;
			inbox.length = 0;
		},
		resetLimits: () => {
			limiter.reset();
			world.resetLockouts();
		},
		revokeTokens: () => tokens.revokeAuthTokens(),
		stop: async () => {
			server.server.closeAllConnections();
			faults.clear();
			await server.close();
		},
	};
}
