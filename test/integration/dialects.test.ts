import type { IDataObject, INodeParameters } from 'n8n-workflow';

import {
	dialects,
	eventSeverities,
	eventTypes,
	seed,
	startSimulator,
	totp,
	type Dialect,
	type Simulator,
} from '../../simulator';
import type { NodeRun, StoredCredential } from './engine';
import { PollingWorkflow } from './polling';
import { AT_ONCE, byId, byUsername, pair, useEmnify } from './support';

const { administrator, ids, observer, totpUser, userWithoutMfa } = seed;
const { engine } = useEmnify();
const { username, password, passwordHash } = userWithoutMfa;

/** Small enough that users, events, tokens and devices fill several pages. */
const perPage = 4;
const startsAt = new Date('2026-03-01T12:05:00Z');

type Login = 'application' | 'user';

/** An emnify that speaks a dialect, and n8n's credentials for it. */
interface Stand {
	simulator: Simulator;
	credentials: Record<Login, StoredCredential>;
	run(parameters: INodeParameters, as?: Login): Promise<NodeRun>;
}

/** Something that the node does, and what comes out: the same in each dialect. */
interface Row {
	what: string;
	/** The pair, e.g. `user: getAll`, or the method behind a list of the editor. */
	of: string;
	does(stand: Stand): Promise<unknown>;
	/** What is said where it is to fail. */
	fails?: RegExp;
}

/** A row that runs the node once with these fields. */
const runs = (
	what: string,
	of: string,
	fields: INodeParameters = {},
	{
		as,
		fails,
		prepare,
	}: Pick<Row, 'fails'> & { as?: Login; prepare?(stand: Stand): void | Promise<void> } = {},
): Row => {
	const [resource = '', operation = ''] = of.split(': ');
	return {
		what,
		of,
		fails,
		does: async (stand) => {
			await prepare?.(stand);
			return outcome(
				await stand.run({ ...pair(resource, operation, { options: AT_ONCE }), ...fields }, as),
			);
		},
	};
};

/** A row that opens a list or a drop-down of the editor. */
const opens = (
	method: string,
	parameters: INodeParameters = {},
	as: Login = 'application',
): Row => ({
	what: 'in the editor',
	of: method,
	does: async ({ credentials }) => {
		const node = { credential: credentials[as], parameters };
		if (method.startsWith('get')) return await engine().loadOptions(method, node);
		const results: IDataObject[] = [];
		let page: string | undefined;
		do {
			const list = await engine().search(method, node, undefined, page);
			results.push(...(list.results as unknown as IDataObject[]));
			page = list.paginationToken as string | undefined;
		} while (page !== undefined);
		return results;
	},
});

const all = { returnAll: true };
const me = byId('my');
const secret = 'FAKEDIALECTSSECRETAAAAAAAAAAAAAA';

/** Each read, then each write, in an order in which they do not disturb one another. */
const rows: Row[] = [
	runs('for the credential’s own token', 'authentication: retrieveToken'),
	runs('for a user', 'authentication: retrieveToken', {
		grant: 'userCredentials',
		username,
		password: passwordHash,
		passwordFormat: 'sha1',
	}),
	runs(
		'of a locked account',
		'authentication: retrieveToken',
		{
			grant: 'userCredentials',
			username: totpUser.username,
			password: totpUser.passwordHash,
			passwordFormat: 'sha1',
		},
		{
			fails: /lock/i,
			prepare: ({ simulator }) => {
				simulator.world.user(totpUser.id).lockedUntil = new Date('2026-03-01T12:30:00Z');
			},
		},
	),
	runs(
		'after the session was ended',
		'mfaKey: getStatuses',
		{},
		{
			prepare: ({ simulator }) => simulator.revokeTokens(),
		},
	),
	runs('at once', 'mfaKey: getTypes'),
	runs('of a user by ID', 'trustedDevice: getAll', { ...all, user: byId(ids.manyDevicesUser) }),
	runs('of a user by username', 'trustedDevice: getAll', {
		...all,
		user: byUsername(observer.username),
	}),
	runs('up to a limit beyond the first page', 'trustedDevice: getAll', {
		limit: 7,
		user: byId(ids.manyDevicesUser),
	}),
	runs('of oneself', 'trustedDevice: getAll', { ...all, user: me }, { as: 'user' }),
	runs(
		'of “Me” under an application token',
		'trustedDevice: getAll',
		{ ...all, user: me },
		{
			fails: /application token/,
		},
	),
	runs(
		'of a user who is not there',
		'trustedDevice: getAll',
		{ ...all, user: byId(999_999) },
		{
			fails: /does not find/,
		},
	),
	...['findings', 'devices', 'summary'].map((output) =>
		runs(`that gives ${output}`, 'trustedDevice: audit', {
			scope: 'all',
			policy: { maxAgeDays: 30, flagMissingData: true, flagInactiveUsers: true },
			output,
		}),
	),
	runs('by ID', 'user: get', { user: byId(administrator.id) }),
	runs('by username', 'user: get', { user: byUsername(administrator.username) }),
	runs('oneself', 'user: get', { user: me }, { as: 'user' }),
	runs(
		'“Me” under an application token',
		'user: get',
		{ user: me },
		{
			fails: /application token/,
		},
	),
	runs('of a user', 'mfaKey: getAll', { user: byId(totpUser.id) }),
	runs('of all pages', 'user: getAll', { ...all, simplify: false }),
	runs('simplified and sorted', 'user: getAll', {
		...all,
		simplify: true,
		sort: { rules: [{ field: 'name', direction: 'descending' }] },
	}),
	runs('that fill a page exactly', 'user: getAll', {
		limit: perPage,
		simplify: false,
		filters: { status: 1 },
	}),
	runs('that match a filter', 'user: getAll', { ...all, filters: { username: 'max.devlin' } }),
	runs('where nobody matches', 'user: getAll', { ...all, filters: { username: 'nobody' } }),
	runs('of all pages', 'event: getAll', { ...all, simplify: false }),
	runs('simplified, up to a limit', 'event: getAll', { limit: 6 }),
	runs('of two types', 'event: getAll', { ...all, filters: { type: [6, 13] } }),
	runs('of more types than a filter takes', 'event: getAll', {
		...all,
		filters: { type: [6, 7, 13, 14, 41, 46, 40] },
	}),
	runs('of a user by ID', 'event: getAll', { ...all, filters: { user: byId(observer.id) } }),
	runs('of a user by username', 'event: getAll', {
		...all,
		filters: { user: byUsername(observer.username) },
	}),
	runs('of oneself', 'event: getAll', { ...all, filters: { user: me } }, { as: 'user' }),
	runs('of a kind that there is none of', 'event: getAll', { ...all, filters: { source: 0 } }),
	runs('of the Workspace', 'applicationToken: getAll', all),
	opens('searchUsers'),
	opens('searchTrustedDevices', { user: byId(ids.manyDevicesUser) }),
	opens('searchMfaKeys', { user: byId(administrator.id) }),
	opens('searchOwnMfaKeys', {}, 'user'),
	opens('searchApplicationTokens'),
	opens('getEventTypes'),
	opens('getUserStatuses'),
	opens('getMfaKeyTypes'),
	{
		what: 'polls',
		of: 'trigger',
		does: async ({ simulator, credentials }) => {
			const events = [
				'trusted_device_added',
				'trusted_device_removed',
				'mfa_key_removed',
				'user_login_failed',
			];
			const workflow = new PollingWorkflow(engine(), credentials.application, { events });
			await workflow.activate();
			simulator.clock.advance({ minutes: 1 });
			simulator.world.addTrustedDevice(ids.userWithoutDevices, {
				id: 31_000,
				activatedAt: simulator.clock.now(),
			});
			simulator.world.addMfaKey(ids.userWithoutDevices, { id: 31_001, secret });
			const { trustedDevices } = simulator.world.user(ids.manyDevicesUser);
			trustedDevices.splice(5, 1);
			simulator.world.addEvent({
				organisationId: ids.acme,
				timestamp: simulator.clock.now(),
				type: eventTypes.userAuthenticationFailed,
				severity: eventSeverities.warn,
				description: `Failed authentication request from '${observer.username}', Reason: Invalid password from IP 203.0.113.7`,
				userId: observer.id,
			});
			await workflow.tick();
			await workflow.deactivate();
			expect(workflow.failures).toEqual([]);
			return workflow.takeItems();
		},
	},
	runs('of oneself', 'mfaKey: create', { password, mfaKeyType: 0 }, { as: 'user' }),
	runs(
		'of oneself',
		'mfaKey: activate',
		{
			keyId: byId(7001),
			codeSource: 'code',
			code: '={{ $json.code }}',
		},
		{
			as: 'user',
			prepare: ({ simulator }) => {
				simulator.world.user(userWithoutMfa.id).mfaKeys = [];
				simulator.world.addMfaKey(userWithoutMfa.id, { id: 7001, secret, pending: true });
			},
		},
	),
	...[ids.pendingKeyUser, totpUser.id, administrator.id].map((user, index) =>
		runs(`of another user (${index + 1})`, 'mfaKey: delete', {
			user: byId(user),
			keyId: byId([ids.pendingKey, totpUser.keyId, administrator.keyId][index]),
		}),
	),
	...[11101, 11102, 11103].map((device) =>
		runs(`of another user (${device})`, 'trustedDevice: delete', {
			user: byId(ids.manyDevicesUser),
			deviceId: byId(device),
		}),
	),
	runs(
		'that is not there',
		'trustedDevice: delete',
		{
			user: byId(ids.manyDevicesUser),
			deviceId: byId(1),
		},
		{ fails: /does not find/ },
	),
	runs('that revokes', 'trustedDevice: audit', {
		scope: 'all',
		policy: { maxAgeDays: 80 },
		output: 'devices',
		revoke: 'revoke',
		revokeRules: ['maxAgeDays'],
		maxRevocations: 100,
	}),
	runs('with everything', 'applicationToken: create', {
		description: 'Dialects',
		expiryDate: '2099-12-31T00:00:00Z',
		ip: '203.0.113.0/24',
	}),
	...[205, 206].map((token) =>
		runs(`for good (${token})`, 'applicationToken: revoke', { tokenId: byId(token) }),
	),
	runs('after it was changed', 'applicationToken: getAll', all),
];

const nameOf = ({ of, what }: Row) => `${of}, ${what}`;

/** What came out of a run: the items, or what it said. */
const outcome = ({ error, json }: NodeRun): unknown =>
	error ? { failure: error.message, advice: error.description } : json;

/**
 * What must not differ: everything but secrets that are made anew, the time that a test takes, and whether a field that
 * has no value is absent or null.
 */
function comparable(value: unknown): unknown {
	const text = JSON.stringify(value, (_name, field: unknown) => field ?? undefined);
	return JSON.parse(
		text
			.replace(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<JWT>')
			.replace(/"(application_token|refresh_token|secret_key|otpauth)":"[^"]+"/g, '"$1":"<secret>"')
			.replace(/\d\d:\d\d UTC/g, '<now> UTC')
			.replace(/2026-(03-01|05-30)T1[26]:\d\d:\d\d(\.\d+)?(Z|\+0000)/g, '<now>'),
	) as unknown;
}

async function startStand(spoken: Dialect[]): Promise<Stand> {
	const simulator = await startSimulator({
		startsAt,
		dialects: spoken,
		limits: { perPageDefault: perPage, perPageMaximum: perPage, listBurst: 10_000 },
	});
	const baseUrl = simulator.url;
	const credentials = {
		application: engine().storeCredential({ baseUrl, applicationToken: seed.applicationToken }),
		user: engine().storeCredential({
			baseUrl,
			authenticationMethod: 'userCredentials',
			username,
			password,
		}),
	};
	return {
		simulator,
		credentials,
		run: async (parameters, as = 'application') =>
			await engine().run({
				credential: credentials[as],
				parameters,
				items: [
					{ code: totp(secret, '').generate({ timestamp: simulator.clock.now().getTime() }) },
				],
			}),
	};
}

/** What each row gives, in their order; a row that breaks gives what it broke with. */
async function outcomes(spoken: Dialect[]): Promise<Map<string, unknown>> {
	const stand = await startStand(spoken);
	const results = new Map<string, unknown>();
	try {
		for (const row of rows) {
			const result = await row.does(stand).catch((error: Error) => ({ failure: error.message }));
			results.set(nameOf(row), comparable(result));
		}
	} finally {
		await stand.simulator.stop();
	}
	return results;
}

/** Dialects that an emnify may speak at once. */
const mixtures: Dialect[][] = [
	...dialects.map((dialect) => [dialect]),
	['nulls', 'stringIds', 'gateway', 'linkOnly', 'pagedLists', 'lockoutAs429', 'userFilterById'],
	['eventsService', 'noPagingHeaders', 'emptyPastEnd', 'nobodyEmpty'],
	['eventsService', 'stringIds', 'pagedLists', 'emptyPastEnd', 'nobody500'],
];

let expected: Map<string, unknown>;

beforeAll(async () => {
	expected = await outcomes([]);
});

test('every pair and every list of the node is among the rows', () => {
	const { description, methods } = engine().nodeType;
	const pairs = description.properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ options = [], displayOptions }) =>
			options.map(
				(option) =>
					`${displayOptions?.show?.resource?.[0] as string}: ${'value' in option && option.value}`,
			),
		);
	const lists = Object.keys({ ...methods?.listSearch, ...methods?.loadOptions });
	const tested = new Set(rows.map(({ of }) => of).filter((of) => of !== 'trigger'));
	expect([...tested].sort()).toEqual([...pairs, ...lists].sort());
	expect(new Set(rows.map(nameOf)).size).toBe(rows.length);
});

test.each(rows.map((row) => [nameOf(row), row] as const))(
	'the documented emnify: %s',
	(name, { fails }) => {
		const result = expected.get(name);
		if (!fails) return expect(result).not.toHaveProperty('failure');
		expect(result).toMatchObject({ failure: expect.stringMatching(fails) });
	},
);

describe.each(mixtures.map((spoken) => [spoken.join(', '), spoken] as const))(
	'%s',
	(_name, spoken) => {
		let results: Map<string, unknown>;

		beforeAll(async () => {
			results = await outcomes(spoken);
		});

		test.each(rows.map(nameOf))('%s', (name) => {
			expect(results.get(name)).toEqual(expected.get(name));
		});
	},
);
