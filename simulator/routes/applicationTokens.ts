/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the simulator runs in Node, not in n8n */
import { isIP } from 'node:net';
import { conflict, errorBody, invalidInput, notFound } from '../errors';
import type { ErrorBody } from '../errors';
import { wholeList } from '../paging';
import * as present from '../present';
import type { Answer, Call } from '../service';
import {
	check,
	created,
	fields,
	idOf,
	noContent,
	numberInPath,
	ok,
	requireAdministrator,
	requireValid,
} from '../service';
import type { ApplicationToken, World } from '../world';
import { applicationTokenStatuses } from '../world';

/**
 * `GET /application_token` (contract §5): the tokens of the caller's organisation, all at once. Every role may list
 * and create them, and only administrators edit them.
 */
export function listApplicationTokens(call: Call): Answer {
	const { caller, service } = call;
	const { world } = service;
	const own = [...world.applicationTokens.values()].filter(
		(token) => organisationOf(token, world) === caller.organisationId,
	);
	const { items, headers } = wholeList(own, call);
	return ok(
		items.map((token) => present.applicationToken(token, world)),
		headers,
	);
}

/**
 * `POST /application_token` (contract §5): the only answer that shows the secret. That an expiry date
 * must lie ahead, and that it is any ISO 8601 date, is undocumented.
 *
 * @throws ApiError 422 for an invalid field
 */
export function createApplicationToken({ body, caller, service }: Call): Answer {
	const { description, expiry_date: expiryDate, ip } = fields(body);
	requireValid(
		check('description', description, 'string', { required: false }),
		checkAddress(ip),
		checkFuture(expiryDate, service.clock.now()),
	);
	const { token } = service.world.addApplicationToken({
		creatorId: caller.account.id,
		description: String(description ?? ''),
		created: service.clock.now(),
		...(typeof ip === 'string' && ip !== '' && { ip }),
		...(typeof expiryDate === 'string' && { expiryDate: new Date(expiryDate) }),
	});
	return created({ application_token: token }, service.dialects);
}

/**
 * `PATCH /application_token/{id}` (contract §5): revokes for good or describes anew. A token that was
 * revoked no longer logs in; what it obtained before stays valid until it expires by itself (contract §1).
 *
 * @throws ApiError 403 for other than administrators, 404 for an unknown token, 422 for an invalid
 * field, 409 for an attempt to undo a revocation (undocumented)
 */
export function updateApplicationToken({ body, caller, params, service }: Call): Answer {
	requireAdministrator(caller);
	const token = service.world.applicationTokens.get(numberInPath(params.id) ?? -1);
	if (!token || organisationOf(token, service.world) !== caller.organisationId) {
		throw notFound('Application token not found');
	}
	const { description, status } = fields(body);
	requireValid(
		check('description', description, 'string', { required: false }),
		check('status.id', idOf(status), 'number', { required: status !== undefined }),
	);
	if (status !== undefined) {
		const known = Object.values(applicationTokenStatuses).find(({ id }) => id === idOf(status));
		if (!known) throw invalidInput([errorBody('InvalidReference', 'status.id is no known status')]);
		if (token.statusId === applicationTokenStatuses.revoked.id && known.id !== token.statusId) {
			throw conflict('A revoked application token cannot be activated again');
		}
		token.statusId = known.id;
	}
	if (typeof description === 'string') token.description = description;
	return noContent;
}

function organisationOf(token: ApplicationToken, world: World): number {
	return world.user(token.creatorId).organisationId;
}

/** An address, or several in CIDR notation. */
function checkAddress(ip: unknown): ErrorBody[] {
	const wrongType = check('ip', ip, 'string', { required: false });
	if (wrongType.length > 0 || typeof ip !== 'string' || ip === '') return wrongType;
	const [address = '', bits, ...others] = ip.split('/');
	const version = isIP(address);
	const longest = version === 6 ? 128 : 32;
	const inRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest);
	if (version !== 0 && inRange && others.length === 0) return [];
	return [errorBody('InvalidFormat', 'ip must be an IP address, or several in CIDR notation')];
}

function checkFuture(date: unknown, now: Date): ErrorBody[] {
	const wrongType = check('expiry_date', date, 'string', { required: false });
	if (wrongType.length > 0 || typeof date !== 'string') return wrongType;
	if (Date.parse(date) > now.getTime()) return [];
	return [errorBody('InvalidFormat', 'expiry_date must be a time in the future')];
}
