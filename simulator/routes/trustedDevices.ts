import { notFound } from '../errors';
import { wholeList } from '../paging';
import * as present from '../present';
import type { Answer, Call } from '../service';
import { isNobodysList, noContent, numberInPath, ok, userInPath } from '../service';

/**
 * Endpoint 7 (contract §1): all devices at once, oldest first. That a device is still listed when its
 * trust has run out is undocumented.
 *
 * @throws ApiError 404 for an unknown user, 403 where the caller may not
 */
export function listTrustedDevices(call: Call): Answer {
	const devices = isNobodysList(call) ? [] : userInPath(call).trustedDevices;
	const { items, headers } = wholeList(devices, call);
	return ok(items.map(present.trustedDevice), headers);
}

/**
 * Endpoint 8 (contract §1): the next login from that device needs MFA again.
 *
 * @throws ApiError 404 for a device of nobody or of another user than the path names, 403 where the
 * caller may not
 */
export function deleteTrustedDevice(call: Call): Answer {
	const user = userInPath(call);
	const id = numberInPath(call.params.device_id);
	const index = user.trustedDevices.findIndex((device) => device.id === id);
	if (index < 0) throw notFound('Trusted device not found');
	user.trustedDevices.splice(index, 1);
	return noContent;
}
