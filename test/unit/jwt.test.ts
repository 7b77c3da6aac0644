import fc from 'fast-check';
import { sign } from 'jsonwebtoken';

import { expiryOf } from '../../nodes/Emnify/api/jwt';

const withClaims = (claims: unknown) =>
	`e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

test('a token’s expiry is given as ISO 8601', () => {
	const token = sign({ exp: Date.parse('2026-03-01T16:00:00Z') / 1000 }, 'fake');
	expect(expiryOf(token)).toBe('2026-03-01T16:00:00.000Z');
});

test('other alphabets than that of plain Base64 are read', () => {
	expect(expiryOf(withClaims({ name: 'üÿ??>>', exp: 0 }))).toBe('1970-01-01T00:00:00.000Z');
});

test.each([
	['nothing', undefined],
	['an empty text', ''],
	['an opaque token', 'fake-refresh-token'],
	['dots', '..'],
	['a token without expiry', withClaims({ sub: '1' })],
	['an expiry in words', withClaims({ exp: 'tomorrow' })],
	['an expiry beyond all dates', withClaims({ exp: 1e20 })],
	['claims that are no object', withClaims(7)],
	['claims that are null', withClaims(null)],
	['claims that are no JSON', `e30.${Buffer.from('{"exp":').toString('base64url')}.x`],
])('%s has none', (_what, token) => {
	expect(expiryOf(token)).toBeUndefined();
});

test('no text makes it fail', () => {
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.jsonValue().map(withClaims)), (token) => {
			expect(['string', 'undefined']).toContain(typeof expiryOf(token));
		}),
	);
});
