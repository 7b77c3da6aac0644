import type { ApplicationToken } from '../api/types';
import { dayOfDate } from '../domain/day';
import { applicationTokens, isRevoked } from '../endpoints/applicationTokens';
import { searchList } from './list';

/** Fills the list of the Application Token field with the tokens that can be revoked. */
export const searchApplicationTokens = searchList(async ({ client }) => {
	const tokens = await applicationTokens(client);
	return tokens
		.filter((token) => !isRevoked(token))
		.map((token) => ({ name: tokenInWords(token), value: token.id }));
});

/** A token for a person: `CI · by Ada Lindqvist · created 20 Feb 2026 · expires 1 Apr 2026`. */
function tokenInWords({
	id,
	description,
	created,
	expiry_date,
	creator,
}: ApplicationToken): string {
	const by = creator?.name || creator?.username;
	return [
		description || `Token ${id}`,
		by && `by ${by}`,
		created && `created ${dayOfDate(created)}`,
		expiry_date ? `expires ${dayOfDate(expiry_date)}` : 'never expires',
	]
		.filter((part) => part)
		.join(' · ');
}
