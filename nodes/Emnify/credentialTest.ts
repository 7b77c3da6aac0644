import type {
	ICredentialsDecrypted,
	ICredentialTestFunctions,
	INodeCredentialTestResult,
} from 'n8n-workflow';

import { readCredential } from './api/credential';
import { emnifyErrorIn } from './api/errors';
import { sendWithLegacy } from './api/http';
import { linkWith, newSession } from './api/session';

/**
 * The credential's Test button: logs in for real, once (n8n's declarative test tries twice), and says in a sentence what
 * is wrong. The session serves the executions that follow.
 */
export async function testCredential(
	this: ICredentialTestFunctions,
	{ data }: ICredentialsDecrypted,
): Promise<INodeCredentialTestResult> {
	try {
		const { helpers } = this;
		const credential = readCredential(data ?? {});
		const link = linkWith(credential, sendWithLegacy(helpers.request));
		await newSession(credential, link, true);
		return { status: 'OK', message: 'Logged in to emnify' };
	} catch (error) {
		const failure = emnifyErrorIn(error);
		const message = failure ? `${failure.message}. ${failure.description}` : String(error);
		return { status: 'Error', message };
	}
}
