/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- a command that runs in Node, not in n8n */
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';

import { checkBaseUrl, DEFAULT_BASE_URL } from '../../nodes/Emnify/api/baseUrl';
import { version } from '../../package.json';
import { MOST_GETS, ReadOnlyEmnify, Stopped, type Login } from './emnify';
import { facts } from './facts';
import { observe } from './observe';
import { askHidden } from './prompt';
import { Redactor } from './redact';
import { toMarkdown, unhandledIn, type Findings } from './report';
import { KNOWN_TOKENS } from './verdict';

/** What the command gets from the process that it runs in. */
export interface Process {
	/** Without the program's own name. */
	args: string[];
	env: Record<string, string | undefined>;
	stdin: Readable & { isTTY?: boolean };
	stdout: Writable;
	stderr: Writable;
	/** The version of Node.js. */
	version: string;
	wait(ms: number): Promise<void>;
}

const HELP = `Compares the real emnify with what this package assumes, and prints a report that can be pasted into an issue.

It logs in once and then sends GETs alone: nothing is changed. Names, addresses, IDs and tokens are left out of the report.

  npm run probe
  npm run probe -- --output report.md

  --output <file>  write the report to a file; one that is there stays as it is
  --force          let --output overwrite
  --help           this text

The login comes from the environment, or is asked for:

  EMNIFY_APPLICATION_TOKEN   an application token, best of an administrator; or
  EMNIFY_USERNAME, EMNIFY_PASSWORD and, for a second factor, EMNIFY_TOTP_SECRET
  EMNIFY_BASE_URL            ${DEFAULT_BASE_URL} unless set

It ends with 1 where the node would give a wrong answer, with 2 where it could not run, and with 0 otherwise.
`;

/** Runs the command, and answers with its exit code. */
export async function run(process: Process): Promise<number> {
	try {
		return await probe(process);
	} catch (error) {
		if (!(error instanceof Stopped)) throw error;
		process.stderr.write(`${error.message}\n`);
		return 2;
	}
}

async function probe(process: Process): Promise<number> {
	const { stdout, stderr, wait } = process;
	const { help, output, force } = readArguments(process.args);
	if (help) {
		stdout.write(HELP);
		return 0;
	}
	const baseUrl = readBaseUrl(process.env.EMNIFY_BASE_URL);
	if (output !== undefined && !force) await refuseExisting(output);
	const login = await readLogin(process);

	stderr.write(
		`One login and at most ${MOST_GETS} GETs, in about ${Math.ceil(MOST_GETS / 3)} seconds. Nothing is changed.\n`,
	);
	let sent = 0;
	const emnify = new ReadOnlyEmnify(baseUrl, {
		wait,
		progress: (request) => void stderr.write(`${String(++sent).padStart(3)} ${request}\n`),
	});
	const answer = await emnify.logIn(login);
	const observed = await observe(emnify, login, answer);
	if (!observed.all.some(({ status }) => status < 400)) {
		throw new Stopped(
			`Logged in, but nothing could be read: ${observed.stopped ?? `emnify answered ${observed.all[0]?.status}`}`,
		);
	}

	const redactor = new Redactor(
		[
			login,
			answer,
			isDefault(baseUrl) ? '' : [baseUrl, new URL(baseUrl).host, new URL(baseUrl).hostname],
		],
		observed.all.map(({ body }) => body),
		isPublic,
	);
	const findings: Findings = {
		packageVersion: version,
		nodeVersion: process.version,
		day: new Date().toISOString().slice(0, 10),
		login: observed.asUser ? 'a user' : 'an application token',
		server: isDefault(baseUrl) ? new URL(DEFAULT_BASE_URL).host : 'another address',
		requests: emnify.gets,
		...(observed.stopped !== undefined && { stopped: redactor.clean(observed.stopped) }),
		verdicts: facts.map((fact) => {
			const verdict = fact.see(observed);
			return { fact, verdict: cleaned(verdict, redactor) };
		}),
	};
	const report = toMarkdown(findings);
	if (output === undefined) stdout.write(report);
	else await writeReport(output, report, force);
	const wrong = unhandledIn(findings).length;
	stderr.write(
		wrong === 0
			? 'The node handles all that was seen.\n'
			: `With ${wrong} of the differences the node would be wrong. Please open an issue with the report.\n`,
	);
	return wrong === 0 ? 0 : 1;
}

function readArguments(args: string[]): { help: boolean; output?: string; force: boolean } {
	try {
		const { values } = parseArgs({
			args,
			options: {
				help: { type: 'boolean', default: false },
				output: { type: 'string' },
				force: { type: 'boolean', default: false },
			},
		});
		if (values.output?.trim() === '') throw new Stopped('--output needs the name of a file.');
		return values;
	} catch (error) {
		if (error instanceof Stopped) throw error;
		// What was typed is not repeated: it may be the token.
		throw new Stopped(
			'There is an argument that is none of --output, --force and --help. A token or password never goes onto the command line, where the shell’s history and the list of processes keep it: put it into EMNIFY_APPLICATION_TOKEN, or start without it and be asked. Was it a real one? Then remove it from the history, and revoke it.',
		);
	}
}

function readBaseUrl(value: string | undefined): string {
	if (value === undefined || value.trim() === '') return DEFAULT_BASE_URL;
	try {
		return checkBaseUrl(value.trim().replace(/\/api(\/v1)?\/*$/, ''));
	} catch {
		throw new Stopped(
			`EMNIFY_BASE_URL is not usable. It is an https address such as ${DEFAULT_BASE_URL}, without user, query or #; http is for this machine itself alone.`,
		);
	}
}

async function readLogin({ env, stdin, stderr }: Process): Promise<Login> {
	const text = (name: string) => env[name]?.trim() ?? '';
	const applicationToken = text('EMNIFY_APPLICATION_TOKEN');
	const username = text('EMNIFY_USERNAME');
	const password = env.EMNIFY_PASSWORD ?? '';
	if (applicationToken !== '' && (username !== '' || password !== '')) {
		throw new Stopped(
			'Both an application token and a user are set. Unset EMNIFY_APPLICATION_TOKEN, or EMNIFY_USERNAME and EMNIFY_PASSWORD.',
		);
	}
	if (applicationToken !== '') return { applicationToken };
	if (username !== '' && password !== '') {
		return { username, password, totpSecret: text('EMNIFY_TOTP_SECRET') };
	}
	const ask = async (what: string) => {
		if (!stdin.isTTY) {
			throw new Stopped(
				'There is nothing to log in with, and no terminal to ask at. Set EMNIFY_APPLICATION_TOKEN.',
			);
		}
		const answer = (await askHidden(`${what} (not shown): `, stdin, stderr)).trim();
		if (answer === '') throw new Stopped(`${what} is empty, so nothing was sent.`);
		return answer;
	};
	if (password !== '') throw new Stopped('EMNIFY_PASSWORD is set without EMNIFY_USERNAME.');
	if (username === '') return { applicationToken: await ask('Application token') };
	return { username, password: await ask('Password'), totpSecret: text('EMNIFY_TOTP_SECRET') };
}

async function refuseExisting(file: string): Promise<void> {
	const isThere = await access(file).then(
		() => true,
		() => false,
	);
	if (isThere) throw new Stopped(`${file} is there already. Choose another name, or add --force.`);
	await access(path.dirname(path.resolve(file))).catch(() => {
		throw new Stopped(`There is no folder for ${file}.`);
	});
}

async function writeReport(file: string, report: string, force: boolean): Promise<void> {
	await writeFile(file, report, { flag: force ? 'w' : 'wx' }).catch(
		(error: NodeJS.ErrnoException) => {
			throw new Stopped(
				`The report could not be written to ${file} (${error.code ?? 'unknown reason'}).`,
			);
		},
	);
}

const isDefault = (baseUrl: string) => new URL(baseUrl).host === new URL(DEFAULT_BASE_URL).host;

/** Words of emnify's own, which the report may have: of its lookups and its refusals. */
const PUBLIC =
	/^(activation pending|active|suspended|activated|revoked|deactivated|user|administrator|observer|superadmin|time-based one-time password)$/i;

const isPublic = (text: string) => PUBLIC.test(text) || KNOWN_TOKENS.includes(text);

function cleaned<V extends { how?: string; why?: string }>(verdict: V, redactor: Redactor): V {
	return {
		...verdict,
		...(verdict.how !== undefined && { how: redactor.clean(verdict.how) }),
		...(verdict.why !== undefined && { why: redactor.clean(verdict.why) }),
	};
}
