/* eslint-disable no-console -- the first installation takes minutes, and a person waits for it */
import { refuseStaleBuild } from '../../tools/build/sources';
import { installRealN8n } from '../../tools/real-n8n/install';
import { checkout } from '../../tools/real-n8n/paths';

/** Installs the pinned n8n before the first test, where no time limit of a test can end it. */
export default async function globalSetup(): Promise<void> {
	refuseStaleBuild(checkout);
	await installRealN8n(console.log);
}
