import type { Dialect, Simulator } from './index';
import { dialects, seed, startSimulator } from './index';
import type { Session } from './testClient';
import { asApplication, asUser, authenticate, repeat, start } from './testClient';

const { administrator, ids, observer, totpUser, trustedDeviceUser, userWithoutMfa } = seed;

let simulator: Simulator;
let call: Session;

/** What each test begins with: a simulator of these dialects, with Acme Fleet's application logged in. */
const speak = async (...spoken: Dialect[]) => {
	simulator = await startSimulator({
		startsAt: start,
		dialects: spoken,
		limits: { listBurst: 100 },
	});
	call = await asApplication(simulator);
};

afterEach(async () => await simulator.stop());

const devicesOf = (user: number | string) => `/user/${user}/mfa/trusted_device`;
const pagingHeaders = ['x-count-per-page', 'x-current-page', 'x-total-count', 'x-total-pages'];
const locked = { error_code: 1105, error_token: 'TooManyRequests' };

const lockOut = async () => {
	const wrong = { username: userWithoutMfa.username, password: 'wrong' };
	await repeat(3, async () => await authenticate(simulator, wrong));
	return await authenticate(simulator, wrong);
};

it('can be changed while it runs', async () => {
	await speak();
	expect([...simulator.dialects]).toEqual([]);
	expect((await call('GET', '/user')).headers).toHaveProperty('x-total-pages');
	simulator.dialects.add('linkOnly');
	expect((await call('GET', '/user')).headers).not.toHaveProperty('x-total-pages');
	simulator.dialects.delete('linkOnly');
	expect((await call('GET', '/user')).headers).toHaveProperty('x-total-pages');
});

it('have names of which none is like another', () => {
	expect(new Set(dialects).size).toBe(dialects.length);
});

describe('eventsService', () => {
	beforeEach(async () => {
		await speak('eventsService');
		for (let index = 0; index < 250; index += 1) {
			await authenticate(simulator, { application_token: seed.revokedApplicationToken });
			if (index % 90 === 0) simulator.resetLimits();
		}
	});

	it('has 100 events on a page, at the most and by default, and an empty Link', async () => {
		for (const query of ['', '?per_page=1000']) {
			const { data, headers } = await call('GET', `/event${query}`);
			expect(data).toHaveLength(100);
			expect(headers).toMatchObject({ link: '', 'x-count-per-page': '100', 'x-total-pages': '3' });
		}
		expect((await call('GET', '/event?per_page=7')).data).toHaveLength(7);
	});

	it('answers 400 for a page past the end, and for page 1 of nothing an empty list', async () => {
		expect((await call('GET', '/event?page=3')).status).toBe(200);
		expect(await call('GET', '/event?page=4')).toMatchObject({
			status: 400,
			data: { error_code: 1400, message: 'Incorrect paging parameters' },
		});
		expect(await call('GET', '/event?q=source:0')).toMatchObject({ status: 200, data: [] });
		expect((await call('GET', '/event?q=source:0&page=2')).status).toBe(400);
	});

	it('is a service of events alone', async () => {
		const { status, headers } = await call('GET', '/user?page=99');
		expect(status).toBe(200);
		expect(headers.link).toContain('rel="last"');
	});
});

it.each(['/user', '/event', '/sim'])(
	'noPagingHeaders: %s has neither Link nor X-*',
	async (path) => {
		await speak('noPagingHeaders');
		const { data, headers } = await call('GET', `${path}?per_page=2&page=2`);
		expect(data).toHaveLength(2);
		for (const name of ['link', ...pagingHeaders]) expect(headers).not.toHaveProperty(name);
	},
);

it.each(['/user', '/event', '/sim'])('linkOnly: %s has Link but no X-*', async (path) => {
	await speak('linkOnly');
	const { headers } = await call('GET', `${path}?per_page=2`);
	expect(headers.link).toContain('rel="next"');
	for (const name of pagingHeaders) expect(headers).not.toHaveProperty(name);
});

describe('emptyPastEnd', () => {
	beforeEach(async () => await speak('emptyPastEnd'));

	it.each(['/user', '/event', '/sim'])('%s is [] past the end, with totals of 0', async (path) => {
		const last = await call('GET', `${path}?per_page=100&page=1`);
		expect(last.data.length).toBeGreaterThan(0);
		expect(last.headers['x-total-pages']).toBe('1');
		const { status, data, headers } = await call('GET', `${path}?per_page=100&page=2`);
		expect({ status, data }).toEqual({ status: 200, data: [] });
		expect(headers).toMatchObject({ 'x-total-count': '0', 'x-total-pages': '0' });
	});

	it('has no page at all where nothing matches', async () => {
		const { data, headers } = await call('GET', '/user?q=name:nobody');
		expect(data).toEqual([]);
		expect(headers).toMatchObject({ 'x-total-count': '0', 'x-total-pages': '0' });
	});
});

it.each([['/application_token'], [devicesOf(ids.manyDevicesUser)]])(
	'pagedLists: %s comes in pages',
	async (path) => {
		await speak('pagedLists');
		const { data, headers } = await call('GET', `${path}?per_page=2&page=2`);
		expect(data).toHaveLength(2);
		expect(headers).toMatchObject({ 'x-current-page': '2', 'x-count-per-page': '2' });
		expect(headers.link).toContain('rel="prev"');
		simulator.limits.perPageDefault = 3;
		expect((await call('GET', path)).data).toHaveLength(3);
		simulator.dialects.clear();
		expect((await call('GET', path)).headers).not.toHaveProperty('x-total-pages');
	},
);

describe('gateway', () => {
	beforeEach(async () => await speak('gateway'));

	it('answers JSON where a token is not honoured, but leaves the login as it is', async () => {
		simulator.revokeTokens();
		expect(await call('GET', '/user/mfa/type')).toMatchObject({
			status: 401,
			data: { message: 'token contains an invalid number of segments' },
		});
		expect(
			await authenticate(simulator, { application_token: seed.revokedApplicationToken }),
		).toMatchObject({ status: 401, data: '' });
	});

	it('answers writes with 200 or 202, with and without a body', async () => {
		const own = `/application_token/${ids.applicationToken}`;
		const answers = [
			await call('DELETE', `/user/${totpUser.id}/mfa/${totpUser.keyId}`),
			await call('DELETE', `${devicesOf(trustedDeviceUser.id)}/${trustedDeviceUser.deviceId}`),
			await call('PATCH', own, { description: 'n8n in Kassel' }),
			await call('PATCH', own, { status: { id: 1 } }),
		];
		expect(answers.map(({ status, data }) => [status, data])).toEqual([
			[200, { message: 'OK' }],
			[202, ''],
			[200, ''],
			[202, { message: 'Accepted' }],
		]);
		expect(simulator.world.user(totpUser.id).mfaKeys).toEqual([]);
		expect(simulator.world.user(trustedDeviceUser.id).trustedDevices).toEqual([]);
	});

	it('answers 201 for what was created', async () => {
		const { status, data } = await call('POST', '/application_token', {});
		expect(status).toBe(201);
		expect(data).toHaveProperty('application_token');
		const user = await asUser(simulator, userWithoutMfa);
		const body = { type: { id: 0 }, password: userWithoutMfa.passwordHash };
		expect(await user('POST', '/user/mfa', body)).toMatchObject({
			status: 201,
			data: { secret_key: expect.any(String) },
		});
	});

	it('leaves refusals as they are', async () => {
		expect(await call('DELETE', `${devicesOf(totpUser.id)}/1`)).toMatchObject({
			status: 404,
			data: { error_code: 1201 },
		});
	});
});

it('nulls: fields that are absent are null', async () => {
	await speak('nulls');
	const devices = (await call('GET', devicesOf(observer.id))).data;
	expect(devices.at(-1)).toMatchObject({ id: ids.deviceWithoutBrowser, browser: null });
	expect((await call('GET', '/application_token')).data[0]).toMatchObject({
		expiry_date: null,
		ip: null,
	});
	expect((await call('GET', `/user/${ids.pendingKeyUser}`)).data.mfa).toMatchObject([
		{ activation_date: null },
	]);
	expect((await call('GET', '/event?q=type:7')).data).toMatchObject([{ user: null, detail: null }]);
	expect(
		(await authenticate(simulator, { application_token: seed.applicationToken })).data,
	).toEqual({ auth_token: expect.any(String), refresh_token: null, mfa_token: null });
});

it('stringIds: every ID is digits in a string, and nothing else is', async () => {
	await speak('stringIds');
	expect((await call('GET', `/user/${administrator.id}`)).data).toMatchObject({
		id: String(administrator.id),
		status: { id: '1' },
		organisation: { id: String(ids.acme) },
		roles: [{ id: '1' }],
		mfa: [{ id: String(administrator.keyId), type: { id: '0' } }],
	});
	expect((await call('GET', '/user/1')).data).toMatchObject({ error_code: 1201 });
});

it('userFilterById: the filter user of events takes an ID instead of a name', async () => {
	const found = async (value: string | number) =>
		(await call('GET', `/event?q=user:${value}`)).data.length;
	await speak('userFilterById');
	expect(await found(observer.id)).toBeGreaterThan(0);
	expect(await found('Otis%20Berg')).toBe(0);
	simulator.dialects.clear();
	expect(await found(observer.id)).toBe(0);
	expect(await found('Otis%20Berg')).toBeGreaterThan(0);
});

describe('under an application token, my', () => {
	const requests = [
		['POST', '/user/mfa', { type: { id: 0 }, password: administrator.passwordHash }],
		['PATCH', `/user/mfa/${administrator.keyId}`, { status: { id: 1 }, code: '123456' }],
		['DELETE', `/user/my/mfa/${administrator.keyId}`, undefined],
		['DELETE', `${devicesOf('my')}/${ids.administratorDevice}`, undefined],
		['DELETE', `/user/mfa/trusted_device/${ids.administratorDevice}`, undefined],
		['GET', '/user/my', undefined],
		['GET', '/api/v2/user/my/workspace', undefined],
		['GET', devicesOf('my'), undefined],
		['GET', '/user/mfa/trusted_device', undefined],
		['GET', '/user/my/event', undefined],
	] as const;
	const lists = [devicesOf('my'), '/user/mfa/trusted_device', '/user/my/event'];

	it.each<[string, Dialect[], number, number]>([
		['by default', [], 404, 404],
		['nobody404', ['nobody404'], 404, 404],
		['nobody401', ['nobody401'], 401, 401],
		['nobody403', ['nobody403'], 403, 403],
		['nobody500', ['nobody500'], 500, 500],
		['nobodyEmpty', ['nobodyEmpty'], 200, 404],
	])('%s names nobody', async (_, spoken, ofLists, ofOthers) => {
		await speak(...spoken);
		for (const [method, path, data] of requests) {
			const answer = await call(method, path, data);
			expect([path, answer.status]).toEqual([path, lists.includes(path) ? ofLists : ofOthers]);
			if (answer.status === 200) expect(answer.data).toEqual([]);
		}
		expect(simulator.world.user(administrator.id).trustedDevices).toHaveLength(2);
		expect(simulator.world.user(administrator.id).mfaKeys).toHaveLength(1);
		expect((await call('GET', `/user/${administrator.id}`)).status).toBe(200);
		expect((await call('GET', '/organisation/my')).status).toBe(200);
		const user = await asUser(simulator, userWithoutMfa);
		expect((await user('GET', '/user/my')).data).toMatchObject({ id: userWithoutMfa.id });
	});
});

it('lockoutAs429: a locked account gets 429 instead of 401', async () => {
	await speak('lockoutAs429');
	expect(await lockOut()).toMatchObject({ status: 429, data: locked });
	await simulator.stop();
	await speak();
	expect(await lockOut()).toMatchObject({ status: 401, data: locked });
});
