import type { IDataObject } from 'n8n-workflow';

import { apiPath } from '../../api/client';
import { mfaKeyTypeField, readMfaKeyType } from '../../shared/mfaKeyType';
import { passwordFields, readPassword } from '../../shared/password';
import { requireRequestingUser } from '../../shared/requestingUser';
import { withSecret } from '../../shared/secretAnswer';
import { defineOperation } from '../operation';

/** Endpoint 2 (§1). */
export const createMfaKey = defineOperation({
	option: {
		name: 'Create',
		value: 'create',
		action: 'Create MFA key',
		description:
			'Add a second factor for the credential’s own user, in effect once it is activated',
	},
	fields: [
		{
			displayName:
				'The secret key and the otpauth address for a QR code are given only this once, and become part of the execution’s data. The key is for the user of the credential, which must log in with User Credentials: an application token is nobody’s login.',
			name: 'secretNotice',
			type: 'notice',
			default: '',
		},
		mfaKeyTypeField,
		...passwordFields,
	],
	access: 'write',
	read(item) {
		requireRequestingUser(item, 'Could not create the MFA key');
		return { type: readMfaKeyType(item), password: readPassword(item) };
	},
	async run(client, { type, password }) {
		const action = 'create the MFA key';
		const key = await client.object<IDataObject>({
			method: 'POST',
			path: apiPath`/user/mfa`,
			body: { type: { id: type }, password },
			action,
			advice: {
				409: 'The user already has an MFA key of this type. Activate it if it is pending, or delete it first (MFA Key → Delete).',
				422: 'Check the password, which must be that of the credential’s own user, and the type.',
			},
		});
		return [withSecret(key, 'secret_key', action)];
	},
	whenOpen: {
		advice:
			'If the request reached emnify, there is a pending MFA key now whose secret nobody knows: User → Get shows it. Delete it with MFA Key → Delete before you create another.',
	},
});
