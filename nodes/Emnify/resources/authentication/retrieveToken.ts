import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { AuthenticateBody, DeviceToTrust } from '../../api/authenticate';
import { EmnifyError } from '../../api/errors';
import { expiryOf } from '../../api/jwt';
import type { AuthenticateAnswer } from '../../api/types';
import { givenText } from '../../api/text';
import { readBoolean } from '../../fields/boolean';
import { readCode } from '../../fields/code';
import { readCollection } from '../../fields/collection';
import type { ItemFields } from '../../fields/itemFields';
import { passwordFields, readPassword } from '../../fields/password';
import { plainText, readOptionalText, readText } from '../../fields/text';
import { defineOperation } from '../operation';

/** Endpoint 1 (§1): the credential's own session, or one of the five bodies with what the fields hold. */
export const retrieveToken = defineOperation({
	option: {
		name: 'Retrieve Token',
		value: 'retrieveToken',
		action: 'Retrieve token',
		description: 'Log in to emnify, or get the token that the credential already has',
	},
	fields: [
		{
			displayName:
				'The token becomes part of the execution’s data: whoever can see the execution can use it until it expires, 240 minutes after the login. Other Emnify nodes need no token from here, they log in by themselves.',
			name: 'tokenNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Log In With',
			name: 'grant',
			type: 'options',
			options: [
				{
					name: 'Application Token',
					value: 'applicationToken',
					description: 'Log in with another application token than the credential’s',
				},
				{
					name: 'Credential',
					value: 'credential',
					description: 'The token of the credential’s session: logs in only if there is none',
				},
				{
					name: 'MFA Code',
					value: 'mfaCode',
					description: 'Answer the second factor with a code, after a login that gave an MFA token',
				},
				{
					name: 'Refresh Token',
					value: 'refreshToken',
					description: 'Get a new token without the password',
				},
				{
					name: 'User Credentials',
					value: 'userCredentials',
					description: 'Log in as a user: gives a token, or an MFA token where a code is needed',
				},
			],
			default: 'credential',
			description: 'What proves who is logging in',
		},
		...forGrant('credential', [
			{
				displayName: 'Force New Token',
				name: 'forceNewToken',
				type: 'boolean',
				default: false,
				description:
					'Whether to log in even if the credential has a valid token. emnify allows 100 logins in 5 minutes.',
			},
		]),
		...forGrant('applicationToken', [
			{
				displayName: 'Application Token',
				name: 'applicationToken',
				type: 'string',
				typeOptions: { password: true },
				required: true,
				default: '',
			},
		]),
		...forGrant('userCredentials', [
			{
				displayName: 'Username',
				name: 'username',
				type: 'string',
				placeholder: 'e.g. nathan@example.com',
				required: true,
				default: '',
				description: 'The e-mail address that logs in to the emnify portal',
			},
			...passwordFields,
			{
				displayName: 'Fingerprint',
				name: 'fingerprint',
				type: 'string',
				typeOptions: { password: true },
				default: '',
				description: 'The fingerprint of a trusted device. It skips the second factor.',
			},
		]),
		...forGrant('mfaCode', [
			{
				displayName: 'MFA Token',
				name: 'mfaToken',
				type: 'string',
				typeOptions: { password: true },
				required: true,
				default: '',
				placeholder: 'e.g. {{ $json.mfa_token }}',
				description: 'The <code>mfa_token</code> from the login with user credentials',
			},
			{
				displayName: 'Code',
				name: 'code',
				type: 'string',
				required: true,
				default: '',
				placeholder: 'e.g. 123456',
				description:
					'From the authenticator app or the e-mail. Each wrong code counts as a failed login; three lock the account for five minutes.',
			},
			{
				displayName: 'Trusted Device',
				name: 'trustedDevice',
				type: 'collection',
				placeholder: 'Add field',
				default: {},
				description:
					'Trusts a device from now on, so that its fingerprint skips the code for 90 days',
				options: [
					{
						displayName: 'Browser',
						name: 'browser',
						type: 'string',
						default: 'n8n',
					},
					{
						displayName: 'Fingerprint',
						name: 'fingerprint',
						type: 'string',
						typeOptions: { password: true },
						default: '',
						description:
							'Choose any text and always use the same one. Keep it secret: it replaces the code.',
					},
					{
						displayName: 'Name',
						name: 'name',
						type: 'string',
						default: '',
					},
					{
						displayName: 'Operating System',
						name: 'operatingSystem',
						type: 'string',
						default: 'n8n',
					},
				],
			},
		]),
		...forGrant('refreshToken', [
			{
				displayName: 'Refresh Token',
				name: 'refreshToken',
				type: 'string',
				typeOptions: { password: true },
				required: true,
				default: '',
				placeholder: 'e.g. {{ $json.refresh_token }}',
			},
		]),
	],
	access: 'write',
	read: (item) => readGrant(item),
	async run(client, grant) {
		if ('body' in grant) return [withExpiry(await client.logIn(grant.body))];
		const session = await client.session(grant.forceNewToken);
		return [
			withExpiry({
				auth_token: session.token,
				...(session.refreshToken !== '' && { refresh_token: session.refreshToken }),
			}),
		];
	},
	whenOpen: {
		advice:
			'If the login reached emnify, its code is used up: log in with User Credentials again for a new MFA token, and take a new code.',
		holdsFor: (grant) => 'body' in grant && 'code' in grant.body,
	},
});

type Grant = { body: AuthenticateBody } | { forceNewToken: boolean };

const grants: Record<string, (item: ItemFields) => Grant> = {
	credential: (item) => ({
		forceNewToken: readBoolean('Force New Token', item.field('forceNewToken')),
	}),
	applicationToken: (item) => ({
		body: {
			application_token: readText('Application Token', item.field('applicationToken')).trim(),
		},
	}),
	userCredentials(item) {
		const fingerprint = readOptionalText('Fingerprint', item.field('fingerprint'));
		return {
			body: {
				username: readText('Username', item.field('username')).trim(),
				password: readPassword(item),
				...(fingerprint !== undefined && { fingerprint }),
			},
		};
	},
	mfaCode(item) {
		const device = readDeviceToTrust(item);
		return {
			body: {
				mfa_token: readText('MFA Token', item.field('mfaToken')).trim(),
				code: readCode('Code', item.field('code'), 'lettersAndDigits'),
				...(device && { trusted_device: device }),
			},
		};
	},
	refreshToken: (item) => ({
		body: { refresh_token: readText('Refresh Token', item.field('refreshToken')).trim() },
	}),
};

function readGrant(item: ItemFields): Grant {
	const grant = plainText(item.field('grant'));
	const read = Object.hasOwn(grants, grant) ? grants[grant] : undefined;
	if (read) return read(item);
	throw new EmnifyError(
		'input',
		'Log In With is not one that emnify knows',
		'Choose Log In With from the list.',
	);
}

function readDeviceToTrust(item: ItemFields): DeviceToTrust | undefined {
	const device = readCollection('Trusted Device', item.field('trustedDevice'));
	const text = (name: string, label: string) =>
		givenText(`${label} of the Trusted Device`, device[name]).trim();
	if (Object.keys(device).length === 0) return undefined;
	const fingerprint = text('fingerprint', 'Fingerprint');
	if (fingerprint === '') {
		throw new EmnifyError(
			'input',
			'Fingerprint of the Trusted Device is empty',
			'Add a fingerprint, or remove the other fields of Trusted Device.',
		);
	}
	const name = text('name', 'Name');
	return {
		fingerprint,
		operating_system: text('operatingSystem', 'Operating System') || 'n8n',
		browser: text('browser', 'Browser') || 'n8n',
		...(name !== '' && { name }),
	};
}

function withExpiry(answer: AuthenticateAnswer): IDataObject {
	const expiresAt = expiryOf(answer.auth_token ?? answer.mfa_token);
	return { ...answer, ...(expiresAt !== undefined && { expires_at: expiresAt }) };
}

function forGrant(grant: string, fields: INodeProperties[]): INodeProperties[] {
	return fields.map((field) => ({ ...field, displayOptions: { show: { grant: [grant] } } }));
}
