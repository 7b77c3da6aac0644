/* eslint-disable @n8n/community-nodes/no-restricted-imports -- the simulator runs in Node, not in n8n */
/* eslint-disable no-console -- a command line talks to the console */
/* eslint-disable @n8n/community-nodes/no-restricted-globals -- the simulator runs in Node, not in n8n */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { controlRoutes } from './control';
import type { Dialect, Simulator } from './index';
import { createWorld, dialectDescriptions, isDialect, seed, startSimulator } from './index';

const help = `Runs the emnify simulator on 127.0.0.1 until it is interrupted.

  --port <number>     port to listen on; any free one by default
  --latency <number>  milliseconds added to every API answer; 0 by default
  --users <number>    one organisation with that many users and 3 devices each instead of the usual world
  --dialect <names>   ways in which it differs from the documented emnify, separated by commas
  --help              this text

Dialects:
${Object.entries(dialectDescriptions)
	.map(([name, description]) => `  ${name.padEnd(18)}${description}`)
	.join('\n')}
`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '0' },
			latency: { type: 'string', default: '0' },
			users: { type: 'string' },
			dialect: { type: 'string', multiple: true, default: [] },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		console.log(help);
		return;
	}
	const users = values.users === undefined ? undefined : wholeNumber('users', values.users);
	const simulator = await startSimulator({
		port: wholeNumber('port', values.port),
		latencyMs: wholeNumber('latency', values.latency),
		dialects: dialectsIn(values.dialect),
		...(users !== undefined && {
			world: createWorld({ users, devicesPerUser: 3, now: new Date() }),
		}),
	});
	console.log(describe(simulator));
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => void simulator.stop());
	}
}

function wholeNumber(name: string, text: string): number {
	if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number`);
	return Number(text);
}

function dialectsIn(lists: string[]): Dialect[] {
	return lists
		.flatMap((list) => list.split(','))
		.map((name) => name.trim())
		.filter(Boolean)
		.map((name) => {
			if (isDialect(name)) return name;
			throw new Error(`--dialect ${name} is unknown; --help lists them`);
		});
}

function describe({ url, inboxUrl, world, dialects }: Simulator): string {
	const users = new Table({ head: ['who', 'username', 'password', 'TOTP secret', 'what for'] });
	for (const [who, purpose] of [
		['administrator', 'every operation'],
		['totpUser', 'MFA by authenticator app'],
		['emailMfaUser', 'MFA by e-mailed code'],
		['trustedDeviceUser', `skips MFA with the fingerprint ${seed.trustedFingerprint}`],
		['observer', 'may not act on other users'],
		['userWithoutMfa', 'a trial account: no MFA'],
		['rawPasswordUser', 'the password is sent as it is, not its SHA-1'],
		['suspendedUser', 'cannot log in'],
		['secondAdministrator', 'administrator of Borealis Meters, a trial account'],
	] as const) {
		const user = seed[who];
		if (!world.findUser(user.username)) continue;
		const secret = 'totpSecret' in user ? user.totpSecret : '';
		users.push([who, user.username, user.password, secret, purpose]);
	}
	const tokens = new Table({ head: ['application token', 'what for'] });
	for (const [token, purpose] of [
		[seed.applicationToken, "Acme Fleet's, by its administrator"],
		[seed.secondApplicationToken, "Borealis Meters', by its administrator"],
		[seed.observerApplicationToken, 'by an observer: 403 on other users'],
		[seed.revokedApplicationToken, 'revoked: 401'],
		[seed.expiredApplicationToken, 'expired: 401'],
		[seed.ipBoundApplicationToken, 'permitted from another address only: 403'],
	] as const) {
		if (world.findApplicationToken(token)) tokens.push([token, purpose]);
	}
	const controls = new Table({ head: ['control', 'path', 'what'] });
	controls.push(...controlRoutes.map((route) => [...route]));
	return [
		`emnify simulator: ${url} (the credential's Base URL)`,
		`inbox: ${inboxUrl}`,
		...(dialects.size > 0 ? [`dialects: ${[...dialects].join(', ')}`] : []),
		users.toString(),
		tokens.toString(),
		controls.toString(),
	].join('\n');
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
