/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { hashSources, refuseStaleBuild, stamp } from '../../tools/build/sources';

describe('what is built', () => {
	let checkout: string;
	const write = (file: string, text: string) => {
		mkdirSync(path.dirname(path.join(checkout, file)), { recursive: true });
		writeFileSync(path.join(checkout, file), text);
	};

	beforeEach(() => {
		checkout = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-emnify-build-'));
		const sources = [
			'nodes/Emnify/api/a.ts',
			'nodes/Emnify/b.json',
			'credentials/c.ts',
			'icons/d.svg',
			'tsconfig.json',
			'gulpfile.js',
		];
		for (const file of sources) write(file, 'as it was');
		mkdirSync(path.join(checkout, 'dist'));
		stamp(checkout, hashSources(checkout));
	});

	afterEach(() => rmSync(checkout, { recursive: true }));

	test('is run while the sources are the same, whenever they were written', () => {
		write('nodes/Emnify/api/a.ts', 'as it was');
		write('README.md', 'no part of it');
		expect(() => refuseStaleBuild(checkout)).not.toThrow();
	});

	test.each<[string, () => void]>([
		['a file has changed', () => write('nodes/Emnify/api/a.ts', 'as it is')],
		['JSON beside the code has changed', () => write('nodes/Emnify/b.json', 'as it is')],
		['how it is built has changed', () => write('tsconfig.json', 'as it is')],
		['a file is new', () => write('icons/new.svg', '')],
		['a file is gone', () => rmSync(path.join(checkout, 'credentials/c.ts'))],
		[
			'a file has another name',
			() =>
				renameSync(
					path.join(checkout, 'nodes/Emnify/api/a.ts'),
					path.join(checkout, 'nodes/Emnify/api/e.ts'),
				),
		],
		['nothing is built', () => rmSync(path.join(checkout, 'dist'), { recursive: true })],
	])('is refused where %s', (_what, happens) => {
		happens();
		expect(() => refuseStaleBuild(checkout)).toThrow(
			/Run `npm run build`, then the tests again\.$/,
		);
	});
});
