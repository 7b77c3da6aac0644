/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from './lock';
import { findNode24 } from './node24';
import { npm } from './npm';
import { installation, n8nVersion, pinned } from './paths';

/** Tells a person what goes on, a line at a time. */
export type Log = (line: string) => void;

export interface InstalledN8n {
	/** The Node.js binary that n8n runs on. */
	node: string;
	/** The script that `node` runs to be n8n. */
	script: string;
}

/**
 * Installs the pinned n8n into `.cache/` of this checkout, unless it is there already. The first time
 * takes some minutes and 3 GB. An installation that was interrupted starts anew, and of several
 * processes one installs while the others wait for it.
 *
 * @throws Error that names the step that failed and says what to do
 */
export async function installRealN8n(log: Log): Promise<InstalledN8n> {
	const marker = path.join(installation, 'installed');
	await mkdir(installation, { recursive: true });
	await withLock(installation, async () => {
		const wanted = await fingerprint();
		if (existsSync(marker) && (await readFile(marker, 'utf8')) === wanted) return;
		await rm(marker, { force: true });
		await downloadPackages(log);
		await compileDatabaseDriver(log);
		await writeFile(marker, wanted);
	});
	return {
		node: (await findNode24(installation)).path,
		script: path.join(installation, 'node_modules', 'n8n', 'bin', 'n8n'),
	};
}

/** What an installation depends on: the lock file, and the platform it was compiled for. */
async function fingerprint(): Promise<string> {
	const packageLock = await readFile(path.join(pinned, 'package-lock.json'));
	const digest = createHash('sha256').update(packageLock).digest('hex');
	return `${digest} ${process.platform} ${process.arch}\n`;
}

async function downloadPackages(log: Log): Promise<void> {
	log(
		`Installing n8n ${n8nVersion} into ${installation} (only this once: 2,200 packages, 3 GB, some minutes)`,
	);
	for (const file of ['package.json', 'package-lock.json']) {
		await copyFile(path.join(pinned, file), path.join(installation, file));
	}
	await withProgress(log, () =>
		npm({
			step: `Downloading n8n ${n8nVersion}`,
			args: ['ci', '--ignore-scripts', '--engine-strict=false', '--no-audit', '--no-fund'],
			cwd: installation,
			advice: 'Check the connection to the npm registry and the disk space, then run this again.',
		}),
	);
}

/** Logs every 15 seconds how many of the packages are there, for npm is silent without a terminal. */
async function withProgress(log: Log, work: () => Promise<unknown>): Promise<void> {
	const started = Date.now();
	const packages = await packagesToInstall();
	const timer = setInterval(() => {
		const there = packages.filter((folder) => existsSync(path.join(folder, 'package.json'))).length;
		const seconds = Math.round((Date.now() - started) / 1000);
		log(`  ${there} packages after ${seconds} seconds`);
	}, 15_000);
	try {
		await work();
	} finally {
		clearInterval(timer);
	}
}

/** The folders of all packages in the lock file but those for certain platforms. */
async function packagesToInstall(): Promise<string[]> {
	const { packages } = JSON.parse(
		await readFile(path.join(pinned, 'package-lock.json'), 'utf8'),
	) as { packages: Record<string, { os?: unknown; cpu?: unknown }> };
	return Object.entries(packages)
		.filter(([folder, { os, cpu }]) => folder !== '' && !os && !cpu)
		.map(([folder]) => path.join(installation, folder));
}

/**
 * sqlite3 is the one addon that n8n cannot do without. It has to be compiled, or fetched as a binary, for
 * the Node.js that runs n8n; no other package runs an install script.
 */
async function compileDatabaseDriver(log: Log): Promise<void> {
	const node = await findNode24(installation);
	log(`Compiling the database driver of n8n for Node.js ${node.version} (about a minute)`);
	await npm({
		step: 'Compiling sqlite3, the database driver of n8n,',
		args: ['rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts'],
		cwd: installation,
		env: {
			...process.env,
			PATH: [path.dirname(node.path), process.env.PATH].join(path.delimiter),
			...(node.headers !== undefined && { npm_config_nodedir: node.headers }),
		},
		advice:
			'It needs python3, make and a C++ compiler (g++ or clang). Install them, then run this again.',
	});
}
