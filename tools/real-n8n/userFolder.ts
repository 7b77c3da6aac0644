/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import manifest from '../../package.json';
import { packedFiles } from './packedFiles';
import { checkout } from './paths';

export interface Owner {
	email: string;
	password: string;
}

/** What a second n8n on the same user folder has to know. */
export interface UserFolder {
	path: string;
	owner: Owner;
	encryptionKey: string;
}

/**
 * Makes a throw-away user folder for n8n in which this package is installed as a community package, unless told
 * otherwise: exactly the files that `npm pack` puts into it, so that what runs is what users get.
 *
 * @throws Error if the package is not built
 */
export async function createUserFolder({ withoutPackage = false } = {}): Promise<UserFolder> {
	const files = await builtFiles();
	const folder: UserFolder = {
		path: await mkdtemp(path.join(tmpdir(), 'n8n-nodes-emnify-')),
		owner: { email: 'owner@example.com', password: `Aa1${randomBytes(12).toString('hex')}` },
		encryptionKey: randomBytes(24).toString('hex'),
	};
	await writeFile(descriptionIn(folder.path), JSON.stringify(folder), { mode: 0o600 });
	if (withoutPackage) return folder;
	await install(files, path.join(folder.path, '.n8n', 'nodes', 'node_modules', manifest.name));
	return folder;
}

/** Reads the user folder of an n8n that was started earlier, or is still running. */
export async function readUserFolder(folder: string): Promise<UserFolder> {
	return JSON.parse(await readFile(descriptionIn(folder), 'utf8')) as UserFolder;
}

const descriptionIn = (folder: string) => path.join(folder, 'user-folder.json');

async function install(files: string[], folder: string): Promise<void> {
	for (const file of files) {
		const target = path.join(folder, file);
		await mkdir(path.dirname(target), { recursive: true });
		await copyFile(path.join(checkout, file), target);
	}
}

async function builtFiles(): Promise<string[]> {
	const files = await packedFiles();
	const needed = [...manifest.n8n.nodes, ...manifest.n8n.credentials];
	const missing = needed.filter((file) => !files.includes(file));
	if (missing.length === 0) return files;
	throw new Error(`The package is not built: no ${missing.join(', ')}. Run \`npm run build\`.`);
}
