import type { EndpointLabel } from '../endpoints';
import type { Answer, Call } from '../service';
import {
	createApplicationToken,
	listApplicationTokens,
	updateApplicationToken,
} from './applicationTokens';
import { listEvents, listEventTypes, listUserEvents } from './events';
import {
	activateMfaKey,
	createMfaKey,
	deleteMfaKey,
	listMfaKeyStatuses,
	listMfaKeyTypes,
} from './mfa';
import { listSims } from './sims';
import { deleteTrustedDevice, listTrustedDevices } from './trustedDevices';
import {
	getOrganisation,
	getUser,
	listRoles,
	listUsers,
	listUserStatuses,
	listWorkspaces,
} from './users';

/** The label of the only endpoint that takes no `Authorization`. */
export const loginEndpoint = 'POST /api/v1/authenticate';

/** What answers each endpoint that needs `Authorization`. */
export const handlers: Record<
	Exclude<EndpointLabel, typeof loginEndpoint>,
	(call: Call) => Answer
> = {
	'POST /api/v1/user/mfa': createMfaKey,
	'PATCH /api/v1/user/mfa/{key_id}': activateMfaKey,
	'DELETE /api/v1/user/{user_id}/mfa/{key_id}': deleteMfaKey,
	'GET /api/v1/user/mfa/status': listMfaKeyStatuses,
	'GET /api/v1/user/mfa/type': listMfaKeyTypes,
	'GET /api/v1/user/{user_id}/mfa/trusted_device': listTrustedDevices,
	'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}': deleteTrustedDevice,
	'GET /api/v1/user': listUsers,
	'GET /api/v1/user/{user_id}': getUser,
	'GET /api/v1/user/status': listUserStatuses,
	'GET /api/v1/user/role': listRoles,
	'GET /api/v1/user/{user_id}/event': listUserEvents,
	'GET /api/v2/user/{user_id}/workspace': listWorkspaces,
	'GET /api/v1/organisation/my': getOrganisation,
	'GET /api/v1/event': listEvents,
	'GET /api/v1/event/type': listEventTypes,
	'GET /api/v1/application_token': listApplicationTokens,
	'POST /api/v1/application_token': createApplicationToken,
	'PATCH /api/v1/application_token/{id}': updateApplicationToken,
	'GET /api/v1/sim': listSims,
};
