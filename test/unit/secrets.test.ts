import { createHash } from 'node:crypto';

import fc from 'fast-check';

import { refusal } from '../../nodes/Emnify/api/refusal';
import { withoutSecrets } from '../../nodes/Emnify/api/secrets';
import { readTotpSecret } from '../../nodes/Emnify/api/totp';

describe('a secret that was sent', () => {
	test('is taken out of the answer, wherever it stands in the one and the other', () => {
		const sent = {
			password: 'fake-secret',
			trusted_device: { fingerprint: 'fake-print', browser: 'n8n' },
		};
		const answer = {
			message: 'fake-secret, fake-print and fake-secret, n8n',
			error_token: 'fake-print',
			errors: [{ error_code: 1400, message: 'fake-print' }, null],
		};
		expect(withoutSecrets(answer, sent)).toEqual({
			message: '***, *** and ***, n8n',
			error_token: '***',
			errors: [{ error_code: 1400, message: '***' }, null],
		});
	});

	test('is not looked for where there is none', () => {
		const sent = {
			username: 'someone',
			password: '',
			code: undefined,
			status: { id: 1 },
			mfa: null,
		};
		const answer = { message: 'someone did 1 thing' };
		expect(withoutSecrets(answer, sent)).toEqual(answer);
		expect(withoutSecrets('', { password: 'fake-secret' })).toBe('');
	});

	test('is taken out as a whole where one holds the other', () => {
		const sent = { password: 'fake', auth_token: 'fake-token' };
		expect(withoutSecrets(['fake-token'], sent)).toEqual(['***']);
	});

	test('leaves no part behind where the quote is cut off', () => {
		const token = `eyJ${'a1B2'.repeat(150)}`;
		const body = withoutSecrets({ message: `Bad Bearer ${token}` }, { auth_token: token });
		const { message } = refusal({ status: 422, headers: {}, body }, { action: 'do something' });
		expect(message).toMatch(/Bad Bearer \*\*\*/);
		expect(message).not.toContain(token.slice(0, 20));
	});
});

/** Every form in which a server may give a text back. */
const forms: Array<[form: string, encode: (secret: string) => string]> = [
	['as it is', (secret) => secret],
	['inside JSON', (secret) => JSON.stringify({ password: secret })],
	['inside JSON of JSON', (secret) => JSON.stringify(JSON.stringify([secret]))],
	['inside JSON of ASCII', (secret) => JSON.stringify(secret).replace(/[^ -~]/g, unicodeEscape)],
	[
		'inside JSON of ASCII in capitals',
		(secret) =>
			secret.replace(/[^]/g, (unit) => unicodeEscape(unit).toUpperCase().replace('U', 'u')),
	],
	['inside JSON with escaped slashes', (secret) => JSON.stringify(secret).replace(/\//g, '\\/')],
	['percent-encoded', encodeURIComponent],
	['percent-encoded in lower case', (secret) => encodeURIComponent(secret).toLowerCase()],
	['percent-encoded to the last', (secret) => bytesOf(secret, '%')],
	['percent-encoded twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
	['in a form', (secret) => new URLSearchParams({ password: secret }).toString()],
	['in a form inside JSON', (secret) => JSON.stringify({ body: encodeForm(secret) })],
	['in HTML', (secret) => secret.replace(/[&<>"']/g, (unit) => `&#${unit.charCodeAt(0)};`)],
	['in HTML by name', (secret) => secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
	['in Base64', (secret) => Buffer.from(secret).toString('base64')],
	['in Base64url', (secret) => Buffer.from(secret).toString('base64url')],
	['in Base64 behind a name', (secret) => Buffer.from(`admin:${secret}`).toString('base64')],
	['in Base64 inside JSON', (secret) => Buffer.from(JSON.stringify({ secret })).toString('base64')],
	[
		'in Base64, percent-encoded',
		(secret) => encodeURIComponent(Buffer.from(secret).toString('base64')),
	],
	['in hexadecimal', (secret) => bytesOf(secret, '')],
	['in hexadecimal capitals', (secret) => bytesOf(secret, '').toUpperCase()],
];

const unicodeEscape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
const encodeForm = (secret: string) => new URLSearchParams([['', secret]]).toString().slice(1);
const bytesOf = (secret: string, mark: string) =>
	[...Buffer.from(secret)].map((byte) => mark + byte.toString(16).padStart(2, '0')).join('');

/** What stands around the secret, which may run into it. */
const around = fc.constantFrom('', ' ', '"', 'Bad value: ', '{"a":"', '\\', '%', '=', '😀', 'x');

/** Half a character cannot be sent. */
const wellFormed = (text: string) => Buffer.from(text).toString() === text;

/** Texts of all sorts, and those with what each form has to escape. */
const secret = fc
	.oneof(
		fc.string({ minLength: 8, maxLength: 60, unit: 'grapheme' }),
		fc.string({ minLength: 8, maxLength: 60, unit: 'binary' }),
		fc.string({
			minLength: 8,
			maxLength: 60,
			unit: fc.constantFrom(...'aZ09"\\/%+ &<>\'\n\t\r\b\u0000=-_.é€😀u'),
		}),
		fc.string({ minLength: 20, maxLength: 500, unit: fc.constantFrom(...'abcXYZ012-_.') }),
	)
	.filter(wellFormed);

/** So many bytes in a row must not come back. */
const mostLeft = (hidden: string) => (Buffer.byteLength(hidden) < 24 ? 8 : 12);

/** Whether too many bytes of the secret in a row are left. */
function isLeft(text: string, hidden: string): boolean {
	const bytes = Buffer.from(hidden);
	const left = Buffer.from(text).toString('latin1');
	const most = mostLeft(hidden);
	for (let at = 0; at + most <= bytes.length; at++) {
		if (left.includes(bytes.subarray(at, at + most).toString('latin1'))) return true;
	}
	return false;
}

test.each([
	['an escape', 'aa\\aaaaa', '\\u0061\\u0061\\u005C\\u0061\\u0061\\u0061\\u0061\\u0061'],
	['an escaped backslash', '\\naaaaaa', '\\\\naaaaaa'],
	['one, and more of them inside', '\\na\\aaaa', '\\\\na\\\\aaaa'],
	['a line', '\naaaaaaa', '\\naaaaaaa'],
])('a stray backslash does not hide a secret that begins with %s', (_what, password, encoded) => {
	for (const before of ['\\', 'C:\\x \\', '\\\\\\']) {
		expect(withoutSecrets(`${before}${encoded}`, { password })).toContain('***');
	}
});

describe('a secret of any kind', () => {
	const fields = ['password', 'application_token', 'auth_token', 'fingerprint', 'secret_key'];

	test.each(forms)('is taken out %s, whatever is around it', (_form, encode) => {
		fc.assert(
			fc.property(
				secret,
				around,
				around,
				fc.constantFrom(...fields),
				(hidden, before, after, field) => {
					const encoded = encode(hidden);
					const text = `${before}${encoded}${after}`;
					const shown = withoutSecrets(text, { deep: { [field]: hidden } }) as string;
					expect(shown).toContain('***');
					expect(isLeft(shown, hidden)).toBe(false);
					// What is left of the encoded form is less than what so many bytes take.
					for (const part of shown.split('***')) {
						expect(encoded.includes(part) ? part.length : 0).toBeLessThan(12 * 13);
					}
				},
			),
			{ numRuns: 50 },
		);
	});

	test.each(forms)('is taken out %s where only a part of it comes back', (_form, encode) => {
		fc.assert(
			fc.property(secret, fc.nat(), fc.nat(), (hidden, start, length) => {
				const units = [...hidden];
				const from = start % units.length;
				const part = units.slice(from, from + 12 + (length % units.length)).join('');
				fc.pre(Buffer.byteLength(part) >= mostLeft(hidden));
				const shown = withoutSecrets(`It was ${encode(part)}.`, { password: hidden }) as string;
				expect(shown).toMatch(/\*\*\*/);
			}),
			{ numRuns: 30 },
		);
	});

	test('is taken out where it is cut off, at either end', () => {
		fc.assert(
			fc.property(secret, fc.nat(), (hidden, cut) => {
				const base64 = Buffer.from(hidden).toString('base64').replace(/=+$/, '');
				fc.pre(base64.length > 20);
				const end = 20 + (cut % (base64.length - 20));
				for (const part of [base64.slice(0, end), base64.slice(-end)]) {
					expect(withoutSecrets(`token=${part}`, { password: hidden })).toContain('***');
				}
			}),
		);
	});

	test('leaves other words as they are', () => {
		const text =
			'Device 4711 of “Zoë & Ren” was not found: 100 % sure, see https://x.example/?a=1+2%20';
		expect(withoutSecrets(text, { password: 'correct horse battery staple' })).toBe(text);
		expect(withoutSecrets(text, { password: 'devices' })).toBe(text);
	});
});

test('a hash comes back in capitals, or in Base64', () => {
	const hash = createHash('sha1').update('fake').digest('hex');
	for (const form of [
		hash.toUpperCase(),
		Buffer.from(hash, 'hex').toString('base64'),
		Buffer.from(hash, 'hex').toString('base64url').slice(3),
	]) {
		expect(withoutSecrets(`Not ${form}`, { passwordToSend: hash })).toMatch(
			/^Not .{0,3}\*\*\*.{0,3}$/,
		);
	}
});

test('the secret of an authenticator app counts in every notation', () => {
	const totpSecret = readTotpSecret('JBSWY3DPEHPK3PXPJBSWY3DP');
	for (const form of ['JBSWY3DPEHPK3PXPJBSWY3DP', 'jbswy3dpehpk3pxp', '48656c6c6f21deadbeef']) {
		expect(withoutSecrets(`Is it ${form}?`, { totpSecret })).toMatch(/^Is it \*\*\*/);
	}
});

test('a short secret is taken out as a whole, encoded too, and never by chance', () => {
	expect(withoutSecrets('Code 123456 is wrong', { code: '123456' })).toBe('Code *** is wrong');
	expect(withoutSecrets('Code MTIzNDU2', { code: '123456' })).toBe('Code ***');
	expect(withoutSecrets('Code 12345', { code: '123456' })).toBe('Code 12345');
	expect(withoutSecrets({ error_code: 123456 }, { code: '123456' })).toEqual({ error_code: null });
	expect(withoutSecrets('%61 is YWFh', { fingerprint: 'aa' })).toBe('%61 is YWFh');
});

describe('an answer of any size', () => {
	const known = { password: 'fake-secret' };

	test('is read within bounds', () => {
		let deep: unknown = 'fake-secret';
		for (let depth = 0; depth < 100_000; depth++) deep = [deep];
		const answer = {
			message: `${'x'.repeat(5_000_000)}fake-secret`,
			errors: Array.from({ length: 100_000 }, () => ({ message: 'fake-secret'.repeat(10) })),
			deep,
		};
		const cleaned = withoutSecrets(answer, known) as { message: string; errors: unknown[] };
		expect(cleaned.message.length).toBeLessThan(2_001);
		expect(cleaned.errors).toHaveLength(100_000);
		expect(JSON.stringify(cleaned)).not.toContain('fake');
		expect(JSON.stringify(cleaned).length).toBeLessThan(1_000_000);
	});

	test('leaves nothing of a secret where it is cut off', () => {
		for (let length = 1_900; length < 2_100; length++) {
			const answer = `${'x'.repeat(length - 11)}fake-secret${'y'.repeat(300)}`;
			expect(withoutSecrets(answer, known)).not.toMatch(/fa|ke|ec/);
		}
	});

	test('can be anything', () => {
		fc.assert(
			fc.property(fc.anything({ withNullPrototype: true }), fc.string(), (answer, password) => {
				withoutSecrets(answer, { password });
			}),
		);
	});
});
