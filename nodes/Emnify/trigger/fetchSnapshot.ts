import { applicationTokens } from '../endpoints/applicationTokens';
import type { Checkpoint } from './checkpoint';
import { eventsFrom } from './events';
import { fetchDevices } from './fetchDevices';
import { fetchLog } from './fetchLog';
import { fetchUsers } from './fetchUsers';
import type { TriggerSettings } from './fields';
import type { PollTools } from './pollTools';
import type { Snapshot } from './snapshot';

/** Fetches what the chosen events need. Throws an `EmnifyError` where something of it cannot be read at all. */
export async function fetchSnapshot(
	tools: PollTools,
	settings: TriggerSettings,
	before: Checkpoint | undefined,
): Promise<Snapshot> {
	const { client, budget } = tools;
	const { events } = settings;
	const snapshot: Omit<Snapshot, 'now'> = {};
	if (eventsFrom('tokens', events).length > 0) snapshot.tokens = await applicationTokens(client);
	const ofLog = eventsFrom('log', events);
	if (ofLog.length > 0) snapshot.log = await fetchLog(tools, ofLog, before?.log?.from);
	if (eventsFrom('devices', events).length > 0) {
		snapshot.devices = await fetchDevices(tools, settings, before?.devices?.known);
	}
	if ([...eventsFrom('directory', events), ...eventsFrom('details', events)].length > 0) {
		snapshot.users = await fetchUsers(tools, settings, before);
	}
	// The trigger's own health alone: one cheap request shows whether emnify answers.
	if (Object.keys(snapshot).length === 0) await client.session(false);
	// By now emnify has answered, and its clock is known.
	const began = client.now().getTime() - budget.spentMs();
	return { ...snapshot, now: Math.floor(began / 1000 - 1) * 1000 };
}
