import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { DEFAULT_BASE_URL } from '../nodes/Emnify/api/baseUrl';
import { readCredential } from '../nodes/Emnify/api/credential';
import { sendWith } from '../nodes/Emnify/api/http';
import { currentSession, linkWith, renewSession } from '../nodes/Emnify/api/session';
import { authorizeRequest } from '../nodes/Emnify/api/authorizeRequest';

// Three fields stand here by name because of how they are stored, not because of how they are called: n8n would keep a
// drop-down that is a password from the browser, while a fingerprint and the session are secrets.

const passwordFormatField: INodeProperties = {
	displayName: 'Password Format',
	name: 'passwordFormat',
	type: 'options',
	options: [
		{
			name: 'Plain',
			value: 'plain',
			description: 'The password as typed into the portal. Only its SHA-1 hash leaves n8n.',
		},
		{
			name: 'SHA-1 or Custom String',
			value: 'sha1',
			description: 'Sent exactly as typed: a hash, or the string a user was created with by API',
		},
	],
	default: 'plain',
	displayOptions: { show: { authenticationMethod: ['userCredentials'] } },
};

const fingerprintField: INodeProperties = {
	displayName: 'Fingerprint',
	name: 'fingerprint',
	type: 'string',
	typeOptions: { password: true },
	default: '',
	description:
		'Logs in as a trusted device, which skips the second factor for 90 days. Any text of your own that stays the same; together with TOTP Secret, n8n registers it as a trusted device at the first login.',
	displayOptions: { show: { authenticationMethod: ['userCredentials'] } },
};

/**
 * The session: n8n stores here what preAuthentication gives, for its other processes and the next executions. They are
 * passwords so that n8n never sends them to the browser.
 */
const sessionFields: INodeProperties[] = [
	{
		displayName: 'Session Token',
		name: 'sessionToken',
		type: 'hidden',
		typeOptions: { expirable: true, password: true },
		default: '',
	},
	{
		displayName: 'Session Refresh Token',
		name: 'sessionRefreshToken',
		type: 'hidden',
		typeOptions: { password: true },
		default: '',
	},
	{
		displayName: 'Session Key',
		name: 'sessionKey',
		type: 'hidden',
		typeOptions: { password: true },
		default: '',
	},
];

export class EmnifyApi implements ICredentialType {
	name = 'emnifyApi';

	displayName = 'Emnify API';

	icon = { light: 'file:../icons/emnify.svg', dark: 'file:../icons/emnify.dark.svg' } as const;

	documentationUrl = 'https://docs.emnify.com/developers/auth';

	properties: INodeProperties[] = [
		{
			displayName: 'Log In With',
			name: 'authenticationMethod',
			type: 'options',
			options: [
				{
					name: 'Application Token (Recommended)',
					value: 'applicationToken',
					description: 'For workflows that run unattended: no password, no second factor',
				},
				{
					name: 'User Credentials',
					value: 'userCredentials',
					description:
						'Log in as a portal user, only for tasks that an application token cannot do',
				},
			],
			default: 'applicationToken',
		},
		{
			displayName: 'Application Token',
			name: 'applicationToken',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'Create one in the emnify portal, under Integrations → Application Tokens. To audit all users, an administrator must create it.',
			displayOptions: { show: { authenticationMethod: ['applicationToken'] } },
		},
		{
			displayName:
				'emnify recommends application tokens for integrations and has announced before that logins with user credentials would be removed. Use them only where you must act as a user: to create and activate your own MFA keys, or across workspaces.',
			name: 'userCredentialsNotice',
			type: 'notice',
			default: '',
			displayOptions: { show: { authenticationMethod: ['userCredentials'] } },
		},
		{
			displayName: 'Username',
			name: 'username',
			type: 'string',
			placeholder: 'e.g. nathan@example.com',
			required: true,
			default: '',
			description: 'The e-mail address that logs in to the emnify portal',
			displayOptions: { show: { authenticationMethod: ['userCredentials'] } },
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'Three failed logins lock the account for five minutes, so n8n never repeats one by itself',
			displayOptions: { show: { authenticationMethod: ['userCredentials'] } },
		},
		passwordFormatField,
		{
			displayName: 'TOTP Secret',
			name: 'totpSecret',
			type: 'string',
			typeOptions: { password: true },
			placeholder: 'e.g. JBSW Y3DP EHPK 3PXP',
			default: '',
			description:
				'Lets n8n answer the second factor itself: the Base32 key, or the whole otpauth:// address, that was shown once when the MFA key was created. Leave empty if the account has no authenticator app.',
			displayOptions: { show: { authenticationMethod: ['userCredentials'] } },
		},
		fingerprintField,
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: DEFAULT_BASE_URL,
			description:
				'Change it only if emnify gave you another address. It must start with https://.',
		},
		...sessionFields,
	];

	/** n8n calls this where no token is stored and after a 401 (by some nodes after any failure), and stores what it gives. */
	async preAuthentication(this: IHttpRequestHelper, data: ICredentialDataDecryptedObject) {
		const credential = readCredential(data);
		const { storedSession } = credential;
		const session = await renewSession(
			credential,
			linkWith(credential, sendWith(this.helpers.httpRequest)),
			storedSession && { token: storedSession.token, sentMs: Infinity },
		);
		return {
			sessionToken: session.token,
			sessionRefreshToken: session.refreshToken,
			sessionKey: credential.sessionKey,
		};
	}

	/**
	 * Puts the session's token on a request to emnify, and on no other. Without a session for exactly this credential's
	 * data the request goes out unsigned: emnify answers 401, and n8n then calls preAuthentication.
	 */
	authenticate = async (
		data: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const credential = readCredential(data);
		const session = currentSession(credential);
		if (!session) return authorizeRequest(requestOptions, credential.baseUrl, undefined);
		// n8n hands the same object to preAuthentication after a failure: so it learns which token was used.
		data.sessionToken = session.token;
		data.sessionRefreshToken = session.refreshToken;
		data.sessionKey = credential.sessionKey;
		return authorizeRequest(requestOptions, credential.baseUrl, session.token);
	};
}
