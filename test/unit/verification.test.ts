/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';

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

const workflowFiles = readdirSync(path.join(checkout, '.github/workflows'));

interface Step {
	uses?: string;
	run?: string;
	with?: Record<string, unknown>;
}

interface Job {
	uses?: string;
	permissions?: Record<string, string>;
	'timeout-minutes'?: number;
	steps?: Step[];
}

const jobsIn = (file: string) =>
	Object.values((parse(read(`.github/workflows/${file}`)) as { jobs: Record<string, Job> }).jobs);

/** What follows each `uses:`, with the comment behind it, but for workflows of this repository. */
const actionsIn = (file: string) =>
	[...read(`.github/workflows/${file}`).matchAll(/^\s*(?:- )?uses:\s+(?!\.\/)(\S.*)$/gm)].map(
		([, what = '']) => what,
	);

describe.each(workflowFiles)('the workflow %s', (file) => {
	const jobs = jobsIn(file);

	test('pins every action to a commit, with its version beside it', () => {
		expect(actionsIn(file).length).toBeGreaterThan(0);
		for (const action of actionsIn(file)) {
			expect(action).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
		}
	});

	test('may read the repository, and nothing else unless a job says so', () => {
		const { permissions } = parse(read(`.github/workflows/${file}`)) as Job;
		expect(permissions).toEqual({ contents: 'read' });
		const granted = jobs.flatMap((job) => Object.entries(job.permissions ?? {}));
		for (const [scope, access] of granted) {
			expect(access === 'write' ? scope : 'read').toMatch(
				/^(read|contents|id-token|attestations|security-events)$/,
			);
		}
	});

	test('ends what hangs, and leaves no credential behind', () => {
		for (const job of jobs) {
			if (job.uses === undefined) expect(job['timeout-minutes']).toBeGreaterThan(0);
			for (const step of job.steps ?? []) {
				if (!step.uses?.startsWith('actions/checkout@')) continue;
				expect(step.with).toMatchObject({ 'persist-credentials': false });
			}
		}
	});
});

test('the workflows pin one version of each action', () => {
	const pins = new Map<string, Set<string>>();
	for (const action of workflowFiles.flatMap(actionsIn)) {
		const [name = '', pin = ''] = action.split('@');
		const repository = name.split('/').slice(0, 2).join('/');
		pins.set(repository, (pins.get(repository) ?? new Set()).add(pin));
	}
	expect(pins.size).toBeGreaterThan(1);
	for (const versions of pins.values()) expect([...versions]).toHaveLength(1);
});

test('a release is published with provenance, and attested', () => {
	const steps = jobsIn('publish.yml').flatMap((job) => job.steps ?? []);
	const publishing = steps.findIndex((step) => step.run?.includes('npm publish'));
	expect(steps[publishing]?.run).toContain('npm publish ./release/*.tgz --provenance');
	// What is attested is the very file that is published, and then attached to the release.
	const attested = steps.slice(0, publishing).filter((step) => step.uses?.includes('/attest@'));
	expect(attested.map((step) => step.with)).toEqual([
		{ 'subject-path': 'release/*.tgz' },
		{ 'subject-path': 'release/*.tgz', 'sbom-path': 'release/sbom.cdx.json' },
	]);
	expect(steps.at(-1)?.run).toMatch(/gh release create .* release\/\*\s*$/s);
});

test('CI runs what .ci/run runs', () => {
	const commands = [...read('.ci/run').matchAll(/^npm .+$/gm)].map(([command]) => command);
	expect(commands.length).toBeGreaterThan(3);
	const run = jobsIn('ci.yml').flatMap((job) => (job.steps ?? []).map((step) => step.run));
	expect(run).toEqual(expect.arrayContaining(commands));
});

test('the weekly run can make every fuzz test longer', () => {
	const fuzzing = readdirSync(path.join(checkout, 'test'), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.fuzz.test.ts'))
		.map((file) => read(path.join('test', file)));
	expect(fuzzing.length).toBeGreaterThan(1);
	for (const text of fuzzing) {
		expect(text).toContain('fuzzRuns(');
		expect(text).not.toContain('numRuns');
	}
	expect(read('.github/workflows/weekly.yml')).toContain('FUZZ_FACTOR: 50');
});

test('Dependabot leaves alone what is pinned, but for n8n’s own checks, which are to be the newest', () => {
	const { updates } = parse(read('.github/dependabot.yml')) as {
		updates: Array<{ ignore?: Array<{ 'dependency-name': string }> }>;
	};
	const ignored = updates.flatMap(({ ignore = [] }) => ignore.map((one) => one['dependency-name']));
	const pinned = Object.entries(manifest.devDependencies)
		.filter(([name, range]) => /^\d/.test(range) && !name.startsWith('@n8n/'))
		.map(([name]) => name);
	expect(pinned.length).toBeGreaterThan(3);
	expect(ignored).toEqual(expect.arrayContaining(pinned));
});

// What a guide says must be there: commands, files, links.
const guides = [
	'README.md',
	'CONTRIBUTING.md',
	'SECURITY.md',
	'.github/pull_request_template.md',
	...readdirSync(path.join(checkout, 'docs'))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`),
];

test.each([...guides, ...workflowFiles.map((file) => `.github/workflows/${file}`)])(
	'every command that %s names is there',
	(file) => {
		const named = [...read(file).matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
		expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
	},
);

test('every promise of SECURITY.md names the tests that hold it, and they are there', () => {
	const [, promises = ''] =
		/\n## What the package promises\n(.*?)\n## /s.exec(read('SECURITY.md')) ?? [];
	const without = promises
		.split(/^- /m)
		.slice(1)
		.filter((promise) => !promise.includes('<!-- Held by '));
	expect(promises.split(/^- /m).length).toBeGreaterThan(6);
	expect(without).toEqual([]);
	const named = [...read('SECURITY.md').matchAll(/<!-- Held by (\S+): (.+) -->/g)];
	const missing = named.filter(([, file = '', title = '']) => !read(file).includes(title));
	expect(missing.map(([comment]) => comment)).toEqual([]);
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

test('the linter is set as `n8n-node lint` wants it in strict mode', () => {
	const template = 'node_modules/@n8n/node-cli/dist/template/templates/shared/default';
	expect(read('eslint.config.mjs')).toBe(read(`${template}/eslint.config.mjs`));
});
