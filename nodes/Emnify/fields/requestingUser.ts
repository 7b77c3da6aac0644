import { EmnifyError } from '../api/errors';

/**
 * Refuses what is done for the user who logs in, where the login is an application token: that names no user, and what emnify
 * answers to it then is unknown (§1). Throws an `EmnifyError` (`input`), before anything is sent.
 * `what` begins the sentence, such as `Could not create the MFA key`; `todo` says what to choose instead.
 */
export function requireRequestingUser(
	{ actsAsUser }: { actsAsUser: boolean },
	what: string,
	todo = '',
): void {
	if (actsAsUser) return;
	throw new EmnifyError(
		'input',
		`${what}: an application token is nobody’s login`,
		`emnify knows no user behind the credential’s application token. ${todo}Use a credential with User Credentials.`,
	);
}
