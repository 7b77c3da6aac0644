import { identifyAccount, isSameAccount } from './account';
import type { Checkpoint } from './checkpoint';
import { concerningUsers } from './concerning';
import type { Directory } from './directory';
import { evaluate, type Evaluation } from './evaluate';
import { definitionOf } from './events';
import { fetchSnapshot } from './fetchSnapshot';
import type { TriggerSettings } from './fields';
import { intervalAdvice } from './interval';
import { byTimeAndId, type Occurrence } from './occurrence';
import type { PollTools } from './pollTools';

/**
 * One poll: what occurred since the one that left the checkpoint `saved`, in order, and the next checkpoint. Nothing is
 * changed where it throws an `EmnifyError`: the next poll finds the same again.
 */
export async function poll(
	tools: PollTools,
	settings: TriggerSettings,
	saved: Checkpoint | undefined,
): Promise<Evaluation> {
	const { directory } = tools;
	const account = await identifyAccount(tools.client, saved?.account);
	const before = saved && isSameAccount(saved.account, account) ? saved : undefined;
	if (saved && !before) {
		tools.warn('The credential is of another account than before: this poll is a new start.');
	}
	const snapshot = await fetchSnapshot(tools, settings, before);
	const { occurrences, checkpoint } = evaluate(before, settings, account, snapshot);
	if (before) {
		const users = Math.max(snapshot.devices?.users.length ?? 0, snapshot.users?.listed.length ?? 0);
		const minutes = Math.round((snapshot.now - before.polled) / 60_000);
		const advice = intervalAdvice(users, settings.events, minutes);
		if (advice !== undefined) tools.warnOnce('interval', advice);
	}
	// Of users who were not meant until now this poll is the start.
	const scopes = before ? [before.scope, settings.scope] : [settings.scope];
	const wanted = await concerningUsers(directory, occurrences, scopes);
	const named = await Promise.all(wanted.map(async (one) => await withName(directory, one)));
	return { occurrences: named.sort(byTimeAndId), checkpoint };
}

/** Users who were chosen by their ID have no name yet. */
async function withName(directory: Directory, occurrence: Occurrence): Promise<Occurrence> {
	const { event, user } = occurrence;
	if (!user || user.id === null || definitionOf(event).source !== 'devices') return occurrence;
	return { ...occurrence, user: await directory.described(user) };
}
