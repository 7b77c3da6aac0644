import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	ILoadOptionsFunctions,
	IPollFunctions,
} from 'n8n-workflow';

import { CREDENTIAL_NAME, readCredential, type EmnifyCredential, type Session } from './credential';

/** Where the node's code runs in n8n. */
export type EmnifyContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions;

/** No address of a server: a request to it is authorized for nobody, and ends before anything is sent. */
const NOWHERE = 'about:blank';

/** The index of no item: an expression in the credential gives something else for it, or nothing. */
const NO_ITEM = Number.MAX_SAFE_INTEGER;

/** The node's credential as n8n keeps it, with its expressions evaluated for one item. */
export class NodeCredential {
	constructor(
		private readonly context: EmnifyContext,
		private readonly itemIndex: number,
	) {}

	/** Throws an `EmnifyError` (`input`) where it cannot be used. */
	async read(): Promise<EmnifyCredential> {
		return readCredential(await this.data(this.itemIndex));
	}

	/** The session that n8n has stored by now; `undefined` where the credential is of another account by now. */
	async sessionStoredFor(account: string): Promise<Session | undefined> {
		const data = await this.dataOf(account, this.itemIndex);
		return data && readCredential(data).storedSession;
	}

	/**
	 * Lets n8n store the session in the credential: n8n asks the credential's `preAuthentication`, which gives the session
	 * that is there, and then fails to authorize a request to nowhere. Older n8n (1.123 and 2.20) writes all that it is given over
	 * the stored credential, so it is asked only while that is still the same and holds no expression, as far as can be seen.
	 */
	async storeSessionFor(account: string): Promise<void> {
		const data = await this.dataOf(account, this.itemIndex);
		if (!data || !(await this.dataOf(account, NO_ITEM))) return;
		const { id = '', name = '' } = this.context.getNode().credentials?.[CREDENTIAL_NAME] ?? {};
		const credentialsDecrypted = {
			id: id ?? '',
			name,
			type: CREDENTIAL_NAME,
			data: { ...data, sessionToken: '' },
		};
		await this.context.helpers.httpRequestWithAuthentication
			.call(this.context, CREDENTIAL_NAME, { url: NOWHERE }, { credentialsDecrypted })
			.catch(() => {
				// As meant. Where n8n could not store it, this process has it all the same.
			});
	}

	/** The credential as n8n has it now, unless it is of another account by now, or cannot be used. */
	private async dataOf(
		account: string,
		itemIndex: number,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		try {
			const data = await this.data(itemIndex);
			return readCredential(data).sessionKey === account ? data : undefined;
		} catch {
			return undefined;
		}
	}

	private async data(itemIndex: number): Promise<ICredentialDataDecryptedObject> {
		const { context } = this;
		return await context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_NAME, itemIndex);
	}
}
