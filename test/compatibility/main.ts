/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- a command that runs in Node, not in n8n, and speaks to a person on the terminal */
import { parseArgs } from 'node:util';

import Table from 'cli-table3';

import { installRealN8n } from '../../tools/real-n8n/install';
import { n8nVersions, type N8nVersion } from '../../tools/real-n8n/paths';
import { checks, type Check } from './checks';
import { Stage } from './stage';

interface Failure {
	check: Check;
	message: string;
}

interface Result {
	version: N8nVersion;
	nodeVersion: string;
	failures: Failure[];
	seconds: number;
}

/**
 * `npm run test:compatibility`: the built package in each pinned n8n, against the simulator, or in those named, as in
 * `npm run test:compatibility -- 1.123.81`. Prints a table, and ends with 1 if anything does not work.
 */
async function main(): Promise<number> {
	const { positionals } = parseArgs({ allowPositionals: true });
	const unknown = positionals.filter((name) => !n8nVersions.some((version) => version === name));
	if (unknown.length > 0) {
		throw new RangeError(
			`No n8n ${unknown.join(', ')} is pinned. There are ${n8nVersions.join(', ')}.`,
		);
	}
	const results: Result[] = [];
	for (const version of n8nVersions) {
		if (positionals.length > 0 && !positionals.includes(version)) continue;
		results.push(await checkVersion(version));
	}
	console.log(table(results));
	for (const { version, failures } of results) {
		for (const { check, message } of failures) {
			console.log(`\nn8n ${version}: “${check.name}” does not hold:\n${message}`);
		}
	}
	return results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

async function checkVersion(version: N8nVersion): Promise<Result> {
	const { nodeVersion } = await installRealN8n(console.error, version);
	console.error(`Checking n8n ${version}`);
	const started = Date.now();
	const stage = await Stage.start(version);
	try {
		const failures: Failure[] = [];
		for (const check of checks) {
			await check.run(stage).catch((error: Error) => {
				failures.push({ check, message: error.message });
			});
		}
		const seconds = (Date.now() - started) / 1000;
		return { version, nodeVersion, failures, seconds };
	} finally {
		await stage.stop();
	}
}

function table(results: Result[]): string {
	const head = ['n8n', 'Node.js', 'Loads', 'Credential test', 'Checks', 'Seconds'];
	// Without colours, which would end up in files and issues.
	const rows = new Table({ head, style: { head: [], border: [] } });
	for (const { version, nodeVersion, failures, seconds } of results) {
		const verdict = (column: Check['column']) => {
			const failed = failures.filter(({ check }) => check.column === column).length;
			const ok = checks.filter((check) => check.column === column).length - failed;
			return failed > 0 ? `${ok} ok, ${failed} FAILED` : `${ok} ok`;
		};
		const columns = [verdict('loads'), verdict('credential'), verdict('operations')];
		rows.push([version, nodeVersion, ...columns, seconds.toFixed(1)]);
	}
	return rows.toString();
}

main().then(
	(code) => process.exit(code),
	(error: Error) => {
		console.error(`\n${error.message}`);
		process.exit(1);
	},
);
