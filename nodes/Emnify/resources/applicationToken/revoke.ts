import {
	applicationTokens,
	isRevoked,
	revokeApplicationToken,
} from '../../endpoints/applicationTokens';
import { readTokenId, tokenIdField } from '../../fields/tokenId';
import { defineOperation } from '../operation';
import { create } from './create';

/** `PATCH /api/v1/application_token/{id}` (§5). */
export const revoke = defineOperation({
	option: {
		name: 'Revoke',
		value: 'revoke',
		action: 'Revoke application token',
		description: 'Revoke a token, which cannot be undone: programs can no longer log in with it',
	},
	fields: [
		{
			displayName:
				'Revoking cannot be undone. No program can log in with this token any more, n8n included if its credential uses it. Sessions that were opened with it last up to 240 minutes.',
			name: 'revokeNotice',
			type: 'notice',
			default: '',
		},
		tokenIdField,
	],
	access: 'write',
	settles: [create],
	read: (item) => readTokenId('Application Token', item.field('tokenId')),
	async run(client, tokenId) {
		await revokeApplicationToken(client, tokenId);
		return [revoked(tokenId)];
	},
	whenOpen: {
		advice:
			'Nobody knows whether the token is revoked: Application Token → Get Many shows its status.',
		async lookUp(client, tokenId) {
			const tokens = await applicationTokens(client);
			const token = tokens.find(({ id }) => String(id) === tokenId);
			if (!token?.status) return undefined;
			return isRevoked(token) ? [revoked(tokenId)] : 'notDone';
		},
	},
});

const revoked = (tokenId: string) => ({ revoked: true, token_id: Number(tokenId) });
