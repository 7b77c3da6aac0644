import type { MfaKey } from '../api/types';
import { dayOfDate } from '../domain/day';
import { mfaKeysOf } from '../endpoints/mfaKeys';
import { requireRequestingUser } from '../fields/requestingUser';
import { readUser } from '../fields/user';
import { searchList, type ListEntry } from './list';

/** Fills the list of the MFA Key field with the keys of the chosen user. */
export const searchMfaKeys = searchList(async ({ client, fields }) => {
	const user = readUser('User', fields.field('user'), fields);
	return entriesOf(await mfaKeysOf(client, user));
});

/** Fills the list of the MFA Key field with the keys of the credential's own user. */
export const searchOwnMfaKeys = searchList(async ({ client }) => {
	requireRequestingUser(client, 'Could not list the MFA keys of the credential’s own user');
	return entriesOf(await mfaKeysOf(client, { id: 'my' }));
});

function entriesOf(keys: MfaKey[] = []): ListEntry[] {
	return keys.map((key) => ({ name: keyInWords(key), value: key.id }));
}

/** A key for a person: `Time-Based One-Time Password · Active · since 20 Feb 2026`. */
function keyInWords({ id, type, status, creation_date, activation_date }: MfaKey): string {
	const since = activation_date ?? creation_date;
	return [
		type?.description || `key ${id}`,
		status?.description,
		since && `since ${dayOfDate(since)}`,
	]
		.filter((part) => part)
		.join(' · ');
}
