/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

// What docs/trigger.md promises is what the titles of tests say.

const checkout = path.resolve(__dirname, '../../..');
const textIn = (file: string) => readFileSync(path.join(checkout, file), 'utf8');

/** The titles in a file, each after those of the blocks around it. Of a table the part before its first cell stands for all. */
function titlesIn(file: string): string[] {
	const titles: string[] = [];
	const visit = (node: ts.Node, around: string[]): void => {
		let inside = around;
		if (ts.isCallExpression(node)) {
			const [, what] = /^(test|describe)\b(?!.*\.skip)/.exec(node.expression.getText()) ?? [];
			const [title] = node.arguments;
			if (what !== undefined && title && ts.isStringLiteralLike(title)) {
				inside = [...around, title.text.replace(/:? (emnify )?%s.*$/, '')];
				if (what === 'test') titles.push(inside.join(' '));
			}
		}
		ts.forEachChild(node, (child) => visit(child, inside));
	};
	visit(ts.createSourceFile(file, textIn(file), ts.ScriptTarget.ES2022, true), []);
	return titles;
}

test('each promise is the title of a test', () => {
	const section =
		textIn('docs/trigger.md').split('## What it promises\n')[1]?.split('\n## ')[0] ?? '';
	const promises = [...section.matchAll(/^- (.+)\.$/gm)].map(([, promise = '']) => promise);
	expect(promises.length).toBeGreaterThan(20);
	const titles = ['test/integration', 'test/unit/trigger']
		.flatMap((folder) =>
			readdirSync(path.join(checkout, folder)).map((file) => `${folder}/${file}`),
		)
		.filter((file) => /\/trigger[^/]*\.test\.ts$|\/trigger\/.*\.test\.ts$/.test(file))
		.flatMap(titlesIn)
		.map((title) => title.toLowerCase());
	expect(promises.filter((promise) => !titles.includes(promise.toLowerCase()))).toEqual([]);
	expect(new Set(promises).size).toBe(promises.length);
});
