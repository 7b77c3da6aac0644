import { createMfaKey } from '../../endpoints/mfaKeys';
import { mfaKeyTypeField, readMfaKeyType } from '../../fields/mfaKeyType';
import { passwordFields, readPassword } from '../../fields/password';
import { requireRequestingUser } from '../../fields/requestingUser';
import { defineOperation } from '../operation';

/** Endpoint 2 (§1). */
export const create = defineOperation({
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
		return { type: readMfaKeyType('Type', item.field('mfaKeyType')), password: readPassword(item) };
	},
	run: async (client, key) => [await createMfaKey(client, key)],
	whenOpen: {
		advice:
			'If the request reached emnify, there is a pending MFA key now whose secret nobody knows: User → Get shows it. Delete it with MFA Key → Delete before you create another.',
	},
});
