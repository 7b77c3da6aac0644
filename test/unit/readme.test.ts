/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { resources } from '../../nodes/Emnify/resources';
import { EVENT_NAMES, optionOf } from '../../nodes/Emnify/trigger/events';

// What README.md promises to name: each pair, event, example, picture, and every message that a user may see.

const checkout = path.resolve(__dirname, '../..');

const textIn = (file: string) => readFileSync(path.join(checkout, file), 'utf8');

const readme = textIn('README.md');

const section = (heading: string) => readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

/** Without the marks of Markdown, and with one kind of blank. */
const words = (text: string) => text.replace(/[_*`]/g, '').replace(/\s+/g, ' ');

const filesIn = (folder: string, ending: string) =>
	readdirSync(path.join(checkout, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith(ending))
		.map((file) => path.posix.join(folder, ...file.split(path.sep)));

test('it has a row for each pair, in the order of the editor', () => {
	const table = section('What it can do');
	const rows = [...table.matchAll(/^\| (.*?) *\| (\S.*?) *\| `/gm)];
	let resource = '';
	const named = rows.map(([, first = '', operation]) => {
		resource = first.trim() || resource;
		return `${resource}: ${operation}`;
	});
	const pairs = resources.flatMap(({ option, operations }) =>
		operations.map((operation) => `${option.name}: ${operation.option.name}`),
	);
	expect(named).toEqual(pairs);
});

test('it names each event of the trigger', () => {
	const missing = EVENT_NAMES.filter(
		(event) => !readme.includes(`\`${event}\``) || !readme.includes(optionOf(event).name),
	);
	expect(missing).toEqual([]);
});

test('it links to each example, and to nothing that is not there', () => {
	const linked = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map(([, target = '']) => target);
	expect(linked).toEqual(expect.arrayContaining(filesIn('examples', '.json')));
	expect(linked.filter((target) => !existsSync(path.join(checkout, target)))).toEqual([]);
	const headings = [...readme.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/[^\w\s-]/g, '')
			.replace(/ /g, '-'),
	);
	const anchors = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
	expect(anchors.filter((anchor) => !headings.includes(anchor ?? ''))).toEqual([]);
});

test('it shows each picture, in light and in dark', () => {
	const shown = [...readme.matchAll(/docs\/screenshots\/[\w-]+\.png/g)].map(([file]) => file);
	expect(shown.sort()).toEqual(filesIn('docs/screenshots', '.png').sort());
});

/**
 * The fixed part of each message that the code makes: of what is given to `EmnifyError`, and of the sentences that some
 * functions choose among.
 */
function messagesIn(file: string): string[] {
	const found: string[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isNewExpression(node) && node.expression.getText() === 'EmnifyError') {
			const message = node.arguments?.[1];
			if (message) found.push(...fixedParts(message));
		}
		if (ts.isArrayLiteralExpression(node)) {
			const place = sentencePlaces[functionAround(node) ?? ''];
			const message = place === undefined ? undefined : node.elements[place];
			if (message) found.push(...fixedParts(message));
		}
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile(file, textIn(file), ts.ScriptTarget.ES2022, true));
	return found;
}

/** Functions that give a message and what to do, and where in that list the message stands. */
const sentencePlaces: Record<string, number | undefined> = {
	wordsFor: 1,
	unreachableWords: 0,
	refusalWords: 0,
};

function functionAround(node: ts.Node): string | undefined {
	const parent = ts.findAncestor(node, ts.isFunctionDeclaration);
	return parent?.name?.text;
}

/** The longest run of words of each text that an expression may come to. */
function fixedParts(expression: ts.Expression): string[] {
	if (ts.isStringLiteralLike(expression)) return [expression.text];
	if (ts.isConditionalExpression(expression)) {
		return [...fixedParts(expression.whenTrue), ...fixedParts(expression.whenFalse)];
	}
	if (!ts.isTemplateExpression(expression)) return [];
	const parts = [
		expression.head.text,
		...expression.templateSpans.map(({ literal }) => literal.text),
	];
	return [parts.sort((a, b) => b.length - a.length)[0] ?? ''];
}

test('it names every message, and what to do', () => {
	const messages = [...filesIn('nodes', '.ts'), ...filesIn('credentials', '.ts')]
		.flatMap(messagesIn)
		.map((message) => words(message).replace(/^\W+|(\(HTTP|\W)+$/g, ''))
		.filter((message) => message.length > 3);
	expect(messages.length).toBeGreaterThan(40);
	const named = words(section('When something goes wrong'));
	expect([...new Set(messages)].filter((message) => !named.includes(message))).toEqual([]);
});

test('no text of the node holds the word for which n8n 1.123 and 2.20 never try an activation again', () => {
	const textsIn = (file: string) => {
		const found: string[] = [];
		const visit = (node: ts.Node): void => {
			if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) found.push(node.text);
			ts.forEachChild(node, visit);
		};
		visit(ts.createSourceFile(file, textIn(file), ts.ScriptTarget.ES2022, true));
		return found;
	};
	const texts = [...filesIn('nodes', '.ts'), ...filesIn('credentials', '.ts')].flatMap(textsIn);
	expect(texts.length).toBeGreaterThan(1000);
	expect(texts.filter((text) => text.includes('Authorization'))).toEqual([]);
});
