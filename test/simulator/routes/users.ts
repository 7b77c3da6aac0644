import { cutPage, readFilters, sorted } from '../paging';
import * as present from '../present';
import type { Answer, Call } from '../service';
import { ok, requireAdministrator, userInPath } from '../service';
import type { User } from '../world';
import { roles, userStatuses } from '../world';

const filterFields = ['id', 'status', 'name', 'username', 'organisation'] as const;

/**
 * `GET /user` (contract §5): the users of the caller's organisation, in the order they were added
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
			user.organisationId === caller.organisationId &&
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
