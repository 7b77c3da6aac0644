import { createHmac } from 'crypto';

import { EmnifyError } from './errors';

/** Of each step: a code that is sent then could arrive too late. */
export const LAST_SECONDS_MS = 4_000;

/** Seconds. A shorter period leaves no time to send a code, a longer one makes a second login wait too long. */
const PERIODS = { shortest: LAST_SECONDS_MS / 1000 + 1, longest: 300 };

/** A shared secret for one-time codes: RFC 6238 with emnify's SHA-1, 6 digits and 30 seconds (§1) unless a URI says otherwise. */
export interface TotpSecret {
	key: Buffer;
	algorithm: 'sha1' | 'sha256' | 'sha512';
	digits: number;
	/** Seconds a code is valid. */
	period: number;
}

/**
 * Reads a secret as people paste it: Base32 with spaces, dashes, lower case or missing padding, or a whole
 * `otpauth://totp/…` URI, either with characters that nobody sees. An empty parameter is as good as none; one that is there
 * twice must be the same. Throws an {@link EmnifyError} (`input`) that does not repeat the secret.
 */
export function readTotpSecret(text: string): TotpSecret {
	const visible = withoutInvisible(text);
	if (!/^otpauth:/i.test(visible)) {
		return { key: fromBase32(visible), algorithm: 'sha1', digits: 6, period: 30 };
	}
	const parameters = otpauthParameters(visible);
	const algorithm = algorithmOf(parameters.get('algorithm') ?? 'sha1');
	const digits = Number(parameters.get('digits') ?? 6);
	const period = Number(parameters.get('period') ?? 30);
	if (algorithm !== 'sha1' && algorithm !== 'sha256' && algorithm !== 'sha512') throw unreadable();
	if (!Number.isInteger(digits) || digits < 6 || digits > 8) throw unreadable();
	if (!Number.isInteger(period) || period < 1) throw unreadable();
	if (period < PERIODS.shortest || period > PERIODS.longest) throw unusablePeriod();
	return { key: fromBase32(parameters.get('secret') ?? ''), algorithm, digits, period };
}

/** The step (RFC 6238's T) at a time in milliseconds since 1970. */
export function totpStep({ period }: TotpSecret, timeMs: number): number {
	return Math.floor(timeMs / 1000 / period);
}

/** Milliseconds until the step at `timeMs` ends. */
export function totpRemainingMs({ period }: TotpSecret, timeMs: number): number {
	return period * 1000 - (timeMs % (period * 1000));
}

/** The code of a step, with its leading zeros. */
export function totpCode({ key, algorithm, digits }: TotpSecret, step: number): string {
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(step));
	const mac = createHmac(algorithm, key).update(counter).digest();
	const offset = mac.readUInt8(mac.length - 1) & 0xf;
	const binary = mac.readUInt32BE(offset) & 0x7fffffff;
	return String(binary % 10 ** digits).padStart(digits, '0');
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function fromBase32(text: string): Buffer {
	const clean = text
		.replace(/\p{Dash}/gu, '')
		.replace(/=+$/, '')
		.toUpperCase();
	const bytes: number[] = [];
	let buffer = 0;
	let bits = 0;
	for (const character of clean) {
		const value = BASE32.indexOf(character);
		if (value < 0) throw unreadable();
		buffer = ((buffer << 5) | value) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes.push((buffer >> bits) & 0xff);
		}
	}
	if (bytes.length === 0) throw unreadable();
	return Buffer.from(bytes);
}

/** As emnify writes a secret: without padding. */
export function toBase32(key: Buffer): string {
	const bits = [...key].map((byte) => byte.toString(2).padStart(8, '0')).join('');
	const groups = bits.match(/.{1,5}/g) ?? [];
	return groups.map((group) => BASE32[parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** Blanks of all kinds, what only steers how text is shown, and control characters. */
function withoutInvisible(text: string): string {
	return text.normalize('NFKC').replace(/[\s\p{Z}\p{C}]/gu, '');
}

/** `SHA256`, `SHA-256`, `HmacSHA256`: apps spell it in many ways. */
function algorithmOf(name: string): string {
	return name
		.toLowerCase()
		.replace(/[^a-z\d]/g, '')
		.replace(/^hmac/, '');
}

const PARAMETERS = ['secret', 'algorithm', 'digits', 'period'];

/**
 * The parameters that count. A name of an account may hold a `?` or a `#` that is not encoded, so that `URL` would look for
 * them in the wrong place.
 */
function otpauthParameters(uri: string): Map<string, string> {
	const [, rest] = /^otpauth:\/\/totp(?=[/?])(.*)$/i.exec(uri) ?? [];
	if (rest === undefined) throw unreadable();
	const found = new Map<string, string>();
	for (const part of rest.replace(/&amp;/gi, '&').split(/[?&#]/)) {
		const [name = '', ...values] = part.split('=');
		const value = withoutInvisible(decoded(values.join('=')));
		const known = PARAMETERS.find((parameter) => parameter === name.toLowerCase());
		if (known === undefined || value === '') continue;
		if ((found.get(known) ?? value) !== value) throw unreadable();
		found.set(known, value);
	}
	return found;
}

function decoded(value: string): string {
	try {
		return decodeURIComponent(value.replaceAll('+', ' '));
	} catch {
		throw unreadable();
	}
}

function unusablePeriod(): EmnifyError {
	return new EmnifyError(
		'input',
		`The period of the TOTP secret is not between ${PERIODS.shortest} and ${PERIODS.longest} seconds`,
		'emnify’s codes change every 30 seconds. Paste the otpauth:// address as emnify showed it, or the Base32 key alone.',
	);
}

function unreadable(): EmnifyError {
	return new EmnifyError(
		'input',
		'The TOTP secret could not be read',
		'Paste the Base32 key that emnify showed when the MFA key was created (letters A to Z and digits 2 to 7), or the whole otpauth:// address behind the QR code.',
	);
}
