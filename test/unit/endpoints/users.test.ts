import {
	allUsers,
	findUser,
	resolveUser,
	userInWords,
	usersRequest,
	userStatuses,
} from '../../../nodes/Emnify/endpoints/users';
import { connectTo, failureOf } from './emnify';

const ada = { id: 7, username: 'ada@a.example', mfa: [{ id: 1 }], roles: [{ id: 1 }] };

test('a user in words', () => {
	expect(userInWords({ id: '7' })).toBe('user 7');
	expect(userInWords({ id: 'my' })).toBe('the credential’s own user');
	expect(userInWords({ username: 'ada@a.example' })).toBe('user ada@a.example');
});

describe('a user for a path', () => {
	test('is the ID as it is, without a request', async () => {
		const { client, sent } = await connectTo(() => ({ status: 500 }));
		expect(await resolveUser(client, { id: '7' })).toBe('7');
		expect(await resolveUser(client, { id: 'my' })).toBe('my');
		expect(sent).toEqual([]);
	});

	test('is looked up by the username, once in a run', async () => {
		const { client, sent } = await connectTo((what) => ({
			body: { ...ada, ...(what.includes('bob') && { id: 8, username: 'bob@a.example' }) },
		}));
		const byUsername = { username: 'ada@a.example' };
		const both = [resolveUser(client, byUsername), resolveUser(client, { ...byUsername })];
		expect(await Promise.all(both)).toEqual(['7', '7']);
		expect(await resolveUser(client, { username: 'bob@a.example' })).toBe('8');
		expect(await resolveUser(client, byUsername)).toBe('7');
		expect(sent.map(({ what }) => what)).toEqual([
			'GET /user/ada%40a.example',
			'GET /user/bob%40a.example',
		]);
	});

	test('is looked up for each run anew', async () => {
		const first = await connectTo(() => ({ body: ada }));
		const second = await connectTo(() => ({ body: { ...ada, id: 9 } }));
		expect(await resolveUser(first.client, { username: 'ada@a.example' })).toBe('7');
		expect(await resolveUser(second.client, { username: 'ada@a.example' })).toBe('9');
	});
});

describe('one user', () => {
	const find = async (body: unknown, user = {} as object) => {
		const { client } = await connectTo(() => ({ body }));
		return await findUser(client, { id: '7', ...user });
	};
	const findByUsername = async (body: unknown, username = 'ada@a.example') => {
		const { client } = await connectTo(() => ({ body }));
		return await findUser(client, { username });
	};

	test.each([
		['with lists', ada],
		['without lists', { id: 7, mfa: null }],
		['with empty lists', { id: 7, mfa: [], roles: [] }],
		['by the ID as text', { id: '7' }],
	])('is given as emnify has it: %s', async (_how, body) => {
		expect(await find(body)).toMatchObject({ id: 7 });
	});

	test.each([
		['another ID', { id: 8 }],
		['no ID', { username: 'ada@a.example' }],
		['an ID that is no number', { id: 'x' }],
		['keys that are no list', { id: 7, mfa: {} }],
		['keys without an ID', { id: 7, mfa: [{ type: 1 }] }],
		['roles that are no list', { id: 7, roles: 'admin' }],
		['roles that are nothing', { id: 7, roles: [null] }],
	])('is refused where the answer has %s', async (_what, body) => {
		expect(await failureOf(find(body))).toMatchObject({ kind: 'notEmnify' });
	});

	test('must have an ID, however it is asked for', async () => {
		const nobody = { username: 'ada@a.example' };
		expect(await failureOf(find(nobody, { id: 'my' }))).toMatchObject({ kind: 'notEmnify' });
		expect(await failureOf(findByUsername(nobody))).toMatchObject({ kind: 'notEmnify' });
	});

	test('is whoever emnify says “my” is', async () => {
		expect(await find({ id: 8 }, { id: 'my' })).toMatchObject({ id: 8 });
	});

	test.each([
		['in other capitals', { id: 7, username: 'ADA@a.example' }],
		['without a username', { id: 7 }],
		['with an empty one', { id: 7, username: '' }],
	])('is known by the username, also %s', async (_how, body) => {
		expect(await findByUsername(body, 'Ada@A.example')).toMatchObject({ id: 7 });
	});

	test('is not somebody with another username', async () => {
		const failure = await failureOf(findByUsername({ id: 7, username: 'bob@a.example' }));
		expect(failure.message).toBe(
			'Could not find user ada@a.example: the answer is about another user',
		);
	});

	test('that is not there: only a username is to be checked', async () => {
		const notFound = {
			status: 404,
			body: { error_code: 1201, error_token: 'NotFound', message: 'none' },
		};
		const { client } = await connectTo(() => notFound);
		const advice = 'Check the username';
		const byUsername = await failureOf(findUser(client, { username: 'ada@a.example' }));
		expect(byUsername.description).toContain(advice);
		const byId = await failureOf(findUser(client, { id: '7' }, 'do it'));
		expect(byId.description).not.toContain(advice);
		expect(byId.message).toContain('Could not do it');
	});
});

describe('the request for users', () => {
	test('relies on the order of the IDs only where all users come in it', () => {
		expect(usersRequest([])).toMatchObject({ query: { sort: '+id' }, guarantee: 'sortedById' });
		expect(usersRequest(['status:1', 'name:a'])).toMatchObject({
			query: { sort: '+id', q: 'status:1,name:a' },
		});
		expect(usersRequest(['status:1'])).not.toHaveProperty('guarantee');
		expect(usersRequest([], '+username')).not.toHaveProperty('guarantee');
		expect(usersRequest([]).query).not.toHaveProperty('q');
	});

	test('says what a 403 is about', async () => {
		const { client } = await connectTo(() => ({
			status: 403,
			body: { error_code: 1104, error_token: 'Forbidden', message: 'no' },
		}));
		const failure = await failureOf(client.page(usersRequest([]), 1, 50));
		expect(failure.description).toContain('Only administrators can list users');
	});
});

describe('all users', () => {
	const read = async (body: unknown) => {
		const { client, sent } = await connectTo(() => ({ body }));
		const users: unknown[] = [];
		for await (const user of allUsers(client, ['status:1'])) users.push(user);
		return { users, sent };
	};

	test('come one by one, by the filters', async () => {
		const { users, sent } = await read([{ id: 7 }, { id: 8 }]);
		expect(users).toEqual([{ id: 7 }, { id: 8 }]);
		expect(sent[0]).toMatchObject({ what: 'GET /user', query: { q: 'status:1' } });
	});

	test('are refused without an ID', async () => {
		expect(await failureOf(read([{ id: 7 }, { id: 'x' }]))).toMatchObject({ kind: 'notEmnify' });
	});
});

test('the statuses of users', async () => {
	const { client, sent } = await connectTo(() => ({ body: [{ id: 0, description: 'Pending' }] }));
	expect(await userStatuses(client)).toEqual([{ id: 0, description: 'Pending' }]);
	expect(sent).toEqual([{ what: 'GET /user/status' }]);
	const bad = await connectTo(() => ({ body: [{ id: 'x' }] }));
	expect(await failureOf(userStatuses(bad.client))).toMatchObject({ kind: 'notEmnify' });
});
