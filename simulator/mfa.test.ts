import { TOTP, URI } from 'otpauth';
import type { Simulator } from './index';
import { seed, startSimulator } from './index';
import type { Session } from './testClient';
import { asApplication, asUser, authenticate, codeOf, start } from './testClient';

const { administrator, ids, observer, totpUser, userWithoutMfa } = seed;
const totpType = { id: 0, description: 'Time-Based One-Time Password' };

let simulator: Simulator;
let user: Session;

beforeEach(async () => {
	simulator = await startSimulator({ startsAt: start });
	user = await asUser(simulator, userWithoutMfa);
});

afterEach(async () => await simulator.stop());

const create = async () =>
	await user('POST', '/user/mfa', { type: { id: 0 }, password: userWithoutMfa.passwordHash });

const activate = async (id: number, code: string) =>
	await user('PATCH', `/user/mfa/${id}`, { status: { id: 1 }, code });

const invalid = (code: number, token: string) => ({
	status: 422,
	data: {
		error_code: 1400,
		error_token: 'InputValidationFailed',
		message: expect.any(String),
		errors: expect.arrayContaining([
			{ error_code: code, error_token: token, message: expect.any(String) },
		]),
	},
});

describe('a new key', () => {
	it('shows its secret in the answer to its creation and nowhere else', async () => {
		const { status, data } = await create();
		expect(status).toBe(200);
		expect(data).toEqual({
			id: expect.any(Number),
			status: { id: 0, description: 'Activation Pending' },
			type: totpType,
			secret_key: expect.stringMatching(/^[A-Z2-7]{32}$/),
			otpauth: expect.stringMatching(/^otpauth:\/\/totp\//),
			creation_date: expect.stringMatching(/^2026-03-01T12:00:\d\dZ$/),
		});
		const { data: details } = await user('GET', '/user/my');
		expect(details.mfa).toEqual([
			{
				id: data.id,
				status: { id: 0, description: 'Activation Pending' },
				type: totpType,
				creation_date: data.creation_date,
			},
		]);
	});

	it('is described by an otpauth URI that makes the same codes', async () => {
		const { data } = await create();
		const parsed = URI.parse(data.otpauth) as TOTP;
		expect(parsed).toBeInstanceOf(TOTP);
		expect(parsed).toMatchObject({ algorithm: 'SHA1', digits: 6, period: 30 });
		expect(parsed.secret.base32).toBe(data.secret_key);
	});

	it('is refused beside one of that type, whether active or pending', async () => {
		const { data } = await create();
		expect((await create()).status).toBe(409);
		await activate(data.id, codeOf(simulator, data.secret_key));
		expect((await create()).status).toBe(409);
	});

	it.each<[string, unknown, number, string]>([
		['no body', undefined, 1402, 'Required'],
		['no password', { type: { id: 0 } }, 1402, 'Required'],
		['no type', { password: 'x' }, 1402, 'Required'],
		['a password that is a number', { type: { id: 0 }, password: 5 }, 1403, 'InvalidFormat'],
		['a type that is text', { type: { id: '0' }, password: 'x' }, 1403, 'InvalidFormat'],
		['a wrong password', { type: { id: 0 }, password: 'wrong' }, 1403, 'InvalidFormat'],
		['an unknown type', { type: { id: 9 }, password: 'x' }, 1401, 'InvalidReference'],
		['an array', [], 1403, 'InvalidFormat'],
	])('needs a valid body: %s is 422', async (_, body, code, token) => {
		expect(await user('POST', '/user/mfa', body)).toMatchObject(invalid(code, token));
	});

	it('names every field that is wrong', async () => {
		const { data } = await user('POST', '/user/mfa', {});
		expect(data.errors).toHaveLength(2);
	});

	it('takes the plain password for wrong: it is compared as a string', async () => {
		expect(
			await user('POST', '/user/mfa', { type: { id: 0 }, password: userWithoutMfa.password }),
		).toMatchObject(invalid(1403, 'InvalidFormat'));
	});
});

describe('activation', () => {
	it('answers 204, dates the key and asks for MFA from then on', async () => {
		const { data } = await create();
		const answer = await activate(data.id, codeOf(simulator, data.secret_key));
		expect(answer).toMatchObject({ status: 204, data: '' });
		const { data: details } = await user('GET', '/user/my');
		expect(details.mfa).toMatchObject([
			{ status: { id: 1, description: 'Active' }, activation_date: expect.any(String) },
		]);
		const { data: login } = await authenticate(simulator, {
			username: userWithoutMfa.username,
			password: userWithoutMfa.passwordHash,
		});
		expect(Object.keys(login)).toEqual(['mfa_token']);
	});

	it('uses its code up', async () => {
		const { data } = await create();
		const code = codeOf(simulator, data.secret_key);
		await activate(data.id, code);
		const { data: login } = await authenticate(simulator, {
			username: userWithoutMfa.username,
			password: userWithoutMfa.passwordHash,
		});
		const again = await authenticate(simulator, { mfa_token: login.mfa_token, code });
		expect(again.status).toBe(401);
	});

	it('of an active key is 409', async () => {
		const { data } = await create();
		await activate(data.id, codeOf(simulator, data.secret_key));
		simulator.clock.advance({ minutes: 1 });
		expect((await activate(data.id, codeOf(simulator, data.secret_key))).status).toBe(409);
	});

	it.each([ids.pendingKey, totpUser.keyId, 99, 'abc'])(
		'of a key that is not theirs (%s) is 404',
		async (id) => {
			expect(await activate(id as number, '123456')).toMatchObject({
				status: 404,
				data: { error_code: 1201, error_token: 'NotFound' },
			});
		},
	);

	it('with a wrong or an expired code is 422', async () => {
		const { data } = await create();
		const code = codeOf(simulator, data.secret_key);
		expect(await activate(data.id, 'abcdef')).toMatchObject(invalid(1403, 'InvalidFormat'));
		simulator.clock.advance({ seconds: 60 });
		expect(await activate(data.id, code)).toMatchObject(invalid(1403, 'InvalidFormat'));
	});

	it.each<[string, unknown, number, string]>([
		['a code that is a number', { status: { id: 1 }, code: 123456 }, 1403, 'InvalidFormat'],
		['a code inside status', { status: { id: 1, code: '123456' } }, 1402, 'Required'],
		['no status', { code: '123456' }, 1402, 'Required'],
		['another status', { status: { id: 0 }, code: '123456' }, 1401, 'InvalidReference'],
		['a status that is text', { status: { id: '1' }, code: '123456' }, 1403, 'InvalidFormat'],
	])('needs a valid body: %s is 422', async (_, body, code, token) => {
		const { data } = await create();
		expect(await user('PATCH', `/user/mfa/${data.id}`, body)).toMatchObject(invalid(code, token));
	});
});

describe('deletion', () => {
	it('of one’s own key answers 204 and ends MFA by it', async () => {
		const { data } = await create();
		expect(await user('DELETE', `/user/my/mfa/${data.id}`)).toMatchObject({
			status: 204,
			data: '',
		});
		expect((await user('DELETE', `/user/my/mfa/${data.id}`)).status).toBe(404);
		expect((await create()).status).toBe(200);
	});

	it('of another user’s key is for administrators, and leaves an event of type 14', async () => {
		const path = `/user/${totpUser.id}/mfa/${totpUser.keyId}`;
		expect((await user('DELETE', path)).status).toBe(403);
		const call = await asApplication(simulator);
		expect((await call('DELETE', path)).status).toBe(204);
		const { data: events } = await call('GET', '/event?q=type:14');
		expect(events).toMatchObject([
			{
				event_type: { id: 14 },
				event_severity: { id: 0, description: 'Info' },
				event_source: { id: 2, description: 'API' },
				description: `MFA key with Id '${totpUser.keyId}' of Type 'Time-Based One-Time Password' deleted for user '${totpUser.username}'`,
			},
			{ user: { id: administrator.id } },
		]);
		expect(events[0]).not.toHaveProperty('user');
	});

	it('by a user leaves an event that names them, and the owner of the key in its text', async () => {
		const { data } = await create();
		await user('DELETE', `/user/my/mfa/${data.id}`);
		simulator.world.user(userWithoutMfa.id).roleIds.push(1);
		await user('DELETE', `/user/${totpUser.id}/mfa/${totpUser.keyId}`);
		const { data: events } = await user('GET', '/event?q=type:14&sort=-id&per_page=2');
		expect(events).toMatchObject([
			{
				user: { id: userWithoutMfa.id, name: 'Wanda Silva' },
				description: expect.stringContaining(`for user '${totpUser.username}'`),
			},
			{
				user: { id: userWithoutMfa.id, name: 'Wanda Silva' },
				description: expect.stringContaining(`for user '${userWithoutMfa.username}'`),
			},
		]);
	});

	it.each([
		['of another user than the path names', `/user/${observer.id}/mfa/${totpUser.keyId}`],
		['of another organisation', `/user/${ids.foreignUser}/mfa/${ids.foreignKey}`],
		['that is unknown', `/user/${totpUser.id}/mfa/1`],
		['that is no number', `/user/${totpUser.id}/mfa/one`],
		['of a user who is unknown', `/user/999999/mfa/${totpUser.keyId}`],
		['of a user named by username', `/user/${totpUser.username}/mfa/${totpUser.keyId}`],
		['in a form the contract lacks', `/user/mfa/${administrator.keyId}`],
	])('of a key %s is 404', async (_, path) => {
		const call = await asApplication(simulator);
		expect((await call('DELETE', path)).status).toBe(404);
	});
});

it('lists the statuses and types of keys for every role', async () => {
	const call = await asApplication(simulator, seed.observerApplicationToken);
	expect((await call('GET', '/user/mfa/status')).data).toEqual([
		{ id: 0, description: 'Activation Pending' },
		{ id: 1, description: 'Active' },
	]);
	expect((await call('GET', '/user/mfa/type')).data).toEqual([totpType]);
});
