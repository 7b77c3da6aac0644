import { readTotpSecret, type TotpSecret } from '../../api/totp';
import { activateMfaKey, isActive, mfaKeysOf } from '../../endpoints/mfaKeys';
import { readChoice } from '../../fields/choice';
import { readCode } from '../../fields/code';
import type { ItemFields } from '../../fields/itemFields';
import { keyIdField, readKeyId } from '../../fields/keyId';
import { requireRequestingUser } from '../../fields/requestingUser';
import { readText } from '../../fields/text';
import { defineOperation } from '../operation';

/** Endpoint 3 (§1). */
export const activate = defineOperation({
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
			keyId: readKeyId('MFA Key', item.field('keyId')),
			source: readCodeSource(item),
		};
	},
	async run(client, { keyId, source }) {
		const code = 'code' in source ? source.code : await client.totpCode(source.secret);
		await activateMfaKey(client, keyId, code);
		return [activated(keyId)];
	},
	whenOpen: {
		advice:
			'Nobody knows whether the key is active, and the code may be used up: MFA Key → Get Many shows the status of your keys.',
		async lookUp(client, { keyId }) {
			const keys = await mfaKeysOf(client, { id: 'my' });
			const key = keys?.find(({ id }) => String(id) === keyId);
			if (!key?.status) return undefined;
			return isActive(key) ? [activated(keyId)] : 'notDone';
		},
	},
});

const activated = (keyId: string) => ({ success: true, key_id: Number(keyId) });

/** Where the code comes from: as entered, or from the key's secret at the moment of sending. */
type CodeSource = { code: string } | { secret: TotpSecret };

function readCodeSource(item: ItemFields): CodeSource {
	const source = readChoice('Code Source', item.field('codeSource'), ['code', 'secretKey']);
	return source === 'code'
		? { code: readCode('Code', item.field('code'), 'digits') }
		: { secret: readTotpSecret(readText('Secret Key', item.field('secretKey'))) };
}
