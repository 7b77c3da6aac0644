import { seed, sha1, totp } from '../../simulator';
import {
	AN_OBJECT,
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
	someBadIds,
	testAdvice,
	times,
	useEmnify,
	VALUE,
	type Bench,
} from './support';

const CREATE = 'POST /api/v1/user/mfa';
const ACTIVATE = 'PATCH /api/v1/user/mfa/{key_id}';
const DELETE = 'DELETE /api/v1/user/{user_id}/mfa/{key_id}';
const STATUSES = 'GET /api/v1/user/mfa/status';
const TYPES = 'GET /api/v1/user/mfa/type';
const FIND_USER = 'GET /api/v1/user/{user_id}';

const { administrator, totpUser, trustedDeviceUser, userWithoutMfa, rawPasswordUser, ids } = seed;
const { start } = useEmnify();

const now = new Date('2026-03-01T12:00:00Z');
const password = userWithoutMfa.password;
const create = (fields = {}) => pair('mfaKey', 'create', { mfaKeyType: 0, password, ...fields });
const activate = (fields = {}) => pair('mfaKey', 'activate', fields);
const remove = (fields = {}) => pair('mfaKey', 'delete', fields);
const user = { username: userWithoutMfa.username, password };
const asUser = async (options = {}) => await start({ user, ...options });

/** A key of the credential's user that waits for its activation. */
const pendingKey = ({ simulator }: Bench, secret = 'FAKEPENDINGSECRETAAAAAAAAAAAAAAA') =>
	simulator.world.addMfaKey(userWithoutMfa.id, { secret, pending: true });

const codeOf = ({ simulator }: Bench, secret: string) =>
	totp(secret, '').generate({ timestamp: simulator.clock.now().getTime() });

describe('mfaKey: create', () => {
	test('sends the type and the hashed password, and gives the whole key', async () => {
		const { run, calls } = await asUser({ startsAt: now });
		const result = await run(create());
		expect(result.error).toBeUndefined();
		expect(calls().map(onTheWire)).toEqual([
			{
				method: 'POST',
				path: '/api/v1/user/mfa',
				authorization: 'Bearer <JWT>',
				body: { type: { id: 0 }, password: userWithoutMfa.passwordHash },
			},
		]);
		expect(result.json).toEqual([
			{
				id: expect.any(Number),
				status: { id: 0, description: 'Activation Pending' },
				type: { id: 0, description: 'Time-Based One-Time Password' },
				secret_key: expect.stringMatching(/^[A-Z2-7]{32}$/),
				otpauth: expect.stringMatching(/^otpauth:\/\/totp\/.*secret=/),
				creation_date: expect.stringMatching(/^2026-03-01T12:00:\d\dZ$/),
			},
		]);
		expect(pairedItems(result.items)).toEqual([0]);
	});

	test('sends a password as typed where the format says so', async () => {
		const { username, password: typed } = rawPasswordUser;
		const { run, calls } = await start({
			user: { username, password: typed, passwordFormat: 'sha1' },
		});
		const result = await run(create({ password: typed, passwordFormat: 'sha1' }));
		expect(result.error).toBeUndefined();
		expect(calls()[0]?.body).toEqual({ type: { id: 0 }, password: typed });
	});

	test.each([
		['a number', 0],
		['text', '0'],
		['text with spaces', ' 0 '],
	])('takes the type as %s', async (_what, value) => {
		const { run, calls } = await asUser();
		const result = await run(create({ mfaKeyType: VALUE }), { items: itemsOf([value]) });
		expect(result.error).toBeUndefined();
		expect(calls()[0]?.body).toMatchObject({ type: { id: 0 } });
	});

	test('a second key of the type says to activate or delete the first', async () => {
		const { run, simulator } = await asUser();
		const result = await run(create(), { items: times(2) });
		expect(failureOf(result)).toMatchObject({
			message:
				'Could not create the MFA key: it conflicts with what is already there: “The user has an MFA key of this type” (NotAllowed 1406)',
			description: expect.stringMatching(
				/already has an MFA key of this type.*Activate.*delete.*1 of 2 items were done before this/,
			),
			httpCode: '409',
			itemIndex: 1,
		});
		expect(simulator.count(CREATE)).toBe(2);
	});

	test('a wrong password says which one is wanted, and does not repeat it', async () => {
		const { run } = await asUser();
		const result = await run(create({ password: '={{ "fake-wrong" + "-password" }}' }));
		expect(failureOf(result)).toMatchObject({
			message:
				'Could not create the MFA key: emnify does not accept a value: “Input validation failed” (InputValidationFailed 1400), “password is not the password of the user” (InvalidFormat 1403)',
			description: expect.stringMatching(/Check the password.*credential’s own user/),
			httpCode: '422',
		});
		expect(everythingStored(result)).not.toContain('fake-wrong-password');
		expect(everythingStored(result)).not.toContain(sha1('fake-wrong-password'));
	});

	test('a password that emnify repeats is taken out of its words', async () => {
		const { run, simulator, logIn } = await asUser();
		await logIn();
		const body = { message: `${userWithoutMfa.passwordHash} is wrong` };
		simulator.faults.next({ kind: 'status', status: 422, body }, { endpoint: CREATE });
		const result = await run(
			create({ password: `={{ "${password.slice(0, 3)}" + $json.rest }}` }),
			{
				items: [{ rest: password.slice(3) }],
			},
		);
		expect(failureOf(result).message).toMatch(/“\*\*\* is wrong”$/);
		expect(everythingStored(result)).not.toContain(userWithoutMfa.passwordHash);
	});

	testAdvice(start, {
		parameters: create(),
		action: 'create the MFA key',
		as: { user },
		endpoint: CREATE,
	});

	test.each(['', '   ', undefined, null, {}, 1.5, true])(
		'a password of %p is refused before any request',
		async (value) => {
			const { run, simulator } = await asUser();
			const result = await run(create({ password: VALUE }), { items: itemsOf([value]) });
			expect(failureOf(result)).toMatchObject({
				name: 'NodeOperationError',
				message: expect.stringMatching(/^Password is (empty|not a text)$/),
				description: expect.stringMatching(/^Fill in Password|Give it as text/),
				itemIndex: 0,
			});
			expect(simulator.requests).toEqual([]);
		},
	);

	test.each([
		['', undefined],
		[-3, '-3'],
		[1.5, '1.5'],
		['abc', 'abc'],
		['../../x', HIDDEN],
		[undefined, undefined],
		[null, undefined],
		[{}, AN_OBJECT],
		[true, 'true'],
	])('a type of %p is refused before any request', async (value, quoted) => {
		const { run, simulator } = await asUser();
		const result = await run(create({ mfaKeyType: VALUE }), { items: itemsOf([value]) });
		const expected = 'the ID of a type of MFA key (a whole number)';
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message: refusedValue('Type', quoted, expected),
			description: expect.stringContaining(`Enter ${expected}.`),
		});
		expect(simulator.requests).toEqual([]);
	});
});

describe('mfaKey: activate', () => {
	test('sends status 1, and the code as text at the top level', async () => {
		const bench = await asUser();
		const key = pendingKey(bench);
		const code = codeOf(bench, key.secret);
		const result = await bench.run(activate({ keyId: byId(key.id), code }));
		expect(result.error).toBeUndefined();
		expect(bench.calls().map(onTheWire)).toEqual([
			{
				method: 'PATCH',
				path: `/api/v1/user/mfa/${key.id}`,
				authorization: 'Bearer <JWT>',
				body: { status: { id: 1 }, code },
			},
		]);
		expect(result.json).toEqual([{ success: true, key_id: key.id }]);
		expect(pairedItems(result.items)).toEqual([0]);
		expect(key.statusId).toBe(1);
	});

	test.each([
		['text with a leading zero', '012345', '012345'],
		['a number that lost its leading zero', 12345, '012345'],
		['a number that lost all but one digit', 7, '000007'],
		['zero', 0, '000000'],
		['six digits as a number', 123456, '123456'],
		['text with a space in the middle, as apps show it', '012 345', '012345'],
		['text with spaces around it', ' 012345\n', '012345'],
	])('takes the code as %s', async (_what, value, sent) => {
		const bench = await asUser();
		const result = await bench.run(activate({ keyId: byId(1), code: VALUE }), {
			items: itemsOf([value]),
		});
		expect(failureOf(result).message).toMatch(/does not find it/);
		expect(bench.calls()[0]?.body).toEqual({ status: { id: 1 }, code: sent });
	});

	test.each(['the secret', 'the otpauth address', 'the secret in groups of lower case'])(
		'computes the code from %s that creating the key gave',
		async (form) => {
			const bench = await asUser({ startsAt: now });
			const [key] = (await bench.run(create())).json as Array<{
				id: number;
				secret_key: string;
				otpauth: string;
			}>;
			if (!key) throw new RangeError('No key was created');
			const secretKey = {
				'the secret': key.secret_key,
				'the otpauth address': key.otpauth,
				'the secret in groups of lower case': key.secret_key
					.toLowerCase()
					.replaceAll(/(.{4})/g, '$1 '),
			}[form];
			const result = await bench.run(
				activate({ keyId: byId('={{ $json.id }}'), codeSource: 'secretKey', secretKey: VALUE }),
				{ items: [{ id: key.id, value: secretKey ?? '' }] },
			);
			expect(result.error).toBeUndefined();
			expect(result.json).toEqual([expect.objectContaining({ success: true })]);
			expect(bench.simulator.requests.at(-1)?.body).toEqual({
				status: { id: 1 },
				code: totp(key.secret_key, '').generate({ timestamp: now.getTime() }),
			});
		},
	);

	test('computes the code by emnify’s clock, not by n8n’s', async () => {
		const bench = await asUser({ startsAt: new Date('2031-05-05T05:05:00Z') });
		const key = pendingKey(bench, 'FAKEPENDINGSECRETOFTHEFUTUREAAAA');
		const result = await bench.run(
			activate({ keyId: byId(key.id), codeSource: 'secretKey', secretKey: key.secret }),
		);
		expect(result.error).toBeUndefined();
		expect(key.statusId).toBe(1);
	});

	test('a wrong or expired code says to use the one that is shown now', async () => {
		const bench = await asUser();
		const key = pendingKey(bench);
		const expired = totp(key.secret, '').generate({
			timestamp: bench.simulator.clock.now().getTime() - 600_000,
		});
		const result = await bench.run(activate({ keyId: byId(key.id), code: expired }));
		expect(failureOf(result)).toMatchObject({
			message: `Could not activate MFA key ${key.id}: emnify does not accept a value: “Input validation failed” (InputValidationFailed 1400), “code is wrong or expired” (InvalidFormat 1403)`,
			description: expect.stringMatching(/code is wrong or has expired.*shows now.*clock/),
			httpCode: '422',
		});
		expect(key.statusId).toBe(0);
	});

	test('a key that is active already says that nothing is left to do', async () => {
		const bench = await asUser();
		await bench.logIn();
		const key = bench.simulator.world.addMfaKey(userWithoutMfa.id, { secret: 'FAKESECRET' });
		const result = await bench.run(activate({ keyId: byId(key.id), code: '123456' }));
		expect(failureOf(result)).toMatchObject({
			message: `Could not activate MFA key ${key.id}: it conflicts with what is already there: “The MFA key is active already” (NotAllowed 1406)`,
			description: expect.stringMatching(/active already: nothing is left to do/),
			httpCode: '409',
		});
	});

	test('another user’s key says that only one’s own can be activated', async () => {
		const { run } = await asUser();
		const result = await run(activate({ keyId: byId(ids.pendingKey), code: '123456' }));
		expect(failureOf(result)).toMatchObject({
			message: `Could not activate MFA key ${ids.pendingKey}: emnify does not find it: “MFA key not found” (NotFound 1201)`,
			description: expect.stringMatching(/^Only the keys of the user who logs in can be activated/),
		});
	});

	testAdvice(start, {
		parameters: activate({ keyId: byId(4711), code: '123456' }),
		action: 'activate MFA key 4711',
		as: { user },
		endpoint: ACTIVATE,
	});

	test.each(['', 'abc', 'abcdef', '12345', '1234567', '../../x', -3, 1.5, 1234567])(
		'a code of %p is refused before any request',
		async (value) => {
			const { run, simulator } = await asUser();
			const result = await run(activate({ keyId: byId(1), code: VALUE }), {
				items: itemsOf([value]),
			});
			expect(failureOf(result)).toMatchObject({
				name: 'NodeOperationError',
				message: value === '' ? 'Code is empty' : 'Code does not look like a code of emnify',
				description: 'Enter the 6 digits that the authenticator app shows.',
				itemIndex: 0,
			});
			expect(simulator.requests).toEqual([]);
		},
	);

	test.each(['={{ undefined }}', '={{ null }}', '={{ {} }}', '={{ 0 / 0 }}', '={{ 1 / 0 }}'])(
		'a code that is the expression %s is refused before any request',
		async (code) => {
			const { run, simulator } = await asUser();
			const result = await run(activate({ keyId: byId(1), code }));
			expect(failureOf(result).message).toMatch(/^Code (is empty|does not look like)/);
			expect(simulator.requests).toEqual([]);
		},
	);

	test.each(['', 'not Base32!', 'otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP', undefined, {}])(
		'a secret key of %p is refused before any request, and not repeated',
		async (value) => {
			const { run, simulator } = await asUser();
			const result = await run(
				activate({ keyId: byId(1), codeSource: 'secretKey', secretKey: VALUE }),
				{ items: itemsOf([value]) },
			);
			const { message, description } = failureOf(result);
			expect(message).toMatch(
				/^(Secret Key is (empty|not a text)|The TOTP secret could not be read)$/,
			);
			if (typeof value === 'string' && value !== '') {
				expect(`${message} ${description}`).not.toContain(value);
			}
			expect(simulator.requests).toEqual([]);
		},
	);
});

describe('mfaKey: delete', () => {
	test('deletes the key of the user and says so', async () => {
		const { run, calls, simulator } = await start();
		const { id, keyId } = totpUser;
		const result = await run(remove({ user: byId(id), keyId: byId(String(keyId)) }));
		expect(result.error).toBeUndefined();
		expect(calls().map(onTheWire)).toEqual([
			{
				method: 'DELETE',
				path: `/api/v1/user/${id}/mfa/${keyId}`,
				authorization: 'Bearer <JWT>',
				body: undefined,
			},
		]);
		expect(result.json).toEqual([{ deleted: true, user_id: id, key_id: keyId }]);
		expect(simulator.world.user(id).mfaKeys).toEqual([]);
	});

	test('one’s own key by “Me”', async () => {
		const { run, calls } = await start({ user: administrator });
		const result = await run(remove({ user: byId('my'), keyId: byId(administrator.keyId) }));
		expect(result.error).toBeUndefined();
		expect(calls()[0]?.path).toBe(`/api/v1/user/my/mfa/${administrator.keyId}`);
	});

	test('by usernames, each looked up once, pairs what it says and keeps the input', async () => {
		const { run, simulator, calls } = await start();
		const items = [
			{ user: totpUser.username, key: totpUser.keyId },
			{ user: trustedDeviceUser.username, key: ` ${trustedDeviceUser.keyId} ` },
			{ user: totpUser.username, key: totpUser.keyId },
		];
		const result = await run(
			remove({ user: byUsername('={{ $json.user }}'), keyId: byId('={{ $json.key }}') }),
			{ items, onError: 'continueRegularOutput' },
		);
		expect(result.json).toEqual([
			expect.objectContaining({ deleted: true }),
			expect.objectContaining({ deleted: true }),
			{ error: expect.stringMatching(/emnify does not find it: “MFA key not found”/) },
		]);
		expect(failureIn(result.items[2])).toMatchObject({
			message: `Could not delete MFA key ${totpUser.keyId} of user ${totpUser.username}: emnify does not find it: “MFA key not found” (NotFound 1201)`,
			description: expect.stringMatching(/gone already, or belong to another user/),
			itemIndex: 2,
		});
		expect(pairedItems(result.items)).toEqual([0, 1, 2]);
		expect(simulator.count(FIND_USER)).toBe(2);
		const last = calls().at(-1);
		expect(last?.path).toBe(`/api/v1/user/${totpUser.id}/mfa/${totpUser.keyId}`);
		expect(inputAfter(result)).toEqual(items);
	});

	test('another user’s key is refused to who is no administrator', async () => {
		const { run } = await start({ applicationToken: seed.observerApplicationToken });
		const result = await run(remove({ user: byId(totpUser.id), keyId: byId(totpUser.keyId) }));
		expect(failureOf(result)).toMatchObject({
			message: expect.stringMatching(/emnify does not allow it: .* \(Forbidden 1104\)$/),
			description: expect.stringMatching(/Only administrators/),
		});
	});

	testAdvice(start, {
		parameters: remove({ user: byId(totpUser.id), keyId: byId(totpUser.keyId) }),
		action: `delete MFA key ${totpUser.keyId} of user ${totpUser.id}`,
		endpoint: DELETE,
	});

	test.each(
		someBadIds.flatMap((bad) => [
			{
				...bad,
				field: 'keyId',
				label: 'MFA Key',
				expected: 'the ID of an MFA key (a whole number above 0)',
			},
			{
				...bad,
				field: 'user',
				label: 'User',
				expected: 'a user ID (a whole number above 0, or my)',
			},
		]),
	)('a $field of $what is refused before any request', async (row) => {
		const { run, simulator } = await start();
		const fields = { user: byId(1), keyId: byId(1), [row.field]: byId(VALUE) };
		const result = await run(remove(fields), { items: itemsOf([row.value]) });
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message: refusedValue(row.label, row.quoted, row.expected),
			description: expect.stringContaining(`Enter ${row.expected}.`),
			itemIndex: 0,
		});
		expect(simulator.requests).toEqual([]);
	});

	test('Retry On Fail does not repeat the deletes that succeeded', async () => {
		const { run, simulator } = await start();
		const keys = Array.from(
			{ length: 5 },
			() => simulator.world.addMfaKey(ids.userWithoutDevices, { secret: 'FAKESECRET' }).id,
		);
		simulator.faults.next({ kind: 'stall', ms: 0 }, { times: 2, endpoint: DELETE });
		simulator.faults.next({ kind: 'status', status: 500 }, { endpoint: DELETE });
		const result = await run(remove({ user: byId(ids.userWithoutDevices), keyId: byId(VALUE) }), {
			items: itemsOf(keys),
			retryOnFail: true,
		});
		expect(result.json).toEqual(keys.map(() => expect.objectContaining({ deleted: true })));
		const deleted = simulator.requests.flatMap(({ endpoint, path }) =>
			endpoint === DELETE ? Number(path.split('/').at(-1)) : [],
		);
		expect(deleted).toEqual([keys[0], keys[1], keys[2], keys[2], keys[3], keys[4]]);
	});
});

describe.each([
	{
		operation: 'getStatuses',
		endpoint: STATUSES,
		path: '/api/v1/user/mfa/status',
		action: 'list the statuses of MFA keys',
		output: [
			{ id: 0, description: 'Activation Pending' },
			{ id: 1, description: 'Active' },
		],
	},
	{
		operation: 'getTypes',
		endpoint: TYPES,
		path: '/api/v1/user/mfa/type',
		action: 'list the types of MFA keys',
		output: [{ id: 0, description: 'Time-Based One-Time Password' }],
	},
])('mfaKey: $operation', ({ operation, endpoint, path, action, output }) => {
	test('gives an item for each, paired with the item that asked', async () => {
		const { run, calls } = await start();
		const result = await run(pair('mfaKey', operation), { items: times(2) });
		expect(result.error).toBeUndefined();
		expect(calls().map(onTheWire)).toEqual(
			Array(2).fill({ method: 'GET', path, authorization: 'Bearer <JWT>', body: undefined }),
		);
		expect(result.json).toEqual([...output, ...output]);
		expect(pairedItems(result.items)).toEqual([0, 1].flatMap((item) => output.map(() => item)));
	});

	testAdvice(start, {
		parameters: pair('mfaKey', operation),
		action,
		endpoint,
	});
});
