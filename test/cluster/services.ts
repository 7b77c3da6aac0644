/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { startOnFreePort, startProcess, type StartedProcess } from './startProcess';

const run = promisify(execFile);

/** A database or a queue that n8n can use. */
export interface Service extends StartedProcess {
	/** The environment variables that lead n8n to it. */
	env: Record<string, string>;
}

/** The programs of this machine that a cluster needs. */
export interface ServicePrograms {
	initdb: string;
	postgres: string;
	redisServer: string;
}

/**
 * Finds PostgreSQL and Redis on the PATH, and where Debian keeps PostgreSQL.
 *
 * @throws Error that names what is missing and how to install it
 */
export async function findServicePrograms(): Promise<ServicePrograms> {
	const onPath = (process.env.PATH ?? '').split(path.delimiter);
	const folders = [...onPath, ...(await debianFoldersOfPostgres())];
	const find = (name: string) =>
		folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
	const [initdb, postgres, redisServer] = ['initdb', 'postgres', 'redis-server'].map(find);
	if (initdb && postgres && redisServer) return { initdb, postgres, redisServer };
	const missing = [
		...(initdb && postgres ? [] : ['PostgreSQL']),
		...(redisServer ? [] : ['Redis']),
	];
	throw new Error(
		`n8n’s queue mode needs ${missing.join(' and ')}, which this machine does not have on the PATH` +
			`${missing.includes('PostgreSQL') ? `, nor in ${DEBIAN_POSTGRES}/*/bin` : ''}. ` +
			'Install what is missing (Debian: `apt-get install postgresql redis-server`); no system service needs to run.',
	);
}

const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** Newest version first. */
async function debianFoldersOfPostgres(): Promise<string[]> {
	const versions = await readdir(DEBIAN_POSTGRES).catch(() => []);
	return versions
		.sort((a, b) => Number(b) - Number(a))
		.map((version) => path.join(DEBIAN_POSTGRES, version, 'bin'));
}

/** Starts a PostgreSQL with an empty database in a throw-away folder, on a free port of 127.0.0.1. */
export async function startPostgres({ initdb, postgres }: ServicePrograms): Promise<Service> {
	return await startOnFreePort(async (port) => {
		const folder = await mkdtemp(path.join(tmpdir(), 'n8n-nodes-emnify-postgres-'));
		try {
			const password = newPassword();
			const passwordFile = path.join(folder, 'password');
			await writeFile(passwordFile, password, { mode: 0o600 });
			const asUser = await asUnprivilegedUser([folder, passwordFile]);
			const data = path.join(folder, 'data');
			const env = { PATH: process.env.PATH, LC_ALL: 'C' };
			const [initialise, ...initialiseArgs] = asUser(initdb, [
				...[
					'--pgdata',
					data,
					'--username',
					'n8n',
					'--encoding',
					'UTF8',
					'--no-locale',
					'--no-sync',
				],
				...['--auth', 'scram-sha-256', '--pwfile', passwordFile],
			]);
			await run(initialise, initialiseArgs, { cwd: folder, env });
			const [command, ...args] = asUser(postgres, [
				...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
				// Nothing outside its folder, and nothing that a throw-away database need not survive.
				...['-c', 'unix_socket_directories=', '-c', 'dynamic_shared_memory_type=mmap'],
				...['-c', 'fsync=off'],
			]);
			const ready = /database system is ready to accept connections/;
			const name = 'PostgreSQL';
			const started = await startProcess({ name, command, args, ready, folder, env });
			const connection = {
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: '127.0.0.1',
				DB_POSTGRESDB_PORT: String(port),
				DB_POSTGRESDB_DATABASE: 'postgres',
				DB_POSTGRESDB_USER: 'n8n',
				DB_POSTGRESDB_PASSWORD: password,
			};
			return { ...started, env: connection };
		} catch (error) {
			await rm(folder, { recursive: true, force: true });
			throw error;
		}
	});
}

/** Starts a Redis that keeps nothing on disk, on a free port of 127.0.0.1. */
export async function startRedis({ redisServer }: ServicePrograms): Promise<Service> {
	return await startOnFreePort(async (port) => {
		const folder = await mkdtemp(path.join(tmpdir(), 'n8n-nodes-emnify-redis-'));
		const password = newPassword();
		const configuration = path.join(folder, 'redis.conf');
		const lines = [
			...['bind 127.0.0.1', `port ${port}`, `requirepass ${password}`],
			...['save ""', 'appendonly no', `dir ${folder}`],
		];
		await writeFile(configuration, `${lines.join('\n')}\n`, { mode: 0o600 });
		const started = await startProcess({
			name: 'Redis',
			command: redisServer,
			args: [configuration],
			ready: /Ready to accept connections/,
			folder,
			env: { PATH: process.env.PATH },
		});
		const env = {
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(port),
			QUEUE_BULL_REDIS_PASSWORD: password,
		};
		return { ...started, env };
	});
}

const newPassword = () => randomBytes(16).toString('hex');

type AsUser = (command: string, args: string[]) => [string, ...string[]];

/**
 * PostgreSQL refuses to run as root: then it runs as the user `postgres`, which its package makes, and the files become
 * that user's.
 */
async function asUnprivilegedUser(files: string[]): Promise<AsUser> {
	if (process.getuid?.() !== 0) return (command, args) => [command, ...args];
	const [user, group] = await Promise.all([idOf('-u'), idOf('-g')]);
	for (const file of files) await chown(file, user, group);
	return (command, args) => [
		'setpriv',
		...[`--reuid=${user}`, `--regid=${group}`, '--clear-groups', command],
		...args,
	];
}

async function idOf(which: '-u' | '-g'): Promise<number> {
	try {
		return Number((await run('id', [which, 'postgres'])).stdout);
	} catch {
		throw new Error(
			'PostgreSQL does not run as root, and there is no user `postgres` to run it as. Run this as another user.',
		);
	}
}
