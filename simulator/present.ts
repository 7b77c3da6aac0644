import type {
	ApplicationToken,
	MfaKey,
	Organisation,
	Sim,
	TrustedDevice,
	User,
	Workspace,
	World,
	WorldEvent,
} from './world';
import {
	applicationTokenStatuses,
	mfaKeyStatuses,
	mfaKeyTypes,
	roles,
	simStatuses,
	userStatuses,
} from './world';

/* What is undefined here is left out of the answer, or is null where the dialect says so (contract §1). */

/** `YYYY-MM-DDTHH:mm:ssZ`: how times of devices and MFA keys are written is undocumented beyond ISO 8601. */
function timestamp(time: Date): string {
	return `${time.toISOString().slice(0, 19)}Z`;
}

/** `YYYY-MM-DDTHH:mm:ss.000+0000`, as recorded of users' neighbours (contract §1). */
function recordedTimestamp(time: Date): string {
	return `${time.toISOString().slice(0, 19)}.000+0000`;
}

/** A trusted device, without the fields it lacks (contract §1). */
export const trustedDevice = (device: TrustedDevice) => ({
	id: device.id,
	operating_system: device.operatingSystem,
	browser: device.browser,
	activation_date: device.activatedAt && timestamp(device.activatedAt),
});

/** An MFA key without its secret; `activation_date` appears once it is active (contract §1). */
export const mfaKey = (key: MfaKey) => ({
	id: key.id,
	status: described(Object.values(mfaKeyStatuses), key.statusId),
	type: described(mfaKeyTypes, key.typeId),
	creation_date: timestamp(key.createdAt),
	activation_date: key.activatedAt && timestamp(key.activatedAt),
});

/** An organisation, which is a Workspace. */
export const organisation = ({ id, name }: Organisation) => ({ id, name });

/** A user's place in an organisation (contract §5). Who owns one is undocumented; here nobody does. */
export const workspace = (
	place: Workspace,
	{ organisation: { id, name }, isDefault }: { organisation: Organisation; isDefault: boolean },
) => ({
	id,
	name,
	status: { status: { id: place.statusId } },
	roles: rolesOf(place),
	owner: false,
	default_workspace: isDefault,
});

/** An item of the list of users (contract §5). */
export const userItem = (user: User, world: World) => ({
	id: user.id,
	username: user.username,
	name: user.name,
	created: recordedTimestamp(user.created),
	status: described(Object.values(userStatuses), user.statusId),
	organisation: organisation(world.organisation(user.organisationId)),
});

/** A single user: adds the roles and the MFA keys (contract §5). */
export const userDetails = (user: User, world: World) => ({
	...userItem(user, world),
	roles: rolesOf(user),
	mfa: user.mfaKeys.map(mfaKey),
});

/** An event (contract §5). */
export const event = (item: WorldEvent, world: World) => {
	const user = item.userId === undefined ? undefined : world.findUser(item.userId);
	return {
		id: item.id,
		/** As recorded of events, whose service writes JavaScript's form. */
		timestamp: item.timestamp.toISOString(),
		alert: item.alert,
		description: item.description,
		event_type: item.type,
		event_source: item.source,
		event_severity: item.severity,
		organisation: organisation(world.organisation(item.organisationId)),
		user: user && { id: user.id, name: user.name, username: user.username },
		detail: item.detail,
		customEventId: undefined,
	};
};

/** An application token without its secret (contract §5). */
export const applicationToken = (token: ApplicationToken, world: World) => {
	const creator = world.user(token.creatorId);
	return {
		id: token.id,
		description: token.description,
		created: recordedTimestamp(token.created),
		status: described(Object.values(applicationTokenStatuses), token.statusId),
		expiry_date: token.expiryDate && recordedTimestamp(token.expiryDate),
		ip: token.ip,
		creator: { id: creator.id, name: creator.name, username: creator.username },
	};
};

/** A SIM card, cut down to what an example needs. */
export const sim = (card: Sim) => ({
	id: card.id,
	iccid: card.iccid,
	status: described(Object.values(simStatuses), card.statusId),
});

function rolesOf({ roleIds }: Pick<User, 'roleIds'>) {
	return Object.values(roles).filter(({ id }) => roleIds.includes(id));
}

function described<Entry extends { id: number }>(entries: readonly Entry[], id: number): Entry {
	const entry = entries.find((candidate) => candidate.id === id);
	if (!entry) throw new RangeError(`The world uses the unknown id ${id}`);
	return entry;
}
