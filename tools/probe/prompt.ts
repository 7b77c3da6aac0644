/* eslint-disable @n8n/community-nodes/no-restricted-imports -- a command that runs in Node, not in n8n */
import { createInterface } from 'node:readline';
import { Writable, type Readable } from 'node:stream';

import { Stopped } from './emnify';

/**
 * Asks for a line without showing what is typed.
 *
 * @throws Stopped where the input ends without one, by Ctrl-C or Ctrl-D
 */
export async function askHidden(
	question: string,
	input: Readable,
	output: Writable,
): Promise<string> {
	const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
	const lines = createInterface({ input, output: nowhere, terminal: true });
	output.write(question);
	try {
		return await new Promise((resolve, reject) => {
			lines.once('line', resolve);
			lines.once('close', () => reject(new Stopped('Nothing was entered, so nothing was sent.')));
		});
	} finally {
		lines.close();
		output.write('\n');
	}
}
