import fc from 'fast-check';
import { Secret, TOTP } from 'otpauth';

import { EmnifyError } from '../../nodes/Emnify/api/errors';
import {
	LAST_SECONDS_MS,
	readTotpSecret,
	totpCode,
	totpRemainingMs,
	totpStep,
} from '../../nodes/Emnify/api/totp';

const codeAt = (text: string, timeMs: number) => {
	const secret = readTotpSecret(text);
	return totpCode(secret, totpStep(secret, timeMs));
};

/** RFC 6238's keys: the digits 1 to 0, over and over, as many as the hash is long. */
const keyOf = (length: number) =>
	new Secret({ buffer: new TextEncoder().encode('1234567890'.repeat(7).slice(0, length)).buffer })
		.base32;

describe('the vectors of RFC 6238, appendix B', () => {
	const vectors = [
		[59, '94287082', '46119246', '90693936'],
		[1111111109, '07081804', '68084774', '25091201'],
		[1111111111, '14050471', '67062674', '99943326'],
		[1234567890, '89005924', '91819424', '93441116'],
		[2000000000, '69279037', '90698825', '38618901'],
		[20000000000, '65353130', '77737706', '47863826'],
	] as const;

	test.each(vectors)('at %i s since 1970', (seconds, sha1, sha256, sha512) => {
		const uri = (algorithm: string, length: number) =>
			`otpauth://totp/RFC:6238?secret=${keyOf(length)}&algorithm=${algorithm}&digits=8&period=30`;
		expect(codeAt(uri('SHA1', 20), seconds * 1000)).toBe(sha1);
		expect(codeAt(uri('SHA256', 32), seconds * 1000)).toBe(sha256);
		expect(codeAt(uri('SHA512', 64), seconds * 1000)).toBe(sha512);
	});
});

describe('agrees with the otpauth library', () => {
	const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 });
	const time = fc.integer({ min: 0, max: 4_102_444_800_000 });

	test('for any secret at any time, in emnify’s form: SHA-1, 6 digits, 30 seconds', () => {
		fc.assert(
			fc.property(bytes, time, (key, timestamp) => {
				const secret = new Secret({ buffer: Uint8Array.from(key).buffer });
				expect(codeAt(secret.base32, timestamp)).toBe(new TOTP({ secret }).generate({ timestamp }));
			}),
		);
	});

	test('for any otpauth address that it writes', () => {
		fc.assert(
			fc.property(
				bytes,
				time,
				fc.constantFrom('SHA1', 'SHA256', 'SHA512'),
				fc.integer({ min: 6, max: 8 }),
				fc.integer({ min: 5, max: 300 }),
				fc.string(),
				(key, timestamp, algorithm, digits, period, label) => {
					const secret = new Secret({ buffer: Uint8Array.from(key).buffer });
					const generator = new TOTP({
						issuer: 'emnify',
						label: `user${label.replaceAll(':', '')}`,
						secret,
						algorithm,
						digits,
						period,
					});
					expect(codeAt(generator.toString(), timestamp)).toBe(generator.generate({ timestamp }));
				},
			),
		);
	});
});

const wide = (letter: string) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0);

describe('a secret is read as people paste it:', () => {
	const plain = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
	const key = readTotpSecret(plain).key.toString('hex');

	test.each([
		['in groups', 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP'],
		['in groups with dashes', 'JBSW-Y3DP-EHPK-3PXP-JBSW-Y3DP-EHPK-3PXP'],
		['in lower case', plain.toLowerCase()],
		['with spaces, a tab and a line break around it', ` \t${plain}\n`],
		['as an otpauth address', `otpauth://totp/emnify:a%40b.example?secret=${plain}&issuer=emnify`],
		['as an otpauth address with a scheme in capitals', `OTPAUTH://totp/x?secret=${plain}`],
		['in groups with blanks that do not break', plain.replace(/.{4}/g, '$&\u00a0')],
		['in groups with dashes of a text processor', plain.replace(/.{4}/g, '$&–')],
		['with spaces of no width', `\u200b${plain.replace(/.{8}/g, '$&\u200b\u200d\ufeff')}\u2060`],
		['with marks of direction, a soft hyphen and a NUL', `\u202a${plain}\u202c\u00ad\0`],
		['in wide letters', plain.replace(/[A-Z]/g, (letter) => wide(letter))],
		[
			'as an otpauth address with spaces of no width',
			`\u200botpauth://totp/x?secret=\u200b${plain}`,
		],
		['as an otpauth address in capitals', `OTPAUTH://TOTP/X?SECRET=${plain}&DIGITS=6`],
		['as an otpauth address in small letters', `otpauth://totp/x?secret=${plain.toLowerCase()}`],
		['without a label', `otpauth://totp?secret=${plain}`],
		[
			'with empty parameters',
			`otpauth://totp/x?secret=${plain}&digits=&period=&algorithm=&issuer=`,
		],
		['with a # in the label', `otpauth://totp/emnify #1:a?secret=${plain}`],
		['with a ? in the label', `otpauth://totp/who?:a?secret=${plain}&issuer=who?`],
		['with a # in the issuer', `otpauth://totp/x?issuer=a#b&secret=${plain}`],
		['with a % in the label', `otpauth://totp/100%?secret=${plain}`],
		['as HmacSHA1', `otpauth://totp/x?secret=${plain}&algorithm=HmacSHA1`],
		['as HMAC-SHA-1', `otpauth://totp/x?secret=${plain}&algorithm=hmac-sha-1`],
		['with the secret twice', `otpauth://totp/x?secret=${plain}&secret=${plain}`],
		['copied from HTML', `otpauth://totp/x?issuer=emnify&amp;secret=${plain}&amp;digits=6`],
		['with encoded padding', `otpauth://totp/x?secret=${plain}%3D%3D`],
		[
			'as an otpauth address whose secret is in groups',
			`otpauth://totp/x?secret=JBSW%20Y3DP%20EHPK%203PXP%20JBSW%20Y3DP%20EHPK%203PXP`,
		],
	])('%s', (_how, text) => {
		expect(readTotpSecret(text)).toEqual({
			key: Buffer.from(key, 'hex'),
			algorithm: 'sha1',
			digits: 6,
			period: 30,
		});
	});

	test('with, with too little and without padding', () => {
		// RFC 4648's vectors
		for (const text of ['MZXW6===', 'MZXW6=', 'MZXW6', 'mzxw6']) {
			expect(readTotpSecret(text).key.toString()).toBe('foo');
		}
		expect(readTotpSecret('MZXW6YTBOI======').key.toString()).toBe('foobar');
	});

	test('an otpauth address says which hash, how many digits and how long', () => {
		expect(
			readTotpSecret(`otpauth://totp/x?secret=${plain}&algorithm=SHA-256&digits=8&period=60`),
		).toMatchObject({ algorithm: 'sha256', digits: 8, period: 60 });
		expect(
			readTotpSecret(`otpauth://totp/x?secret=${plain}&amp;algorithm=HmacSHA512&amp;digits=7`),
		).toMatchObject({ algorithm: 'sha512', digits: 7, period: 30 });
	});
});

describe('what is no secret is refused without being repeated:', () => {
	test.each([
		['nothing', ''],
		['spaces', '   '],
		['padding alone', '===='],
		['too little for one byte', 'J'],
		['characters that Base32 lacks', 'MARKED0189'],
		['a code instead of the secret', '918273'],
		['a password', 'marked pass-word!'],
		['padding in the middle', 'MZ=XW6MARKED'],
		['an address for counters', 'otpauth://hotp/marked?secret=JBSWY3DPEHPK3PXP&counter=1'],
		['an address without a secret', 'otpauth://totp/marked?issuer=emnify'],
		['an address with another hash', 'otpauth://totp/marked?secret=JBSWY3DPEHPK3PXP&algorithm=MD5'],
		['an address with five digits', 'otpauth://totp/marked?secret=JBSWY3DPEHPK3PXP&digits=5'],
		['an address with digits in words', 'otpauth://totp/marked?secret=JBSWY3DPEHPK3PXP&digits=six'],
		['an address without a period', 'otpauth://totp/marked?secret=JBSWY3DPEHPK3PXP&period=0'],
		['something like an address', 'otpauth:marked'],
		['an address of another kind', 'otpauth://totpx/marked?secret=JBSWY3DPEHPK3PXP'],
		['two secrets', 'otpauth://totp/marked?secret=JBSWY3DPEHPK3PXP&secret=JBSWY3DPEHPK3PXQ'],
		['two numbers of digits', 'otpauth://totp/marked?secret=JBSWY3DPEHPK3PXP&digits=6&digits=8'],
		['an empty secret', 'otpauth://totp/marked?secret=&digits=6'],
		['a broken encoding', 'otpauth://totp/marked?secret=%E0%A4%A'],
		['a list of an app', 'otpauth-migration://offline?data=MARKED'],
		['invisible characters alone', '\u200b\u00a0\ufeff'],
	])('%s', (_what, text) => {
		let thrown: unknown;
		try {
			readTotpSecret(text);
		} catch (error) {
			thrown = error;
		}
		expect(thrown).toBeInstanceOf(EmnifyError);
		const { kind, message, description } = thrown as EmnifyError;
		expect(kind).toBe('input');
		expect(message).toBe('The TOTP secret could not be read');
		expect(description).toMatch(/Base32.*otpauth:\/\//);
		if (text.trim() !== '') expect(`${message} ${description}`).not.toContain(text.trim());
		expect(`${message} ${description}`.toLowerCase()).not.toContain('marked');
	});
});

test('a step lasts its period, and says how long it still does', () => {
	const secret = readTotpSecret('JBSWY3DPEHPK3PXP');
	expect(totpStep(secret, 0)).toBe(0);
	expect(totpStep(secret, 29_999)).toBe(0);
	expect(totpStep(secret, 30_000)).toBe(1);
	expect(totpRemainingMs(secret, 0)).toBe(30_000);
	expect(totpRemainingMs(secret, 29_999)).toBe(1);
	expect(totpRemainingMs(secret, 30_000)).toBe(30_000);
});

describe('the period of a one-time code', () => {
	const withPeriod = (period: number) =>
		readTotpSecret(`otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=${period}`);

	test.each([1, 2, 3, 4, 301, 3_600, 1e9])('of %i seconds is refused', (period) => {
		expect(() => withPeriod(period)).toThrow(
			expect.objectContaining({
				kind: 'input',
				message: 'The period of the TOTP secret is not between 5 and 300 seconds',
			}),
		);
	});

	test.each([5, 6, 30, 60, 299, 300])('of %i seconds is used', (period) => {
		expect(withPeriod(period).period).toBe(period);
	});

	test('leaves time to send a code, whatever is accepted', () => {
		expect(totpRemainingMs(withPeriod(5), 0)).toBeGreaterThan(LAST_SECONDS_MS);
	});
});
