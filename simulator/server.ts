/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the simulator runs in Node, not in n8n */
/* eslint-disable @n8n/community-nodes/require-node-api-error -- the simulator runs in Node, not in n8n */
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { Dialects } from './dialects';
import type { EndpointLabel } from './endpoints';
import { endpoints, unknownEndpoint } from './endpoints';
import { ApiError, forbidden, malformed, notFound, tooManyRequests } from './errors';
import type { Fault, Faults } from './faults';
import type { RateLimiter } from './limits';
import { handlers, loginEndpoint } from './routes';
import { authenticate } from './routes/authenticate';
import type { Answer, OpenCall, Service } from './service';
import { authorize } from './service';

/** A request to the API as it came in, and what became of it. */
export interface RecordedRequest {
	method: string;
	/** The path with the query as sent. */
	path: string;
	/** A label of `endpoints`, or `unknownEndpoint`. */
	endpoint: EndpointLabel | typeof unknownEndpoint;
	headers: IncomingHttpHeaders;
	/** The parsed JSON, or undefined where there was none. */
	body: unknown;
	/** The status answered, or undefined where no answer was or is yet to be given. */
	status?: number;
	/** When it came in, by the simulator's clock. */
	at: Date;
	/** The caller, once authorised: who logged in or created the application token. */
	userId?: number;
	organisationId?: number;
}

/** What the server is built from. */
export interface ServerParts {
	service: Service;
	limiter: RateLimiter;
	faults: Faults;
	requests: RecordedRequest[];
	/** How many writes the gateway has answered so far. */
	writes: number;
	/** Added to every API answer, in milliseconds; read anew for each. */
	latencyMs: number;
}

/** What is put on the wire. */
interface Payload {
	status: number;
	headers?: Record<string, string>;
	content?: { type: string; text: string };
}

/** Requests under here control the simulator; they are neither recorded nor limited nor failed. */
export const controlPrefix = '/_simulator';

const listEndpoints: readonly string[] = ['GET /api/v1/event', 'GET /api/v1/sim'];

/** The HTTP server with every endpoint of the API; it does not listen yet. */
export function createServer(parts: ServerParts): FastifyInstance {
	const serveUnknown = async (request: FastifyRequest, reply: FastifyReply) =>
		await serve(parts, unknownEndpoint, request, reply);
	const server = fastify({
		exposeHeadRoutes: false,
		forceCloseConnections: true,
		routerOptions: { maxParamLength: 1000 },
		frameworkErrors: (_error, request, reply) => void serveUnknown(request, reply),
	});
	server.removeAllContentTypeParsers();
	server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) =>
		done(null, body),
	);
	server.addHook('onSend', async (_request, reply) => {
		reply.header('date', parts.service.clock.now().toUTCString());
	});
	for (const { label, paths } of endpoints) {
		for (const path of paths) {
			server.route({
				method: label.slice(0, label.indexOf(' ')),
				url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
				handler: async (request, reply) => await serve(parts, label, request, reply),
			});
		}
	}
	server.setNotFoundHandler(async (request, reply) => {
		if (!request.url.startsWith(controlPrefix)) return await serveUnknown(request, reply);
		return await send(reply, payloadOf(notFound()));
	});
	return server;
}

/** Sends an answer or an error as the API would. */
export async function send(reply: FastifyReply, payload: Payload): Promise<FastifyReply> {
	reply.code(payload.status).headers(payload.headers ?? {});
	if (payload.content) reply.type(payload.content.type);
	return await reply.send(payload.content?.text);
}

/** How an answer or an error looks on the wire. */
export function payloadOf(
	{ status, headers, body }: Answer | ApiError,
	dialects: Dialects = new Set(),
): Payload {
	const write = (name: string, value: unknown) => {
		if (value === undefined && dialects.has('nulls')) return null;
		if (name === 'id' && typeof value === 'number' && dialects.has('stringIds')) {
			return String(value);
		}
		return value;
	};
	return {
		status,
		headers,
		...(body !== undefined && {
			content: { type: 'application/json; charset=utf-8', text: JSON.stringify(body, write) },
		}),
	};
}

/**
 * The body as parsed JSON, undefined where there is none.
 *
 * @throws ApiError 415 for a body that does not claim to be JSON (undocumented), 400 for broken JSON
 */
export function readJson(request: FastifyRequest): unknown {
	if (typeof request.body !== 'string' || request.body === '') return undefined;
	if (!/^application\/([\w.-]+\+)?json\b/i.test(request.headers['content-type'] ?? '')) {
		throw new ApiError(415);
	}
	try {
		return JSON.parse(request.body) as unknown;
	} catch {
		throw malformed('The body is not JSON');
	}
}

async function serve(
	parts: ServerParts,
	endpoint: RecordedRequest['endpoint'],
	request: FastifyRequest,
	reply: FastifyReply,
): Promise<FastifyReply> {
	const { faults, limiter, service } = parts;
	const read = attempt(() => readJson(request));
	const record: RecordedRequest = {
		method: request.method,
		path: request.raw.url ?? '',
		endpoint,
		headers: request.headers,
		body: read instanceof ApiError ? undefined : read,
		at: service.clock.now(),
	};
	parts.requests.push(record);
	const wait429 = limiter.admit(request.ip, {
		login: endpoint === loginEndpoint,
		...(listEndpoints.includes(endpoint) && { list: endpoint }),
	});
	const fault = faults.take(endpoint);
	if (parts.latencyMs > 0) await wait(parts.latencyMs, undefined, { ref: false });
	if (fault?.kind === 'reset') return reset(request, reply);
	if (fault?.kind === 'stall') {
		await faults.hold(fault.ms);
		if (request.raw.socket.destroyed) return reply.hijack();
	}
	const payload =
		(fault && instead(fault)) ??
		payloadOf(
			throughGateway(
				parts,
				endpoint,
				attempt(() => {
					if (wait429 !== undefined) {
						throw tooManyRequests(service.limits.sendRetryAfter ? wait429 : undefined);
					}
					return handle(service, endpoint, read, record, request);
				}),
			),
			service.dialects,
		);
	if (fault?.kind === 'resetAfter') return reset(request, reply);
	record.status = payload.status;
	return await send(reply, fault?.kind === 'truncate' ? cutOff(payload) : payload);
}

function handle(
	service: Service,
	endpoint: RecordedRequest['endpoint'],
	read: unknown,
	record: RecordedRequest,
	request: FastifyRequest,
): Answer {
	if (endpoint === unknownEndpoint) throw notFound();
	const login = endpoint === loginEndpoint;
	const caller = login ? undefined : authorize(service, request.headers.authorization);
	if (read instanceof ApiError) throw read;
	const [path = '', query = ''] = splitOnce(record.path, '?');
	const forwarded = [request.headers['x-forwarded-for'] ?? []].flat();
	const call: OpenCall = {
		service,
		params: request.params as Record<string, string>,
		query: new URLSearchParams(query),
		body: read,
		ip: request.ip,
		addresses: [...forwarded, request.ip].join(', '),
		address: `http://${request.headers.host ?? request.hostname}${path}`,
	};
	if (login || !caller) return authenticate(call);
	record.userId = caller.account.id;
	record.organisationId = caller.organisationId;
	return handlers[endpoint]({ ...call, caller });
}

/** What the gateway makes of an answer without a body, in turn (contract §1: another 2xx means done as well). */
const doneByGateway: readonly Answer[] = [
	{ status: 200, body: { message: 'OK' } },
	{ status: 202 },
	{ status: 200 },
	{ status: 202, body: { message: 'Accepted' } },
];

/** The answer as it comes out of what stands in front of the service, where the dialect says so. */
function throughGateway(
	parts: ServerParts,
	endpoint: RecordedRequest['endpoint'],
	answer: Answer | ApiError,
): Answer | ApiError {
	if (!parts.service.dialects.has('gateway')) return answer;
	if (answer.status === 401 && answer.body === undefined && endpoint !== loginEndpoint) {
		return { ...answer, body: { message: 'token contains an invalid number of segments' } };
	}
	if (answer.status !== 204) return answer;
	parts.writes += 1;
	return doneByGateway[(parts.writes - 1) % doneByGateway.length] ?? answer;
}

/** What a fault answers instead of the service, if that is what it does. */
function instead(fault: Fault): Payload | undefined {
	const page = (title: string) => ({
		type: 'text/html; charset=utf-8',
		text: `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
	});
	if (fault.kind === 'html') return { status: 200, content: page('Please wait') };
	if (fault.kind !== 'status') return undefined;
	const { status, retryAfter, body, html } = fault;
	const headers = retryAfter === undefined ? undefined : { 'retry-after': String(retryAfter) };
	if (html) return { status, headers, content: page(`HTTP ${status}`) };
	return payloadOf({ status, headers, body: body ?? documentedBody(status) });
}

function documentedBody(status: number): unknown {
	return [forbidden(), notFound(), tooManyRequests()].find((error) => error.status === status)
		?.body;
}

function cutOff(payload: Payload): Payload {
	if (payload.status >= 300 || !payload.content) return payload;
	const { type, text } = payload.content;
	return { ...payload, content: { type, text: text.slice(0, Math.ceil(text.length / 2)) } };
}

function reset(request: FastifyRequest, reply: FastifyReply): FastifyReply {
	reply.hijack();
	request.raw.socket.resetAndDestroy();
	return reply;
}

function attempt<Result>(action: () => Result): Result | ApiError {
	try {
		return action();
	} catch (error) {
		if (error instanceof ApiError) return error;
		throw error;
	}
}

function splitOnce(text: string, separator: string): [string, string] {
	const at = text.indexOf(separator);
	return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
