import { cutPage, readFilters, sorted } from '../paging';
import * as present from '../present';
import type { Answer, Call } from '../service';
import { ok, requireAdministrator, userInPath } from '../service';
import type { User, Workspace } from '../world';
import { roles, userStatuses } from '../world';

const filterFields = ['id', 'status', 'name', 'username', 'organisation'] as const;

/**
 * `GET /user` (contract §5): the users of the caller's organisation and of its direct children, in the order they were added
 * unless sorted (undocumented). How filters compare is undocumented: names and usernames by any part whatever its case, the ids exactly.
 *
 * @throws ApiError 403 for other than administrators, 422 for an unknown filter or sort
 */
export function listUsers(call: Call): Answer {
	const { caller, query, service } = call;
	requireAdministrator(caller);
	const filters = [...readFilters(query, filterFields)];
	const matching = [...service.world.users.values()].filter(
		(user) =>
			service.world.sees(caller.organisationId, user.organisationId) &&
			filters.every(([field, value]) => matches(user, field, value)),
	);
	const inOrder = sorted(matching, query, {
		id: (user) => user.id,
		status: (user) => user.statusId,
		name: (user) => user.name.toLowerCase(),
		username: (user) => user.username.toLowerCase(),
		organisation: (user) => user.organisationId,
		created: (user) => user.created.getTime(),
	});
	const page = cutPage(inOrder, call);
	return ok(
		page.items.map((user) => present.userItem(user, service.world)),
		page.headers,
	);
}

/** `GET /user/{id or username or my}` (contract §5): oneself, or anyone for an administrator. */
export function getUser(call: Call): Answer {
	return ok(present.userDetails(userInPath(call, true), call.service.world));
}

/** `GET /organisation/my` (contract §5): the caller's, which an application token has too. */
export function getOrganisation({ caller, service }: Call): Answer {
	return ok(present.organisation(service.world.organisation(caller.organisationId)));
}

/**
 * `GET /v2/user/{id}/workspace` (contract §5): the Workspaces of a user in which the caller is administrator.
 *
 * @throws ApiError 403 for other than administrators, 404 for an unknown user
 */
export function listWorkspaces(call: Call): Answer {
	const { caller, service } = call;
	requireAdministrator(caller);
	const administered = placesOf(caller.account)
		.filter(({ roleIds }) => roleIds.includes(roles.administrator.id))
		.map(({ organisationId }) => organisationId);
	const user = userInPath(call);
	return ok(
		placesOf(user)
			.filter(({ organisationId }) => administered.includes(organisationId))
			.map((place) =>
				present.workspace(place, {
					organisation: service.world.organisation(place.organisationId),
					isDefault: place.organisationId === user.organisationId,
				}),
			),
	);
}

/** The Workspaces of a user, their own first. */
function placesOf({ organisationId, statusId, roleIds, otherWorkspaces }: User): Workspace[] {
	return [{ organisationId, statusId, roleIds }, ...otherWorkspaces];
}

/** `GET /user/status` (contract §5). */
export const listUserStatuses = (): Answer => ok(Object.values(userStatuses));

/** `GET /user/role` (contract §5). */
export const listRoles = (): Answer => ok(Object.values(roles));

function matches(user: User, field: (typeof filterFields)[number], value: string): boolean {
	const contains = (text: string) => text.toLowerCase().includes(value.toLowerCase());
	return {
		id: () => String(user.id) === value,
		status: () => String(user.statusId) === value,
		name: () => contains(user.name),
		username: () => contains(user.username),
		organisation: () => String(user.organisationId) === value,
	}[field]();
}
