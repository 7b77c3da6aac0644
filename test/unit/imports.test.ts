/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

// The rule itself is in .dependency-cruiser.js and is run by `npm run lint`. This proves that it bites.

const checkout = path.resolve(__dirname, '../..');

/** What is there to be imported. */
const house = [
	'nodes/Emnify/execute.ts',
	'nodes/Emnify/resources/user/get.ts',
	'nodes/Emnify/trigger/poll.ts',
	'nodes/Emnify/lists/users.ts',
	'nodes/Emnify/fields/user.ts',
	'nodes/Emnify/endpoints/users.ts',
	'nodes/Emnify/domain/day.ts',
	'nodes/Emnify/report/text.ts',
	'nodes/Emnify/api/types.ts',
	'nodes/Emnify/api/retry.ts',
	'simulator/world.ts',
];

/** By file: an import that must be refused. */
const breaches: Array<[file: string, line: string]> = [
	['nodes/Emnify/api/a.ts', "import { a } from '../resources/user/get';"],
	['nodes/Emnify/api/b.ts', "import type { A } from '../endpoints/users';"],
	['nodes/Emnify/api/c.ts', "export { a } from '../fields/user';"],
	['nodes/Emnify/api/d.ts', "export const a = import('../domain/day');"],
	['nodes/Emnify/api/e.ts', "import axios from 'axios'; axios;"],
	['nodes/Emnify/api/f.ts', "import fs = require('fs'); fs;"],
	['nodes/Emnify/endpoints/a.ts', "import { a } from '../fields/user';"],
	['nodes/Emnify/fields/a.ts', "import { a } from '../resources/user/get';"],
	['nodes/Emnify/fields/b.ts', "import { a } from '../lists/users';"],
	['nodes/Emnify/fields/c.ts', "import { a } from '../report/text';"],
	['nodes/Emnify/lists/a.ts', "import { a } from '../trigger/poll';"],
	['nodes/Emnify/domain/a.ts', "import type { INode } from 'n8n-workflow';"],
	['nodes/Emnify/domain/b.ts', "import { a } from '../api/retry';"],
	['nodes/Emnify/domain/c.ts', "import { type A, a } from '../api/types';"],
	['nodes/Emnify/domain/d.ts', "import '../api/types';"],
	['nodes/Emnify/domain/e.ts', "import type { A } from '../report/text';"],
	['nodes/Emnify/report/a.ts', "import type { A } from '../api/types';"],
	['nodes/Emnify/resources/a.ts', "import { a } from '../execute';"],
	['nodes/Emnify/resources/b.ts', "import { a } from '../trigger/poll';"],
	['nodes/Emnify/resources/c.ts', "export type A = import('../execute').A;"],
	['nodes/Emnify/trigger/a.ts', "import { a } from '../resources/user/get';"],
	['nodes/Emnify/resources/d.ts', "import '../../../simulator/world';"],
	['nodes/Emnify/resources/e.ts', "import { a } from './not/there';"],
	['nodes/Emnify/new/a.ts', "import { a } from '../api/retry';"],
	['credentials/a.ts', "import { a } from '../nodes/Emnify/domain/day';"],
	['simulator/a.ts', "import type { A } from '../nodes/Emnify/api/types';"],
	['nodes/Emnify/report/circle.ts', "import type { A } from './elcric'; export type B = A;"],
];

/** By file: imports that are right. */
const allowed: Array<[file: string, line: string]> = [
	['nodes/Emnify/face.ts', "import { a } from './resources/user/get'; import 'n8n-workflow';"],
	['nodes/Emnify/resources/ok.ts', "import { a } from '../lists/users'; import '../report/text';"],
	['nodes/Emnify/lists/ok.ts', "import { a } from '../fields/user'; import '../endpoints/users';"],
	['nodes/Emnify/fields/ok.ts', "import { sleep } from 'n8n-workflow'; import '../domain/day';"],
	['nodes/Emnify/api/ok.ts', "import { createHash } from 'crypto'; import './retry';"],
	['nodes/Emnify/domain/ok.ts', "import type { A } from '../api/types'; import './day';"],
	['nodes/Emnify/report/ok.ts', "import { a } from '../domain/day';"],
	[
		'simulator/ok.ts',
		"import { after } from './world'; import fs from 'node:fs'; import 'fastify';",
	],
];

let refused: string[];

beforeAll(async () => {
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-emnify-imports-'));
	try {
		symlinkSync(path.join(checkout, 'node_modules'), path.join(folder, 'node_modules'));
		const files = house.map((file) => [file, 'export const a = 1; export type A = 1;'] as const);
		const circle = [
			'nodes/Emnify/report/elcric.ts',
			"export type { B as A } from './circle';",
		] as const;
		for (const [file, text] of [...files, circle, ...breaches, ...allowed]) {
			mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
			writeFileSync(path.join(folder, file), `${text}\n`);
		}
		// It ends with the number of breaches.
		const { stdout } = await promisify(execFile)(
			process.execPath,
			[
				path.join(checkout, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
				...['--config', path.join(checkout, '.dependency-cruiser.js'), '--output-type', 'json'],
				...['nodes', 'credentials', 'simulator'],
			],
			{ cwd: folder, maxBuffer: 1e8 },
		).catch((failure: { stdout: string }) => failure);
		const { summary } = JSON.parse(stdout) as { summary: { violations: Array<{ from: string }> } };
		refused = summary.violations.map(({ from }) => from);
	} finally {
		rmSync(folder, { recursive: true });
	}
});

test.each(breaches)('%s may not: %s', (file) => {
	expect(refused).toContain(file);
});

test.each(allowed)('%s may: %s', (file) => {
	expect(refused).not.toContain(file);
});

test('nothing else is refused', () => {
	const files = new Set(breaches.map(([file]) => file));
	expect(refused.filter((file) => !files.has(file))).toEqual([]);
});
