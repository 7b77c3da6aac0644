import { apiPath } from '../../api/client';
import {
	applicationTokens,
	isRevoked,
	readTokenId,
	tokenIdField,
	TOKENS_FORBIDDEN,
} from '../../shared/applicationToken';
import { defineOperation } from '../operation';
import { createApplicationToken } from './create';

/** `PATCH /api/v1/application_token/{id}` (§5). Its answer is undocumented. */
export const revokeApplicationToken = defineOperation({
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
	settles: [createApplicationToken],
	read: readTokenId,
	async run(client, tokenId) {
		await client.command({
			method: 'PATCH',
			path: apiPath`/application_token/${tokenId}`,
			body: { status: { id: 1 } },
			action: `revoke application token ${tokenId}`,
			advice: {
				403: TOKENS_FORBIDDEN,
				404: 'The token may belong to another workspace. Choose it from the list to see which there are.',
				409: 'The token may be revoked already. Application Token → Get Many tells its status.',
			},
		});
		return [{ revoked: true }];
	},
	whenOpen: {
		advice:
			'Nobody knows whether the token is revoked: Application Token → Get Many shows its status.',
		async lookUp(client, tokenId) {
			const tokens = await applicationTokens(client);
			const token = tokens.find(({ id }) => String(id) === tokenId);
			if (!token?.status) return undefined;
			return isRevoked(token) ? [{ revoked: true }] : 'notDone';
		},
	},
});
