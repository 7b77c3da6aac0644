import { apiPath } from '../../api/client';
import { readTotpSecret } from '../../api/totp';
import { readChoice } from '../../shared/choice';
import { readCode } from '../../shared/code';
import { keyIdField, mfaKeysOf, readKeyId } from '../../shared/keyId';
import { requireRequestingUser } from '../../shared/requestingUser';
import { readText } from '../../shared/text';
import { defineOperation } from '../operation';

/** The status of an MFA key (§1, endpoint 5). */
const ACTIVE = 1;

/** Endpoint 3 (§1). */
export const activateMfaKey = defineOperation({
	option: {
		name: 'Activate',
		value: 'activate',
		action: 'Activate MFA key',
		description: 'Prove with a code that the authenticator app works: from then on logins need it',
	},
	fields: [
		keyIdField('searchOwnMfaKeys'),
		{
			displayName: 'Code Source',
			name: 'codeSource',
			type: 'options',
			options: [
				{
					name: 'Code',
					value: 'code',
					description: 'What the authenticator app shows at this moment',
				},
				{
					name: 'Secret Key',
					value: 'secretKey',
					description: 'Let n8n compute the code from the key’s secret',
				},
			],
			default: 'code',
			description: 'Where the 6 digits come from',
		},
		{
			displayName: 'Code',
			name: 'code',
			type: 'string',
			required: true,
			default: '',
			placeholder: 'e.g. 123456',
			description: 'The 6 digits that the authenticator app shows. Leading zeros may be missing.',
			displayOptions: { show: { codeSource: ['code'] } },
		},
		{
			displayName: 'Secret Key',
			name: 'secretKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			placeholder: 'e.g. {{ $json.secret_key }}',
			description: 'The secret key, or the otpauth address, that creating the key gave',
			displayOptions: { show: { codeSource: ['secretKey'] } },
		},
	],
	access: 'write',
	read(item) {
		requireRequestingUser(item, 'Could not activate the MFA key');
		return {
			keyId: readKeyId(item),
			source:
				readChoice('Code Source', item.field('codeSource'), ['code', 'secretKey']) === 'secretKey'
					? { secret: readTotpSecret(readText(item, 'secretKey', 'Secret Key')) }
					: { code: readCode(item, 'digits') },
		};
	},
	async run(client, { keyId, source }) {
		const code = 'code' in source ? source.code : await client.totpCode(source.secret);
		await client.command({
			method: 'PATCH',
			path: apiPath`/user/mfa/${keyId}`,
			body: { status: { id: 1 }, code },
			action: `activate MFA key ${keyId}`,
			advice: {
				404: 'Only the keys of the user who logs in can be activated. Check the ID, and the user of the credential.',
				409: 'The MFA key is active already: nothing is left to do.',
				422: 'The code is wrong or has expired. Use the code that the authenticator app shows now, and check that its clock is right.',
			},
		});
		return [{ success: true }];
	},
	whenOpen: {
		advice:
			'Nobody knows whether the key is active, and the code may be used up: User → Get shows the status of your keys.',
		async lookUp(client, { keyId }) {
			const keys = await mfaKeysOf(client, { id: 'my' });
			const status = keys?.find(({ id }) => String(id) === keyId)?.status;
			if (!status) return undefined;
			return status.id === ACTIVE ? [{ success: true }] : 'notDone';
		},
	},
});
