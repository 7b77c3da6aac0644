import type { EmnifyCredential } from '../api/credential';
import { identifyAccount, isSameAccount } from './account';
import type { Directory } from './directory';
import { ofTheUsers } from './concerned';
import { definitionOf } from './events';
import { evaluate, type Evaluation } from './evaluate';
import { oldestFirst, type Occurrence } from './occurrence';
import { read, type Reader } from './read';
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
	// Of users who were not meant until now this poll is the start.
	const scopes = before ? [before.scope, settings.scope] : [settings.scope];
	const wanted = await ofTheUsers(reader.directory, occurrences, scopes);
	const told = await Promise.all(wanted.map(async (one) => await withName(reader.directory, one)));
	return { occurrences: told.sort(oldestFirst), state };
}

/** Users who were chosen by their ID have no name yet. */
async function withName(directory: Directory, occurrence: Occurrence): Promise<Occurrence> {
	const { event, user } = occurrence;
	if (!user || user.id === null || definitionOf(event).source !== 'devices') return occurrence;
	return { ...occurrence, user: await directory.described(user) };
}
