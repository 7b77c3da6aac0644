import {
	concernedUserOf,
	ipAddressesOf,
	withoutTokens,
} from '../../../nodes/Emnify/domain/eventFacts';
import { isIpAddress } from '../../../nodes/Emnify/domain/ipAddress';

const event = (description: string | null, detail?: unknown) => ({ id: 1, description, detail });

describe('the IP addresses of an event', () => {
	test.each([
		['Invalid password from IP 203.0.113.7, 198.51.100.4', ['203.0.113.7', '198.51.100.4']],
		['Invalid password from ip 203.0.113.7', ['203.0.113.7']],
		['Login from IP: 203.0.113.7.', ['203.0.113.7']],
		['Login from IP address 2001:db8::7 and 198.51.100.4', ['2001:db8::7', '198.51.100.4']],
		['from Ip Addresses [2001:db8::7]:443, 203.0.113.7:8080', ['2001:db8::7', '203.0.113.7']],
		["from IP '203.0.113.7'", ['203.0.113.7']],
		['from IP 203.0.113.7, 203.0.113.7', ['203.0.113.7']],
		['from IPv6 fe80::1%eth0, ::ffff:192.0.2.1', ['fe80::1', '::ffff:192.0.2.1']],
		['from IP 203.0.113.7 with Chrome 141.0.0.0', ['203.0.113.7']],
		['Chrome 141.0.0.0 was used', []],
		['from IP unknown', []],
		['from IP (203.0.113.7), 198.51.100.4', ['203.0.113.7', '198.51.100.4']],
		['{"text":"from IP "203.0.113.7"}', ['203.0.113.7']],
		['from IP “[2001:db8::7]”.', ['2001:db8::7']],
		['from IP 203.0.113.“7', []],
		['from IPs 203.0.113.7 AND 198.51.100.4', ['203.0.113.7', '198.51.100.4']],
		['from IP-address = 203.0.113.7, then IPv4: 198.51.100.4', ['203.0.113.7', '198.51.100.4']],
		['the ship sailed on 10.0.0.1', []],
		[null, []],
	])('%j: %j', (description, addresses) => {
		expect(ipAddressesOf(event(description))).toEqual(addresses);
	});

	test('may stand in its details', () => {
		const detail = {
			ip_address: '203.0.113.7',
			request: { sourceIp: '2001:db8::1', ips: ['x', '198.51.100.4'], version: '1.2.3.4' },
			reason: null,
		};
		expect(ipAddressesOf(event('from IP 203.0.113.7', detail))).toEqual([
			'203.0.113.7',
			'2001:db8::1',
			'198.51.100.4',
		]);
	});
});

test.each([
	['0.0.0.0', true],
	['255.255.255.255', true],
	['256.1.1.1', false],
	['1.2.3', false],
	['1.2.3.4.', false],
	['1.2.3.4.5', false],
	['::', true],
	['::1', true],
	['1:2:3:4:5:6:7:8', true],
	['1:2:3:4:5:6:7', false],
	['1:2:3:4:5:6:7:8:9', false],
	['1::8', true],
	['1::2::3', false],
	['::ffff:1.2.3.4', true],
	['1:2:3:4:5:6:1.2.3.4', true],
	['1:2:3:4:5:6:7:1.2.3.4', false],
	['1:2:3:4:5:6:7::', true],
	['1:2:3:4::5:6:7:8', false],
	['::1.2.3.256', false],
	['::1.2.3.4.', false],
	['::x.2.3.4', false],
	['g::1.2.3.4', false],
	['12345::', false],
	['::g', false],
	[':1', false],
	['12:30', false],
	['', false],
])('whether %j is an IP address: %j', (text, isOne) => {
	expect(isIpAddress(text)).toBe(isOne);
});

describe('the user whom an event concerns', () => {
	test.each([
		["MFA key deleted for user 'Kim Park'", { name: 'Kim Park' }],
		[
			"Multi-factor Authentication deleted FOR USER 'kim@example.com'.",
			{ name: 'kim@example.com' },
		],
		["deleted for user 'Conan O'Brien' by the administrator", { name: "Conan O'Brien" }],
		["deleted for user 'Kim' by 'Ada'", { name: 'Kim' }],
		['deleted for user "Kim" by "Ada"', { name: 'Kim' }],
		['deleted for user “Kim”', { name: 'Kim' }],
		["MFA key of 'kim@example.com' was deleted by 'ada@example.com'", { name: 'kim@example.com' }],
		[
			"Failed authentication request from 'a@b.org', Reason: Invalid password from IP 203.0.113.7",
			{ name: 'a@b.org' },
		],
		['An MFA key was deleted', undefined],
		["deleted for user ''", undefined],
		["deleted for user ' '", undefined],
		["deleted for user ' Kim '", { name: 'Kim' }],
		['deleted for user ‘Kim’s phone’.', { name: 'Kim’s phone' }],
		[null, undefined],
	])('by its text: %j', (description, named) => {
		expect(concernedUserOf(event(description))).toEqual(named);
	});

	test.each([
		[
			{ user: { id: 5, username: 'kim@example.com', name: 'Kim' } },
			{ id: 5, username: 'kim@example.com', name: 'Kim' },
		],
		[{ user: { id: null, name: 'Kim' } }, { name: 'Kim' }],
		[{ user: { id: 5, username: '', name: '' } }, { id: 5 }],
		[{ user: { id: 1.5, username: 7, name: {} } }, { name: 'Text' }],
		[{ user: ' Kim ' }, { name: 'Kim' }],
		[{ user: ' ' }, { name: 'Text' }],
		[{ user: 5 }, { id: 5 }],
		[{ user: 1.5 }, { name: 'Text' }],
		[{ user: true }, { name: 'Text' }],
		[{ user: null }, { name: 'Text' }],
		[{ user: {} }, { name: 'Text' }],
		['user', { name: 'Text' }],
		[null, { name: 'Text' }],
	])('by its details: %j', (detail, named) => {
		expect(concernedUserOf(event("deleted for user 'Text'", detail))).toEqual(named);
	});
});

test.each([
	['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0'],
	['eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.'],
	['eyJhbGciOiJSU0EtT0FFUCJ9.aaaaaaaa.bbbbbbbb.cccccccc.dddddddd'],
	['eyAiYWxnIjogIkhTMjU2IiB9.eyAic3ViIjogIjEiIH0.c2lnbmF0dXJlLW9mLWl0'],
	['ewogICJhbGciOiAiSFMyNTYiCn0.ewogICJzdWIiOiAiMSIKfQ.c2lnbmF0dXJlLW9mLWl0'],
])('a token is dropped in whatever text it stands: %s', (token) => {
	const detail = {
		a: `x=${token}&y`,
		[token]: [JSON.stringify({ token })],
		n: 5,
		z: null,
		b: true,
	};
	const given = JSON.stringify(withoutTokens({ id: 1, detail }));
	for (const part of token.split('.').filter((text) => text !== ''))
		expect(given).not.toContain(part);
	expect(given).toContain('"n":5,"z":null,"b":true');
});

test('what is named as a secret is dropped, whatever it looks like', () => {
	const detail = {
		activationKey: 'a',
		accessToken: 'b',
		list: [{ Password: 'c' }],
		secret_key: ['d'],
		token: '',
	};
	expect(withoutTokens({ id: 1, detail }).detail).toEqual({
		activationKey: '(removed)',
		accessToken: '(removed)',
		list: [{ Password: '(removed)' }],
		secret_key: ['(removed)'],
		token: '',
	});
});

test('what is no token stays', () => {
	const harmless = {
		id: 1,
		description: "eye-tracking.example.com failed 'n8n', Reason: TokenStatus Revoked",
		detail: { token_id: 5, tokenName: 'n8n', token: null },
	};
	expect(withoutTokens(harmless)).toEqual(harmless);
});
