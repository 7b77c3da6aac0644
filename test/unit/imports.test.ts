/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

// The one rule of imports, as docs/architecture.md states it: node → resources, trigger → shared, audit, api.

const checkout = path.resolve(__dirname, '../..');

interface Layer {
	/** The layers that it may import, besides itself. */
	layers: string[];
	/** Files of other layers that it may import nothing but types of. */
	types?: string[];
	/** Files of other layers that it may import. */
	files?: string[];
	/** Packages that it may import. */
	packages: string[];
}

const packages = ['crypto', 'n8n-workflow'];

const under = (...names: string[]) => names.map((name) => `nodes/Emnify/${name}`);

/** By folder. A file belongs to the nearest folder above it that stands here. */
const rule: Record<string, Layer> = {
	credentials: { layers: under('api'), packages },
	// The face: it assembles everything, and nothing imports it.
	'nodes/Emnify': {
		layers: under(
			'resources',
			'trigger',
			'lists',
			'fields',
			'endpoints',
			'domain',
			'report',
			'api',
		),
		packages,
	},
	'nodes/Emnify/resources': {
		layers: under('fields', 'endpoints', 'domain', 'report', 'api'),
		packages,
	},
	'nodes/Emnify/trigger': {
		layers: under('fields', 'endpoints', 'domain', 'report', 'api'),
		packages,
	},
	'nodes/Emnify/lists': { layers: under('fields', 'endpoints', 'domain', 'api'), packages },
	'nodes/Emnify/fields': { layers: under('endpoints', 'domain', 'api'), packages },
	'nodes/Emnify/endpoints': { layers: under('domain', 'api'), packages },
	// Pure functions: no n8n, no HTTP.
	'nodes/Emnify/report': { layers: under('domain'), packages: [] },
	'nodes/Emnify/domain': { layers: [], types: ['nodes/Emnify/api/types'], packages: [] },
	'nodes/Emnify/api': { layers: [], packages },
};

interface Import {
	/** What stands in the quotes. */
	from: string;
	typesOnly: boolean;
}

/** What a file imports, in whatever form: `import`, `export … from`, `import()`, `require()`. */
function importsIn(text: string): Import[] {
	const found: Import[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
			if (node.moduleSpecifier) {
				found.push({ from: textOf(node.moduleSpecifier), typesOnly: isOfTypes(node) });
			}
		} else if (ts.isExternalModuleReference(node)) {
			found.push({ from: textOf(node.expression), typesOnly: false });
		} else if (ts.isImportTypeNode(node)) {
			found.push({ from: textOf((node.argument as ts.LiteralTypeNode).literal), typesOnly: true });
		} else if (ts.isCallExpression(node) && isLoading(node.expression)) {
			const [from] = node.arguments;
			found.push({ from: from ? textOf(from) : '', typesOnly: false });
		}
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile('file.ts', text, ts.ScriptTarget.ES2022, true));
	return found;
}

const textOf = (node: ts.Node) => (ts.isStringLiteralLike(node) ? node.text : node.getText());

const isLoading = (called: ts.Expression) =>
	called.kind === ts.SyntaxKind.ImportKeyword ||
	(ts.isIdentifier(called) && called.text === 'require');

function isOfTypes(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
	if (ts.isExportDeclaration(node)) return node.isTypeOnly;
	const { importClause: clause } = node;
	if (!clause || clause.isTypeOnly) return clause !== undefined;
	const { name, namedBindings } = clause;
	return (
		name === undefined &&
		namedBindings !== undefined &&
		ts.isNamedImports(namedBindings) &&
		namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly)
	);
}

/** What a file may not import, each with a reason; `file` is its path in the checkout. */
function breachesIn(file: string, text: string): string[] {
	const layer = layerOf(file);
	return importsIn(text).flatMap(({ from, typesOnly }) => {
		const { layers, types = [], files = [], packages } = rule[layer] as Layer;
		if (!from.startsWith('.')) {
			return packages.includes(from) ? [] : [`${file} imports the package ${from}`];
		}
		const target = path.posix.join(path.posix.dirname(file), from);
		// `./resources` is the folder's index.ts.
		const targetLayer = layerOf(`${target}/`);
		if (targetLayer === layer || layers.includes(targetLayer) || files.includes(target)) return [];
		if (types.includes(target)) {
			return typesOnly ? [] : [`${file} imports more than types of ${target}`];
		}
		return [`${file} imports ${target}`];
	});
}

function layerOf(file: string): string {
	const layers = Object.keys(rule).filter((layer) => file.startsWith(`${layer}/`));
	return layers.sort((a, b) => b.length - a.length)[0] ?? '';
}

const sourcesIn = (folder: string) =>
	readdirSync(path.join(checkout, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => path.posix.join(folder, ...file.split(path.sep)));

const textIn = (file: string) => readFileSync(path.join(checkout, file), 'utf8');

const sources = ['credentials', 'nodes'].flatMap(sourcesIn);

test('every import goes the one way', () => {
	expect(sources.length).toBeGreaterThan(50);
	const breaches = sources.flatMap((file) => breachesIn(file, textIn(file)));
	expect(breaches).toEqual([]);
});

test('the simulator shares no code with the node', () => {
	const targets = sourcesIn('simulator').flatMap((file) =>
		importsIn(textIn(file)).map(({ from }) => path.posix.join(path.posix.dirname(file), from)),
	);
	expect(targets).toContain('simulator/world');
	expect(targets.filter((target) => !target.startsWith('simulator/'))).toEqual([]);
});

test('every folder has its place in the rule', () => {
	const folders = new Set(sources.map((file) => path.posix.dirname(file)));
	// A folder below `nodes/Emnify` without a line of its own counts as the face, which may import everything.
	const unknown = [...folders].filter(
		(folder) => layerOf(`${folder}/`) === 'nodes/Emnify' && folder !== 'nodes/Emnify',
	);
	expect(unknown).toEqual([]);
});

describe('the check finds', () => {
	const inApi = (line: string) => breachesIn('nodes/Emnify/api/client.ts', line);
	const inDomain = (line: string) => breachesIn('nodes/Emnify/domain/rules.ts', line);
	const inFields = (line: string) => breachesIn('nodes/Emnify/fields/user.ts', line);
	const inUser = (line: string) => breachesIn('nodes/Emnify/resources/user/get.ts', line);

	test.each([
		['api that knows a resource', inApi("import { resources } from '../resources';")],
		['api that knows it by its type', inApi("import type { A } from '../resources/operation';")],
		['api that knows a field', inApi("export { userField } from '../fields/user';")],
		['api that knows the domain', inApi("const day = await import('../domain/day');")],
		['a package', inApi("import axios from 'axios';")],
		['a package of Node', inApi("const fs = require('fs');")],
		['domain that knows n8n', inDomain("import type { INode } from 'n8n-workflow';")],
		['domain that speaks HTTP', inDomain("import { Retries } from '../api/retry';")],
		['domain that takes more than types', inDomain("import { type A, b } from '../api/types';")],
		['domain that takes it for its effects', inDomain("import '../api/types';")],
		[
			'fields that knows an operation',
			inFields("import { getUser } from '../resources/user/get';"),
		],
		['a resource that knows the face', inUser("import { runOperation } from '../../execute';")],
		['a resource that knows the trigger', inUser("import { poll } from '../../trigger/poll';")],
		['a type in passing', inUser("type A = import('../../execute').A;")],
		['a way out of the house', inUser("import '../../../../simulator';")],
	])('%s', (_what, breaches) => {
		expect(breaches).toHaveLength(1);
	});

	test.each([
		['types of the API', inDomain("import type { User } from '../api/types';")],
		['types, each marked', inDomain("import { type User } from '../api/types';")],
		['what lies below', inUser("import { day } from '../../domain/day';")],
		['its neighbour', inUser("import { defineOperation } from '../operation';")],
		['n8n', inFields("import { sleep } from 'n8n-workflow';")],
	])('nothing wrong with %s', (_what, breaches) => {
		expect(breaches).toEqual([]);
	});
});
