import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { withLock } from './lock';
import { checkout, n8nVersion, pinned } from './paths';

/** Says to a person what goes on, a line at a time. */
export type Log = (line: string) => void;

export interface InstalledN8n {
	/** The Node.js binary that n8n runs on. */
	node: string;
	/** The script that `node` runs to be n8n. */
	script: string;
}

/**
 * Installs the pinned n8n into `.cache/` of this checkout, unless it is there already, and says where it
 * is. The first time takes a few minutes and 3 GB. An installation that was interrupted starts anew, and
 * of several processes one installs while the others wait for it.
 */
export async function installRealN8n(log: Log): Promise<InstalledN8n> {
	const folder = path.join(checkout, '.cache', `n8n-${n8nVersion}`);
	const marker = path.join(folder, 'installed');
	await mkdir(folder, { recursive: true });

	return await withLock(path.join(folder, 'lock'), async () => {
		const wanted = await fingerprint();
		if ((await readIfThere(marker)) !== wanted) {
			await rm(marker, { force: true });
			await downloadPackages(folder, log);
			await compileDatabaseDriver(folder, log);
			await writeFile(marker, wanted);
		}
		return {
			node: (await findNode(folder)).binary,
			script: path.join(folder, 'node_modules', 'n8n', 'bin', 'n8n'),
		};
	});
}

/** What an installation depends on: the lock file and the machine it was compiled for. */
async function fingerprint(): Promise<string> {
	const lockFile = await readFile(path.join(pinned, 'package-lock.json'));
	const digest = createHash('sha256').update(lockFile).digest('hex');
	return `${digest} ${process.platform} ${process.arch}\n`;
}

async function readIfThere(file: string): Promise<string | undefined> {
	return existsSync(file) ? await readFile(file, 'utf8') : undefined;
}

async function downloadPackages(folder: string, log: Log): Promise<void> {
	log(`Installing n8n ${n8nVersion} into ${folder} (once; a few minutes, 3 GB)`);
	for (const file of ['package.json', 'package-lock.json']) {
		await copyFile(path.join(pinned, file), path.join(folder, file));
	}
	const progress = downloadProgress(log);
	await npm({
		step: `Downloading n8n ${n8nVersion}`,
		// At log level http, npm prints a line for each package it downloads.
		args: ['ci', '--ignore-scripts', '--engine-strict=false', '--loglevel=http'],
		folder,
		env: process.env,
		advice: 'Check the connection to the npm registry and the space on the disk, then run this again.',
		onLine: progress,
	});
}

/** Counts the packages in npm's output and logs every 200th. */
function downloadProgress(log: Log): (line: string) => void {
	const started = Date.now();
	let packages = 0;
	return (line) => {
		if (!isDownload(line) || !line.includes('.tgz')) return;
		packages += 1;
		if (packages % 200 > 0) return;
		const seconds = Math.round((Date.now() - started) / 1000);
		log(`  ${packages} packages downloaded (${seconds} s)`);
	};
}

const isDownload = (line: string) => line.startsWith('npm http ');

/**
 * sqlite3 is the one addon of n8n that has to be compiled (or fetched as a binary) for the Node.js that
 * runs it; nothing else in the installation runs an install script.
 */
async function compileDatabaseDriver(folder: string, log: Log): Promise<void> {
	const node = await findNode(folder);
	log(`Compiling the database driver of n8n for Node.js ${node.version} (about a minute)`);
	await npm({
		step: 'Compiling sqlite3, the database driver of n8n,',
		args: ['rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts'],
		folder,
		env: {
			...process.env,
			PATH: [path.dirname(node.binary), process.env.PATH].join(path.delimiter),
			...(node.headers && { npm_config_nodedir: node.headers }),
		},
		advice: 'It needs python3, make and a C++ compiler (g++ or clang). Install them, then run this again.',
	});
}

interface Node {
	binary: string;
	version: string;
	/** The folder whose `include/node` holds the C headers; absent where node-gyp has to find them. */
	headers?: string;
}

/** Finds the Node.js that came with the installation; on a platform without one, the one that runs this. */
async function findNode(folder: string): Promise<Node> {
	const { optionalDependencies } = JSON.parse(
		await readFile(path.join(pinned, 'package.json'), 'utf8'),
	) as { optionalDependencies: Record<string, string> };

	for (const name of Object.keys(optionalDependencies)) {
		const headers = path.join(folder, 'node_modules', name);
		const binary = path.join(headers, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
		const version = existsSync(binary) && (await versionOf(binary));
		if (version) return { binary, version, headers };
	}
	if (Number.parseInt(process.versions.node) >= 24) {
		return { binary: process.execPath, version: process.version };
	}
	throw new Error(
		`n8n ${n8nVersion} needs Node.js 24, and there is no package of it for ${process.platform} on ` +
			`${process.arch}. Install Node.js 24 or later, and run this with it.`,
	);
}

/** The version that a Node.js binary reports; undefined if it does not run on this system. */
async function versionOf(binary: string): Promise<string | undefined> {
	try {
		return (await promisify(execFile)(binary, ['--version'])).stdout.trim();
	} catch {
		return undefined;
	}
}

interface NpmRun {
	step: string;
	args: string[];
	folder: string;
	env: NodeJS.ProcessEnv;
	advice: string;
	onLine?: (line: string) => void;
}

async function npm({ step, args, folder, env, advice, onLine }: NpmRun): Promise<void> {
	const child = spawn('npm', args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
	const lastLines: string[] = [];
	for (const stream of [child.stdout, child.stderr]) {
		createInterface(stream).on('line', (line) => {
			onLine?.(line);
			if (isDownload(line)) return;
			lastLines.push(line);
			if (lastLines.length > 30) lastLines.shift();
		});
	}
	const failure = await new Promise<string | undefined>((resolve) => {
		child.on('error', (error) => resolve(error.message));
		child.on('close', (code, signal) => resolve(code === 0 ? undefined : `${signal ?? `code ${code}`}`));
	});
	if (failure === undefined) return;
	throw new Error(
		`${step} did not work: \`npm ${args.join(' ')}\` in ${folder} ended with ${failure}.\n` +
			`${advice}\nThe last lines it printed:\n${lastLines.join('\n')}`,
	);
}
