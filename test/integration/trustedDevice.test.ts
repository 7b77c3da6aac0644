import { seed } from '../../simulator';
import {
	AT_ONCE,
	AN_OBJECT,
	badIds,
	byId,
	byUsername,
	everythingStored,
	failureIn,
	failureOf,
	HIDDEN,
	inputAfter,
	itemsOf,
	onTheWire,
	pair,
	pairedItems,
	refusedValue,
	testFailures,
	times,
	until,
	useEmnify,
	VALUE,
} from './support';

const LIST = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const DELETE = 'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}';
const FIND_USER = 'GET /api/v1/user/{user_id}';

const { administrator, emailMfaUser, observer, trustedDeviceUser, ids } = seed;
const { engine, start } = useEmnify();

const now = new Date('2026-03-01T12:00:00Z');
const getAll = (fields = {}) => pair('trustedDevice', 'getAll', { returnAll: true, ...fields });
const remove = (fields = {}) => pair('trustedDevice', 'delete', fields);
const devicesOf = (simulator: { world: { user(id: number): { trustedDevices: unknown[] } } }) =>
	simulator.world.user(ids.manyDevicesUser).trustedDevices as Array<{ id: number }>;

describe('trustedDevice: getAll', () => {
	test('asks for the devices of the user and gives an item for each, whatever fields it lacks', async () => {
		const { run, calls } = await start({ startsAt: now });
		const result = await run(getAll({ user: byId(String(observer.id)) }));
		expect(result.error).toBeUndefined();
		expect(calls().map(onTheWire)).toEqual([
			{
				method: 'GET',
				path: `/api/v1/user/${observer.id}/mfa/trusted_device`,
				authorization: 'Bearer <JWT>',
				body: undefined,
			},
		]);
		expect(result.json).toEqual([
			{
				id: 11051,
				operating_system: 'Windows 11',
				browser: 'Edge 141',
				activation_date: '2025-12-02T12:00:00Z',
				user_id: observer.id,
			},
			{
				id: ids.expiredDevice,
				operating_system: 'Windows 7',
				browser: 'Internet Explorer 11',
				activation_date: '2025-11-26T12:00:00Z',
				user_id: observer.id,
			},
			{
				id: ids.deviceWithoutBrowser,
				operating_system: 'Android 15',
				activation_date: '2026-01-29T12:00:00Z',
				user_id: observer.id,
			},
		]);
	});

	test('pairs each device with the item of its user, in the order of the items', async () => {
		const { run } = await start();
		const users = [observer.id, ids.userWithoutDevices, administrator.id];
		const result = await run(getAll({ user: byId(VALUE) }), { items: itemsOf(users) });
		expect(pairedItems(result.items)).toEqual([0, 0, 0, 2, 2]);
		expect(result.json.map(({ id }) => id)).toEqual([
			11051,
			ids.expiredDevice,
			ids.deviceWithoutBrowser,
			ids.administratorDevice,
			11012,
		]);
	});

	test('keeps the order of the items where answers come in another', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'stall' }, { endpoint: LIST });
		const users = [administrator.id, observer.id, emailMfaUser.id];
		const result = run(getAll({ user: byId(VALUE) }), { items: itemsOf(users) });
		await until(() => simulator.requests.filter(({ status }) => status === 200).length === 2);
		simulator.faults.release();
		const { items, error } = await result;
		expect(error).toBeUndefined();
		expect(pairedItems(items)).toEqual([0, 0, 1, 1, 1, 2]);
		expect(items.at(-1)?.json.id).toBe(11031);
	});

	test('lists those of “Me”, the user who logs in', async () => {
		const { run, calls } = await start({ user: seed.userWithoutMfa });
		const result = await run(getAll({ user: byId(' my ') }));
		expect(calls().map(({ path }) => path)).toEqual([
			'/api/v1/user/my/mfa/trusted_device',
			'/api/v1/user/my',
		]);
		expect(result.json.map(({ id }) => id)).toEqual([ids.deviceWithoutOperatingSystem]);
	});

	test('returns up to Limit, 50 by default, and all with Return All', async () => {
		const { run, simulator } = await start();
		for (let added = devicesOf(simulator).length; added < 60; added++) {
			simulator.world.addTrustedDevice(ids.manyDevicesUser, { browser: 'Firefox 143' });
		}
		const user = byId(ids.manyDevicesUser);
		const lengthOf = async (fields: object) => (await run(getAll({ user, ...fields }))).json.length;
		expect(await lengthOf({ returnAll: true })).toBe(60);
		expect(await lengthOf({ returnAll: false })).toBe(50);
		expect(await lengthOf({ returnAll: false, limit: 3 })).toBe(3);
		expect(await lengthOf({ returnAll: false, limit: 1000 })).toBe(60);
		expect(await lengthOf({ returnAll: false, limit: '={{ "2" }}' })).toBe(2);
	});

	test('gives nothing, and does not fail, for a user without devices', async () => {
		const { run } = await start();
		const result = await run(getAll({ user: byId(ids.userWithoutDevices) }));
		expect(result.error).toBeUndefined();
		expect(result.json).toEqual([]);
	});

	test('reads at most as many users at once as Max Requests at Once says', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		const { faults } = simulator;
		faults.next({ kind: 'stall' }, { times: 25, endpoint: LIST });
		const options = { maxRequestsAtOnce: 10 };
		const result = run(getAll({ user: byId(ids.manyDevicesUser), options }), { items: times(25) });
		const atOnce: number[] = [];
		for (const arrived of [10, 20, 25]) {
			await until(() => simulator.count(LIST) === arrived);
			// A round trip of its own: whatever else was on its way has arrived by then.
			await fetch(`${simulator.url}/_simulator/clock`);
			atOnce.push(faults.stalled);
			faults.release();
		}
		expect((await result).error).toBeUndefined();
		expect(atOnce).toEqual([10, 10, 5]);
	});

	testFailures(start, engine, {
		parameters: getAll({ user: byId(observer.id) }),
		action: `list the trusted devices of user ${observer.id}`,
		endpoint: LIST,
		answersJson: true,
	});

	test('a list that is not an array is a failure, not an empty list', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		simulator.faults.next({ kind: 'status', status: 200, body: {} }, { endpoint: LIST });
		expect(
			failureOf(await run(getAll({ user: byId(observer.id), options: AT_ONCE }))).message,
		).toMatch(/is not from emnify$/);
	});
});

describe('trustedDevice: delete', () => {
	test('deletes the device of the user and says so', async () => {
		const { run, calls, simulator } = await start();
		const { id, deviceId } = trustedDeviceUser;
		const result = await run(remove({ user: byId(id), deviceId: byId(String(deviceId)) }));
		expect(result.error).toBeUndefined();
		expect(calls().map(onTheWire)).toEqual([
			{
				method: 'DELETE',
				path: `/api/v1/user/${id}/mfa/trusted_device/${deviceId}`,
				authorization: 'Bearer <JWT>',
				body: undefined,
			},
		]);
		expect(result.json).toEqual([{ deleted: true, user_id: id, device_id: deviceId }]);
		expect(simulator.world.user(id).trustedDevices).toEqual([]);
	});

	test('deletes the device of each item, one after the other, and pairs what it says', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		const devices = devicesOf(simulator).map(({ id }) => id);
		simulator.faults.next({ kind: 'stall' }, { times: devices.length, endpoint: DELETE });
		const result = run(remove({ user: byId(ids.manyDevicesUser), deviceId: byId(VALUE) }), {
			items: itemsOf(devices),
		});
		for (const [index, id] of devices.entries()) {
			await simulator.faults.whenStalled();
			await fetch(`${simulator.url}/_simulator/clock`);
			expect(simulator.count(DELETE)).toBe(index + 1);
			expect(simulator.requests.at(-1)?.path).toMatch(new RegExp(`/trusted_device/${id}$`));
			simulator.faults.release();
			await until(() => simulator.faults.stalled === 0);
		}
		const { items, json } = await result;
		expect(json).toEqual(devices.map(() => expect.objectContaining({ deleted: true })));
		expect(pairedItems(items)).toEqual(devices.map((_, index) => index));
		expect(devicesOf(simulator)).toEqual([]);
	});

	testFailures(start, engine, {
		parameters: remove({ user: byId(observer.id), deviceId: byId(11051) }),
		action: `delete trusted device 11051 of user ${observer.id}`,
		endpoint: DELETE,
		answersJson: false,
	});

	test('a device that is gone, or another user’s, says so', async () => {
		const { run } = await start();
		const run404 = await run(remove({ user: byId(observer.id), deviceId: byId(11041) }));
		expect(failureOf(run404)).toMatchObject({
			message: `Could not delete trusted device 11041 of user ${observer.id}: emnify does not find it: “Trusted device not found” (NotFound 1201)`,
			description: expect.stringMatching(/gone already, or belong to another user/),
			httpCode: '404',
		});
	});
});

describe('the user of a trusted device', () => {
	test.each([
		['a number', 105, '105'],
		['text', '105', '105'],
		['text with spaces', ' 105 ', '105'],
		['text with a tab and a line break', '\t105\n', '105'],
	])('may be %s', async (_what, value, inPath) => {
		const { run, calls } = await start();
		const result = await run(getAll({ user: byId(VALUE) }), { items: itemsOf([value]) });
		expect(result.error).toBeUndefined();
		expect(calls().map(({ path }) => path)).toEqual([`/api/v1/user/${inPath}/mfa/trusted_device`]);
	});

	test('may be an expression for the whole field', async () => {
		const { run, calls } = await start();
		await run(getAll({ user: VALUE }), { items: itemsOf([105]) });
		expect(calls().map(({ path }) => path)).toEqual(['/api/v1/user/105/mfa/trusted_device']);
	});

	test('a username is looked up once in a run, however many items', async () => {
		const { run, simulator, calls, logIn } = await start();
		await logIn();
		const result = await run(getAll({ user: byUsername(` ${observer.username} `) }), {
			items: times(30),
		});
		expect(result.error).toBeUndefined();
		expect(simulator.count(FIND_USER)).toBe(1);
		expect(calls()[0]?.path).toBe('/api/v1/user/otis.berg%40acme-fleet.example');
		expect(calls()[1]?.path).toBe(`/api/v1/user/${observer.id}/mfa/trusted_device`);
		expect(result.items).toHaveLength(90);
	});

	test('several usernames are looked up once each', async () => {
		const { run, simulator, logIn } = await start();
		await logIn();
		const usernames = [observer.username, administrator.username];
		const result = await run(getAll({ user: byUsername(VALUE) }), {
			items: itemsOf([...usernames, ...usernames]),
		});
		expect(pairedItems(result.items)).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 3, 3]);
		expect(simulator.count(FIND_USER)).toBe(2);
	});

	test('a username that emnify does not know is told', async () => {
		const { run, simulator } = await start();
		const result = await run(getAll({ user: byUsername('nobody@acme-fleet.example') }));
		expect(failureOf(result)).toMatchObject({
			message:
				'Could not find user nobody@acme-fleet.example: emnify does not find it: “User not found” (NotFound 1201)',
			itemIndex: 0,
		});
		expect(simulator.count(LIST)).toBe(0);
	});

	test('another user is refused to who is no administrator', async () => {
		const { run } = await start({ applicationToken: seed.observerApplicationToken });
		const result = await run(getAll({ user: byId(administrator.id) }));
		expect(failureOf(result)).toMatchObject({
			message: `Could not list the trusted devices of user ${administrator.id}: emnify does not allow it: “The requesting user is not permitted to do this” (Forbidden 1104)`,
			description: expect.stringMatching(
				/^Only administrators.*Use a credential of an administrator/,
			),
			httpCode: '403',
		});
	});
});

describe('bad input is refused before any request, a login included:', () => {
	const fields = [
		{
			field: 'User',
			parameters: getAll({ user: byId(VALUE) }),
			expected: 'a user ID (a whole number above 0, or my)',
		},
		{
			field: 'User',
			parameters: remove({ user: byId(VALUE), deviceId: byId(1) }),
			expected: 'a user ID (a whole number above 0, or my)',
		},
		{
			field: 'Trusted Device',
			parameters: remove({ user: byId(observer.id), deviceId: byId(VALUE) }),
			expected: 'the ID of a trusted device (a whole number above 0)',
		},
	].flatMap((field) =>
		badIds.map((bad) => ({ ...field, ...bad, operation: field.parameters.operation })),
	);

	test.each(fields)('$field of $operation: $what', async (row) => {
		const { run, simulator } = await start();
		const result = await run(row.parameters, { items: itemsOf([row.value]) });
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message: refusedValue(row.field, row.quoted, row.expected),
			description: expect.stringContaining(`Enter ${row.expected}.`),
			itemIndex: 0,
		});
		expect(simulator.requests).toEqual([]);
	});

	test.each(['', 'abc', '@', 'a@b/../c', 'a b@c', 'a@b@c', undefined, null, 12])(
		'a username of %p',
		async (value) => {
			const { run, simulator } = await start();
			const result = await run(getAll({ user: byUsername(VALUE) }), { items: itemsOf([value]) });
			expect(failureOf(result).message).toMatch(/^User (is empty|(“.{1,5}” )?is not a username)/);
			expect(simulator.requests).toEqual([]);
		},
	);

	test.each([
		['', undefined],
		[0, '0'],
		[-3, '-3'],
		[1.5, '1.5'],
		['abc', 'abc'],
		['../../x', HIDDEN],
		[undefined, undefined],
		[null, undefined],
		[{}, AN_OBJECT],
	])('a limit of %p', async (value, quoted) => {
		const { run, simulator } = await start();
		const parameters = getAll({ user: byId(observer.id), returnAll: false, limit: VALUE });
		const result = await run(parameters, { items: itemsOf([value]) });
		expect(failureOf(result).message).toBe(refusedValue('Limit', quoted, 'a whole number above 0'));
		expect(simulator.requests).toEqual([]);
	});

	test.each([
		['', undefined],
		[0, '0'],
		[-3, '-3'],
		['abc', 'abc'],
		[1e9, HIDDEN],
		[undefined, undefined],
		[null, undefined],
		[{}, AN_OBJECT],
	])('a timeout of %p', async (value, quoted) => {
		const { run, simulator } = await start();
		const parameters = getAll({ user: byId(observer.id), options: { timeout: VALUE } });
		const result = await run(parameters, { items: itemsOf([value]) });
		expect(failureOf(result).message).toBe(
			refusedValue('Timeout', quoted, 'a number of seconds above 0, at most 86400'),
		);
		expect(simulator.requests).toEqual([]);
	});

	test('values that are typed in, by n8n itself', async () => {
		const { run, simulator } = await start();
		for (const value of ['0', '-3', '1.5', 'abc', '../../x']) {
			const typed = run(remove({ user: byId(value), deviceId: byId('1') }));
			await expect(typed).rejects.toThrow(/Enter a whole number above 0, or my/);
			const other = run(remove({ user: byId('1'), deviceId: byId(value) }));
			await expect(other).rejects.toThrow(/Enter a whole number above 0/);
		}
		await expect(run(remove({ user: byId('1'), deviceId: byId('') }))).rejects.toThrow(
			/Trusted Device.*is required/,
		);
		expect(simulator.requests).toEqual([]);
	});

	test('one bad item among many good ones', async () => {
		const { run, simulator } = await start();
		const devices = devicesOf(simulator).map(({ id }) => id);
		const parameters = remove({ user: byId(ids.manyDevicesUser), deviceId: byId(VALUE) });
		const result = await run(parameters, { items: itemsOf([...devices, 'abc']) });
		expect(failureOf(result)).toMatchObject({
			message: expect.stringMatching(/^Trusted Device “abc” is not/),
			itemIndex: devices.length,
		});
		expect(simulator.requests).toEqual([]);
	});

	test('a long value is not repeated in full', async () => {
		const { run } = await start();
		const result = await run(getAll({ user: byId(VALUE) }), { items: itemsOf(['x'.repeat(5000)]) });
		expect(failureOf(result).message.length).toBeLessThan(200);
	});
});

describe('Continue On Fail', () => {
	const parameters = remove({ user: byId(ids.manyDevicesUser), deviceId: byId(VALUE) });

	test('an item that fails in the middle of many tells why, and the others are done', async () => {
		const { run, simulator } = await start();
		const devices: unknown[] = devicesOf(simulator).map(({ id }) => id);
		devices.splice(2, 0, 999);
		devices.splice(5, 0, 'abc');
		const result = await run(parameters, {
			items: itemsOf(devices),
			onError: 'continueRegularOutput',
		});
		expect(result.error).toBeUndefined();
		expect(pairedItems(result.items)).toEqual(devices.map((_, index) => index));
		expect(result.json).toEqual(
			devices.map((id) => {
				if (id === 999) return { error: expect.stringMatching(/^Could not delete .* 999 of user/) };
				if (id === 'abc') return { error: expect.stringMatching(/^Trusted Device “abc” is not/) };
				return expect.objectContaining({ deleted: true, device_id: id });
			}),
		);
		expect(failureIn(result.items[2])).toMatchObject({
			description: expect.stringMatching(/gone already/),
			itemIndex: 2,
		});
		expect(failureIn(result.items[5])).toMatchObject({ itemIndex: 5 });
		expect(devicesOf(simulator)).toEqual([]);
	});

	test('with the error output the failed items go there, paired with what came in', async () => {
		const { run, simulator } = await start();
		const [first, second] = devicesOf(simulator).map(({ id }) => id);
		const result = await run(parameters, {
			items: itemsOf([first, 999, second, 'abc']),
			onError: 'continueErrorOutput',
		});
		expect(result.error).toBeUndefined();
		expect(result.json).toEqual([
			expect.objectContaining({ deleted: true }),
			expect.objectContaining({ deleted: true }),
		]);
		expect(pairedItems(result.items)).toEqual([0, 2]);
		expect(result.errorItems.map(({ json }) => json)).toEqual([
			{ error: expect.stringMatching(/^Could not delete .* 999 of user/) },
			{ error: expect.stringMatching(/^Trusted Device “abc” is not/) },
		]);
		expect(pairedItems(result.errorItems)).toEqual([1, 3]);
	});

	test('a read that fails leaves the other items their devices', async () => {
		const { run } = await start();
		const result = await run(getAll({ user: byId(VALUE) }), {
			items: itemsOf([administrator.id, ids.foreignUser, '../../x', observer.id]),
			onError: 'continueRegularOutput',
		});
		expect(pairedItems(result.items)).toEqual([0, 0, 1, 2, 3, 3, 3]);
		expect(result.json[2]).toEqual({ error: expect.stringMatching(/emnify does not find it/) });
		expect(result.json[3]).toEqual({ error: expect.stringMatching(/^User is not/) });
	});

	test.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'what concerns all items is told by each, and no input passes for output: %s',
		async (onError) => {
			const { run, simulator } = await start();
			const result = await run(getAll({ user: byId(observer.id), options: { timeout: -1 } }), {
				items: itemsOf([1, 2]),
				onError,
			});
			const told = onError === 'continueErrorOutput' ? result.errorItems : result.items;
			expect(told.map(({ json }) => json.error)).toEqual([
				expect.stringMatching(/^Timeout “-1” is not/),
				expect.stringMatching(/^Timeout “-1” is not/),
			]);
			expect([...result.items, ...result.errorItems]).toHaveLength(2);
			expect(simulator.requests).toEqual([]);
		},
	);

	test('a failure carries no secret', async () => {
		const { run, simulator, credential } = await start();
		simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: DELETE });
		const result = await run(parameters, {
			items: itemsOf(
				devicesOf(simulator)
					.slice(0, 1)
					.map(({ id }) => id),
			),
			onError: 'continueRegularOutput',
		});
		const token = String(engine().storedCredential(credential).sessionToken);
		expect(failureIn(result.items[0]).message).toMatch(/HTTP 500/);
		expect(everythingStored(result)).not.toContain(token);
		expect(everythingStored(result)).not.toContain(seed.applicationToken);
	});
});

describe('without Continue On Fail', () => {
	test('a failure tells its item and how much was done before, and nothing goes out after it', async () => {
		const { run, simulator } = await start();
		const devices: unknown[] = devicesOf(simulator).map(({ id }) => id);
		devices.splice(2, 0, 999);
		const parameters = remove({ user: byId(ids.manyDevicesUser), deviceId: byId(VALUE) });
		const result = await run(parameters, { items: itemsOf(devices) });
		expect(failureOf(result)).toMatchObject({
			itemIndex: 2,
			description: expect.stringContaining(`2 of ${devices.length} items were done before this.`),
		});
		expect(simulator.count(DELETE)).toBe(3);
	});
});

describe('Retry On Fail', () => {
	const parameters = remove({ user: byId(ids.manyDevicesUser), deviceId: byId(VALUE) });

	test('does not repeat the deletes that succeeded', async () => {
		const { run, simulator } = await start();
		const five = devicesOf(simulator)
			.slice(0, 5)
			.map(({ id }) => id);
		const { faults } = simulator;
		faults.next({ kind: 'stall', ms: 0 }, { times: 2, endpoint: DELETE });
		faults.next({ kind: 'status', status: 500 }, { endpoint: DELETE });
		const result = await run(parameters, { items: itemsOf(five), retryOnFail: true });
		expect(result.error).toBeUndefined();
		expect(result.json).toEqual(five.map(() => expect.objectContaining({ deleted: true })));
		expect(pairedItems(result.items)).toEqual([0, 1, 2, 3, 4]);
		const [first, second, third, fourth, fifth] = five;
		const deletes = simulator.requests.filter(({ endpoint }) => endpoint === DELETE);
		expect(deletes.map(({ path }) => Number(path.split('/').at(-1)))).toEqual([
			first,
			second,
			third,
			third,
			fourth,
			fifth,
		]);
	});

	test('nor with Continue On Fail, where n8n retries when the first item failed', async () => {
		const { run, simulator } = await start();
		const five = devicesOf(simulator)
			.slice(0, 5)
			.map(({ id }) => id);
		simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: DELETE });
		const result = await run(parameters, {
			items: itemsOf(five),
			retryOnFail: true,
			onError: 'continueRegularOutput',
		});
		expect(result.json).toEqual(five.map(() => expect.objectContaining({ deleted: true })));
		expect(simulator.count(DELETE)).toBe(6);
	});

	test('but a new execution does them anew', async () => {
		const { run, simulator } = await start();
		const [device] = devicesOf(simulator).map(({ id }) => id);
		const options = { items: itemsOf([device]), retryOnFail: true };
		expect((await run(parameters, options)).json).toEqual([
			expect.objectContaining({ deleted: true }),
		]);
		expect(failureOf(await run(parameters, options)).message).toMatch(/does not find it/);
	});
});

test('expressions are evaluated for each item, and the items that came in stay as they were', async () => {
	const { run, simulator } = await start();
	const items = [
		{ user: administrator.id, device: 11012, nested: { kept: [1, 2] } },
		{ user: observer.id, device: 11051, nested: { kept: [] } },
	];
	const result = await run(
		remove({ user: byId('={{ $json.user }}'), deviceId: byId('={{ $json.device }}') }),
		{ items },
	);
	expect(result.error).toBeUndefined();
	expect(simulator.requests.slice(-2).map(({ path }) => path)).toEqual([
		`/api/v1/user/${administrator.id}/mfa/trusted_device/11012`,
		`/api/v1/user/${observer.id}/mfa/trusted_device/11051`,
	]);
	expect(inputAfter(result)).toEqual(items);
});
