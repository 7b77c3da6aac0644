/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command that runs in Node, not in n8n */
import { createInterface } from 'node:readline/promises';
import { Writable, type Readable } from 'node:stream';

/** Asks for a line without showing what is typed. */
export async function askHidden(
	question: string,
	input: Readable,
	output: Writable,
): Promise<string> {
	const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input, output: nowhere, terminal: true });
	output.write(question);
	try {
		return await lines.question('');
	} finally {
		lines.close();
		output.write('\n');
	}
}
