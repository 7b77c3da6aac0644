import jwt from 'jsonwebtoken';
import type { Simulator } from './index';
import { seed, sha1, startSimulator } from './index';
import { asApplication, authenticate, codeOf, repeat, send, start, withToken } from './testClient';

const { administrator, emailMfaUser, totpUser, trustedDeviceUser, userWithoutMfa } = seed;
const device = { fingerprint: 'laptop', operating_system: 'Plan 9', browser: 'Mothra', name: 'L' };
const emptyUnauthorized = { status: 401, data: '' };
const tooManyRequests = { status: 401, data: { error_code: 1105, error_token: 'TooManyRequests' } };

let simulator: Simulator;

beforeEach(async () => {
	simulator = await startSimulator({ startsAt: start });
});

afterEach(async () => await simulator.stop());

const login = async (user: { username: string; passwordHash: string }, fingerprint?: string) =>
	await authenticate(simulator, {
		username: user.username,
		password: user.passwordHash,
		...(fingerprint !== undefined && { fingerprint }),
	});

const works = async (token: string) =>
	(await withToken(simulator, token)('GET', '/user/mfa/type')).status === 200;

describe('an application token', () => {
	it('gives an auth_token and never a refresh token', async () => {
		const { status, data } = await authenticate(simulator, {
			application_token: seed.applicationToken,
		});
		expect(status).toBe(200);
		expect(Object.keys(data)).toEqual(['auth_token']);
		expect(await works(data.auth_token)).toBe(true);
	});

	it.each([
		['unknown', 'fake-application-token-of-nobody'],
		['revoked', seed.revokedApplicationToken],
		['expired', seed.expiredApplicationToken],
	])('that is %s gives 401 with an empty body', async (_, token) => {
		expect(await authenticate(simulator, { application_token: token })).toMatchObject(
			emptyUnauthorized,
		);
	});

	it('that is bound to another address gives 403 that says so', async () => {
		expect(
			await authenticate(simulator, { application_token: seed.ipBoundApplicationToken }),
		).toMatchObject({
			status: 403,
			data: { error_code: 1104, message: expect.stringContaining('127.0.0.1') },
		});
	});

	it('expires when the clock reaches its expiry date', async () => {
		simulator.world.findApplicationToken(seed.applicationToken)!.expiryDate = new Date(
			start.getTime() + 3_600_000,
		);
		await asApplication(simulator);
		simulator.clock.advance({ hours: 1 });
		expect(
			await authenticate(simulator, { application_token: seed.applicationToken }),
		).toMatchObject(emptyUnauthorized);
	});
});

describe('user credentials', () => {
	it('of a trial account give tokens without MFA', async () => {
		const { status, data } = await login(userWithoutMfa);
		expect(status).toBe(200);
		expect(Object.keys(data).sort()).toEqual(['auth_token', 'refresh_token']);
	});

	it.each([
		['TOTP', totpUser],
		['e-mailed codes', emailMfaUser],
	])('with MFA by %s give an mfa_token only, which authorises nothing', async (_, user) => {
		const { status, data } = await login(user);
		expect(status).toBe(200);
		expect(Object.keys(data)).toEqual(['mfa_token']);
		expect(await works(data.mfa_token)).toBe(false);
	});

	it('are compared as opaque strings, in whatever form they are kept', async () => {
		const { username, password } = seed.rawPasswordUser;
		expect((await authenticate(simulator, { username, password })).status).toBe(200);
		expect(await authenticate(simulator, { username, password: sha1(password) })).toMatchObject(
			emptyUnauthorized,
		);
		expect(
			await authenticate(simulator, {
				username: userWithoutMfa.username,
				password: userWithoutMfa.password,
			}),
		).toMatchObject(emptyUnauthorized);
	});

	it('of a suspended or unknown user give 401 with an empty body', async () => {
		expect(await login(seed.suspendedUser)).toMatchObject(emptyUnauthorized);
		expect(await login({ username: 'nobody', passwordHash: 'x' })).toMatchObject(emptyUnauthorized);
	});
});

describe('a trusted device', () => {
	it('skips MFA', async () => {
		const { data } = await login(trustedDeviceUser, seed.trustedFingerprint);
		expect(Object.keys(data).sort()).toEqual(['auth_token', 'refresh_token']);
	});

	it('skips nothing for another user or under another fingerprint', async () => {
		expect((await login(totpUser, seed.trustedFingerprint)).data).toHaveProperty('mfa_token');
		expect((await login(trustedDeviceUser, 'other')).data).toHaveProperty('mfa_token');
	});

	it('is no longer trusted once it is deleted', async () => {
		const call = await asApplication(simulator);
		const { id, deviceId } = trustedDeviceUser;
		await call('DELETE', `/user/${id}/mfa/trusted_device/${deviceId}`);
		expect((await login(trustedDeviceUser, seed.trustedFingerprint)).data).toHaveProperty(
			'mfa_token',
		);
	});

	it('is trusted for 90 days from its activation and listed after them', async () => {
		const { data: first } = await login(totpUser);
		await authenticate(simulator, {
			mfa_token: first.mfa_token,
			code: codeOf(simulator, totpUser.totpSecret),
			trusted_device: device,
		});
		simulator.clock.advance({ days: 89, hours: 23 });
		expect((await login(totpUser, 'laptop')).data).toHaveProperty('auth_token');
		simulator.clock.advance({ hours: 1 });
		expect((await login(totpUser, 'laptop')).data).toHaveProperty('mfa_token');
		const call = await asApplication(simulator);
		expect((await call('GET', `/user/${totpUser.id}/mfa/trusted_device`)).data).toEqual([
			{
				id: expect.any(Number),
				operating_system: 'Plan 9',
				browser: 'Mothra',
				activation_date: expect.stringMatching(/^2026-03-01T12:00:\d\dZ$/),
			},
		]);
	});

	it('that is trusted again keeps its place and gets a new activation', async () => {
		simulator.clock.advance({ days: 100 });
		const { data } = await login(trustedDeviceUser, seed.trustedFingerprint);
		await authenticate(simulator, {
			mfa_token: data.mfa_token,
			code: codeOf(simulator, trustedDeviceUser.totpSecret),
			trusted_device: { ...device, fingerprint: seed.trustedFingerprint },
		});
		expect(simulator.world.user(trustedDeviceUser.id).trustedDevices).toMatchObject([
			{ id: trustedDeviceUser.deviceId, browser: 'Mothra' },
		]);
		expect((await login(trustedDeviceUser, seed.trustedFingerprint)).data).toHaveProperty(
			'auth_token',
		);
	});
});

describe('a code', () => {
	const finish = async (mfaToken: string, code: string) =>
		await authenticate(simulator, { mfa_token: mfaToken, code });

	it.each([
		['of the current step', 0, 200],
		['of the step before', -30, 200],
		['of two steps before', -60, 401],
		['of the next step', 30, 401],
	])('by TOTP %s is answered as RFC 6238 says', async (_, offset, status) => {
		const { data } = await login(totpUser);
		const code = codeOf(simulator, totpUser.totpSecret, offset);
		expect((await finish(data.mfa_token, code)).status).toBe(status);
	});

	it('by TOTP works once, and no older one after it', async () => {
		const code = codeOf(simulator, totpUser.totpSecret);
		const older = codeOf(simulator, totpUser.totpSecret, -30);
		const { data: first } = await login(totpUser);
		expect((await finish(first.mfa_token, code)).status).toBe(200);
		const { data: second } = await login(totpUser);
		expect(await finish(second.mfa_token, code)).toMatchObject(emptyUnauthorized);
		expect(await finish(second.mfa_token, older)).toMatchObject(emptyUnauthorized);
		simulator.clock.advance({ seconds: 30 });
		const next = codeOf(simulator, totpUser.totpSecret);
		expect((await finish(second.mfa_token, next)).status).toBe(200);
	});

	it('by e-mail has 6 characters with letters and works once, for 20 minutes', async () => {
		const emailed = () => simulator.world.user(emailMfaUser.id).emailedCode?.code ?? '';
		const { data: first } = await login(emailMfaUser);
		expect(emailed()).toMatch(/^(?=.*[A-Z])[A-Z0-9]{6}$/);
		const used = emailed();
		expect((await finish(first.mfa_token, used)).status).toBe(200);
		const { data: second } = await login(emailMfaUser);
		expect((await finish(second.mfa_token, used)).status).toBe(401);
		simulator.clock.advance({ minutes: 19 });
		expect((await finish(second.mfa_token, emailed())).status).toBe(200);

		simulator.limits.mfaTokenMinutes = 60;
		const { data: third } = await login(emailMfaUser);
		simulator.clock.advance({ minutes: 20 });
		expect((await finish(third.mfa_token, emailed())).status).toBe(401);
	});

	it('needs an mfa_token that is honoured: not used, not expired, not an auth_token', async () => {
		const { data } = await login(totpUser);
		const done = await finish(data.mfa_token, codeOf(simulator, totpUser.totpSecret));
		simulator.clock.advance({ minutes: 1 });
		const code = codeOf(simulator, totpUser.totpSecret);
		expect(await finish(data.mfa_token, code)).toMatchObject(emptyUnauthorized);
		expect(await finish(done.data.auth_token, code)).toMatchObject(emptyUnauthorized);
		expect(await finish('garbage', code)).toMatchObject(emptyUnauthorized);
		const { data: late } = await login(totpUser);
		simulator.clock.advance({ minutes: 20 });
		expect(await finish(late.mfa_token, codeOf(simulator, totpUser.totpSecret))).toMatchObject(
			emptyUnauthorized,
		);
	});
});

describe('the lockout', () => {
	const wrong = async () => await login({ ...userWithoutMfa, passwordHash: 'wrong' });

	it('comes after three failed attempts, holds for five minutes and says so in the 401', async () => {
		for (const answer of await repeat(3, wrong)) expect(answer).toMatchObject(emptyUnauthorized);
		expect(await login(userWithoutMfa)).toMatchObject(tooManyRequests);
		simulator.clock.advance({ minutes: 4 });
		expect(await wrong()).toMatchObject(tooManyRequests);
		simulator.clock.advance({ minutes: 1 });
		expect((await login(userWithoutMfa)).status).toBe(200);
	});

	it('needs three failures in a row: a login in between starts the count anew', async () => {
		await wrong();
		await wrong();
		await login(userWithoutMfa);
		await wrong();
		await wrong();
		expect((await login(userWithoutMfa)).status).toBe(200);
	});

	it('counts wrong codes too, and a right password alone does not reset the count', async () => {
		await repeat(3, async () => {
			const { data } = await login(administrator);
			return await authenticate(simulator, { mfa_token: data.mfa_token, code: '0' });
		});
		expect(await login(administrator)).toMatchObject(tooManyRequests);
	});

	it('refuses the second factor of a login begun before it', async () => {
		const { data } = await login(totpUser);
		await repeat(3, async () => await login({ ...totpUser, passwordHash: 'wrong' }));
		expect(
			await authenticate(simulator, {
				mfa_token: data.mfa_token,
				code: codeOf(simulator, totpUser.totpSecret),
			}),
		).toMatchObject(tooManyRequests);
	});

	it('concerns one account, not its application tokens, and can be reset by a test', async () => {
		await repeat(3, async () => await login({ ...administrator, passwordHash: 'wrong' }));
		expect(await login(administrator)).toMatchObject(tooManyRequests);
		expect((await login(userWithoutMfa)).status).toBe(200);
		await asApplication(simulator);
		simulator.resetLimits();
		expect((await login(administrator)).status).toBe(200);
	});
});

describe('a refresh token', () => {
	const refresh = async (token: string) => await authenticate(simulator, { refresh_token: token });

	it('gives an auth_token alone, again and again', async () => {
		const { data } = await login(userWithoutMfa);
		for (const answer of await repeat(2, async () => await refresh(data.refresh_token))) {
			expect(Object.keys(answer.data)).toEqual(['auth_token']);
			expect(await works(answer.data.auth_token)).toBe(true);
		}
	});

	it('that is unknown, revoked or 30 days old gives 401 with an empty body', async () => {
		const { data } = await login(userWithoutMfa);
		const { data: other } = await login(userWithoutMfa);
		simulator.world.refreshTokens.get(other.refresh_token)!.revoked = true;
		expect(await refresh('garbage')).toMatchObject(emptyUnauthorized);
		expect(await refresh(other.refresh_token)).toMatchObject(emptyUnauthorized);
		simulator.clock.advance({ days: 30 });
		expect(await refresh(data.refresh_token)).toMatchObject(emptyUnauthorized);
	});
});

describe('an auth_token', () => {
	it('is a JWT that is valid for 240 minutes by the simulator’s clock', async () => {
		const { data } = await login(userWithoutMfa);
		const claims = jwt.decode(data.auth_token) as jwt.JwtPayload;
		expect(claims.exp! - claims.iat!).toBe(240 * 60);
		expect(new Date(claims.iat! * 1000).toISOString()).toMatch(/^2026-03-01T12:00/);
		simulator.clock.advance({ minutes: 239 });
		expect(await works(data.auth_token)).toBe(true);
		simulator.clock.advance({ minutes: 1 });
		expect(await works(data.auth_token)).toBe(false);
	});

	it('names the application and the organisation, and no user, under an application token', async () => {
		const { data } = await authenticate(simulator, { application_token: seed.applicationToken });
		const claims = jwt.decode(data.auth_token) as jwt.JwtPayload;
		expect(claims).toMatchObject({ app: seed.ids.applicationToken, org: seed.ids.acme });
		expect(claims).not.toHaveProperty('sub');
	});

	it('is never given twice', async () => {
		const tokens = await Promise.all([1, 2, 3].map(async () => await login(userWithoutMfa)));
		expect(new Set(tokens.map(({ data }) => data.auth_token)).size).toBe(3);
	});

	it.each([
		['missing', undefined],
		['garbage', 'Bearer garbage'],
		['of another scheme', 'Basic YTpi'],
		['signed by someone else', `Bearer ${jwt.sign({ sub: '101', purpose: 'auth' }, 'x')}`],
		['unsigned', `Bearer ${jwt.sign({ sub: '101' }, '', { algorithm: 'none' })}`],
	])('that is %s gives 401 with an empty body', async (_, header) => {
		expect(
			await send(simulator, 'GET', '/api/v1/user', {
				headers: header === undefined ? {} : { Authorization: header },
			}),
		).toMatchObject(emptyUnauthorized);
	});

	it('is dead once it is revoked or its user is suspended', async () => {
		const { data } = await login(userWithoutMfa);
		simulator.world.user(userWithoutMfa.id).statusId = 2;
		expect(await works(data.auth_token)).toBe(false);
		simulator.world.user(userWithoutMfa.id).statusId = 1;
		expect(await works(data.auth_token)).toBe(true);
		simulator.revokeTokens();
		expect(await works(data.auth_token)).toBe(false);
		expect(await works((await login(userWithoutMfa)).data.auth_token)).toBe(true);
	});

	it('is not looked at by authenticate', async () => {
		const { status } = await send(simulator, 'POST', '/api/v1/authenticate', {
			data: { application_token: seed.applicationToken },
			headers: { Authorization: 'Bearer garbage' },
		});
		expect(status).toBe(200);
	});
});

describe('a malformed request', () => {
	it.each<[string, unknown]>([
		['no field', {}],
		['an unknown field', { application_token: seed.applicationToken, remember: 'yes' }],
		['fields of two bodies', { application_token: 'a', refresh_token: 'b' }],
		['a username alone', { username: 'a' }],
		['a mfa_token alone', { mfa_token: 'a' }],
		['a code that is a number', { mfa_token: 'a', code: 123456 }],
		['a token that is null', { application_token: null }],
		['a trusted device without a code', { username: 'a', password: 'b', trusted_device: device }],
		['a trusted device that is a string', { mfa_token: 'a', code: 'b', trusted_device: 'c' }],
		[
			'a trusted device without a browser',
			{ mfa_token: 'a', code: 'b', trusted_device: { ...device, browser: undefined } },
		],
		[
			'a trusted device with an unknown field',
			{ mfa_token: 'a', code: 'b', trusted_device: { ...device, colour: 'red' } },
		],
		['an array', []],
	])('with %s gives 400 with an error body', async (_, body) => {
		expect(await authenticate(simulator, body)).toMatchObject({
			status: 400,
			data: {
				error_code: 1400,
				error_token: 'InputValidationFailed',
				message: expect.any(String),
			},
		});
	});

	it.each([
		['broken JSON', 'application/json', '{"application_token": ', 400],
		['no body', 'application/json', undefined, 400],
		['a form', 'application/x-www-form-urlencoded', 'application_token=a', 415],
	])('of %s is refused', async (_, type, data, status) => {
		const answer = await send(simulator, 'POST', '/api/v1/authenticate', {
			data,
			headers: { 'Content-Type': type },
			transformRequest: (body) => body,
		});
		expect(answer.status).toBe(status);
	});
});
