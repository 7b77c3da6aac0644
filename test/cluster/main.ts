/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals -- a command that runs in Node, not in n8n, and speaks to a person on the terminal */
import { n8nVersion } from '../../tools/real-n8n/paths';
import { startCluster } from './cluster';
import { checkKilledAudit } from './killedAudit';
import { checkSharedSession } from './sharedSession';
import { checkTrigger } from './trigger';

/**
 * `npm run test:cluster`: this package in n8n's queue mode, a main process and two workers on PostgreSQL and Redis, against
 * the simulator. Prints its figures as Markdown for docs/compatibility.md, and ends with 1 where a promise is not kept.
 */
async function main(): Promise<void> {
	const cluster = await startCluster(['worker 1', 'worker 2'], console.error);
	try {
		const tables = [
			await checkSharedSession(cluster, console.error),
			await checkTrigger(cluster, console.error),
			// Last, for it kills workers.
			await checkKilledAudit(cluster, console.error),
		];
		console.log(`\nn8n ${n8nVersion} in queue mode: main, 2 workers, PostgreSQL, Redis`);
		for (const table of tables) console.log(`\n${table.join('\n')}`);
	} finally {
		await cluster.stop();
	}
}

main().then(
	() => process.exit(0),
	(error: Error) => {
		console.error(`\n${error.message}`);
		process.exit(1);
	},
);
