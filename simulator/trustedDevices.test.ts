import type { Simulator } from './index';
import { seed, startSimulator } from './index';
import type { Session } from './testClient';
import { asApplication, asUser, start } from './testClient';

const { administrator, ids, observer, trustedDeviceUser, userWithoutMfa } = seed;

let simulator: Simulator;
let call: Session;

beforeEach(async () => {
	simulator = await startSimulator({ startsAt: start });
	call = await asApplication(simulator);
});

afterEach(async () => await simulator.stop());

const devicesOf = (user: number | string) => `/user/${user}/mfa/trusted_device`;

describe('the list', () => {
	it('holds all devices at once as a bare array, without paging headers or fingerprints', async () => {
		const { status, data, headers } = await call('GET', devicesOf(trustedDeviceUser.id));
		expect(status).toBe(200);
		expect(data).toEqual([
			{
				id: trustedDeviceUser.deviceId,
				operating_system: 'Ubuntu 24.04',
				browser: 'Firefox 143',
				activation_date: '2026-02-15T12:00:00Z',
			},
		]);
		expect(headers).not.toHaveProperty('x-total-pages');
		expect((await call('GET', `${devicesOf(ids.manyDevicesUser)}?per_page=2`)).data).toHaveLength(
			10,
		);
	});

	it('is empty for a user without devices', async () => {
		expect(await call('GET', devicesOf(ids.userWithoutDevices))).toMatchObject({
			status: 200,
			data: [],
		});
	});

	it('leaves out what is not known of a device, and keeps those whose trust has run out', async () => {
		const { data } = await call('GET', devicesOf(observer.id));
		expect(data.map(({ id }: { id: number }) => id)).toContain(ids.expiredDevice);
		expect(data.find(({ id }: { id: number }) => id === ids.deviceWithoutBrowser)).toEqual({
			id: ids.deviceWithoutBrowser,
			operating_system: 'Android 15',
			activation_date: expect.any(String),
		});
		expect((await call('GET', devicesOf(seed.suspendedUser.id))).data[0]).not.toHaveProperty(
			'activation_date',
		);
		expect((await call('GET', devicesOf(userWithoutMfa.id))).data[0]).not.toHaveProperty(
			'operating_system',
		);
	});

	it.each([devicesOf('my'), '/user/mfa/trusted_device', devicesOf(observer.id)])(
		'of one’s own devices is at %s',
		async (path) => {
			const own = await asUser(simulator, observer);
			expect((await own('GET', path)).data.at(-1).id).toBe(ids.deviceWithoutBrowser);
		},
	);

	it.each([999999, 'nobody', '-1', '101.0', administrator.username, ids.foreignUser])(
		'of %s is 404',
		async (user) => {
			expect(await call('GET', devicesOf(user))).toMatchObject({
				status: 404,
				data: { error_code: 1201, error_token: 'NotFound', message: expect.any(String) },
			});
		},
	);
});

describe('the deletion', () => {
	it('answers 204 with an empty body, once', async () => {
		const path = `${devicesOf(trustedDeviceUser.id)}/${trustedDeviceUser.deviceId}`;
		expect(await call('DELETE', path)).toMatchObject({ status: 204, data: '' });
		expect((await call('DELETE', path)).status).toBe(404);
		expect((await call('GET', devicesOf(trustedDeviceUser.id))).data).toEqual([]);
	});

	it.each([devicesOf('my'), '/user/mfa/trusted_device'])('of one’s own is at %s', async (path) => {
		const own = await asUser(simulator, observer);
		expect((await own('DELETE', `${path}/${ids.expiredDevice}`)).status).toBe(204);
	});

	it.each([
		['of another user than the path names', `${devicesOf(administrator.id)}/${ids.expiredDevice}`],
		['of another organisation', `${devicesOf(ids.foreignUser)}/${ids.foreignDevice}`],
		['that is unknown', `${devicesOf(administrator.id)}/1`],
		['that is no number', `${devicesOf(administrator.id)}/abc`],
	])('of a device %s is 404 and deletes nothing', async (_, path) => {
		const devices = () =>
			[...simulator.world.users.values()].flatMap((user) => user.trustedDevices);
		const before = devices().length;
		expect((await call('DELETE', path)).status).toBe(404);
		expect(devices()).toHaveLength(before);
	});
});

describe('a caller who is no administrator', () => {
	it.each([
		['user', async () => await asUser(simulator, userWithoutMfa), ids.deviceWithoutOperatingSystem],
		['observer', async () => await asUser(simulator, observer), ids.expiredDevice],
	])('(%s) has their own devices, but nobody else’s', async (_, login, device) => {
		const session = await login();
		expect((await session('GET', devicesOf('my'))).status).toBe(200);
		expect((await session('DELETE', `${devicesOf('my')}/${device}`)).status).toBe(204);
		for (const [method, path] of [
			['GET', devicesOf(administrator.id)],
			['DELETE', `${devicesOf(administrator.id)}/${ids.administratorDevice}`],
		] as const) {
			expect(await session(method, path)).toMatchObject({
				status: 403,
				data: { error_code: 1104, error_token: 'Forbidden', message: expect.any(String) },
			});
		}
		expect((await session('GET', devicesOf(ids.foreignUser))).status).toBe(404);
	});

	it('(observer’s application token) has no devices at all: it names no user', async () => {
		const session = await asApplication(simulator, seed.observerApplicationToken);
		expect((await session('GET', devicesOf('my'))).status).toBe(404);
		expect((await session('GET', devicesOf(observer.id))).status).toBe(403);
	});
});
