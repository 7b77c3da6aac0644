/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { installRealN8n, type InstalledN8n, type Log } from './install';
import { installation, n8nVersion, type N8nVersion } from './paths';
import { Rest } from './rest';
import { spawnSupervised } from './supervised';
import { createUserFolder, readUserFolder, type Owner, type UserFolder } from './userFolder';

export interface RealN8nOptions {
	/** The newest where it is absent. */
	version?: N8nVersion;
	/** Hears what is being done; the installation, which only the first start needs, takes minutes. */
	log?: Log;
	/** Added to n8n's environment variables. */
	env?: Record<string, string>;
	/** The `userFolder` of another one, kept by it: starts on the same database, with the same owner. */
	userFolder?: string;
	/** Whether the user folder stays when this n8n is stopped. */
	keepUserFolder?: boolean;
	/** How long n8n may take to end itself before it is killed; 0 is a crash. */
	gracePeriodMs?: number;
	/** Whether a fresh user folder comes without this package, which somebody then installs. */
	withoutPackage?: boolean;
}

/** A running n8n with this package installed, unless told otherwise, and an owner. */
export interface RealN8n {
	/** The address of the editor, without a slash at the end. */
	readonly url: string;
	readonly owner: Owner;
	readonly userFolder: string;
	/** n8n's REST interface, logged in as the owner. */
	readonly rest: Rest;
	/** Fulfilled as soon as n8n is no longer running. */
	readonly exited: Promise<void>;
	/** Everything n8n has printed so far. */
	output(): string;
	/** Ends n8n and all its processes, and deletes the user folder unless it is to be kept. */
	stop(): Promise<void>;
}

/**
 * Starts a pinned n8n (and installs it first, where needed) on a free port of 127.0.0.1, with this
 * package as an installed community package, in a throw-away user folder. It does not reach out to other
 * hosts, and ends with this process, even if this is killed.
 *
 * @throws Error if n8n does not come up; it carries the last lines that n8n printed
 */
export async function startRealN8n(options: RealN8nOptions = {}): Promise<RealN8n> {
	const {
		version = n8nVersion,
		log = () => {},
		keepUserFolder = false,
		gracePeriodMs = 5_000,
	} = options;
	const installed = await installRealN8n(log, version);
	const folder =
		options.userFolder === undefined
			? await createUserFolder({ withoutPackage: options.withoutPackage })
			: await readUserFolder(options.userFolder);
	log(`Starting n8n ${version} (about 15 seconds)`);
	const env = { ...disabledModules(version), ...options.env };
	const running = await startOnFreePort({ installed, folder, env, keepUserFolder, gracePeriodMs });
	try {
		return { ...running, rest: await Rest.logIn(running.url, running.owner) };
	} catch (error) {
		await running.stop();
		throw error;
	}
}

interface Start {
	installed: InstalledN8n;
	folder: UserFolder;
	env: Record<string, string>;
	keepUserFolder: boolean;
	gracePeriodMs: number;
}

type Running = Omit<RealN8n, 'rest'>;

/** Another process may take a port between its choice and n8n's start: then others are tried. */
async function startOnFreePort(start: Start): Promise<Running> {
	for (let attempt = 1; ; attempt++) {
		const running = await launch(start);
		try {
			await untilReady(running);
			return running;
		} catch (error) {
			// Then n8n has ended by itself, and its user folder is still there.
			if (/port \d+ is already in use/.test(running.output()) && attempt < 3) continue;
			await running.stop();
			throw error;
		}
	}
}

async function launch({
	installed,
	folder,
	env,
	keepUserFolder,
	gracePeriodMs,
}: Start): Promise<Running> {
	const [port, brokerPort] = await freePorts();
	const child = spawnSupervised(
		{
			command: installed.node,
			args: [installed.script, 'start'],
			gracePeriodMs,
			...(!keepUserFolder && { folder: folder.path }),
		},
		{ cwd: folder.path, env: { ...environment(folder), ...ports(port, brokerPort), ...env } },
	);
	const chunks: string[] = [];
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
	}
	const exited = once(child, 'close').then(() => {});
	child.stdin.on('error', () => {});
	return {
		url: `http://127.0.0.1:${port}`,
		owner: folder.owner,
		userFolder: folder.path,
		exited,
		output: () => chunks.join(''),
		stop: async () => {
			child.stdin.end();
			await exited;
			if (!keepUserFolder) await rm(folder.path, { recursive: true, force: true });
		},
	};
}

async function freePorts(): Promise<[number, number]> {
	const servers = [createServer(), createServer()] as const;
	for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
	const [first, second] = servers.map((server) => (server.address() as AddressInfo).port);
	for (const server of servers) await once(server.close(), 'close');
	return [first as number, second as number];
}

const ports = (port: number, brokerPort: number) => ({
	N8N_PORT: String(port),
	N8N_RUNNERS_BROKER_PORT: String(brokerPort),
});

/** All that n8n gets from outside: nothing of this process's environment but what every program needs. */
function environment(folder: UserFolder): NodeJS.ProcessEnv {
	const { PATH, LANG, TZ } = process.env;
	return {
		PATH,
		LANG,
		TZ,
		HOME: folder.path,
		TMPDIR: folder.path,
		N8N_USER_FOLDER: folder.path,
		N8N_ENCRYPTION_KEY: folder.encryptionKey,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_SECURE_COOKIE: 'false',
		GENERIC_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
		N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '3',
		// No requests to other hosts.
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		// Nothing between a person and the canvas.
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_AI_ENABLED: 'false',
	};
}

/** One more that would reach out to other hosts. n8n does not start with the name of a module that it does not have. */
function disabledModules(version: N8nVersion): Record<string, string> {
	const module = 'mcp-registry';
	const modules = path.join(installation(version), 'node_modules', 'n8n', 'dist', 'modules');
	return existsSync(path.join(modules, module)) ? { N8N_DISABLED_MODULES: module } : {};
}

const startTimeoutMs = 180_000;

async function untilReady(running: Running): Promise<void> {
	const deadline = AbortSignal.timeout(startTimeoutMs);
	const ended = running.exited.then(() => true);
	while (!(await isReady(running.url))) {
		const hasEnded = await Promise.race([ended, delay(200, false)]);
		if (hasEnded) throw notStarted('ended while it was starting', running);
		if (deadline.aborted) throw notStarted(`was not ready in ${startTimeoutMs / 1000} s`, running);
	}
}

/** n8n 1 says that it is ready before its REST interface is there. */
async function isReady(url: string): Promise<boolean> {
	return (await answers(`${url}/healthz/readiness`)) && (await answers(`${url}/rest/settings`));
}

async function answers(url: string): Promise<boolean> {
	try {
		return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
	} catch {
		return false;
	}
}

function notStarted(what: string, running: Running): Error {
	const lastLines = running.output().trimEnd().split('\n').slice(-30).join('\n');
	return new Error(`n8n ${what}. The last lines it printed:\n${lastLines}`);
}
