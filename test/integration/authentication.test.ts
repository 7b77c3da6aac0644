import { decode, type JwtPayload } from 'jsonwebtoken';
import type { INodeParameters } from 'n8n-workflow';

import { seed, sha1, totp, type Fault } from '../../simulator';
import {
	AT_ONCE,
	everythingStored,
	failureIn,
	failureOf,
	inputAfter,
	itemsOf,
	LOGIN,
	onTheWire,
	pair,
	pairedItems,
	times,
	useEmnify,
	VALUE,
	type Bench,
} from './support';

const { emailMfaUser, rawPasswordUser, totpUser, trustedDeviceUser, userWithoutMfa } = seed;
const { engine, start } = useEmnify();

const stepSeconds = 30;
const now = new Date('2026-03-01T12:00:00Z');
const retrieve = (grant: string, fields: INodeParameters = {}) =>
	pair('authentication', 'retrieveToken', { grant, ...fields });
const asUser = ({ username, password }: { username: string; password: string }) =>
	retrieve('userCredentials', { username, password });

const JWT = expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string;
const claims = (token: unknown) => decode(String(token)) as Required<JwtPayload>;
const expiry = (token: unknown) => new Date(claims(token).exp * 1000).toISOString();
const logins = ({ simulator }: Bench) =>
	simulator.requests.filter(({ endpoint }) => endpoint === LOGIN);

describe('the grant credential', () => {
	test('gives the session’s token, with when it expires, and logs in only if there is none', async () => {
		const bench = await start();
		const result = await bench.run(retrieve('credential'), { items: times(3) });
		expect(result.error).toBeUndefined();
		const [first] = result.json;
		expect(first).toEqual({ auth_token: JWT, expires_at: expiry(first?.auth_token) });
		expect(result.json).toEqual([first, first, first]);
		expect(pairedItems(result.items)).toEqual([0, 1, 2]);
		expect(logins(bench).map(onTheWire)).toEqual([
			{
				method: 'POST',
				path: '/api/v1/authenticate',
				authorization: undefined,
				body: { application_token: seed.applicationToken },
			},
		]);
		const { exp, iat } = claims(first?.auth_token);
		expect(exp - iat).toBe(240 * 60);

		const again = await bench.run(retrieve('credential'));
		expect(again.json).toEqual([first]);
		expect(logins(bench)).toHaveLength(1);
	});

	test('does not give a token that emnify no longer takes', async () => {
		const bench = await start();
		const [before] = (await bench.run(retrieve('credential'))).json;
		bench.simulator.revokeTokens();
		const [after] = (await bench.run(retrieve('credential'))).json;
		expect(after).toEqual({ auth_token: JWT, expires_at: expect.any(String) });
		expect(after?.auth_token).not.toBe(before?.auth_token);
		expect(logins(bench)).toHaveLength(2);
	});

	test('with Force New Token logs in anew, and the new token becomes the session’s', async () => {
		const bench = await start();
		const [before] = (await bench.run(retrieve('credential'))).json;
		const forced = await bench.run(retrieve('credential', { forceNewToken: true }));
		expect(forced.json[0]?.auth_token).not.toBe(before?.auth_token);
		expect(logins(bench)).toHaveLength(2);
		const after = await bench.run(retrieve('credential'));
		expect(after.json).toEqual(forced.json);
		expect(logins(bench)).toHaveLength(2);
	});

	test('gives the refresh token too where the credential is a user’s', async () => {
		const { username, password } = userWithoutMfa;
		const { run } = await start({ user: { username, password } });
		const [token] = (await run(retrieve('credential'))).json;
		expect(token).toEqual({
			auth_token: JWT,
			refresh_token: expect.stringMatching(/^.{20,}$/),
			expires_at: expiry(token?.auth_token),
		});
	});
});

describe('the grant applicationToken', () => {
	test('sends the token of the field, not the credential’s, and gives the answer', async () => {
		const bench = await start();
		const result = await bench.run(
			retrieve('applicationToken', { applicationToken: ` ${seed.secondApplicationToken}\n` }),
		);
		expect(result.error).toBeUndefined();
		const [token] = result.json;
		expect(token).toEqual({ auth_token: JWT, expires_at: expiry(token?.auth_token) });
		expect(claims(token?.auth_token).org).toBe(seed.ids.borealis);
		expect(bench.simulator.requests.map(onTheWire)).toEqual([
			{
				method: 'POST',
				path: '/api/v1/authenticate',
				authorization: undefined,
				body: { application_token: seed.secondApplicationToken },
			},
		]);
	});

	test('takes another token for each item, pairs the answers and keeps the input', async () => {
		const bench = await start();
		const tokens = [seed.secondApplicationToken, seed.applicationToken];
		const result = await bench.run(retrieve('applicationToken', { applicationToken: VALUE }), {
			items: itemsOf(tokens),
		});
		expect(result.json.map(({ auth_token: token }) => claims(token).org)).toEqual([
			seed.ids.borealis,
			seed.ids.acme,
		]);
		expect(pairedItems(result.items)).toEqual([0, 1]);
		expect(inputAfter(result)).toEqual(itemsOf(tokens));
	});
});

describe('the grant userCredentials', () => {
	test('sends the username and the hashed password', async () => {
		const bench = await start();
		const result = await bench.run(
			asUser({ ...userWithoutMfa, username: ' wanda.silva@acme-fleet.example ' }),
		);
		expect(result.error).toBeUndefined();
		expect(bench.simulator.requests.map(onTheWire)).toEqual([
			{
				method: 'POST',
				path: '/api/v1/authenticate',
				authorization: undefined,
				body: { username: userWithoutMfa.username, password: userWithoutMfa.passwordHash },
			},
		]);
		const [token] = result.json;
		expect(token).toEqual({
			auth_token: JWT,
			refresh_token: expect.any(String),
			expires_at: expiry(token?.auth_token),
		});
	});

	test('sends the password as typed where the format says so', async () => {
		const bench = await start();
		const { username, password } = rawPasswordUser;
		const result = await bench.run({ ...asUser({ username, password }), passwordFormat: 'sha1' });
		expect(result.error).toBeUndefined();
		expect(logins(bench)[0]?.body).toEqual({ username, password });
	});

	test('with the fingerprint of a trusted device skips the second factor', async () => {
		const bench = await start();
		const { username, password, passwordHash, fingerprint } = trustedDeviceUser;
		const result = await bench.run({ ...asUser({ username, password }), fingerprint });
		expect(logins(bench)[0]?.body).toEqual({ username, password: passwordHash, fingerprint });
		expect(result.json[0]).toHaveProperty('auth_token');
		expect(result.json[0]).not.toHaveProperty('mfa_token');
	});
});

describe('a second factor between two nodes', () => {
	const challenge = async (bench: Bench, user: { username: string; password: string }) => {
		const { json, error } = await bench.run(asUser(user));
		expect(error).toBeUndefined();
		expect(json).toEqual([{ mfa_token: JWT, expires_at: expiry(json[0]?.mfa_token) }]);
		return json;
	};

	const answer = (fields: INodeParameters = {}) =>
		retrieve('mfaCode', {
			mfaToken: '={{ $json.mfa_token }}',
			code: '={{ $json.code }}',
			...fields,
		});

	test('the first gives an MFA token, the second gives the token for it and the code', async () => {
		const bench = await start({ startsAt: now });
		const [token] = await challenge(bench, totpUser);
		const code = totp(totpUser.totpSecret, '').generate({ timestamp: now.getTime() });
		const result = await bench.run(answer(), { items: [{ ...token, code }] });
		expect(result.error).toBeUndefined();
		expect(result.json).toEqual([
			{
				auth_token: JWT,
				refresh_token: expect.any(String),
				expires_at: expiry(result.json[0]?.auth_token),
			},
		]);
		expect(logins(bench).at(-1)?.body).toEqual({ mfa_token: token?.mfa_token, code });
		expect(logins(bench)).toHaveLength(2);
	});

	test('the code may be a number that lost its leading zeros', async () => {
		const startsAt = timeOfCode(/^00/);
		const bench = await start({ startsAt });
		const [token] = await challenge(bench, totpUser);
		const code = totp(totpUser.totpSecret, '').generate({ timestamp: startsAt.getTime() });
		const result = await bench.run(answer(), { items: [{ ...token, code: Number(code) }] });
		expect(result.error).toBeUndefined();
		expect(logins(bench).at(-1)?.body).toMatchObject({ code });
	});

	test('the code may be the letters of an e-mail', async () => {
		const bench = await start();
		const [token] = await challenge(bench, emailMfaUser);
		const { code } = bench.simulator.world.user(emailMfaUser.id).emailedCode ?? { code: '' };
		expect(code).toMatch(/^[A-Z][A-Z0-9]{5}$/);
		const result = await bench.run(answer(), { items: [{ ...token, code: ` ${code} ` }] });
		expect(result.error).toBeUndefined();
		expect(logins(bench).at(-1)?.body).toMatchObject({ code });
	});

	test('registers a trusted device, whose fingerprint skips the code from then on', async () => {
		const bench = await start({ startsAt: now });
		const [token] = await challenge(bench, totpUser);
		const code = totp(totpUser.totpSecret, '').generate({ timestamp: now.getTime() });
		const result = await bench.run(
			answer({
				trustedDevice: {
					fingerprint: 'fake-fingerprint-of-a-person',
					operatingSystem: 'Ubuntu',
					browser: 'Firefox',
					name: 'Desk',
				},
			}),
			{ items: [{ ...token, code }] },
		);
		expect(result.error).toBeUndefined();
		expect(logins(bench).at(-1)?.body).toMatchObject({
			trusted_device: {
				fingerprint: 'fake-fingerprint-of-a-person',
				operating_system: 'Ubuntu',
				browser: 'Firefox',
				name: 'Desk',
			},
		});
		const later = await bench.run({
			...asUser(totpUser),
			fingerprint: 'fake-fingerprint-of-a-person',
		});
		expect(later.json[0]).toHaveProperty('auth_token');
	});

	test('a trusted device with a fingerprint alone says that it is n8n', async () => {
		const bench = await start({ startsAt: now });
		const [token] = await challenge(bench, totpUser);
		const code = totp(totpUser.totpSecret, '').generate({ timestamp: now.getTime() });
		await bench.run(answer({ trustedDevice: { fingerprint: 'fake-fingerprint' } }), {
			items: [{ ...token, code }],
		});
		expect(logins(bench).at(-1)?.body).toMatchObject({
			trusted_device: { fingerprint: 'fake-fingerprint', operating_system: 'n8n', browser: 'n8n' },
		});
		expect(bench.simulator.world.user(totpUser.id).trustedDevices).toHaveLength(1);
	});

	test('a wrong code says what to look at, and does not repeat the code', async () => {
		const bench = await start();
		const [token] = await challenge(bench, totpUser);
		const result = await bench.run(answer(), { items: [{ ...token, code: 'WRONGC' }] });
		expect(failureOf(result)).toMatchObject({
			message: 'emnify did not accept the code of the second factor',
			description: expect.stringMatching(/Use the newest code/),
			httpCode: '401',
			itemIndex: 0,
		});
		expect(everythingStored(result)).not.toContain('WRONGC');
		expect(everythingStored(result)).not.toContain(String(token?.mfa_token));
	});
});

describe('the grant refreshToken', () => {
	test('sends the refresh token and gives a new token', async () => {
		const bench = await start();
		const first = await bench.run(asUser(userWithoutMfa));
		const result = await bench.run(
			retrieve('refreshToken', { refreshToken: '={{ $json.refresh_token }}' }),
			{ items: first.json },
		);
		expect(result.error).toBeUndefined();
		expect(logins(bench).at(-1)?.body).toEqual({ refresh_token: first.json[0]?.refresh_token });
		const [token] = result.json;
		expect(token).toEqual({ auth_token: JWT, expires_at: expiry(token?.auth_token) });
		expect(token?.auth_token).not.toBe(first.json[0]?.auth_token);
	});
});

describe('a login that emnify refuses is told by what was sent:', () => {
	test.each([
		[
			'an application token',
			retrieve('applicationToken', { applicationToken: VALUE }),
			'emnify did not accept the application token: it is mistyped, revoked or expired',
			/Integrations → Application Tokens/,
		],
		[
			'a username and a password',
			retrieve('userCredentials', { username: userWithoutMfa.username, password: VALUE }),
			'emnify did not accept the username or the password',
			/After three failed logins emnify locks the account/,
		],
		[
			'an MFA token',
			retrieve('mfaCode', { mfaToken: VALUE, code: '123456' }),
			'emnify did not accept the code of the second factor',
			/Use the newest code/,
		],
		[
			'a refresh token',
			retrieve('refreshToken', { refreshToken: VALUE }),
			'emnify did not accept the refresh token',
			/Log in again with username and password/,
		],
	])('%s', async (_what, parameters, message, description) => {
		const bench = await start();
		const result = await bench.run(parameters, { items: itemsOf(['fake-marked-secret']) });
		expect(failureOf(result)).toMatchObject({
			name: 'NodeApiError',
			message,
			description: expect.stringMatching(description),
			httpCode: '401',
			itemIndex: 0,
		});
		expect(logins(bench)).toHaveLength(1);
		expect(everythingStored(result)).not.toContain('fake-marked-secret');
		expect(everythingStored(result)).not.toContain(sha1('fake-marked-secret'));
	});

	test('an application token from another address than it is bound to', async () => {
		const { run } = await start();
		const result = await run(
			retrieve('applicationToken', { applicationToken: seed.ipBoundApplicationToken }),
		);
		expect(failureOf(result)).toMatchObject({
			message: expect.stringMatching(
				/^emnify does not allow this login: “The application token is restricted .*” \(Forbidden 1104\)$/,
			),
			description: expect.stringMatching(/bound to IP addresses/),
			httpCode: '403',
		});
	});

	test('an account that three wrong passwords locked', async () => {
		const bench = await start();
		const login = retrieve('userCredentials', {
			username: userWithoutMfa.username,
			password: VALUE,
		});
		const result = await bench.run(login, {
			items: itemsOf(['wrong 1', 'wrong 2', 'wrong 3', userWithoutMfa.password]),
			onError: 'continueRegularOutput',
		});
		expect(failureIn(result.items[3])).toMatchObject({
			message: expect.stringMatching(
				/^emnify locked the account after too many failed logins, until about \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: “Too many failed .*” \(TooManyRequests 1105\)$/,
			),
			description: expect.stringMatching(/Wait five minutes/),
			itemIndex: 3,
		});
	});
});

describe('a login that goes wrong otherwise is told in emnify’s own words, with what to do:', () => {
	const body = (code: number, token: string, message: string) => ({
		error_code: code,
		error_token: token,
		message,
	});
	const failures: Array<[what: string, fault: Fault, message: string, description: RegExp]> = [
		[
			'400',
			{ kind: 'status', status: 400, body: body(1400, 'InputValidationFailed', 'Malformed') },
			'emnify could not read the login (HTTP 400): “Malformed” (InputValidationFailed 1400)',
			/Check what was filled in/,
		],
		[
			'404',
			{ kind: 'status', status: 404 },
			'emnify could not read the login (HTTP 404): “The requested resource was not found” (NotFound 1201)',
			/Check what was filled in/,
		],
		[
			'422',
			{ kind: 'status', status: 422, body: body(1402, 'Required', 'username is required') },
			'emnify could not read the login (HTTP 422): “username is required” (Required 1402)',
			/Check what was filled in/,
		],
		[
			'500',
			{ kind: 'status', status: 500 },
			'emnify could not process the login (HTTP 500)',
			/on emnify’s side/,
		],
		[
			'502 with an HTML page',
			{ kind: 'status', status: 502, html: true },
			'Could not log in: a proxy, a firewall or a gateway answered instead of emnify (HTTP 502)',
			/again later.*check Base URL.*proxy/,
		],
		[
			'404 with an HTML page',
			{ kind: 'status', status: 404, html: true },
			'Could not log in: a proxy, a firewall or a gateway answered instead of emnify (HTTP 404)',
			/Check Base URL.*network/,
		],
		[
			'403 of a firewall',
			{ kind: 'status', status: 403, body: { message: 'Forbidden' } },
			'Could not log in: a proxy, a firewall or a gateway answered instead of emnify (HTTP 403)',
			/Check Base URL.*network/,
		],
		[
			'407 of a proxy',
			{ kind: 'status', status: 407 },
			'Could not log in: the proxy or the network between n8n and emnify wants a login of its own (HTTP 407)',
			/login of the proxy/,
		],
		[
			'200 with an HTML page',
			{ kind: 'html' },
			'The server at Base URL did not answer like emnify (HTTP 200)',
			/Check Base URL.*proxy/,
		],
		[
			'200 with JSON that is cut off',
			{ kind: 'truncate' },
			'The server at Base URL did not answer like emnify (HTTP 200)',
			/Check Base URL.*proxy/,
		],
	];

	test.each(failures)('%s', async (_what, fault, message, description) => {
		const bench = await start();
		bench.simulator.faults.next(fault, { endpoint: LOGIN });
		const result = await bench.run(asUser(userWithoutMfa));
		expect(failureOf(result)).toMatchObject({
			name: 'NodeApiError',
			message,
			description: expect.stringMatching(description),
			itemIndex: 0,
		});
		expect(logins(bench)).toHaveLength(1);
		expect(everythingStored(result)).not.toContain(userWithoutMfa.passwordHash);
	});

	test('429, which is the limit of logins where nothing can be locked', async () => {
		const bench = await start();
		bench.simulator.faults.next(
			{ kind: 'status', status: 429, retryAfter: 7 },
			{ endpoint: LOGIN },
		);
		const login = retrieve('applicationToken', { applicationToken: 'fake-token' });
		expect(failureOf(await bench.run(login))).toMatchObject({
			message:
				'emnify takes no more logins from this address for now: “Too many requests” (TooManyRequests 1105)',
			description: expect.stringMatching(/100 logins in 5 minutes.*Wait five minutes/),
			itemIndex: 0,
		});
		expect(logins(bench)).toHaveLength(1);
	});

	test('no answer in time, a reset and a refused connection', async () => {
		const bench = await start();
		const { faults, url } = bench.simulator;
		const host = new URL(url).host;
		const login = retrieve('applicationToken', { applicationToken: VALUE });

		faults.next({ kind: 'stall' }, { endpoint: LOGIN });
		const options = { timeout: 0.2 };
		const late = await bench.run({ ...login, options }, { items: itemsOf(['fake-1']) });
		expect(failureOf(late)).toMatchObject({
			message: `No answer from ${host} within 0.2 s`,
			description: expect.stringMatching(/raise Timeout/),
		});

		faults.next({ kind: 'reset' }, { endpoint: LOGIN });
		const reset = await bench.run(login, { items: itemsOf(['fake-2']) });
		expect(failureOf(reset).message).toBe(
			`The connection to ${host} broke off before an answer came`,
		);

		await bench.simulator.stop();
		const refused = await bench.run(login, { items: itemsOf(['fake-3']) });
		expect(failureOf(refused)).toMatchObject({
			message: `The connection to ${host} was refused`,
			description: expect.stringMatching(/Check Base URL/),
		});
	});
});

describe('many items', () => {
	test('the same refused login is sent once, and each item tells why', async () => {
		const bench = await start();
		const result = await bench.run(asUser({ ...userWithoutMfa, password: 'fake-wrong-password' }), {
			items: times(5),
			onError: 'continueRegularOutput',
		});
		expect(logins(bench)).toHaveLength(1);
		for (const [index, item] of result.items.entries()) {
			expect(failureIn(item)).toMatchObject({
				message: expect.stringMatching(/^emnify did not accept the username or the password/),
				itemIndex: index,
			});
		}
		expect(failureIn(result.items[4]).message).toMatch(/not tried again/);
	});

	test('with the error output the logins that fail go there', async () => {
		const { run } = await start();
		const result = await run(retrieve('applicationToken', { applicationToken: VALUE }), {
			items: itemsOf([seed.applicationToken, 'fake-wrong', '', seed.secondApplicationToken]),
			onError: 'continueErrorOutput',
		});
		expect(pairedItems(result.items)).toEqual([0, 3]);
		expect(pairedItems(result.errorItems)).toEqual([1, 2]);
		expect(result.errorItems.map(({ json }) => json.error)).toEqual([
			expect.stringMatching(/^emnify did not accept the application token/),
			'Application Token is empty',
		]);
	});

	test('Retry On Fail repeats neither the logins that succeeded nor the one that failed', async () => {
		const bench = await start();
		const tokens = [seed.applicationToken, seed.secondApplicationToken, 'fake-wrong'];
		const result = await bench.run(retrieve('applicationToken', { applicationToken: VALUE }), {
			items: itemsOf(tokens),
			retryOnFail: true,
		});
		expect(failureOf(result)).toMatchObject({
			message: expect.stringMatching(/not tried again/),
			itemIndex: 2,
		});
		expect(logins(bench).map(({ body }) => body)).toEqual(
			tokens.map((token) => ({ application_token: token })),
		);
	});
});

test('numbers of an expression are sent as the text that they are', async () => {
	const { run, simulator } = await start();
	const fields = { username: 4711, password: 12345678, passwordFormat: 'sha1', fingerprint: 815 };
	const parameters = Object.fromEntries(
		Object.keys(fields).map((name) => [name, `={{ $json.${name} }}`]),
	);
	await run(retrieve('userCredentials', parameters), { items: [fields] });
	expect(simulator.requests.map(({ body }) => body)).toEqual([
		{ username: '4711', password: '12345678', fingerprint: '815' },
	]);
});

describe('bad input is refused before any request:', () => {
	const fields: Array<[label: string, parameters: INodeParameters]> = [
		['Application Token', retrieve('applicationToken', { applicationToken: VALUE })],
		['Username', retrieve('userCredentials', { username: VALUE, password: 'fake' })],
		['Password', retrieve('userCredentials', { username: 'a@b.example', password: VALUE })],
		['MFA Token', retrieve('mfaCode', { mfaToken: VALUE, code: '123456' })],
		['Refresh Token', retrieve('refreshToken', { refreshToken: VALUE })],
	];
	const values = ['', '  ', undefined, null, {}, [], 1.5, 1e21, false, true];

	test.each(fields.flatMap((field) => values.map((value) => [...field, value] as const)))(
		'%s: %j of %p',
		async (label, parameters, value) => {
			const { run, simulator } = await start();
			const result = await run(parameters, { items: itemsOf([value]) });
			const isNothing = typeof (value ?? '') === 'string';
			expect(failureOf(result)).toMatchObject({
				name: 'NodeOperationError',
				message: `${label} is ${isNothing ? 'empty' : 'not a text'}`,
				description: expect.stringMatching(isNothing ? `^Fill in ${label}` : /Give it as text/),
				itemIndex: 0,
			});
			expect(simulator.requests).toEqual([]);
		},
	);

	test.each(['', '12345', '1234567', 'ab cde', '../../x', 'ABC-EF', -3, 1.5, undefined, null, {}])(
		'a code of %p',
		async (value) => {
			const { run, simulator } = await start();
			const result = await run(retrieve('mfaCode', { mfaToken: 'fake', code: VALUE }), {
				items: itemsOf([value]),
			});
			expect(failureOf(result)).toMatchObject({
				message: expect.stringMatching(/^Code (is empty|does not look like a code of emnify)$/),
				description: expect.stringMatching(/6 digits.*6 characters from the e-mail/),
			});
			expect(simulator.requests).toEqual([]);
		},
	);

	test.each([true, 1.5, {}, ['MARKED']])('a fingerprint of %p', async (value) => {
		const { run, simulator } = await start();
		const fields = { username: 'a@b.example', password: 'fake', fingerprint: VALUE };
		const result = await run(retrieve('userCredentials', fields), { items: itemsOf([value]) });
		expect(failureOf(result).message).toBe('Fingerprint is not a text');
		expect(simulator.requests).toEqual([]);
	});

	test.each([
		[{ fingerprint: '={{ {} }}' }, 'Fingerprint of the Trusted Device is not a text'],
		[{ fingerprint: 'fake', name: '={{ [1] }}' }, 'Name of the Trusted Device is not a text'],
		[
			{ fingerprint: 'fake', browser: '={{ true }}' },
			'Browser of the Trusted Device is not a text',
		],
	])('a trusted device of %j, which is none of texts', async (trustedDevice, message) => {
		const { run, simulator } = await start();
		const result = await run(
			retrieve('mfaCode', { mfaToken: 'fake', code: '123456', trustedDevice }),
		);
		expect(failureOf(result).message).toBe(message);
		expect(simulator.requests).toEqual([]);
	});

	test.each([{ browser: 'Firefox' }, { fingerprint: '={{ undefined }}' }, { fingerprint: ' ' }])(
		'a trusted device of %j',
		async (trustedDevice) => {
			const { run, simulator } = await start();
			const result = await run(
				retrieve('mfaCode', { mfaToken: 'fake', code: '123456', trustedDevice }),
			);
			expect(failureOf(result).message).toBe('Fingerprint of the Trusted Device is empty');
			expect(simulator.requests).toEqual([]);
		},
	);

	test.each(['nonsense', 'toString', undefined])('a grant of %p', async (value) => {
		const { run, simulator } = await start();
		// n8n shows, and requires, every field where it cannot know the grant.
		const filled = Object.fromEntries(
			['applicationToken', 'username', 'password', 'mfaToken', 'code', 'refreshToken'].map(
				(name) => [name, 'fake12'],
			),
		);
		const result = await run(retrieve(VALUE, filled), { items: itemsOf([value]) });
		expect(failureOf(result).message).toBe('Log In With is not one that emnify knows');
		expect(simulator.requests).toEqual([]);
	});
});

test('a token of the credential reaches no failure', async () => {
	const bench = await start();
	await bench.logIn();
	const token = String(engine().storedCredential(bench.credential).sessionToken);
	bench.simulator.faults.next({ kind: 'status', status: 500 });
	const result = await bench.run({ ...retrieve('credential'), options: AT_ONCE });
	expect(failureOf(result)).toMatchObject({
		message: 'Could not reach emnify with the session: emnify failed to process it (HTTP 500)',
		itemIndex: 0,
	});
	expect(everythingStored(result)).not.toContain(token);
});

/** The start of a step whose code of `totpUser` looks like this. */
function timeOfCode(pattern: RegExp): Date {
	const generator = totp(totpUser.totpSecret, '');
	for (let time = now.getTime(); ; time += stepSeconds * 1000) {
		if (pattern.test(generator.generate({ timestamp: time }))) return new Date(time);
	}
}
