import type { IHttpRequestOptions } from 'n8n-workflow';

import { EmnifyError } from '../../nodes/Emnify/api/errors';
import { authorizeRequest } from '../../nodes/Emnify/api/authorizeRequest';

const BASE_URL = 'https://cdn.emnify.net';
const TOKEN = 'fake.session.token';

const sign = (request: object, baseUrl = BASE_URL, token: string | undefined = TOKEN) =>
	authorizeRequest({ ...request } as IHttpRequestOptions, baseUrl, token);

test.each([
	['an absolute url', { url: 'https://cdn.emnify.net/api/v1/sim' }],
	['a relative url with a baseURL', { url: '/api/v1/sim', baseURL: 'https://cdn.emnify.net' }],
	['the uri of n8n’s older nodes', { uri: 'https://cdn.emnify.net/api/v1/sim' }],
	['the default port written out', { url: 'https://cdn.emnify.net:443/api/v1/sim' }],
	['capitals in the host', { url: 'https://CDN.emnify.NET/api/v1/sim' }],
])('the token goes to the credential’s server, named by %s', (_how, request) => {
	expect(sign(request).headers).toEqual({ Authorization: `Bearer ${TOKEN}` });
});

test('to a Base URL with a path the token goes too', () => {
	const signed = sign({ url: 'https://proxy.example/emnify/api' }, 'https://proxy.example/emnify');
	expect(signed.headers?.Authorization).toBe(`Bearer ${TOKEN}`);
});

test.each([
	['another host', { url: 'https://evil.example/api/v1/sim' }],
	['a host that begins alike', { url: 'https://cdn.emnify.net.evil.example/' }],
	['a host that ends alike', { url: 'https://evilcdn.emnify.net/' }],
	['the host as a user name', { url: 'https://cdn.emnify.net@evil.example/' }],
	['the host without encryption', { url: 'http://cdn.emnify.net/api/v1/sim' }],
	['another port', { url: 'https://cdn.emnify.net:8443/api/v1/sim' }],
	['a relative url with another baseURL', { url: '/api', baseURL: 'https://evil.example' }],
	['an absolute url past our baseURL', { url: 'https://evil.example', baseURL: BASE_URL }],
	['a url without scheme past our baseURL', { url: '//evil.example/api', baseURL: BASE_URL }],
	['a url with backslashes past our baseURL', { url: '\\\\evil.example/api', baseURL: BASE_URL }],
	['the uri of n8n’s older nodes', { uri: 'https://evil.example/' }],
	['a url beside our uri', { url: 'https://evil.example/', uri: `${BASE_URL}/api` }],
])('the token does not go to %s', (_where, request) => {
	expect(() => sign(request)).toThrow(EmnifyError);
	expect(() => sign(request)).toThrow(/^The Emnify credential was not sent to https?:\/\//);
});

test.each([
	['a relative url alone', { url: '/api/v1/sim' }],
	['no url', {}],
	['something that is no url', { url: 'https://' }],
])('the token does not go to %s', (_where, request) => {
	expect(() => sign(request)).toThrow(/not sent to an address that cannot be read/);
});

test('a refusal says what to correct, and not the token', () => {
	try {
		sign({ url: 'https://evil.example/?key=fake-marked' });
		throw new RangeError('It was signed');
	} catch (error) {
		const { kind, message, description } = error as EmnifyError;
		expect(kind).toBe('input');
		expect(message).toBe('The Emnify credential was not sent to https://evil.example');
		expect(description).toMatch(/belongs to https:\/\/cdn\.emnify\.net.*Correct/);
		expect(`${message}${description}`).not.toContain('fake');
	}
});

test('the token is not sent along when a server redirects elsewhere', () => {
	const request = { url: `${BASE_URL}/api`, sendCredentialsOnCrossOriginRedirect: true };
	expect(sign(request).sendCredentialsOnCrossOriginRedirect).toBe(false);
	const unsigned = authorizeRequest({ ...request }, BASE_URL, undefined);
	expect(unsigned.sendCredentialsOnCrossOriginRedirect).toBe(false);
});

test('other headers stay, and an older token of ours is replaced', () => {
	const headers = { Accept: 'application/json', Authorization: 'Bearer old' };
	expect(sign({ url: `${BASE_URL}/api`, headers }).headers).toEqual({
		Accept: 'application/json',
		Authorization: `Bearer ${TOKEN}`,
	});
	expect(headers.Authorization).toBe('Bearer old');
});

test('without a token nothing is added, and the address is checked all the same', () => {
	expect(authorizeRequest({ url: `${BASE_URL}/api` }, BASE_URL, undefined).headers).toBeUndefined();
	expect(() => authorizeRequest({ url: 'https://evil.example' }, BASE_URL, undefined)).toThrow(
		EmnifyError,
	);
});
