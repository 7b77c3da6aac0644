import type { EmnifyCredential } from '../api/credential';
import { identifyAccount, isSameAccount } from './account';
import type { Directory } from './directory';
import { ofTheUsers } from './concerned';
import { definitionOf } from './events';
import { evaluate, type Evaluation, type Reading } from './evaluate';
import { oldestFirst, type Occurrence } from './occurrence';
import { read, requestsOfUser, type Reader } from './read';
import type { Settings } from './settings';
import type { TriggerState } from './state';

/**
 * One poll: what occurred since the one `before`, in order, and what is to be remembered of it. Nothing is changed where it
 * throws an `EmnifyError`: the next poll finds the same again.
 */
export async function poll(
	reader: Reader,
	credential: EmnifyCredential,
	settings: Settings,
	saved: TriggerState | undefined,
): Promise<Evaluation> {
	const account = await identifyAccount(reader.client, credential, saved?.account);
	const before = saved && isSameAccount(saved.account, account) ? saved : undefined;
	if (saved && !before) {
		reader.warn('The credential is of another account than before: this poll is a new start.');
	}
	const reading = await read(reader, settings, before);
	const { occurrences, state } = evaluate(before, settings, account, reading);
	warnOfInterval(reader, settings, reading, before);
	// Of users who were not meant until now this poll is the start.
	const scopes = before ? [before.scope, settings.scope] : [settings.scope];
	const wanted = await ofTheUsers(reader.directory, occurrences, scopes);
	const told = await Promise.all(wanted.map(async (one) => await withName(reader.directory, one)));
	return { occurrences: told.sort(oldestFirst), state };
}

/** So many requests a minute leave others room at emnify's limit of 2,000 in 5 minutes (§2). */
const REQUESTS_A_MINUTE = 300;
/** At longer intervals users are read in turn. */
const LONGEST_INTERVAL_MINUTES = 5;

/** Logs once where the workflow polls more often than its users allow. */
function warnOfInterval(
	{ warnOnce }: Reader,
	{ events }: Settings,
	{ now, devices, accounts }: Reading,
	before: TriggerState | undefined,
): void {
	const users = Math.max(devices?.users.length ?? 0, accounts?.listed.length ?? 0);
	const requests = users * requestsOfUser(events);
	const fitting = Math.min(Math.ceil(requests / REQUESTS_A_MINUTE), LONGEST_INTERVAL_MINUTES);
	const minutes = before ? Math.round((now - before.polled) / 60_000) : fitting;
	// Less than a minute is somebody who switches the workflow off and on.
	if (minutes < 1 || minutes >= fitting) return;
	warnOnce(
		'interval',
		`A poll of ${users} users takes ${requests} requests, more than fit an interval of ${minutes === 1 ? '1 minute' : `${minutes} minutes`}: emnify allows 2,000 in 5 minutes. Poll every ${fitting} minutes or less often.`,
	);
}

/** Users who were chosen by their ID have no name yet. */
async function withName(directory: Directory, occurrence: Occurrence): Promise<Occurrence> {
	const { event, user } = occurrence;
	if (!user || user.id === null || definitionOf(event).source !== 'devices') return occurrence;
	return { ...occurrence, user: await directory.described(user) };
}
