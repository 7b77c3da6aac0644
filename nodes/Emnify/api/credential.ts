import { createHash } from 'crypto';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import { checkBaseUrl } from './baseUrl';
import { EmnifyError } from './errors';
import { givenText } from './text';
import { readTotpSecret, type TotpSecret } from './totp';

/** The credential type's name in n8n. */
export const CREDENTIAL_NAME = 'emnifyApi';

/** Logs in with an application token (§1): no second factor, no refresh token. */
interface ApplicationTokenLogin {
	method: 'applicationToken';
	applicationToken: string;
}

/** Logs in as a user of the portal (§1). */
export interface UserLogin {
	method: 'userCredentials';
	username: string;
	/** As emnify wants it: see {@link passwordToSend}. */
	passwordToSend: string;
	totpSecret?: TotpSecret;
	fingerprint?: string;
}

/** What a login yields and n8n stores in the credential's hidden fields. */
export interface Session {
	token: string;
	/** `''` where the login gives none. */
	refreshToken: string;
}

/** The credential, checked and ready to log in. */
export interface EmnifyCredential {
	baseUrl: string;
	login: ApplicationTokenLogin | UserLogin;
	/** A digest of everything above: a session belongs to exactly this data. */
	sessionKey: string;
	/** The session that n8n stored, if it was obtained with this very data. */
	storedSession?: Session | undefined;
	/** Every secret that n8n holds for it, used or not: none of them may come back in a message. */
	secrets: Record<string, string>;
}

/**
 * Reads n8n's decrypted credential. Only the fields of the chosen method count, so that what is left in the hidden ones
 * changes nothing. Throws an {@link EmnifyError} (`input`) that names the field.
 */
export function readCredential(data: ICredentialDataDecryptedObject): EmnifyCredential {
	const baseUrl = checkBaseUrl(data.baseUrl);
	const login =
		data.authenticationMethod === 'userCredentials' ? userLogin(data) : tokenLogin(data);
	const sessionKey = digest(baseUrl, login);
	const token = text(data.sessionToken);
	const secrets = Object.fromEntries(SECRET_FIELDS.map((field) => [field, text(data[field])]));
	return {
		baseUrl,
		login,
		sessionKey,
		storedSession:
			token !== '' && data.sessionKey === sessionKey
				? { token, refreshToken: text(data.sessionRefreshToken) }
				: undefined,
		secrets,
	};
}

/** A TOTP secret counts by its key, in `login`: the address that holds it names the user as well. */
const SECRET_FIELDS = [
	'applicationToken',
	'password',
	'fingerprint',
	'sessionToken',
	'sessionRefreshToken',
];

/**
 * Which login it is, for what outlives a run: a digest of the application token (which is too long to be guessed) or of the
 * username, never of a password.
 */
export function loginDigest(login: ApplicationTokenLogin | UserLogin): string {
	const text =
		login.method === 'applicationToken' ? login.applicationToken : `user ${login.username}`;
	return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * The string that emnify knows as the password (§1): the lower-case hexadecimal SHA-1 of the portal password, or with
 * the format `sha1` what was typed, for users that were created by API with a string of their own.
 */
export function passwordToSend(password: string, format: unknown): string {
	return format === 'sha1' ? password : createHash('sha1').update(password, 'utf8').digest('hex');
}

function tokenLogin(data: ICredentialDataDecryptedObject): ApplicationTokenLogin {
	return {
		method: 'applicationToken',
		applicationToken: required(data.applicationToken, 'Application Token').trim(),
	};
}

function userLogin(data: ICredentialDataDecryptedObject): UserLogin {
	const totpSecret = optional(data.totpSecret, 'TOTP Secret');
	const fingerprint = optional(data.fingerprint, 'Fingerprint');
	return {
		method: 'userCredentials',
		username: required(data.username, 'Username').trim(),
		passwordToSend: passwordToSend(required(data.password, 'Password'), data.passwordFormat),
		...(totpSecret !== '' && { totpSecret: readTotpSecret(totpSecret) }),
		...(fingerprint !== '' && { fingerprint }),
	};
}

function digest(baseUrl: string, login: ApplicationTokenLogin | UserLogin): string {
	const totpKey =
		login.method === 'userCredentials' ? login.totpSecret?.key.toString('hex') : undefined;
	const fields = { ...login, totpSecret: totpKey };
	return createHash('sha256')
		.update(JSON.stringify([baseUrl, Object.entries(fields).sort()]))
		.digest('hex');
}

function text(value: unknown): string {
	return typeof value === 'string' ? value : '';
}

function optional(value: unknown, field: string): string {
	return givenText(`${field} in the Emnify credential`, value).trim();
}

function required(value: unknown, field: string): string {
	const given = givenText(`${field} in the Emnify credential`, value);
	if (given.trim() !== '') return given;
	throw new EmnifyError(
		'input',
		`${field} in the Emnify credential is empty`,
		'Open the credential and fill it in. An expression in it must give a text for each item; where there are no items (the trigger, the lists of the editor), it must not use any.',
	);
}
