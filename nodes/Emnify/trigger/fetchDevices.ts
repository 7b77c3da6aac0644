import { trustedDevicesOf } from '../endpoints/trustedDevices';
import { eventsFrom } from './events';
import type { TriggerSettings } from './fields';
import { mostUsers, readInTurn, whoseTurn } from './inTurn';
import type { KnownDevices } from './knownDevices';
import type { PollTools } from './pollTools';
import type { Snapshot } from './snapshot';

/** Fetches the trusted devices of the users whose turn it is. Throws an `EmnifyError` where nobody's can be read. */
export async function fetchDevices(
	tools: PollTools,
	{ events, scope }: TriggerSettings,
	known: KnownDevices | undefined,
): Promise<NonNullable<Snapshot['devices']>> {
	const { client, directory, warn } = tools;
	const users = await directory.users(scope);
	const lastRead = (id: number) => (known?.get(id)?.devices ? known.get(id)?.checked : 0) ?? 0;
	const ids = whoseTurn(
		users.map(({ id }) => id),
		lastRead,
		mostUsers(events),
	);
	const { ofUser, failures } = await readInTurn(
		tools,
		ids,
		async (id) => await trustedDevicesOf(client, { id: String(id) }),
	);
	const [failure] = [...failures, ...directory.notFound];
	if (!failure) return { users, ofUser };
	if (ofUser.size === 0) {
		// Users who do not exist any more must not hold up the other events. Where there are no others, it is a failure.
		const doNotExist = failures.every(({ kind }) => kind === 'rejected');
		const hasOthers = eventsFrom('devices', events).length < events.length;
		if (!doNotExist || !hasOthers) throw failure;
	}
	warn(
		`The trusted devices of some users could not be read, and are looked at again in the next poll. The first of ${failures.length + directory.notFound.length} failures: ${failure.message}`,
	);
	return { users, ofUser };
}
