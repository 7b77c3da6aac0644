import type { INodeListSearchItems } from 'n8n-workflow';

import { createWorld, seed, type Simulator } from '../../simulator';
import { byId, byUsername, LOGIN, useEmnify, type Bench } from './support';

const FIND_USER = 'GET /api/v1/user/{user_id}';
const LIST_USERS = 'GET /api/v1/user';

const { administrator, observer, totpUser, trustedDeviceUser, userWithoutMfa, ids } = seed;
const { engine, start } = useEmnify();

const now = new Date('2026-03-01T12:00:00Z');

const search = async (
	{ credential }: Bench,
	method: string,
	{ parameters = {}, filter, page }: { parameters?: object; filter?: string; page?: string } = {},
) => await engine().search(method, { credential, parameters: { ...parameters } }, filter, page);

/** All pages of the list of users, as someone who scrolls to its end sees them. */
async function scrollUsers(bench: Bench, filter?: string): Promise<INodeListSearchItems[][]> {
	const pages: INodeListSearchItems[][] = [];
	let page: string | undefined;
	do {
		const found = await search(bench, 'searchUsers', { filter, page });
		pages.push(found.results);
		page = found.paginationToken as string | undefined;
	} while (page !== undefined && pages.length < 50);
	return pages;
}

const queries = (simulator: Simulator) =>
	simulator.requests
		.filter(({ endpoint }) => endpoint === LIST_USERS)
		.map(({ path }) => Object.fromEntries(new URL(path, simulator.url).searchParams));

describe('the list of users', () => {
	const many = () => createWorld({ users: 230, devicesPerUser: 0, now });

	test('starts with “Me”, and then shows name and username', async () => {
		const { results } = await search(await start({ user: administrator }), 'searchUsers');
		expect(results[0]).toEqual({ name: 'Me', value: 'my' });
		expect(results[1]).toEqual({
			name: `Ada Lindqvist (${administrator.username})`,
			value: administrator.id,
		});
		expect(results.filter(({ value }) => value === 'my')).toHaveLength(1);
	});

	test('shows hundreds of users page by page to the end, none twice, “Me” only once', async () => {
		const bench = await start({ startsAt: now, world: many(), user: administrator });
		const pages = await scrollUsers(bench);
		expect(pages.map(({ length }) => length)).toEqual([51, 50, 50, 50, 30]);
		const values = pages.flat().map(({ value }) => value);
		expect(new Set(values).size).toBe(231);
		expect(values.indexOf('my')).toBe(0);
		expect(values.lastIndexOf('my')).toBe(0);
	});

	test('asks for one page at a time, and never for all', async () => {
		const bench = await start({ startsAt: now, world: many() });
		const first = await search(bench, 'searchUsers');
		expect(queries(bench.simulator)).toEqual([{ page: '1', per_page: '50', sort: '+username' }]);
		await search(bench, 'searchUsers', { page: first.paginationToken as string });
		expect(queries(bench.simulator)[1]).toEqual({ page: '2', per_page: '50', sort: '+username' });
		expect(bench.simulator.count(LOGIN)).toBe(1);
	});

	test('says that there is no more where the users fill their last page exactly', async () => {
		const world = createWorld({ users: 100, devicesPerUser: 0, now });
		const pages = await scrollUsers(await start({ startsAt: now, world }));
		expect(pages.map(({ length }) => length)).toEqual([50, 50]);
	});

	test('reaches the end also where emnify gives smaller pages than asked for', async () => {
		const world = createWorld({ users: 100, devicesPerUser: 0, now });
		const pages = await scrollUsers(await start({ world, limits: { perPageMaximum: 30 } }));
		expect(pages.map(({ length }) => length)).toEqual([30, 30, 30, 10]);
	});

	test('is searched by name, whatever its case, without “Me”', async () => {
		const { results } = await search(await start(), 'searchUsers', { filter: 'oTIS' });
		expect(results).toEqual([{ name: `Otis Berg (${observer.username})`, value: observer.id }]);
	});

	test('is searched by e-mail address where the text holds an @', async () => {
		const bench = await start();
		const { results } = await search(bench, 'searchUsers', { filter: 'tom.okafor@acme' });
		expect(results.map(({ value }) => value)).toEqual([totpUser.id]);
		expect(queries(bench.simulator)).toMatchObject([{ q: 'username:tom.okafor@acme' }]);
	});

	test('is searched by e-mail address too where no name fits, page by page', async () => {
		const bench = await start({ startsAt: now, world: many() });
		const pages = await scrollUsers(bench, 'acme-fleet');
		expect(pages.map(({ length }) => length)).toEqual([50, 50, 50, 50, 30]);
		expect(new Set(pages.flat().map(({ value }) => value)).size).toBe(230);
		// The first page alone tries the names.
		expect(queries(bench.simulator)).toHaveLength(6);
	});

	test('is searched through all pages where many names fit', async () => {
		const bench = await start({ startsAt: now, world: many() });
		const pages = await scrollUsers(bench, 'user 1');
		// User 1, 10 to 19 and 100 to 199
		expect(pages.map(({ length }) => length)).toEqual([50, 50, 11]);
	});

	test('is empty where nobody fits', async () => {
		expect((await search(await start(), 'searchUsers', { filter: 'nobody' })).results).toEqual([]);
		expect((await search(await start(), 'searchUsers', { filter: 'no@body' })).results).toEqual([]);
	});

	test.each(['Lindqvist, Ada', 'Lindqvist:x', 'Lindqvist%&=#'])(
		'bears a search for %s, which means something to emnify’s filter or to an address',
		async (filter) => {
			const bench = await start();
			const { results } = await search(bench, 'searchUsers', { filter });
			const found = filter.includes('%') ? [] : [administrator.id];
			expect(results.map(({ value }) => value)).toEqual(found);
			expect(bench.simulator.requests.map(({ status }) => status)).not.toContain(422);
		},
	);

	test('says to who is no administrator why it is empty, and what to do', async () => {
		const bench = await start({ applicationToken: seed.observerApplicationToken });
		await expect(search(bench, 'searchUsers')).rejects.toMatchObject({
			message:
				'Could not list the users: emnify does not allow it: “Only administrators are permitted to do this” (Forbidden 1104)',
			description: expect.stringMatching(/Only administrators can list users.*By ID/),
		});
	});

	test('shows a user without a name by the username', async () => {
		const bench = await start();
		bench.simulator.world.user(observer.id).name = '';
		const { results } = await search(bench, 'searchUsers', { filter: 'otis' });
		expect(results).toEqual([{ name: observer.username, value: observer.id }]);
	});
});

describe('the list of trusted devices', () => {
	const devices = async (bench: Bench, user: object | undefined, filter?: string) =>
		(await search(bench, 'searchTrustedDevices', { parameters: { user }, filter })).results;

	test('shows “Firefox on Ubuntu · trusted since 20 Feb 2026”', async () => {
		const bench = await start({ startsAt: now });
		const { id } = bench.simulator.world.addTrustedDevice(ids.userWithoutDevices, {
			browser: 'Firefox',
			operatingSystem: 'Ubuntu',
			activatedAt: new Date('2026-02-20T23:59:59Z'),
		});
		expect(await devices(bench, byId(ids.userWithoutDevices))).toEqual([
			{ name: 'Firefox on Ubuntu · trusted since 20 Feb 2026', value: id },
		]);
	});

	test('shows what there is where browser, system or date are missing', async () => {
		const bench = await start({ startsAt: now });
		expect(await devices(bench, byId(observer.id))).toContainEqual({
			name: 'Unknown browser on Android 15 · trusted since 29 Jan 2026',
			value: ids.deviceWithoutBrowser,
		});
		expect(await devices(bench, byId(userWithoutMfa.id))).toContainEqual({
			name: 'Chrome 140 on unknown system · trusted since 31 Dec 2025',
			value: ids.deviceWithoutOperatingSystem,
		});
		expect(await devices(bench, byId(seed.suspendedUser.id))).toContainEqual({
			name: `Safari 18 on macOS 15 · device ${ids.deviceWithoutActivation}`,
			value: ids.deviceWithoutActivation,
		});
	});

	test('is that of the chosen user: me, by ID, by username', async () => {
		const bench = await start({ user: administrator });
		const own = [ids.administratorDevice, 11012];
		const valuesFor = async (user: object) =>
			(await devices(bench, user)).map(({ value }) => value);
		expect(await valuesFor({ __rl: true, mode: 'list', value: 'my' })).toEqual(own);
		expect(await valuesFor(byId(administrator.id))).toEqual(own);
		expect(await valuesFor(byUsername(trustedDeviceUser.username))).toEqual([
			trustedDeviceUser.deviceId,
		]);
	});

	test('is searched by any part of what it shows, or by the ID', async () => {
		const bench = await start({ startsAt: now });
		const valuesFor = async (filter: string) =>
			(await devices(bench, byId(observer.id), filter)).map(({ value }) => value);
		expect(await valuesFor('EXPLORER')).toEqual([ids.expiredDevice]);
		expect(await valuesFor('jan 2026')).toEqual([ids.deviceWithoutBrowser]);
		expect(await valuesFor('11051')).toEqual([11051]);
		expect(await valuesFor('opera')).toEqual([]);
	});

	test('says why where it fails: not an administrator, no user chosen', async () => {
		const limited = await start({ applicationToken: seed.observerApplicationToken });
		await expect(devices(limited, byId(administrator.id))).rejects.toMatchObject({
			message: expect.stringMatching(
				new RegExp(`^Could not list the trusted devices of user ${administrator.id}: .*Forbidden`),
			),
			description: expect.stringMatching(/Only administrators/),
		});

		const unchosen = await start();
		await expect(devices(unchosen, byId(''))).rejects.toThrow('User is empty');
		expect(unchosen.simulator.requests).toEqual([]);
	});
});

describe('the list of MFA keys', () => {
	const keys = async (bench: Bench, method: string, user?: object, filter?: string) =>
		(await search(bench, method, { parameters: { user }, filter })).results;

	test('shows type, status and date of the keys of the chosen user', async () => {
		const bench = await start({ startsAt: now });
		expect(await keys(bench, 'searchMfaKeys', byId(ids.pendingKeyUser))).toEqual([
			{
				name: 'Time-Based One-Time Password · Activation Pending · since 17 Feb 2026',
				value: ids.pendingKey,
			},
		]);
		const [active] = bench.simulator.world.user(totpUser.id).mfaKeys;
		if (active) active.activatedAt = new Date('2025-06-05T08:00:00Z');
		expect(await keys(bench, 'searchMfaKeys', byUsername(totpUser.username))).toEqual([
			{
				name: 'Time-Based One-Time Password · Active · since 5 Jun 2025',
				value: totpUser.keyId,
			},
		]);
		expect(bench.simulator.count(FIND_USER)).toBe(2);
	});

	test('for activation is that of the credential’s own user, whoever is chosen elsewhere', async () => {
		const bench = await start({ startsAt: now, user: administrator });
		const found = await keys(bench, 'searchOwnMfaKeys', byId(totpUser.id));
		expect(found.map(({ value }) => value)).toEqual([administrator.keyId]);
		expect(bench.calls().map(({ path }) => path)).toEqual(['/api/v1/user/my']);
	});

	test('is searched by any part of what it shows, or by the ID', async () => {
		const bench = await start({ startsAt: now });
		const valuesFor = async (filter: string) =>
			(await keys(bench, 'searchMfaKeys', byId(ids.pendingKeyUser), filter)).length;
		expect(await valuesFor('pending')).toBe(1);
		expect(await valuesFor(String(ids.pendingKey))).toBe(1);
		expect(await valuesFor('hardware')).toBe(0);
	});

	test('is empty for a user without keys', async () => {
		expect(await keys(await start(), 'searchMfaKeys', byId(ids.userWithoutDevices))).toEqual([]);
	});

	test('says why where it fails: not an administrator', async () => {
		const limited = await start({ applicationToken: seed.observerApplicationToken });
		await expect(keys(limited, 'searchMfaKeys', byId(totpUser.id))).rejects.toMatchObject({
			message: expect.stringMatching(/^Could not list the MFA keys of user 102: .*Forbidden/),
		});
	});
});

describe('the list of application tokens', () => {
	const tokens = async (bench: Bench, filter?: string) =>
		(await search(bench, 'searchApplicationTokens', { filter })).results;

	test('shows description, creator and dates of the tokens that are not revoked', async () => {
		const bench = await start({ startsAt: now });
		expect(await tokens(bench)).toEqual([
			{ name: 'n8n · by Ada Lindqvist · created 17 Oct 2024 · never expires', value: 201 },
			{ name: 'Pilot · by Ada Lindqvist · created 17 Oct 2024 · expires 27 Feb 2026', value: 204 },
			{ name: 'Data centre · by Ada Lindqvist · created 17 Oct 2024 · never expires', value: 205 },
			{ name: 'Dashboard · by Otis Berg · created 17 Oct 2024 · never expires', value: 206 },
		]);
		expect(bench.calls().map(({ path }) => path)).toEqual(['/api/v1/application_token']);
	});

	test('shows the ID and the username where description and name are missing', async () => {
		const bench = await start({ startsAt: now });
		const { id } = bench.simulator.world.addApplicationToken({ creatorId: observer.id });
		bench.simulator.world.user(observer.id).name = '';
		expect((await tokens(bench)).at(-1)?.name).toBe(
			`Token ${id} · by ${observer.username} · created 17 Oct 2024 · never expires`,
		);
	});

	test('is searched by any part of what it shows, or by the ID', async () => {
		const bench = await start({ startsAt: now });
		const valuesFor = async (filter: string) =>
			(await tokens(bench, filter)).map(({ value }) => value);
		expect(await valuesFor('OTIS')).toEqual([206]);
		expect(await valuesFor('feb 2026')).toEqual([204]);
		expect(await valuesFor('205')).toEqual([205]);
		expect(await valuesFor('repository')).toEqual([]);
	});

	test('says to who is no administrator why it is empty', async () => {
		const bench = await start();
		await bench.logIn();
		bench.simulator.faults.next({ kind: 'status', status: 403 }, { times: 9 });
		await expect(tokens(bench)).rejects.toMatchObject({
			message: expect.stringMatching(/^Could not list the application tokens: .*Forbidden/),
			description: expect.stringMatching(
				/^Use a credential of an administrator\. By emnify’s documentation every user may list/,
			),
		});
	});
});

test.each([
	['getEventTypes', '/api/v1/event/type', { name: 'User authentication failed', value: 6 }],
	['getUserStatuses', '/api/v1/user/status', { name: 'Active', value: 1 }],
])('the drop-down of %s is filled from emnify', async (method, path, shown) => {
	const bench = await start();
	const { credential } = bench;
	expect(await engine().loadOptions(method, { credential, parameters: {} })).toContainEqual(shown);
	expect(bench.calls().map((call) => call.path)).toEqual([path]);
});

test('the drop-down of types is filled from emnify', async () => {
	const bench = await start();
	expect(
		await engine().loadOptions('getMfaKeyTypes', {
			credential: bench.credential,
			parameters: {},
		}),
	).toEqual([{ name: 'Time-Based One-Time Password', value: 0 }]);
	expect(bench.calls().map(({ path }) => path)).toEqual(['/api/v1/user/mfa/type']);
});

/** But for `searchOwnMfaKeys`, which takes user credentials. */
const searches = [
	'searchApplicationTokens',
	'searchMfaKeys',
	'searchTrustedDevices',
	'searchUsers',
];

describe('each list says that the login was refused, and tries it once:', () => {
	test.each(searches)('%s', async (method) => {
		const bench = await start({ applicationToken: 'fake-wrong-token' });
		await expect(search(bench, method, { parameters: { user: byId(1) } })).rejects.toMatchObject({
			message: expect.stringMatching(/^emnify did not accept the application token/),
			description: expect.stringMatching(/Application Tokens in the emnify portal/),
		});
		expect(bench.simulator.count()).toBe(bench.simulator.count(LOGIN) + bench.calls().length);
		expect(bench.simulator.count(LOGIN)).toBe(1);
	});

	test.each(['getEventTypes', 'getMfaKeyTypes', 'getUserStatuses'])('%s', async (method) => {
		const { credential } = await start({ applicationToken: 'fake-wrong-token' });
		await expect(engine().loadOptions(method, { credential, parameters: {} })).rejects.toThrow(
			/^emnify did not accept the application token/,
		);
	});
});

test('the list of one’s own MFA keys says that the login was refused, and tries it once', async () => {
	const { username } = userWithoutMfa;
	const bench = await start({ user: { username, password: 'fake-wrong-password' } });
	await expect(search(bench, 'searchOwnMfaKeys')).rejects.toThrow(
		/^emnify did not accept the username or the password/,
	);
	expect(bench.simulator.count(LOGIN)).toBe(1);
});

describe('each list says that emnify cannot be reached, or answers something else:', () => {
	test.each([...searches, 'searchOwnMfaKeys'])('%s', async (method) => {
		const bench = await start(method === 'searchOwnMfaKeys' ? { user: userWithoutMfa } : {});
		await bench.logIn();
		const parameters = { user: byId(administrator.id) };
		bench.simulator.faults.next({ kind: 'truncate' }, { times: 2 });
		await expect(search(bench, method, { parameters })).rejects.toThrow(/cut off/);
		bench.simulator.faults.next({ kind: 'status', status: 429 }, { times: 1000 });
		await expect(search(bench, method, { parameters })).rejects.toThrow(/rate limit is reached/);
		bench.simulator.faults.clear();
		await bench.simulator.stop();
		await expect(search(bench, method, { parameters })).rejects.toThrow(
			/^The connection to 127\.0\.0\.1:\d+ was refused$/,
		);
	});
});

describe('with a credential by expression', () => {
	const withToken = ({ simulator }: Bench, applicationToken: string) =>
		engine().storeCredential({ baseUrl: simulator.url, applicationToken });

	test('the lists are those of the account that it gives at the time', async () => {
		const bench = await start();
		const { variables } = engine();
		const node = { credential: withToken(bench, '={{ $vars.token }}'), parameters: {} };
		const names = async () =>
			(await engine().search('searchUsers', node)).results.map(({ name }) => name);
		variables.token = seed.applicationToken;
		const acme = await names();
		variables.token = seed.secondApplicationToken;
		const borealis = await names();
		expect(acme).toContain(`Otis Berg (${observer.username})`);
		expect(borealis).not.toEqual([]);
		expect(borealis.filter((name) => acme.includes(name))).toEqual([]);
		expect(await engine().loadOptions('getUserStatuses', node)).toContainEqual({
			name: 'Active',
			value: 1,
		});
	});

	test.each([
		[
			'that gives nothing',
			'={{ $vars.unknown }}',
			/Application Token in the Emnify credential is empty/,
		],
		['that needs an item, in the words of n8n', '={{ $json.token }}', /hasn't been executed/],
	])(
		'%s, each list is refused in words, before any request',
		async (_what, expression, message) => {
			const bench = await start();
			const node = { credential: withToken(bench, expression), parameters: {} };
			await expect(engine().search('searchUsers', node)).rejects.toThrow(message);
			await expect(engine().loadOptions('getUserStatuses', node)).rejects.toThrow(message);
			expect(bench.simulator.requests).toEqual([]);
		},
	);
});
