import type { INodeProperties } from 'n8n-workflow';

import { deviceIdField, readDeviceId } from '../../../nodes/Emnify/fields/deviceId';
import { readEventTypes } from '../../../nodes/Emnify/fields/eventTypes';
import { keyIdField, readKeyId } from '../../../nodes/Emnify/fields/keyId';
import { readMfaKeyType } from '../../../nodes/Emnify/fields/mfaKeyType';
import { requireRequestingUser } from '../../../nodes/Emnify/fields/requestingUser';
import { readTokenId, tokenIdField } from '../../../nodes/Emnify/fields/tokenId';
import { readUser, userField } from '../../../nodes/Emnify/fields/user';
import { refusalOf } from './refusal';

describe.each([
	['Trusted Device', 'a trusted device', readDeviceId],
	['MFA Key', 'an MFA key', readKeyId],
	['Application Token', 'an application token', readTokenId],
])('%s', (label, what, read) => {
	test.each<[unknown, string]>([
		[4711, '4711'],
		[' 4711 ', '4711'],
		[{ __rl: true, mode: 'list', value: 4711 }, '4711'],
		[{ __rl: true, mode: 'id', value: '4711' }, '4711'],
	])('is read from %j', (value, id) => {
		expect(read(label, value)).toBe(id);
	});

	test.each<[unknown, string]>([
		[0, `${label} “0” is not the ID of ${what} (a whole number above 0)`],
		['4.5', `${label} “4.5” is not the ID of ${what} (a whole number above 0)`],
		['../user/1', `${label} is not the ID of ${what} (a whole number above 0)`],
		[{ mode: 'list', value: '' }, `${label} is empty`],
		[undefined, `${label} is empty`],
		[[4711], `${label} is not the ID of ${what} (a whole number above 0), but a list`],
	])('is not %j', (value, message) => {
		expect(refusalOf(() => read(label, value))).toBe(message);
	});
});

test.each<[string, () => INodeProperties, (value: unknown) => unknown]>([
	['Trusted Device', () => deviceIdField, (value) => readDeviceId('Trusted Device', value)],
	['MFA Key', () => keyIdField('searchMfaKeys'), (value) => readKeyId('MFA Key', value)],
	['MFA Key', () => keyIdField('searchOwnMfaKeys'), (value) => readKeyId('MFA Key', value)],
	['Application Token', () => tokenIdField, (value) => readTokenId('Application Token', value)],
	['User', () => userField, (value) => readUser('User', value, { actsAsUser: true })],
])('the form of %s takes by ID what is read, and presets nothing', (label, form, read) => {
	const field = form();
	expect(field).toMatchObject({
		displayName: label,
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
	});
	const [rule] = field.modes?.find(({ name }) => name === 'id')?.validation ?? [];
	const { regex } = (rule as unknown as { properties: { regex: string } }).properties;
	for (const text of [
		'1',
		' 4711\t',
		'my',
		'MY',
		'0',
		'01',
		'-1',
		'1.5',
		'1e3',
		'',
		' ',
		'x1',
		'1x',
	]) {
		expect([text, new RegExp(regex).test(text)]).toEqual([
			text,
			refusalOf(() => read({ mode: 'id', value: text })) === undefined,
		]);
	}
});

test('the list of the field MFA Key holds the keys of whoever is meant', () => {
	const of = (method: 'searchMfaKeys' | 'searchOwnMfaKeys') => keyIdField(method);
	for (const method of ['searchMfaKeys', 'searchOwnMfaKeys'] as const) {
		expect(of(method).modes?.[0]).toMatchObject({
			type: 'list',
			typeOptions: { searchListMethod: method, searchable: true },
		});
	}
	expect(of('searchMfaKeys').description).toContain('the user above');
	expect(of('searchOwnMfaKeys').description).toContain('own user');
});

describe('the type of an MFA key', () => {
	test.each<[unknown, number]>([
		[0, 0],
		['0', 0],
		[' 12 ', 12],
		[999_999_999, 999_999_999],
	])('of %j is %j', (value, type) => {
		expect(readMfaKeyType('Type', value)).toBe(type);
	});

	test.each<unknown>([-1, 1.5, 'a', '1a', 'a1', '', null, undefined, true, [0], {}, 1e9])(
		'is not %j',
		(value) => {
			expect(refusalOf(() => readMfaKeyType('Type', value))).toMatch(/^Type /);
		},
	);
});

describe('event types', () => {
	test.each<[unknown, string[]]>([
		[[], []],
		['', []],
		[
			[6, '13'],
			['6', '13'],
		],
		['6, 13', ['6', '13']],
		[6, ['6']],
		[0, ['0']],
		[[' 6 '], ['6']],
	])('of %j are %j', (value, types) => {
		expect(readEventTypes('Event Types', value)).toEqual(types);
	});

	test.each<[unknown, string]>([
		[[6, 'x'], 'Event Types “x” is not the ID of an event type (a whole number)'],
		[[6, null], 'Event Types is empty'],
		['6;13', 'Event Types is not the ID of an event type (a whole number)'],
		[['1a'], 'Event Types “1a” is not the ID of an event type (a whole number)'],
		[['a1'], 'Event Types “a1” is not the ID of an event type (a whole number)'],
		[[-6], 'Event Types “-6” is not the ID of an event type (a whole number)'],
		[{}, 'Event Types is not the ID of an event type (a whole number), but an object'],
		[[[6]], 'Event Types is not the ID of an event type (a whole number), but a list'],
	])('are not %j', (value, message) => {
		expect(refusalOf(() => readEventTypes('Event Types', value))).toBe(message);
	});
});

describe('a user', () => {
	const read = (value: unknown, actsAsUser = true) => readUser('User', value, { actsAsUser });
	const byUsername = (value: unknown) => ({ __rl: true, mode: 'username', value });

	test.each<[unknown, unknown]>([
		[7, { id: '7' }],
		[{ mode: 'list', value: '7' }, { id: '7' }],
		['my', { id: 'my' }],
		[{ mode: 'list', value: 'my' }, { id: 'my' }],
		[byUsername(' ada@a.example '), { username: 'ada@a.example' }],
	])('is read from %j', (value, reference) => {
		expect(read(value)).toEqual(reference);
	});

	test.each<[unknown, string]>([
		['', 'User is empty'],
		[{ mode: 'list', value: '' }, 'User is empty'],
		['me', 'User “me” is not a user ID (a whole number above 0, or my)'],
		['MY', 'User “MY” is not a user ID (a whole number above 0, or my)'],
		['ada@a.example', 'User is not a user ID (a whole number above 0, or my)'],
		[byUsername(7), 'User “7” is not a username (an e-mail address)'],
		[byUsername('my'), 'User “my” is not a username (an e-mail address)'],
		[byUsername('a@b@c'), 'User is not a username (an e-mail address)'],
		[byUsername('a b@c'), 'User is not a username (an e-mail address)'],
		[byUsername('a@b c'), 'User is not a username (an e-mail address)'],
		[byUsername('a/../b@c'), 'User is not a username (an e-mail address)'],
		[byUsername('a@b/c'), 'User is not a username (an e-mail address)'],
		[byUsername('@b'), 'User is not a username (an e-mail address)'],
		[byUsername('a@'), 'User is not a username (an e-mail address)'],
		[byUsername(''), 'User is empty'],
	])('is not %j', (value, message) => {
		expect(refusalOf(() => read(value))).toBe(message);
	});

	test('is nobody where “Me” logs in with an application token', () => {
		expect(refusalOf(() => read('my', false))).toBe(
			'There is no “Me”: an application token is nobody’s login',
		);
		expect(read(7, false)).toEqual({ id: '7' });
		expect(read(byUsername('a@b'), false)).toEqual({ username: 'a@b' });
	});
});

test('only where the credential logs in as a user is there a requesting user', () => {
	const check = (actsAsUser: boolean) => () =>
		requireRequestingUser({ actsAsUser }, 'Could not create the MFA key');
	expect(refusalOf(check(true))).toBeUndefined();
	expect(refusalOf(check(false))).toBe(
		'Could not create the MFA key: an application token is nobody’s login',
	);
});
