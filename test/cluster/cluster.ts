/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import path from 'node:path';

import { installRealN8n, type InstalledN8n, type Log } from '../../tools/real-n8n/install';
import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import { createUserFolder, readUserFolder } from '../../tools/real-n8n/userFolder';
import { findServicePrograms, startPostgres, startRedis } from './services';
import { startOnFreePort, startProcess, type StartedProcess } from './startProcess';

/** A worker of the cluster. */
export interface Worker extends StartedProcess {
	name: string;
}

/** n8n in queue mode: a main process and workers, each with a folder of its own, on one database and one queue. */
export interface Cluster {
	main: RealN8n;
	workers: Worker[];
	/** Starts one more worker, which joins `workers`. */
	addWorker(name: string): Promise<void>;
	/** Ends all processes and deletes all folders. */
	stop(): Promise<void>;
}

/** How many executions a worker runs at once: n8n's own choice, written out because the test counts on it. */
export const CONCURRENCY = 10;

/**
 * Starts PostgreSQL, Redis, n8n's main process and as many workers. All of it listens on 127.0.0.1 alone, lives in
 * throw-away folders, and ends with this process.
 *
 * @throws Error that says what is missing, or what did not start
 */
export async function startCluster(workerNames: string[], log: Log): Promise<Cluster> {
	const programs = await findServicePrograms();
	const installed = await installRealN8n(log);
	const started: Array<Pick<StartedProcess, 'stop'>> = [];
	const stop = async () => {
		// The last one first: what uses a service ends before the service.
		for (const { stop: end } of started.splice(0).reverse()) await end();
	};
	try {
		log('Starting PostgreSQL and Redis');
		const postgres = await startPostgres(programs);
		started.push(postgres);
		const redis = await startRedis(programs);
		started.push(redis);
		const shared = { ...queueMode, ...postgres.env, ...redis.env };
		const main = await startRealN8n({ log, env: { ...shared, ...marking('main') } });
		started.push(main);
		const { encryptionKey } = await readUserFolder(main.userFolder);
		const workers: Worker[] = [];
		const addWorker = async (name: string) => {
			log(`Starting ${name}`);
			const env = { ...shared, N8N_ENCRYPTION_KEY: encryptionKey };
			const worker = await startWorker(installed, name, env);
			started.push(worker);
			workers.push(worker);
		};
		for (const name of workerNames) await addWorker(name);
		return { main, workers, addWorker, stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

const queueMode = {
	EXECUTIONS_MODE: 'queue',
	OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
	// How soon n8n finds that a worker is gone, in milliseconds; by default it takes a minute and a half.
	QUEUE_WORKER_LOCK_DURATION: '20000',
	QUEUE_WORKER_LOCK_RENEW_TIME: '4000',
	QUEUE_WORKER_STALLED_INTERVAL: '2000',
};

const marking = (name: string) => ({
	CLUSTER_PROCESS_NAME: name,
	NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, 'markRequests.cjs'))}`,
});

async function startWorker(
	{ node, script }: InstalledN8n,
	name: string,
	env: Record<string, string>,
): Promise<Worker> {
	const { PATH, LANG, TZ } = process.env;
	const worker = await startOnFreePort(async (brokerPort) => {
		const { path: folder } = await createUserFolder();
		return await startProcess({
			name,
			command: node,
			args: [script, 'worker', `--concurrency=${CONCURRENCY}`],
			ready: /n8n worker is now ready/,
			folder,
			env: {
				...{ PATH, LANG, TZ, HOME: folder, TMPDIR: folder },
				N8N_USER_FOLDER: folder,
				N8N_RUNNERS_BROKER_PORT: String(brokerPort),
				GENERIC_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
				N8N_GRACEFUL_SHUTDOWN_TIMEOUT: '3',
				// No requests to other hosts.
				N8N_DIAGNOSTICS_ENABLED: 'false',
				N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
				N8N_DISABLED_MODULES: 'mcp-registry',
				...marking(name),
				...env,
			},
		});
	});
	return { ...worker, name };
}
