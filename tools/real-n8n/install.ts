/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from './lock';
import { findNode24 } from './node24';
import { npm } from './npm';
import { installation, n8nVersion, pinned, type N8nVersion } from './paths';

/** Tells a person what goes on, a line at a time. */
export type Log = (line: string) => void;

export interface InstalledN8n {
	/** The Node.js binary that n8n runs on. */
	node: string;
	/** What that Node.js calls its version, e.g. `v24.1.0`. */
	nodeVersion: string;
	/** The script that `node` runs to be n8n. */
	script: string;
}

/**
 * Installs a pinned n8n, the newest unless told otherwise, into `.cache/` of this checkout, unless it is there
 * already. The first time takes some minutes and 3 GB. An installation that was interrupted starts anew, and of
 * several processes one installs while the others wait for it.
 *
 * @throws Error that names the step that failed and says what to do
 */
export async function installRealN8n(
	log: Log,
	version: N8nVersion = n8nVersion,
): Promise<InstalledN8n> {
	const folder = installation(version);
	const marker = path.join(folder, 'installed');
	await mkdir(folder, { recursive: true });
	await withLock(folder, async () => {
		const wanted = await fingerprint(version);
		if (existsSync(marker) && (await readFile(marker, 'utf8')) === wanted) return;
		await rm(marker, { force: true });
		await downloadPackages(version, log);
		await compileDatabaseDriver(folder, log);
		await writeFile(marker, wanted);
	});
	const node = await findNode24(folder);
	return {
		node: node.path,
		nodeVersion: node.version,
		script: path.join(folder, 'node_modules', 'n8n', 'bin', 'n8n'),
	};
}

/** What an installation depends on: the lock file, and the platform it was compiled for. */
async function fingerprint(version: N8nVersion): Promise<string> {
	const packageLock = await readFile(path.join(pinned(version), 'package-lock.json'));
	const digest = createHash('sha256').update(packageLock).digest('hex');
	return `${digest} ${process.platform} ${process.arch}\n`;
}

async function downloadPackages(version: N8nVersion, log: Log): Promise<void> {
	const folder = installation(version);
	log(
		`Installing n8n ${version} into ${folder} (only this once: 2,000 packages and more, 3 GB, some minutes)`,
	);
	for (const file of ['package.json', 'package-lock.json']) {
		await copyFile(path.join(pinned(version), file), path.join(folder, file));
	}
	await withProgress(folder, log, () =>
		npm({
			step: `Downloading n8n ${version}`,
			args: ['ci', '--ignore-scripts', '--engine-strict=false', '--no-audit', '--no-fund'],
			cwd: folder,
			advice: 'Check the connection to the npm registry and the disk space, then run this again.',
		}),
	);
}

/** Logs every 15 seconds how many of the packages are there, for npm is silent without a terminal. */
async function withProgress(folder: string, log: Log, work: () => Promise<unknown>): Promise<void> {
	const started = Date.now();
	const packages = await packagesToInstall(folder);
	const timer = setInterval(() => {
		const there = packages.filter((name) => existsSync(path.join(name, 'package.json'))).length;
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
async function packagesToInstall(folder: string): Promise<string[]> {
	const { packages } = JSON.parse(
		await readFile(path.join(folder, 'package-lock.json'), 'utf8'),
	) as { packages: Record<string, { os?: unknown; cpu?: unknown }> };
	return Object.entries(packages)
		.filter(([name, { os, cpu }]) => name !== '' && !os && !cpu)
		.map(([name]) => path.join(folder, name));
}

/**
 * sqlite3 is the one addon that n8n cannot do without. It has to be compiled, or fetched as a binary, for
 * the Node.js that runs n8n; no other package runs an install script.
 */
async function compileDatabaseDriver(folder: string, log: Log): Promise<void> {
	const node = await findNode24(folder);
	log(`Compiling the database driver of n8n for Node.js ${node.version} (about a minute)`);
	await npm({
		step: 'Compiling sqlite3, the database driver of n8n,',
		args: ['rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts'],
		cwd: folder,
		env: {
			...process.env,
			PATH: [path.dirname(node.path), process.env.PATH].join(path.delimiter),
			...(node.headers !== undefined && { npm_config_nodedir: node.headers }),
		},
		advice:
			'It needs python3, make and a C++ compiler (g++ or clang). Install them, then run this again.',
	});
}
