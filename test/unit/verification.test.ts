/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import manifest from '../../package.json';
import {
	missingEntries,
	runtimeDependencies,
	strayFiles,
	unprovableOrigin,
	type Manifest,
} from '../../tools/verification/layout';

const checkout = path.resolve(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(checkout, file), 'utf8');

describe('what `npm run verify` says of a package', () => {
	const node = 'dist/nodes/Some/Some.node.js';
	const credential = 'dist/credentials/Some.credentials.js';
	const files = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', node, credential];
	const good: Manifest = {
		name: 'n8n-nodes-some',
		version: '1.0.0',
		repository: { url: 'https://github.com/some/n8n-nodes-some.git' },
		n8n: { nodes: [node], credentials: [credential] },
	};

	test('nothing where nothing is wrong', () => {
		expect(strayFiles(files)).toEqual([]);
		expect(missingEntries(good, files)).toEqual([]);
		expect(runtimeDependencies({ ...good, dependencies: {} })).toEqual([]);
		expect(unprovableOrigin(good)).toEqual([]);
	});

	test.each([
		'test/unit/some.test.ts',
		'nodes/Some/Some.node.ts',
		'.npmrc',
		'distribution/x.js',
		'dist/.sources',
	])('that %s does not belong into it', (file) => {
		expect(strayFiles([...files, file])).toEqual([`${file} does not belong into the package`]);
	});

	test.each(['CHANGELOG.md', 'LICENSE', 'README.md'])('that %s is missing', (file) => {
		expect(strayFiles(files.filter((one) => one !== file))).toEqual([`${file} is missing`]);
	});

	test.each([node, credential])('that %s is named and not there', (file) => {
		const rest = files.filter((one) => one !== file);
		expect(missingEntries(good, rest)).toEqual([`package.json names ${file}, which is not there`]);
	});

	test('that it has no node', () => {
		const empty = { ...good, n8n: { nodes: [], credentials: [] } };
		expect(missingEntries(empty, files)).toEqual(['package.json names no node']);
	});

	test.each([
		[{ dependencies: { axios: '1.0.0' } }],
		[{ optionalDependencies: { axios: '1.0.0' } }],
		[{ bundleDependencies: ['axios'] }],
		[{ bundledDependencies: ['axios'] }],
	])('that %j is a runtime dependency', (more) => {
		expect(runtimeDependencies({ ...good, ...more })).toEqual(['axios is a runtime dependency']);
	});

	test.each([
		undefined,
		{},
		{ url: '' },
		{ url: 'https://gitlab.com/some/n8n-nodes-some.git' },
		{ url: 'https://github.com/some' },
	])('that the origin %j cannot be proved', (repository) => {
		expect(unprovableOrigin({ ...good, repository })).toHaveLength(1);
	});
});

describe.each(readdirSync(path.join(checkout, '.github/workflows')))('the workflow %s', (file) => {
	const text = read(`.github/workflows/${file}`);
	const uses = [...text.matchAll(/^\s*(?:- )?uses:\s+(?!\.\/)(\S.*)$/gm)].map(
		([, what = '']) => what,
	);

	test('pins every action to a commit, with its version beside it', () => {
		expect(uses.length).toBeGreaterThan(0);
		for (const action of uses) {
			expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
		}
	});

	test('may read the repository, and nothing else unless a job says so', () => {
		expect(text).toMatch(/^permissions:\n {2}contents: read\n\n/m);
	});

	test('ends what hangs, and leaves no credential behind', () => {
		const jobs = [...text.matchAll(/^ {4}runs-on:/gm)];
		expect(jobs.length).toBeGreaterThan(0);
		expect([...text.matchAll(/^ {4}timeout-minutes: \d+$/gm)]).toHaveLength(jobs.length);
		const checkouts = uses.filter((action) => action.startsWith('actions/checkout@'));
		expect([...text.matchAll(/persist-credentials: false/g)]).toHaveLength(checkouts.length);
	});
});

test('the workflows pin one version of each action', () => {
	const pins = new Map<string, Set<string>>();
	for (const file of readdirSync(path.join(checkout, '.github/workflows'))) {
		for (const [, name = '', pin = ''] of read(`.github/workflows/${file}`).matchAll(
			/uses:\s*([^@\s]+)@(.*)$/gm,
		)) {
			pins.set(name, (pins.get(name) ?? new Set()).add(pin));
		}
	}
	expect(pins.size).toBeGreaterThan(1);
	for (const versions of pins.values()) expect([...versions]).toHaveLength(1);
});

// What a guide says must be there: commands, files, links.
const guides = [
	'CONTRIBUTING.md',
	'SECURITY.md',
	'docs/architecture.md',
	'.github/pull_request_template.md',
];

test.each([
	...guides,
	...readdirSync(path.join(checkout, '.github/workflows')).map((f) => `.github/workflows/${f}`),
])('every command that %s names is there', (file) => {
	const named = [...read(file).matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
	expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
});

/** What the guide to a new endpoint makes. */
const exampleFiles = [
	'nodes/Emnify/resources/user/getRoles.ts',
	'nodes/Emnify/__schema__/v1.0.0/user/getRoles.json',
];

test.each(guides)('every file that %s names is there, but for those of the example', (guide) => {
	const text = read(guide);
	const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link = '']) =>
		path.join(path.dirname(guide), link),
	);
	const paths = [...text.matchAll(/`([\w.-]+\/[\w./-]*)`/g)]
		.map(([, file = '']) => file)
		.filter((file) => existsSync(path.join(checkout, file.split('/')[0] ?? '')));
	const named = [...links, ...paths].filter((file) => !/^(dist|artifacts|\.cache)\//.test(file));
	const missing = named.filter((file) => !existsSync(path.join(checkout, file)));
	expect(missing.filter((file) => !exampleFiles.includes(file))).toEqual([]);
});
