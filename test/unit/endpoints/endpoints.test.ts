import type { EmnifyClient } from '../../../nodes/Emnify/api/client';
import {
	applicationTokens,
	createApplicationToken,
	isRevoked,
	revokeApplicationToken,
} from '../../../nodes/Emnify/endpoints/applicationTokens';
import {
	activateMfaKey,
	createMfaKey,
	deleteMfaKey,
	isActive,
	mfaKeysOf,
	mfaKeyStatuses,
	mfaKeyTypes,
} from '../../../nodes/Emnify/endpoints/mfaKeys';
import { withSecret } from '../../../nodes/Emnify/endpoints/secretAnswer';
import { revokeTrust, trustedDevicesOf } from '../../../nodes/Emnify/endpoints/trustedDevices';
import { findWorkspace } from '../../../nodes/Emnify/endpoints/workspace';
import { connectTo, failureOf } from './emnify';

const ada = { id: '7' };

type Call = (client: EmnifyClient) => Promise<unknown>;

test.each<[string, Call, unknown, unknown]>([
	['list the application tokens', applicationTokens, 'GET /application_token', undefined],
	[
		'create the application token',
		async (client) =>
			await createApplicationToken(client, { description: '', ip: '203.0.113.0/24' }),
		'POST /application_token',
		{ description: '', ip: '203.0.113.0/24' },
	],
	[
		'revoke application token 5',
		async (client) => await revokeApplicationToken(client, '5'),
		'PATCH /application_token/5',
		{ status: { id: 1 } },
	],
	[
		'create the MFA key',
		async (client) => await createMfaKey(client, { type: 0, password: 'p' }),
		'POST /user/mfa',
		{ type: { id: 0 }, password: 'p' },
	],
	[
		'activate MFA key 5',
		async (client) => await activateMfaKey(client, '5', '012345'),
		'PATCH /user/mfa/5',
		{ status: { id: 1 }, code: '012345' },
	],
	[
		'delete MFA key 5 of user 7',
		async (client) => await deleteMfaKey(client, ada, '5'),
		'DELETE /user/7/mfa/5',
		undefined,
	],
	[
		'list the MFA keys of user 7',
		async (client) => await mfaKeysOf(client, ada),
		'GET /user/7',
		undefined,
	],
	['list the statuses of MFA keys', mfaKeyStatuses, 'GET /user/mfa/status', undefined],
	['list the types of MFA keys', mfaKeyTypes, 'GET /user/mfa/type', undefined],
	[
		'list the trusted devices of user 7',
		async (client) => await trustedDevicesOf(client, ada),
		'GET /user/7/mfa/trusted_device',
		undefined,
	],
	[
		'delete trusted device 5 of user 7',
		async (client) => await revokeTrust(client, ada, 5),
		'DELETE /user/7/mfa/trusted_device/5',
		undefined,
	],
])('to %s is one request, and a refusal says so', async (action, call, what, body) => {
	const { client, sent } = await connectTo(() => ({
		status: 403,
		body: { error_code: 1104, error_token: 'Forbidden', message: 'no' },
	}));
	const failure = await failureOf(call(client));
	expect(failure.message).toContain(`Could not ${action}`);
	expect(sent).toEqual([{ what, ...(body !== undefined && { body }) }]);
});

test.each<[string, Call]>([
	['tokens', applicationTokens],
	['types of MFA keys', mfaKeyTypes],
	['trusted devices', async (client) => await trustedDevicesOf(client, ada)],
])('%s are given as emnify lists them, and need an ID', async (_what, call) => {
	const good = await connectTo(() => ({ body: [{ id: 1 }, { id: 2 }] }));
	expect(await call(good.client)).toEqual([{ id: 1 }, { id: 2 }]);
	const bad = await connectTo(() => ({ body: [{ id: 1 }, { id: 'x' }] }));
	expect(await failureOf(call(bad.client))).toMatchObject({ kind: 'notEmnify' });
});

test('statuses of MFA keys are given as emnify lists them', async () => {
	const { client } = await connectTo(() => ({ body: [{ id: 0, description: 'pending' }] }));
	expect(await mfaKeyStatuses(client)).toEqual([{ id: 0, description: 'pending' }]);
});

test.each<[string, number, Call, string]>([
	[
		'revoking a token',
		404,
		async (client) => await revokeApplicationToken(client, '5'),
		'The token may',
	],
	[
		'revoking a token',
		409,
		async (client) => await revokeApplicationToken(client, '5'),
		'The token may be revoked already',
	],
	[
		'revoking a token',
		403,
		async (client) => await revokeApplicationToken(client, '5'),
		'By emnify’s documentation every user',
	],
	['listing tokens', 403, applicationTokens, 'By emnify’s documentation every user'],
	[
		'creating a token',
		403,
		async (client) => await createApplicationToken(client, { description: '' }),
		'By emnify’s documentation every user',
	],
	[
		'creating a key',
		409,
		async (client) => await createMfaKey(client, { type: 0, password: 'p' }),
		'already has an MFA key',
	],
	[
		'creating a key',
		422,
		async (client) => await createMfaKey(client, { type: 0, password: 'p' }),
		'Check the password',
	],
	[
		'activating a key',
		404,
		async (client) => await activateMfaKey(client, '5', '1'),
		'Only the keys of the user who logs in',
	],
	[
		'activating a key',
		409,
		async (client) => await activateMfaKey(client, '5', '1'),
		'active already',
	],
	[
		'activating a key',
		422,
		async (client) => await activateMfaKey(client, '5', '1'),
		'The code is wrong or has expired',
	],
	[
		'deleting a key',
		404,
		async (client) => await deleteMfaKey(client, ada, '5'),
		'The key may be gone already',
	],
	[
		'revoking trust',
		404,
		async (client) => await revokeTrust(client, ada, 5),
		'The device may be gone already',
	],
])('%s at %i comes with advice', async (_what, status, call, advice) => {
	const { client } = await connectTo(() => ({
		status,
		body: { error_code: 1201, error_token: 'NotFound', message: 'no' },
	}));
	expect((await failureOf(call(client))).description).toContain(advice);
});

test('a creation gives the answer with its secret, and is no success without', async () => {
	const { client } = await connectTo(() => ({
		status: 201,
		body: { id: 1, application_token: 'a.b.c', secret_key: 'JBSWY3DP' },
	}));
	expect(await createApplicationToken(client, { description: 'CI' })).toMatchObject({ id: 1 });
	expect(await createMfaKey(client, { type: 0, password: 'p' })).toMatchObject({ id: 1 });
	for (const secret of ['', undefined, null, 7, {}]) {
		expect(() => withSecret({ secret }, 'secret', 'create it')).toThrow(
			expect.objectContaining({ kind: 'notEmnify', facts: { httpStatus: 200 } }),
		);
	}
	const answer = { secret: 'x' };
	expect(withSecret(answer, 'secret', 'create it')).toBe(answer);
});

test.each([
	[{ id: 7, mfa: [{ id: 1 }] }, [{ id: 1 }]],
	[{ id: 7, mfa: [] }, []],
	[{ id: 7, mfa: null }, undefined],
	[{ id: 7 }, undefined],
])('the MFA keys in %j are %j', async (body, keys) => {
	const { client } = await connectTo(() => ({ body }));
	expect(await mfaKeysOf(client, ada)).toEqual(keys);
});

test.each([
	[{ id: 1, status: { id: 1 } }, true],
	[{ id: 1, status: { id: 0 } }, false],
	[{ id: 1, status: { id: 2 } }, false],
	[{ id: 1, status: null }, false],
	[{ id: 1 }, false],
])('%j is a revoked token, or an active key: %j', (thing, expected) => {
	expect(isRevoked(thing)).toBe(expected);
	expect(isActive(thing)).toBe(expected);
});

describe('the Workspace', () => {
	test.each([
		[
			{ id: 3, name: 'Acme' },
			{ id: 3, name: 'Acme' },
		],
		[
			{ id: 3, name: ' ' },
			{ id: 3, name: null },
		],
		[
			{ id: 3, name: ['Acme'] },
			{ id: 3, name: null },
		],
		[{ id: 3 }, { id: 3, name: null }],
		[{ name: 'Acme' }, null],
		[{ id: 'x', name: 'Acme' }, null],
	])('is read from %j as %j', async (body, workspace) => {
		const { client, sent } = await connectTo(() => ({ body }));
		expect(await findWorkspace(client)).toEqual(workspace);
		expect(sent).toEqual([{ what: 'GET /organisation/my' }]);
	});

	test('is unknown where it may not be read, and asked for once', async () => {
		const { client, sent } = await connectTo(() => ({ status: 503 }), { readRetries: 3 });
		expect(await findWorkspace(client)).toBeNull();
		expect(sent).toHaveLength(1);
	});
});
