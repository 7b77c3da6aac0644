/* eslint-disable no-console, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- a command that runs in Node, not in n8n, and speaks to a person on the terminal */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { checkout } from '../real-n8n/paths';
import { missingEntries, runtimeDependencies, strayFiles, unprovableOrigin } from './layout';
import { lintStrictly, scanPackage, scanSources, type Findings } from './lint';
import { packInto } from './pack';

/**
 * `npm run verify`: what n8n looks at before it verifies a community node, on the package as it would be published. Ends
 * with 1 where anything is found. Only the provenance is left: npm adds it when GitHub publishes.
 */
async function main(): Promise<boolean> {
	const folder = await mkdtemp(path.join(tmpdir(), 'n8n-nodes-emnify-verify-'));
	try {
		const packed = await packInto(folder);
		const { name, version } = packed.manifest;
		const size = Math.ceil(packed.size / 1024);
		console.log(`\n${name} ${version}: ${packed.files.length} files, ${size} KiB packed\n`);

		const scanner = `n8n’s scanner (${await installed('@n8n/scan-community-package')})`;
		const linter = `n8n’s strict linter (${await installed('@n8n/node-cli')})`;
		const checks: Array<[string, () => Promise<Findings> | Findings]> = [
			['only what belongs into the package', () => strayFiles(packed.files)],
			['every file that package.json names', () => missingEntries(packed.manifest, packed.files)],
			['no runtime dependency', () => runtimeDependencies(packed.manifest)],
			['a repository that provenance can name', () => unprovableOrigin(packed.manifest)],
			[`${scanner} on the package`, async () => await scanPackage(packed.folder)],
			[`${scanner} on the sources`, scanSources],
			[`${linter} on the package`, async () => await lintStrictly(packed.folder, ['package.json'])],
			[
				`${linter} on the sources`,
				async () => await lintStrictly(checkout, ['package.json', 'nodes', 'credentials']),
			],
		];
		let found = 0;
		for (const [what, check] of checks) {
			const findings = await check();
			found += findings.length;
			console.log(`  ${findings.length === 0 ? '✓' : '✗'} ${what}`);
			for (const finding of findings) console.log(`\n${finding}\n`);
		}
		console.log(found === 0 ? '\nNothing found.' : '\nNot ready to be published.');
		return found === 0;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** A package of this checkout with its version. */
async function installed(name: string): Promise<string> {
	const file = path.join(checkout, 'node_modules', name, 'package.json');
	const { version } = JSON.parse(await readFile(file, 'utf8')) as { version: string };
	return `${name} ${version}`;
}

main().then(
	(passed) => process.exit(passed ? 0 : 1),
	(error: Error) => {
		console.error(`\n${error.message}`);
		process.exit(1);
	},
);
