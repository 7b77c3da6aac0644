import { Secret, TOTP } from 'otpauth';
import type { MfaKey } from './world';

const stepSeconds = 30;

/** The generator of contract §1: RFC 6238, SHA-1, 6 digits, 30 s step. `secret` is Base32. */
export function totp(secret: string, username: string): TOTP {
	return new TOTP({
		issuer: 'emnify',
		label: username,
		algorithm: 'SHA1',
		digits: 6,
		period: stepSeconds,
		secret: Secret.fromBase32(secret),
	});
}

/**
 * Whether the code is that of the current time step or the one before (RFC 6238 §5.2), and later than
 * any code accepted before, and if so uses it up.
 */
export function acceptCode(key: MfaKey, code: string, now: Date): boolean {
	const generator = totp(key.secret, '');
	const current = Math.floor(now.getTime() / 1000 / stepSeconds);
	for (const step of [current, current - 1]) {
		const fresh = key.lastStep === undefined || step > key.lastStep;
		if (fresh && generator.generate({ timestamp: step * stepSeconds * 1000 }) === code) {
			key.lastStep = step;
			return true;
		}
	}
	return false;
}
