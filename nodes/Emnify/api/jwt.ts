/**
 * When a JWT expires (§1: the `exp` claim), as ISO 8601, or `undefined` where the text is no JWT or has no expiry. For
 * people to read: the node itself trusts emnify's 401, not two clocks.
 */
export function expiryOf(token: string | null | undefined): string | undefined {
	const claims = claimsOf(token ?? '');
	const expiry = new Date(typeof claims?.exp === 'number' ? claims.exp * 1000 : NaN);
	return Number.isNaN(expiry.getTime()) ? undefined : expiry.toISOString();
}

function claimsOf(token: string): { exp?: unknown } | null | undefined {
	try {
		const [, claims = ''] = token.split('.');
		return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as {
			exp?: unknown;
		} | null;
	} catch {
		return undefined;
	}
}
