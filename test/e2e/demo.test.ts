/* eslint-disable @n8n/community-nodes/no-dangerous-functions, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';

import { checkout } from '../../tools/real-n8n/paths';
import { seed } from '../../simulator';

// `npm run demo`, as a process of its own and without the build.

jest.setTimeout(600_000);

let temporaryFiles: string;

beforeEach(async () => {
	temporaryFiles = await mkdtemp(path.join(tmpdir(), 'demo-test-'));
});

afterEach(async () => await rm(temporaryFiles, { recursive: true, force: true }));

function startDemo(args: string[] = [], env: NodeJS.ProcessEnv = {}) {
	const main = path.join(checkout, 'tools', 'demo', 'main.ts');
	const demo = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
		cwd: checkout,
		env: { ...process.env, TMPDIR: temporaryFiles, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const chunks: string[] = [];
	for (const stream of [demo.stdout, demo.stderr]) {
		stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
	}
	const ended = once(demo, 'close').then(([code]) => ({
		code: code as number | null,
		output: stripVTControlCharacters(chunks.join('')),
	}));
	return { demo, ended };
}

const leftOvers = async () =>
	(await readdir(temporaryFiles)).filter((name) => name.startsWith('n8n-nodes-emnify'));

test('headless, it prints the findings on all users and the alert that arrived, and exits 0', async () => {
	const { code, output } = await startDemo(['--headless']).ended;

	expect({ code, output }).toMatchObject({ code: 0 });
	const [findings, alert] = output.split('The alert that arrived:');
	const { deviceWithoutBrowser, deviceWithoutActivation, expiredDevice } = seed.ids;
	const staleDevices = [11051, expiredDevice, 11108, 11109, 11110];
	for (const id of [...staleDevices, deviceWithoutBrowser, deviceWithoutActivation]) {
		expect(findings).toContain(` ${id} `);
	}
	const freshDevices = [seed.ids.administratorDevice, 11031, 11101, 11102, 11103, 11104, 11105];
	for (const id of freshDevices) expect(findings).not.toContain(String(id));
	const [, found, devices] = /^(\d+) of (\d+) trusted devices/m.exec(findings ?? '') ?? [];
	expect(alert).toContain(`*Trusted-device audit: findings on ${found} of ${devices} devices*`);
	expect(await leftOvers()).toEqual([]);
});

test('otherwise it says where the editor is, and ends without a trace on Ctrl-C', async () => {
	const { demo, ended } = startDemo();
	const lines = createInterface(demo.stdout);
	let editor = '';
	for await (const line of lines) {
		editor ||= /Editor\s+(http:\S+)/.exec(line)?.[1] ?? '';
		if (line.includes('Ctrl-C')) break;
	}
	expect(await fetch(editor)).toMatchObject({ status: 200 });

	demo.kill('SIGINT');

	expect(await ended).toMatchObject({ code: 0 });
	await expect(fetch(editor)).rejects.toThrow();
	expect(await leftOvers()).toEqual([]);
});

test('a failure ends it with code 1, and says which step it was and why', async () => {
	const withoutNpm = { PATH: temporaryFiles };
	const { code, output } = await startDemo(['--headless'], withoutNpm).ended;

	expect(code).toBe(1);
	expect(output).toMatch(/Could not start n8n: .*npm/);
	expect(await leftOvers()).toEqual([]);
});
