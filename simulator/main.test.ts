/* eslint-disable @n8n/community-nodes/no-dangerous-functions -- starting the command line is what is tested here */
/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the tests run in Node, not in n8n */
/* eslint-disable @n8n/community-nodes/no-restricted-globals -- the tests run in Node, not in n8n */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import axios from 'axios';
import { dialects, seed } from './index';

const start = (...options: string[]) =>
	spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'main.ts'), ...options], {
		cwd: join(__dirname, '..'),
	});

/** Everything a program prints until it holds this. */
async function printed(child: ReturnType<typeof start>, end: string): Promise<string> {
	let text = '';
	for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
		text += String(chunk);
		if (text.includes(end)) break;
	}
	return text;
}

it.each<NodeJS.Signals>(['SIGINT', 'SIGTERM'])(
	'prints how to use it, serves, and ends well on %s',
	async (signal) => {
		const child = start('--users', '5', '--latency', '1', '--dialect', 'nulls,gateway');
		const text = await printed(child, 'trusted_devices');
		expect(text).toContain(seed.administrator.totpSecret);
		expect(text).toContain(seed.applicationToken);
		expect(text).toContain('dialects: nulls, gateway');
		expect(text).not.toContain(seed.secondApplicationToken);
		const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
		const { status } = await axios.post(
			`${url}/api/v1/authenticate`,
			{ application_token: seed.applicationToken },
			{ proxy: false },
		);
		expect(status).toBe(200);
		const ended = once(child, 'exit');
		child.kill(signal);
		expect(await ended).toEqual([0, null]);
	},
);

it('explains its options, and refuses a port and a dialect that are none', async () => {
	const help = await printed(start('--help'), 'nobodyEmpty');
	for (const word of ['--port', '--users', ...dialects]) expect(help).toContain(word);
	const wrong = [start('--port', 'abc'), start('--dialect', 'nulls,klingon')];
	const ends = await Promise.all(wrong.map(async (child) => await once(child, 'exit')));
	expect(ends).toEqual([
		[1, null],
		[1, null],
	]);
});
