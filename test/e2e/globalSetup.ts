/* eslint-disable no-console -- the first installation takes minutes, and a person waits for it */
import { installRealN8n } from '../../tools/real-n8n/install';

/** Installs the pinned n8n before the first test, where no time limit of a test can end it. */
export default async function globalSetup(): Promise<void> {
	await installRealN8n(console.log);
}
