import fc from 'fast-check';

import {
	readCheckpoint,
	subscriptionOf,
	writeCheckpoint,
	type Checkpoint,
} from '../../../nodes/Emnify/trigger/checkpoint';
import { EVENT_NAMES } from '../../../nodes/Emnify/trigger/events';
import type { TriggerSettings } from '../../../nodes/Emnify/trigger/fields';

const POLLED = Date.parse('2026-03-01T12:00:00Z');
const everything: TriggerSettings = {
	events: EVENT_NAMES,
	deviceDays: 7,
	tokenDays: 14,
	scope: { which: 'all' },
};

const checkpoint: Checkpoint = {
	account: { baseUrl: 'https://cdn.emnify.net', login: '0123456789abcdef', organisation: 1 },
	polled: POLLED,
	subscriptions: EVENT_NAMES.map((event) => subscriptionOf(event, everything)),
	scope: { which: 'filtered', filters: ['name:Ada', 'status:1'] },
	devices: {
		since: POLLED - 86_400_000,
		known: new Map([
			[101, { checked: POLLED, devices: new Map([[11011, POLLED - 1000]]) }],
			[102, { checked: POLLED - 60_000, devices: new Map([[11021, null]]) }],
			[103, { checked: POLLED }],
		]),
	},
	users: new Map([
		[
			101,
			{
				presence: 'here',
				status: 1,
				username: 'ada@acme.example',
				changes: 0,
				checked: POLLED - 60_000,
				administrator: true,
				keys: new Map([
					[4101, true],
					[4102, false],
				]),
			},
		],
		[102, { presence: 'away', status: null, username: null, changes: 40 }],
		[
			400_000_000_000_000,
			{
				presence: 'gone',
				status: 2,
				username: 'no, address; at=all',
				changes: 1,
				checked: POLLED,
				administrator: false,
				keys: new Map(),
			},
		],
	]),
	tokens: new Set([201]),
	log: { from: POLLED - 600_000, seen: new Set([900001, 900002]) },
};

/** Of version 1: the events that there were, and no users and no tokens. */
const checkpointOfVersion1: Checkpoint = {
	...checkpoint,
	subscriptions: [
		'application_login_failed',
		'application_token_expiring:14',
		'mfa_key_removed',
		'support_access',
		'trusted_device_added',
		'trusted_device_expiring:7',
		'trusted_device_removed',
		'user_login_failed',
	],
};
delete checkpointOfVersion1.users;
delete checkpointOfVersion1.tokens;

/** What n8n's database makes of it. */
const throughDatabase = (given: Checkpoint): unknown =>
	JSON.parse(JSON.stringify(writeCheckpoint(given)));

/** As version 1 has written it. It must be readable for ever: this text is never to be changed. */
const VERSION_1 =
	'{"version":1,"account":{"baseUrl":"https://cdn.emnify.net","login":"0123456789abcdef","organisation":1},"polled":1772366400000,"subscriptions":["application_login_failed","application_token_expiring:14","mfa_key_removed","support_access","trusted_device_added","trusted_device_expiring:7","trusted_device_removed","user_login_failed"],"scope":"{\\"which\\":\\"filtered\\",\\"filters\\":[\\"name:Ada\\",\\"status:1\\"]}","devices":{"since":1772280000000,"known":"2t:8hv.tb7ynz;2u@1o:8i5;2v"},"log":{"from":1772365800000,"seen":[900001,900002]}}';

test('what is written is read back', () => {
	expect(readCheckpoint(throughDatabase(checkpoint))).toEqual(checkpoint);
	const scopes: Array<TriggerSettings['scope']> = [
		{ which: 'all' },
		{ which: 'chosen', users: [{ id: '12' }, { id: 'my' }, { username: 'ada@example.com' }] },
	];
	for (const scope of scopes) {
		const little = { account: { ...checkpoint.account, organisation: null }, polled: POLLED };
		const given = { ...little, subscriptions: ['support_access'], scope };
		expect(readCheckpoint(throughDatabase(given))).toEqual(given);
	}
});

test('version 1 is read', () => {
	expect(readCheckpoint(JSON.parse(VERSION_1))).toEqual(checkpointOfVersion1);
});

/** As version 2 has written it, of one event. It must be readable for ever: this text is never to be changed. */
const VERSION_2 =
	'{"version":2,"account":{"baseUrl":"https://cdn.emnify.net","login":"0123456789abcdef","organisation":1},"polled":1772366400000,"subscriptions":["support_access"],"scope":"{\\"which\\":\\"filtered\\",\\"filters\\":[\\"name:Ada\\",\\"status:1\\"]}","devices":{"since":1772280000000,"known":"2t:8hv.tb7ynz;2u@1o:8i5;2v"},"accounts":{"domains":["acme.example"],"known":"2t,hy1,ada@0,,1o,k35x+35y-;1,a?,,14;3xsdgob0ka,gn2,no%2C%20address%3B%20at%3Dall,1,0,k"},"tokens":[201],"log":{"from":1772365800000,"seen":[900001,900002]}}';

test('what is written is still version 2, and is read', () => {
	const one = { ...checkpoint, subscriptions: ['support_access'] };
	expect(JSON.stringify(writeCheckpoint(one))).toBe(VERSION_2);
	expect(readCheckpoint(JSON.parse(VERSION_2))).toEqual(one);
});

const version1 = JSON.parse(VERSION_1) as Record<string, unknown>;

test.each([
	['nothing', undefined],
	['null', null],
	['a text', 'checkpoint'],
	['a list', [version1]],
	['the first state of another trigger', { lastTimeChecked: '2026-03-01' }],
	['a later version', { ...version1, version: 3 }],
	['a version as text', { ...version1, version: '1' }],
	['no time', { ...version1, polled: undefined }],
	['a time as text', { ...version1, polled: '2026-03-01' }],
	['no account', { ...version1, account: undefined }],
	['an account without a server', { ...version1, account: { login: 'a', organisation: 1 } }],
	[
		'an organisation as text',
		{ ...version1, account: { baseUrl: 'a', login: 'b', organisation: '1' } },
	],
	['subscriptions that are none', { ...version1, subscriptions: 'trusted_device_added' }],
	['subscriptions of numbers', { ...version1, subscriptions: [1] }],
	['users that cannot be read', { ...version1, scope: '{"which"' }],
	['users of an unknown kind', { ...version1, scope: '{"which":"some"}' }],
	['users without filters', { ...version1, scope: '{"which":"filtered"}' }],
	['users without references', { ...version1, scope: '{"which":"chosen","users":[{}]}' }],
	['devices that are none', { ...version1, devices: 'gone' }],
	['devices without a start', { ...version1, devices: { known: '' } }],
	['devices that cannot be read', { ...version1, devices: { since: 1, known: '!' } }],
	['a log without a start', { ...version1, log: { seen: [] } }],
	['a log of objects', { ...version1, log: { from: 1, seen: [{}] } }],
])('%s is not read, and does not fail', (_what, saved) => {
	expect(readCheckpoint(saved)).toBeUndefined();
});

test('no JSON makes it fail', () => {
	const parts = fc.record(
		Object.fromEntries(
			Object.entries(version1).map(([name, value]) => [
				name,
				fc.oneof(fc.constant(value), fc.jsonValue()),
			]),
		),
	);
	fc.assert(
		fc.property(parts, (saved) => {
			const read = readCheckpoint(saved);
			if (read) expect(readCheckpoint(throughDatabase(read))).toEqual(read);
		}),
		{ numRuns: 2000 },
	);
});

test('the days belong to what is subscribed to: 7 and 14 days before are not the same', () => {
	const days = (deviceDays: number) =>
		subscriptionOf('trusted_device_expiring', { ...everything, deviceDays });
	expect(days(7)).not.toBe(days(14));
	expect(subscriptionOf('support_access', everything)).toBe('support_access');
});

describe('10,000 users with 3 devices each stay below 1 MB', () => {
	const sizeOf = (firstUser: number, firstDevice: number, age: number) => {
		const known = new Map(
			Array.from({ length: 10_000 }, (_, index) => [
				firstUser + index * 7,
				{
					checked: POLLED - (index % 2) * age,
					devices: new Map(
						[0, 1, 2].map((n) => [firstDevice + index * 31 + n, POLLED - index * 60_000]),
					),
				},
			]),
		);
		const seen = new Set(Array.from({ length: 5_000 }, (_, index) => 900_000_000 + index));
		const big = { ...checkpoint, devices: { since: 0, known }, log: { from: POLLED, seen } };
		const text = JSON.stringify(writeCheckpoint(big));
		expect(readCheckpoint(JSON.parse(text))).toEqual(big);
		return Buffer.byteLength(text);
	};

	test.each([
		['with IDs of today', 100_000, 1_000_000, 0, 600_000],
		[
			'with IDs of nine digits, half of the users not read for weeks',
			500_000_000,
			900_000_000,
			4e9,
			700_000,
		],
		['with the longest IDs that there can be', 9e15, 9e15, 4e9, 1_000_000],
	])('%s', (_what, firstUser, firstDevice, age, most) => {
		expect(sizeOf(firstUser, firstDevice, age)).toBeLessThan(most);
	});
});

test('10,000 users with three devices each, roles and keys take less than 1 MB of state', () => {
	const indices = Array.from({ length: 10_000 }, (_user, index) => index);
	const idOf = (index: number) => 1_200_000 + index * 37;
	const large: Checkpoint = {
		...checkpoint,
		devices: {
			since: POLLED,
			known: new Map(
				indices.map((index) => [
					idOf(index),
					{
						checked: POLLED - (index % 7) * 60_000,
						devices: new Map(
							[0, 1, 2].map((n) => [9_000_000 + index * 91 + n, POLLED - index * 1000]),
						),
					},
				]),
			),
		},
		users: new Map(
			indices.map((index) => [
				idOf(index),
				{
					presence: 'here',
					status: 1,
					username: `firstname.lastname${index}@department${index % 20}.example.com`,
					changes: index % 3,
					checked: POLLED - (index % 7) * 60_000,
					administrator: index % 10 === 0,
					keys: new Map([
						[7_000_000 + index * 53, true],
						[7_000_001 + index * 53, false],
					]),
				},
			]),
		),
	};
	const written = JSON.stringify(writeCheckpoint(large));
	expect(written.length).toBeGreaterThan(500_000);
	expect(Buffer.byteLength(written)).toBeLessThan(1_000_000);
	expect(readCheckpoint(JSON.parse(written))).toEqual(large);
});
