import { Secret } from 'otpauth';
import { conflict, errorBody, invalidInput, notFound } from '../errors';
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
	requestingUser,
	requireValid,
	userInPath,
} from '../service';
import { acceptCode, totp } from '../totp';
import { eventSeverities, eventTypes, mfaKeyStatuses, mfaKeyTypes } from '../world';

/**
 * Endpoint 2 (contract §1): a key for the requesting user, the only answer that shows its secret. A
 * wrong password is a 422; that it does not count towards the lockout is undocumented.
 *
 * @throws ApiError 422 for an invalid field, 409 for a second key of that type
 */
export function createMfaKey(call: Call): Answer {
	const { body, service } = call;
	const user = requestingUser(call);
	const { type, password } = fields(body);
	const typeId = idOf(type);
	requireValid(
		check('type.id', typeId, 'number', { required: true }),
		check('password', password, 'string', { required: true }),
	);
	const known = mfaKeyTypes.find(({ id }) => id === typeId);
	if (!known) throw invalidInput([errorBody('InvalidReference', 'type.id is no known type')]);
	if (password !== user.password) {
		throw invalidInput([errorBody('InvalidFormat', 'password is not the password of the user')]);
	}
	if (user.mfaKeys.some((key) => key.typeId === known.id)) {
		throw conflict('The user has an MFA key of this type');
	}
	const key = service.world.addMfaKey(user.id, {
		typeId: known.id,
		secret: new Secret({ size: 20 }).base32,
		pending: true,
		createdAt: service.clock.now(),
	});
	const generator = totp(key.secret, user.username);
	return created(
		{ ...present.mfaKey(key), secret_key: key.secret, otpauth: generator.toString() },
		service.dialects,
	);
}

/**
 * Endpoint 3 (contract §1): activates a key of the requesting user. That a wrong code does not count
 * towards the lockout is undocumented.
 *
 * @throws ApiError 422 for an invalid field or a code that is wrong or expired, 404 for a key that is
 * not theirs, 409 for one that is active
 */
export function activateMfaKey(call: Call): Answer {
	const { body, params, service } = call;
	const user = requestingUser(call);
	const { status, code } = fields(body);
	const statusId = idOf(status);
	requireValid(
		check('status.id', statusId, 'number', { required: true }),
		check('code', code, 'string', { required: true }),
	);
	if (statusId !== mfaKeyStatuses.active.id) {
		throw invalidInput([errorBody('InvalidReference', 'status.id can only become 1')]);
	}
	const id = numberInPath(params.key_id);
	const key = user.mfaKeys.find((candidate) => candidate.id === id);
	if (!key) throw notFound('MFA key not found');
	if (key.statusId === mfaKeyStatuses.active.id) throw conflict('The MFA key is active already');
	const now = service.clock.now();
	if (!acceptCode(key, String(code), now)) {
		throw invalidInput([errorBody('InvalidFormat', 'code is wrong or expired')]);
	}
	key.statusId = mfaKeyStatuses.active.id;
	key.activatedAt = now;
	return noContent;
}

/**
 * Endpoint 4 (contract §1); leaves an event of type 14 behind: its user is who did it, and the text names whose
 * key it was (contract §5).
 *
 * @throws ApiError 404 for a key of nobody or of another user, 403 where the caller may not
 */
export function deleteMfaKey(call: Call): Answer {
	const { caller, params, service } = call;
	const user = userInPath(call);
	const id = numberInPath(params.key_id);
	const index = user.mfaKeys.findIndex((key) => key.id === id);
	if (index < 0) throw notFound('MFA key not found');
	const [key] = user.mfaKeys.splice(index, 1);
	const type = mfaKeyTypes.find((known) => known.id === key?.typeId)?.description;
	service.world.addEvent({
		timestamp: service.clock.now(),
		type: eventTypes.multiFactorAuthentication,
		severity: eventSeverities.info,
		description: `MFA key with Id '${id}' of Type '${type}' deleted for user '${user.username}'`,
		organisationId: user.organisationId,
		...(caller.user && { userId: caller.user.id }),
	});
	return noContent;
}

/** Endpoint 5 (contract §1). */
export const listMfaKeyStatuses = (): Answer => ok(Object.values(mfaKeyStatuses));

/** Endpoint 6 (contract §1). */
export const listMfaKeyTypes = (): Answer => ok(mfaKeyTypes);
