/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

// docs/architecture.md is true: its walks pass files and functions that are there, and its example imports what is there.

const checkout = path.resolve(__dirname, '../..');

const textIn = (file: string) => readFileSync(path.join(checkout, file), 'utf8');

const page = textIn('docs/architecture.md');

const parsed = (file: string, text = textIn(file)) =>
	ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);

/** The names of all that a file declares: functions, classes, methods, constants, fields. */
function declaredIn(file: string): Set<string> {
	const names = new Set<string>();
	const visit = (node: ts.Node): void => {
		const { name } = node as ts.Node & { name?: ts.Node };
		if (name && ts.isIdentifier(name)) names.add(name.text);
		ts.forEachChild(node, visit);
	};
	visit(parsed(file));
	return names;
}

interface Walk {
	title: string;
	stations: Array<{ file: string; names: string[] }>;
}

/** The walks: a table each, where the first cell of a row names a file, and the first functions in it. */
const walks: Walk[] = (page.split(/^## /m).find((part) => part.startsWith('Three walks')) ?? '')
	.split(/^### /m)
	.slice(1)
	.map((part) => ({
		title: part.split('\n')[0] ?? '',
		stations: [...part.matchAll(/^\| *`([^`]+\.ts)` *\|(.*)$/gm)].map(
			([, file = '', rest = '']) => ({
				file,
				names: [...rest.matchAll(/`(\w+)\(\)`/g)].map(([, name = '']) => name),
			}),
		),
	}));

test('there are three walks', () => {
	expect(walks).toHaveLength(3);
});

describe.each(walks)('$title', ({ stations }) => {
	test('has at most ten stations, and passes no file twice', () => {
		expect(stations.length).toBeGreaterThan(4);
		expect(stations.length).toBeLessThanOrEqual(10);
		expect(new Set(stations.map(({ file }) => file)).size).toBe(stations.length);
	});

	test('names files that are there, and functions in them', () => {
		for (const { file, names } of stations) {
			expect([file, existsSync(path.join(checkout, file))]).toEqual([file, true]);
			expect(names.length).toBeGreaterThan(0);
			const declared = declaredIn(file);
			expect(names.filter((name) => !declared.has(name)).map((name) => `${file}: ${name}`)).toEqual(
				[],
			);
		}
	});
});

test('the example of a new endpoint imports what is there', () => {
	const examples = [...page.matchAll(/```ts\n\s*\/\/ (\S+)\n(.*?)```/gs)];
	expect(examples.length).toBeGreaterThan(0);
	const made = new Map(examples.map(([, file = '', code = '']) => [file, code]));
	const missing: string[] = [];
	for (const [file, code] of made) {
		for (const statement of parsed(file, code).statements.filter(ts.isImportDeclaration)) {
			const from = (statement.moduleSpecifier as ts.StringLiteral).text;
			if (!from.startsWith('.')) continue;
			const source = `${path.posix.join(path.posix.dirname(file), from)}.ts`;
			const declared = existsSync(path.join(checkout, source)) ? declaredIn(source) : new Set();
			const bindings = statement.importClause?.namedBindings as ts.NamedImports;
			for (const { name } of bindings.elements) {
				const isMade = made.get(source)?.includes(` ${name.text}(`) === true;
				if (!declared.has(name.text) && !isMade) missing.push(`${source}: ${name.text}`);
			}
		}
	}
	expect(missing).toEqual([]);
});
