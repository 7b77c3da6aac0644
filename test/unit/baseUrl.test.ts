import { checkBaseUrl, DEFAULT_BASE_URL } from '../../nodes/Emnify/api/baseUrl';
import { EmnifyError } from '../../nodes/Emnify/api/errors';

function refusalOf(value: unknown): EmnifyError {
	try {
		checkBaseUrl(value);
	} catch (error) {
		expect(error).toBeInstanceOf(EmnifyError);
		return error as EmnifyError;
	}
	throw new RangeError(`“${String(value)}” was let through`);
}

test.each([
	['the default', DEFAULT_BASE_URL, 'https://cdn.emnify.net'],
	['another https address', 'https://emnify.example', 'https://emnify.example'],
	['https with a port', 'https://emnify.example:8443', 'https://emnify.example:8443'],
	['a trailing slash, which goes', 'https://cdn.emnify.net/', 'https://cdn.emnify.net'],
	['several trailing slashes', 'https://cdn.emnify.net//', 'https://cdn.emnify.net'],
	['a path', 'https://proxy.example/emnify/', 'https://proxy.example/emnify'],
	['a pasted /api/v1, which goes', 'https://cdn.emnify.net/api/v1', 'https://cdn.emnify.net'],
	['/api/v1/', 'https://cdn.emnify.net/api/v1/', 'https://cdn.emnify.net'],
	['/api/v1 behind two slashes', 'https://cdn.emnify.net//api/v1//', 'https://cdn.emnify.net'],
	['/API/V1', 'https://CDN.emnify.net/API/V1', 'https://cdn.emnify.net'],
	[
		'the address of the login',
		'https://cdn.emnify.net/api/v1/authenticate',
		'https://cdn.emnify.net',
	],
	['/api/v1 of a white label', 'https://iot.example/emnify/api/v1/', 'https://iot.example/emnify'],
	['a path that is like it', 'https://iot.example/api/v1x', 'https://iot.example/api/v1x'],
	['a path that begins like it', 'https://iot.example/api/v1/x', 'https://iot.example/api/v1/x'],
	['a path of its own', 'https://iot.example/api', 'https://iot.example/api'],
	['spaces around it', ' https://cdn.emnify.net\n', 'https://cdn.emnify.net'],
	['capitals', 'HTTPS://CDN.Emnify.net', 'https://cdn.emnify.net'],
	['http to 127.0.0.1', 'http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
	['http to the rest of 127.*', 'http://127.1.2.3', 'http://127.1.2.3'],
	['http to localhost', 'http://localhost:4010/', 'http://localhost:4010'],
	['http to ::1', 'http://[::1]:4010', 'http://[::1]:4010'],
])('lets through %s', (_what, value, expected) => {
	expect(checkBaseUrl(value)).toBe(expected);
});

test.each([
	['http://cdn.emnify.net'],
	['http://127.0.0.1.evil.com'],
	['http://127.0.0.1.'.concat('example')],
	['http://localhost.evil.com'],
	['http://evil.com/127.0.0.1'],
	['http://localhost.'],
	['http://10.0.0.1'],
	['http://192.168.0.1:4010'],
	['http://0.0.0.0:4010'],
	['http://[::2]'],
	['http://[::ffff:10.0.0.1]'],
	['ftp://cdn.emnify.net'],
	['file:///etc/passwd'],
	['javascript:alert(1)'],
	['ws://localhost'],
	['cdn.emnify.net:443'],
])('refuses %s: the login would travel unencrypted', (value) => {
	expect(refusalOf(value)).toMatchObject({
		kind: 'input',
		message: 'Base URL in the Emnify credential does not start with https://',
		description: expect.stringMatching(/Use https/),
	});
});

test.each([
	['https://user@cdn.emnify.net'],
	['https://user:fake-password@cdn.emnify.net'],
	['https://127.0.0.1:4010@evil.com'],
	['http://localhost@evil.com'],
	['https://cdn.emnify.net?q=1'],
	['https://cdn.emnify.net/#fragment'],
])('refuses %s: it holds more than an address', (value) => {
	const { kind, message, description } = refusalOf(value);
	expect(kind).toBe('input');
	expect(message).toBe('Base URL in the Emnify credential holds more than an address');
	expect(description).toMatch(/without user, password, query or #/);
	expect(`${message} ${description}`).not.toContain('fake-password');
});

test.each([
	[''],
	['   '],
	['https://'],
	['https:// evil.com'],
	['cdn.emnify.net'],
	['//x'],
	['cdn.emnify.net/api/v1'],
	['127.0.0.1:4010'],
	[undefined],
	[null],
	[{}],
	[4010],
])('refuses %p: it is no address', (value) => {
	expect(refusalOf(value)).toMatchObject({
		kind: 'input',
		message: 'Base URL in the Emnify credential is not a web address',
		description: `Enter an address such as ${DEFAULT_BASE_URL}.`,
	});
});
