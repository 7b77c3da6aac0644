/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import ts from 'typescript';

import { resources } from '../../nodes/Emnify/resources';
import { ruleOptions } from '../../nodes/Emnify/resources/trustedDevice/auditPolicy';
import { EVENT_NAMES, optionOf } from '../../nodes/Emnify/trigger/events';

// What README.md and docs/ promise to name: each pair, rule, event, example, picture, and every message that a user may see.

const checkout = path.resolve(__dirname, '../..');

const textIn = (file: string) => readFileSync(path.join(checkout, file), 'utf8');

/** Without the marks of Markdown, and with one kind of blank. */
const words = (text: string) => text.replace(/[_*`]/g, '').replace(/\s+/g, ' ');

const filesIn = (folder: string, ending: string) =>
	readdirSync(path.join(checkout, folder), { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith(ending))
		.map((file) => path.posix.join(folder, ...file.split(path.sep)));

/** All pages, also those that only developers read. */
const pages = [
	...readdirSync(checkout).filter((file) => file.endsWith('.md')),
	...['.github', 'docs', 'examples', 'simulator', 'test', 'tools'].flatMap((folder) =>
		filesIn(folder, '.md').filter((file) => !file.includes('node_modules/')),
	),
];

test('the README is short enough to be read', () => {
	expect(textIn('README.md').split('\n').length).toBeLessThanOrEqual(200);
});

test('docs/operations.md has a row for each pair, in the order of the editor', () => {
	const rows = [...textIn('docs/operations.md').matchAll(/^\| (.*?) *\| (\S.*?) *\| `/gm)];
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

test('docs/audit.md has a row for each rule', () => {
	const rows = [...textIn('docs/audit.md').matchAll(/^\| (.*?) *\| /gm)].map(([, first]) => first);
	expect(rows).toEqual(expect.arrayContaining(ruleOptions.map(({ name }) => name)));
});

test('docs/trigger.md names each event', () => {
	const page = textIn('docs/trigger.md');
	const missing = EVENT_NAMES.filter(
		(event) => !page.includes(`\`${event}\``) || !page.includes(optionOf(event).name),
	);
	expect(missing).toEqual([]);
});

/** The files that a page points to, from the folder of the page, each with the heading in it, if any. */
const targetsIn = (text: string) =>
	[
		...text.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g),
		...text.matchAll(/\b(?:src|srcset|href)="(?!\w+:)([^"\s]+)"/g),
	].map(([, target = '']) => target);

/** As GitHub makes an anchor of a heading. */
const anchorsIn = (text: string) =>
	[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N}\s_-]/gu, '')
			.replace(/ /g, '-'),
	);

/** The links of a page that lead nowhere. */
function brokenLinksIn(page: string, text: string): string[] {
	return targetsIn(text).filter((target) => {
		const [link = '', anchor] = target.split('#');
		const file = path.posix.join(path.posix.dirname(page), link);
		if (link !== '' && !existsSync(path.join(checkout, file))) return true;
		return anchor !== undefined && !anchorsIn(link === '' ? text : textIn(file)).includes(anchor);
	});
}

test.each(pages)('every link of %s works', (page) => {
	expect(brokenLinksIn(page, textIn(page))).toEqual([]);
});

test('the check of links finds a file, a heading and a picture that are not there', () => {
	const page =
		'# Some page\n[a](nowhere.md) [b](#some-other) <img src="none.png"> [c](#some-page) [d](n8n.md)';
	expect(brokenLinksIn('docs/some.md', page)).toEqual(['nowhere.md', '#some-other', 'none.png']);
});

test('the README links to each example and to each page of docs/', () => {
	const linked = targetsIn(textIn('README.md'));
	expect(linked).toEqual(expect.arrayContaining(filesIn('examples', '.json')));
	expect(linked).toEqual(expect.arrayContaining(filesIn('docs', '.md')));
});

test('each picture is shown, in light and in dark', () => {
	const shown = pages.flatMap((page) =>
		targetsIn(textIn(page)).map((target) => path.posix.join(path.posix.dirname(page), target)),
	);
	const pictures = shown.filter((file) => file.startsWith('docs/screenshots/'));
	expect([...new Set(pictures)].sort()).toEqual(filesIn('docs/screenshots', '.png').sort());
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

test('docs/messages.md names every message, and what to do', () => {
	const messages = [...filesIn('nodes', '.ts'), ...filesIn('credentials', '.ts')]
		.flatMap(messagesIn)
		.map((message) => words(message).replace(/^\W+|(\(HTTP|\W)+$/g, ''))
		.filter((message) => message.length > 3);
	expect(messages.length).toBeGreaterThan(40);
	const named = words(textIn('docs/messages.md'));
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
