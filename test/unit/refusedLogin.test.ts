import fc from 'fast-check';

import { readCredential } from '../../nodes/Emnify/api/credential';
import type { EmnifyError } from '../../nodes/Emnify/api/errors';
import type { Send } from '../../nodes/Emnify/api/http';
import { linkWith, newSession } from '../../nodes/Emnify/api/session';
import { toBase32 } from '../../nodes/Emnify/api/totp';

// A server may know more of a credential than what one login sends, and repeat it in a refusal.

const secret = fc.string({ minLength: 16, maxLength: 60, unit: fc.constantFrom(...'abXY019_-.') });

const credentialData = fc.record({
	authenticationMethod: fc.constantFrom('applicationToken', 'userCredentials'),
	username: fc.constant('someone@example.com'),
	applicationToken: secret,
	password: secret,
	passwordFormat: fc.constantFrom('plain', 'sha1'),
	totpSecret: fc
		.uint8Array({ minLength: 10, maxLength: 20 })
		.map((key) => toBase32(Buffer.from(key))),
	fingerprint: secret,
	sessionToken: secret,
	sessionRefreshToken: secret,
});

const fields = [
	'applicationToken',
	'password',
	'fingerprint',
	'totpSecret',
	'sessionToken',
	'sessionRefreshToken',
] as const;

let counter = 0;

/** The failure of a login at a server that answers with these words, and what was sent. */
async function refusedLogin(data: Record<string, string>, status: number, said: string) {
	// An address of its own: a login that failed is not repeated for a while.
	const credential = readCredential({ ...data, baseUrl: `https://emnify${counter++}.example` });
	const send: Send = async () =>
		await Promise.resolve({
			status,
			headers: {},
			body: { error_token: 'Forbidden', message: said, errors: [{ message: said }] },
		});
	const failed = newSession(credential, linkWith(credential, send));
	const { message, description } = await failed.then(
		() => Promise.reject(new RangeError('The login did not fail')),
		(error: EmnifyError) => error,
	);
	return `${message} ${description}`;
}

/** Whether 12 characters of it in a row are left: what begins later is masked as well. */
function isLeft(text: string, hidden: string): boolean {
	const folded = text.toLowerCase();
	return [...hidden.slice(11)].some((_, at) =>
		folded.includes(hidden.slice(at, at + 12).toLowerCase()),
	);
}

test('repeats nothing that the credential holds, sent or not', async () => {
	await fc.assert(
		fc.asyncProperty(
			credentialData,
			fc.constantFrom(400, 401, 403, 422, 429, 500),
			fc.constantFrom(...fields),
			fc.constantFrom<(hidden: string) => string>(
				(hidden) => hidden,
				(hidden) => JSON.stringify({ hidden }),
				(hidden) => Buffer.from(hidden).toString('base64'),
				(hidden) => Buffer.from(hidden).toString('hex'),
			),
			async (data, status, field, encode) => {
				// Of the other login method there is no key in use.
				fc.pre(field !== 'totpSecret' || data.authenticationMethod === 'userCredentials');
				const hidden = data[field];
				const shown = await refusedLogin(data, status, `You are known by ${encode(hidden)} here`);
				expect(shown).toContain('You are known by');
				expect(shown).toContain('***');
				expect(isLeft(shown, hidden)).toBe(false);
				if (encode(hidden) !== hidden) expect(shown).not.toContain(encode(hidden));
			},
		),
		{ numRuns: 200 },
	);
});

test('says the rest of what the server said', async () => {
	const data = { applicationToken: 'fake-application-token', password: 'fake-password' };
	expect(await refusedLogin(data, 403, 'someone may not log in from 192.0.2.1')).toContain(
		'“someone may not log in from 192.0.2.1”',
	);
});
