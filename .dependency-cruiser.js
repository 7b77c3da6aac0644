// The one rule of imports, as docs/architecture.md states it. `npm run lint` runs it, and imports.test.ts proves that it bites.
const house = 'nodes/Emnify';
const layer = (...names) => `^${house}/(${names.join('|')})/`;
const packages = ['^crypto$', '(^|/)node_modules/n8n-workflow/'];
const types = `^${house}/api/types\\.ts$`;

/** What a folder may import, besides itself. The faces lie in nodes/Emnify itself, and may import every layer. */
const rules = {
	[layer('resources')]: [
		layer('lists', 'fields', 'endpoints', 'domain', 'report', 'api'),
		...packages,
	],
	[layer('trigger')]: [
		layer('lists', 'fields', 'endpoints', 'domain', 'report', 'api'),
		...packages,
	],
	[layer('lists')]: [layer('fields', 'endpoints', 'domain', 'api'), ...packages],
	[layer('fields')]: [layer('endpoints', 'domain', 'api'), ...packages],
	[layer('endpoints')]: [layer('domain', 'api'), ...packages],
	[layer('api')]: packages,
	[layer('report')]: [layer('domain'), '^crypto$'],
	[layer('domain')]: [types],
	'^credentials/': [layer('api'), ...packages],
	[`^${house}/[^/]+$`]: [
		layer('resources', 'trigger', 'lists', 'fields', 'endpoints', 'domain', 'report', 'api'),
		...packages,
	],
};

const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
	forbidden: [
		...Object.entries(rules).map(([from, allowed]) =>
			forbid(`only below ${from}`, { path: from }, { pathNot: [from, ...allowed] }),
		),
		forbid(
			'domain takes nothing but types',
			{ path: layer('domain') },
			{ path: types, dependencyTypesNot: ['type-only'] },
		),
		forbid(
			'each folder has a rule',
			{ pathNot: [...Object.keys(rules), '^(simulator|test|tools)/', 'node_modules/'] },
			{},
		),
		forbid(
			'the simulator knows nothing of the node',
			{ path: '^simulator/' },
			{ path: '^(?!simulator/)[^/]+/', pathNot: 'node_modules/', dependencyTypesNot: ['core'] },
		),
		forbid('no circle, not of types either', {}, { circular: true }),
		forbid('what is imported is there', {}, { couldNotResolve: true }),
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		exclude: { path: '^dist/' },
		// Imports of types count.
		tsPreCompilationDeps: true,
	},
};
