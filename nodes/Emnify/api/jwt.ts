/**
 * When a JWT expires (§1: the `exp` claim), as ISO 8601, or `undefined` where the text is no JWT or has no expiry. For
 * people to read: the node itself trusts emnify's 401, not two clocks.
 */
export function expiryOf(token: string | null | undefined): string | undefined {
	const claims = claimsOf(token ?? '');
	const expiry = new Date(typeof claims?.exp === 'number' ? claims.exp * 1000 : NaN);
	return Number.isNaN(expiry.getTime()) ? undefined : expiry.toISOString();
}

function claimsOf(token: string): { exp?: unknown } | undefined {
	try {
		const claims: unknown = JSON.parse(
			Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
		);
		return typeof claims === 'object' && claims !== null ? claims : undefined;
	} catch {
		return undefined;
	}
}
