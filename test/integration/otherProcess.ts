/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { ICredentialDataDecryptedObject, IDataObject, INodeParameters } from 'n8n-workflow';

import { Engine, PACKAGE_FOLDER } from './engine';

export interface OtherRun {
	json: IDataObject[];
	error?: string;
}

/** Runs the node in a Node process of its own: one that shares nothing with this one but the stored credential. */
export async function runInAnotherProcess(
	credentialData: ICredentialDataDecryptedObject,
	parameters: INodeParameters,
): Promise<OtherRun> {
	const { stdout } = await promisify(execFile)(
		process.execPath,
		[join(PACKAGE_FOLDER, 'node_modules/tsx/dist/cli.mjs'), __filename],
		{ env: { ...process.env, EMNIFY_TEST_RUN: JSON.stringify({ credentialData, parameters }) } },
	);
	const line = stdout.split('\n').find((text) => text.startsWith('RESULT '));
	return JSON.parse((line ?? '').slice('RESULT '.length)) as OtherRun;
}

async function main(task: string): Promise<void> {
	const { credentialData, parameters } = JSON.parse(task) as {
		credentialData: ICredentialDataDecryptedObject;
		parameters: INodeParameters;
	};
	const engine = await Engine.start();
	const credential = engine.storeCredential(credentialData);
	const { json, error } = await engine.run({ credential, parameters });
	const result: OtherRun = { json, error: error?.message };
	process.stdout.write(`RESULT ${JSON.stringify(result)}\n`, () => process.exit(0));
}

if (process.env.EMNIFY_TEST_RUN !== undefined && require.main === module) {
	void main(process.env.EMNIFY_TEST_RUN);
}
