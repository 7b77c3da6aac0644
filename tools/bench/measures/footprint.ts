/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import manifest from '../../../package.json';
import { checkout } from '../../real-n8n/paths';
import { median, type Measure } from '../report';

const run = promisify(execFile);

const STARTS = 15;

/** 4: how long n8n takes to load the node, and how big the package is. */
export async function footprint(): Promise<Measure> {
	const times: number[] = [];
	for (let start = 0; start < STARTS; start++) times.push(await requireTime());
	const { files, size, unpackedSize } = await packed();
	return {
		title: 'Footprint',
		head: ['What', 'Measured'],
		rows: [
			[
				'`require` of the built node, n8n-workflow loaded already',
				`${median(times).toFixed(1)} ms`,
			],
			['packed', kibibytes(size)],
			['unpacked', `${kibibytes(unpackedSize)} in ${files.length} files`],
			['JavaScript', kibibytes(await sizeOf(files, '.js'))],
		],
		goals: [
			{ what: '`require`, in ms', measured: median(times), wanted: { atMost: 25 } },
			{ what: 'Unpacked, in kB', measured: unpackedSize / 1000, wanted: { atMost: 350 } },
		],
		notes: [`The time is the median of ${STARTS} fresh processes of Node.js ${process.version}.`],
	};
}

async function requireTime(): Promise<number> {
	const node = path.join(checkout, manifest.n8n.nodes[0] as string);
	const script = `
		require('n8n-workflow');
		const start = performance.now();
		require(${JSON.stringify(node)});
		console.log(performance.now() - start);
	`;
	const { stdout } = await run(process.execPath, ['--eval', script], { cwd: checkout });
	return Number(stdout);
}

interface Packed {
	files: Array<{ path: string }>;
	size: number;
	unpackedSize: number;
}

async function packed(): Promise<Packed> {
	const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--silent'], {
		cwd: checkout,
	});
	// npm 12 gives an object by package, earlier ones an array.
	return Object.values(JSON.parse(stdout) as Record<string, Packed>)[0] as Packed;
}

async function sizeOf(files: Packed['files'], extension: string): Promise<number> {
	const matching = files.filter((file) => file.path.endsWith(extension));
	const stats = await Promise.all(
		matching.map(async (file) => await stat(path.join(checkout, file.path))),
	);
	return stats.reduce((sum, { size }) => sum + size, 0);
}

const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
