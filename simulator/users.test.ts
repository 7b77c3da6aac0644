import fc from 'fast-check';
import type { Simulator } from './index';
import { createWorld, seed, startSimulator } from './index';
import type { Session } from './testClient';
import { asApplication, asUser, authenticate, codeOf, start, withToken } from './testClient';

const { administrator, ids, observer } = seed;

let simulator: Simulator;
let call: Session;

beforeEach(async () => {
	simulator = await startSimulator({ startsAt: start });
	call = await asApplication(simulator);
});

afterEach(async () => await simulator.stop());

const idsOf = async (query: string): Promise<number[]> =>
	(await call('GET', `/user?${query}`)).data.map(({ id }: { id: number }) => id);

/** The administrator, logged in as themselves. */
async function asAdministrator(): Promise<Session> {
	const { data: first } = await authenticate(simulator, {
		username: administrator.username,
		password: administrator.passwordHash,
	});
	const code = codeOf(simulator, administrator.totpSecret);
	const { data } = await authenticate(simulator, { mfa_token: first.mfa_token, code });
	return withToken(simulator, data.auth_token);
}

const acmeIds = Array.from({ length: 13 }, (_, index) => 101 + index);
const visibleIds = [...acmeIds, ids.childUser];

describe('the list of users', () => {
	it('holds the users of the caller’s organisation and of its child as a bare array', async () => {
		const { status, data } = await call('GET', '/user');
		expect(status).toBe(200);
		expect(data.map(({ id }: { id: number }) => id)).toEqual(visibleIds);
		expect(data.at(-1).organisation).toEqual({ id: ids.nordic, name: 'Acme Fleet Nordic' });
		expect(data[0]).toEqual({
			id: administrator.id,
			username: administrator.username,
			name: 'Ada Lindqvist',
			created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/),
			status: { id: 1, description: 'Active' },
			organisation: { id: ids.acme, name: 'Acme Fleet' },
		});
		const other = await asApplication(simulator, seed.secondApplicationToken);
		expect((await other('GET', '/user')).data).toHaveLength(3);
	});

	it('is for administrators only', async () => {
		const session = await asUser(simulator, observer);
		expect(await session('GET', '/user')).toMatchObject({
			status: 403,
			data: { error_code: 1104 },
		});
	});

	it('tells about its pages in headers', async () => {
		const { headers } = await call('GET', '/user?per_page=5&page=2&sort=-name');
		expect(headers).toMatchObject({
			'x-count-per-page': '5',
			'x-current-page': '2',
			'x-total-count': '14',
			'x-total-pages': '3',
		});
		const links = [...String(headers.link).matchAll(/<([^>]+)>; rel="(\w+)"/g)].map(
			([, address = '', relation]) => {
				const { origin, pathname, searchParams } = new URL(address);
				return [relation, origin + pathname, searchParams.get('page'), searchParams.get('sort')];
			},
		);
		const address = `${simulator.url}/api/v1/user`;
		expect(links).toEqual([
			['first', address, '1', '-name'],
			['prev', address, '1', '-name'],
			['next', address, '3', '-name'],
			['last', address, '3', '-name'],
		]);
		const { headers: last } = await call('GET', '/user?per_page=5&page=3');
		expect(last.link).not.toContain('rel="next"');
		const { headers: first } = await call('GET', '/user?per_page=5');
		expect(first.link).not.toContain('rel="prev"');
	});

	it('answers a page past the end with the last page again', async () => {
		const last = await call('GET', '/user?per_page=5&page=3');
		const past = await call('GET', '/user?per_page=5&page=99');
		expect(last.data.map(({ id }: { id: number }) => id)).toEqual([111, 112, 113, ids.childUser]);
		expect(past.data).toEqual(last.data);
		expect(past.headers['x-current-page']).toBe('3');
	});

	it('caps per_page without a word', async () => {
		simulator.limits.perPageMaximum = 4;
		const { status, data, headers } = await call('GET', '/user?per_page=1000');
		expect(status).toBe(200);
		expect(data).toHaveLength(4);
		expect(headers['x-count-per-page']).toBe('4');
	});

	it('has one empty page where nothing matches', async () => {
		const { data, headers } = await call('GET', '/user?q=name:nobody');
		expect(data).toEqual([]);
		expect(headers).toMatchObject({ 'x-total-count': '0', 'x-total-pages': '1' });
	});

	it.each(['page=0', 'page=-1', 'page=x', 'per_page=0', 'per_page=1.5', 'page='])(
		'refuses %s with 422',
		async (query) => {
			expect(await call('GET', `/user?${query}`)).toMatchObject({
				status: 422,
				data: { error_code: 1400, errors: [{ error_code: 1403 }] },
			});
		},
	);

	it.each([
		['id:105', [105]],
		['status:2', [108, 112]],
		['status:2,name:dora', [108]],
		['name:LIND', [101]],
		['username:elif.yilmaz%40', [103]],
		['organisation:1', acmeIds],
		['organisation:4', [ids.childUser]],
		['organisation:2', []],
	])('filters by q=%s', async (filter, expected) => {
		expect(await idsOf(`q=${filter}`)).toEqual(expected);
	});

	it.each(['colour:red', 'id', ':5', 'id:', 'name:a,b'])(
		'refuses q=%s with 422',
		async (filter) => {
			expect(await call('GET', `/user?q=${filter}`)).toMatchObject({
				status: 422,
				data: { error_code: 1301, error_token: 'InvalidQueryCriteria' },
			});
		},
	);

	it.each([
		['-id', [...visibleIds].reverse()],
		['+id', visibleIds],
		['%2Bid', visibleIds],
		['id', visibleIds],
		[
			'-status,-id',
			[112, 108, ids.childUser, 111, 110, 109, 107, 106, 105, 104, 103, 102, 101, 113],
		],
	])('sorts by %s', async (sort, expected) => {
		expect(await idsOf(`sort=${sort}`)).toEqual(expected);
	});

	it.each(['name', 'username', 'organisation', 'created'])('sorts by %s', async (field) => {
		const { data } = await call('GET', `/user?sort=${field}`);
		const keys = data.map((user: Record<string, unknown>) =>
			field === 'organisation'
				? String((user.organisation as { id: number }).id)
				: String(user[field]).toLowerCase(),
		);
		expect(keys).toEqual([...keys].sort());
	});

	it.each(['colour', '-roles', 'id,colour', 'toString'])(
		'refuses sort=%s with 422',
		async (sort) => {
			expect(await call('GET', `/user?sort=${sort}`)).toMatchObject({
				status: 422,
				data: { error_code: 1302, error_token: 'InvalidSortCriteria' },
			});
		},
	);

	it('gives every user exactly once over its pages, whatever their size', async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 20 }), async (size) => {
				const first = await call('GET', `/user?per_page=${size}`);
				const seen = first.data.map(({ id }: { id: number }) => id);
				for (let page = 2; page <= Number(first.headers['x-total-pages']); page += 1) {
					seen.push(...(await idsOf(`per_page=${size}&page=${page}`)));
				}
				expect(seen).toEqual(visibleIds);
			}),
			{ numRuns: 20 },
		);
	});
});

describe('a single user', () => {
	it.each([
		['id', String(administrator.id)],
		['username', encodeURIComponent(administrator.username)],
		['my', 'my'],
	])('is found by %s, with roles and keys but without secrets', async (_, reference) => {
		const session = reference === 'my' ? await asAdministrator() : call;
		const { status, data } = await session('GET', `/user/${reference}`);
		expect(status).toBe(200);
		expect(data).toMatchObject({
			id: administrator.id,
			roles: [{ id: 1, name: 'Administrator' }],
			mfa: [
				{
					id: administrator.keyId,
					status: { id: 1, description: 'Active' },
					creation_date: expect.any(String),
					activation_date: expect.any(String),
				},
			],
		});
		expect(JSON.stringify(data)).not.toContain(administrator.totpSecret);
	});

	it.each([999999, 'nobody%40acme-fleet.example', ids.foreignUser, 'mfa', '%zz'])(
		'is 404 for %s',
		async (reference) => {
			expect(await call('GET', `/user/${reference}`)).toMatchObject({
				status: 404,
				data: { error_code: 1201 },
			});
		},
	);

	it('is 403 for another user without the role', async () => {
		const session = await asUser(simulator, observer);
		expect((await session('GET', `/user/${administrator.id}`)).status).toBe(403);
		expect((await session('GET', `/user/${observer.id}`)).status).toBe(200);
	});
});

it('reaches direct children of the organisation, and nothing above it', async () => {
	expect((await call('GET', `/user/${ids.childUser}`)).data).toMatchObject({ name: 'Nora Nord' });
	const devices = `/user/${ids.childUser}/mfa/trusted_device`;
	expect((await call('GET', devices)).data).toHaveLength(1);
	simulator.world.addApplicationToken({ token: 'fake-child-token', creatorId: ids.childUser });
	const child = await asApplication(simulator, 'fake-child-token');
	expect((await child('GET', '/user')).data).toMatchObject([{ id: ids.childUser }]);
	expect((await child('GET', `/user/${administrator.id}`)).status).toBe(404);
	simulator.world.addOrganisation({ id: 5, name: 'Grandchild', parentId: ids.nordic });
	simulator.world.addUser({ id: 501, username: 'g@g.example', name: 'G', organisationId: 5 });
	expect((await call('GET', '/user/501')).status).toBe(404);
	expect((await child('GET', '/user/501')).status).toBe(200);
});

it('names the organisation of whoever asks', async () => {
	expect((await call('GET', '/organisation/my')).data).toEqual({
		id: ids.acme,
		name: 'Acme Fleet',
	});
	const observing = await asApplication(simulator, seed.observerApplicationToken);
	expect((await observing('GET', '/organisation/my')).data).toMatchObject({ id: ids.acme });
});

it('lists the Workspaces of a user in which the caller is administrator', async () => {
	const workspaces = (user: number | string) => `/api/v2/user/${user}/workspace`;
	expect((await call('GET', workspaces(ids.manyDevicesUser))).data).toEqual([
		{
			id: ids.acme,
			name: 'Acme Fleet',
			status: { status: { id: 1 } },
			roles: [
				{ id: 1, name: 'Administrator' },
				{ id: 2, name: 'User' },
			],
			owner: false,
			default_workspace: true,
		},
		{
			id: ids.nordic,
			name: 'Acme Fleet Nordic',
			status: { status: { id: 2 } },
			roles: [{ id: 3, name: 'Observer' }],
			owner: false,
			default_workspace: false,
		},
	]);
	simulator.world.user(administrator.id).otherWorkspaces = [];
	expect((await call('GET', workspaces(ids.manyDevicesUser))).data).toHaveLength(1);
	expect((await call('GET', workspaces(ids.foreignUser))).status).toBe(404);
	const session = await asUser(simulator, observer);
	expect((await session('GET', workspaces(observer.id))).status).toBe(403);
});

it('lists the statuses and roles, which no username hides', async () => {
	expect((await call('GET', '/user/status')).data).toEqual([
		{ id: 0, description: 'Activation Pending' },
		{ id: 1, description: 'Active' },
		{ id: 2, description: 'Suspended' },
	]);
	expect((await call('GET', '/user/role')).data).toContainEqual({ id: 1, name: 'Administrator' });
});

it('lists the SIM cards of the organisation in pages', async () => {
	const { data, headers } = await call('GET', '/sim?per_page=10&sort=-id');
	expect(data).toHaveLength(10);
	expect(data[0]).toEqual({
		id: 700014,
		iccid: '8900000000000000013',
		status: { id: 1, description: 'Activated' },
	});
	expect(headers['x-total-count']).toBe('14');
	expect((await call('GET', '/sim?q=status:2')).data).toHaveLength(4);
});

it('serves an organisation of 10,000 users', async () => {
	await simulator.stop();
	simulator = await startSimulator({
		startsAt: start,
		world: createWorld({ users: 10_000, devicesPerUser: 3, now: start }),
	});
	call = await asApplication(simulator);
	const { headers } = await call('GET', '/user?per_page=100&page=100');
	expect(headers).toMatchObject({ 'x-total-count': '10000', 'x-current-page': '100' });
	const path = `/user/${administrator.id}/mfa/trusted_device`;
	expect((await call('GET', path)).data).toHaveLength(3);
	const devices = [...simulator.world.users.values()].flatMap((user) => user.trustedDevices);
	expect(devices).toHaveLength(30_000);
});
