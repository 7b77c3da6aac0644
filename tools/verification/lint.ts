/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import path from 'node:path';

import { ESLint } from 'eslint';

import { checkout } from '../real-n8n/paths';

/** What a linter found in a folder, as text for a person; empty if nothing. */
export type Findings = string[];

/** n8n's scanner, as it looks at the published package: what was compiled, and `package.json`. */
export async function scanPackage(folder: string): Promise<Findings> {
	return await scan(folder, () => ['**/*.js', 'package.json']);
}

/** n8n's scanner, as it looks at the commit that a package was built from. */
export async function scanSources(): Promise<Findings> {
	return await scan(checkout, (sources) => sources);
}

/** n8n's own linter in strict mode, where no comment switches a rule off and a warning counts. */
export async function lintStrictly(folder: string, files: string[]): Promise<Findings> {
	const eslint = new ESLint({
		cwd: folder,
		overrideConfigFile: path.join(checkout, 'eslint.config.mjs'),
		allowInlineConfig: false,
	});
	const results = await eslint.lintFiles(files);
	if (results.every(({ messages }) => messages.length === 0)) return [];
	const formatter = await eslint.loadFormatter('stylish');
	return [await formatter.format(results)];
}

async function scan(folder: string, choose: (sources: string[]) => string[]): Promise<Findings> {
	const scanner = await import('@n8n/scan-community-package/scanner/scanner.mjs');
	const patterns = choose(scanner.SOURCE_FILE_PATTERNS);
	const { passed, message, details } = await scanner.analyzePackage(folder, patterns);
	return passed ? [] : [details ?? message ?? 'The scanner does not say why'];
}
