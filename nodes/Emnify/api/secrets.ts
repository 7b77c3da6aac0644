import { toBase32 } from './totp';

/** Fields of requests and of the credential that hold a secret. */
const SECRET_FIELDS = [
	'application_token',
	'applicationToken',
	'auth_token',
	'code',
	'fingerprint',
	'mfa_token',
	'otpauth',
	'password',
	'passwordToSend',
	'refresh_token',
	'refreshToken',
	'secret_key',
	'sessionRefreshToken',
	'sessionToken',
	'token',
];

/**
 * So many bytes of a secret in a row are taken out, wherever they begin; a shorter secret only as a whole. Of a long one a
 * few more, so that no common word which stands in it is taken for it.
 */
const PART = 8;
const PART_OF_LONG = 12;
const LONG = 24;
/** Shorter secrets would be found by chance in what is none of them, once that is decoded. */
const SHORTEST_ENCODED = 4;

// A refusal is a few sentences. What goes beyond is left out, so that no answer costs more than this.
const LONGEST_TEXT = 2_000;
const MOST_TEXT = 10_000;
const MOST_VALUES = 1_000;
const DEEPEST = 10;

/**
 * An answer without the secrets in `known`, an object such as the request's body or the credential: a server could repeat
 * them, and n8n stores what is quoted. A long part of one counts, in capitals too, and in every form in which it can come
 * back: escaped as in JSON, a web address, a form or HTML, in Base64 or hexadecimal, and one in the other. What is too long
 * or too deep for a refusal is left out. The bytes of a key (a `Buffer`) count as they are, and as Base32.
 */
export function withoutSecrets(answer: unknown, known: object): unknown {
	const secrets = secretsIn(known);
	if (secrets.size === 0) return answer;
	let valuesLeft = MOST_VALUES;
	let textLeft = MOST_TEXT;
	const clean = (value: unknown, depth: number): unknown => {
		if (valuesLeft-- <= 0 || depth > DEEPEST) return null;
		if (typeof value === 'string') {
			const read = value.slice(0, Math.min(LONGEST_TEXT, textLeft));
			textLeft -= read.length;
			// At the end of what is cut off there may be too little of a secret for it to be known.
			return redact(read, secrets, value === read ? read.length : read.length - 6 * PART_OF_LONG);
		}
		if (typeof value === 'number') {
			return redact(String(value), secrets) === String(value) ? value : null;
		}
		if (Array.isArray(value)) return value.map((element) => clean(element, depth + 1));
		if (typeof value !== 'object' || value === null) return value;
		const entries = Object.entries(value).slice(0, MOST_VALUES);
		return Object.fromEntries(entries.map(([name, part]) => [name, clean(part, depth + 1)]));
	};
	return clean(answer, 0);
}

/** What to look for, by its length: short secrets, and each part of the long ones. */
type Secrets = Map<number, Set<string>>;

function secretsIn(known: object): Secrets {
	const found: Secrets = new Map();
	const add = (encoded: Buffer) => {
		const bytes = lowerCase(encoded.toString('latin1'));
		const length = Math.min(bytes.length, bytes.length < LONG ? PART : PART_OF_LONG);
		const parts = found.get(length) ?? new Set();
		if (length > 0) found.set(length, parts);
		for (let at = 0; at + length <= bytes.length; at++) parts.add(bytes.slice(at, at + length));
	};
	const visit = (object: object): void => {
		for (const [name, value] of Object.entries(object) as Array<[string, unknown]>) {
			if (Buffer.isBuffer(value)) {
				add(value);
				add(Buffer.from(toBase32(value)));
			} else if (typeof value === 'object' && value !== null) {
				visit(value);
			} else if (typeof value === 'string' && SECRET_FIELDS.includes(name)) {
				add(Buffer.from(value));
				// A hash, which can come back in another notation.
				if (/^([\da-f]{2}){16,}$/i.test(value)) add(Buffer.from(value, 'hex'));
			}
		}
	};
	visit(known);
	return found;
}

/** A text as bytes, a character each, and the place in the text that each comes from. */
interface Reading {
	bytes: string;
	from: number[];
	to: number[];
}

/** The text up to `end`, with a mask for each secret. */
function redact(text: string, secrets: Secrets, end = text.length): string {
	const isSecret = new Uint8Array(text.length);
	const mark = ({ bytes, from, to }: Reading, shortest: number) => {
		const folded = lowerCase(bytes);
		for (const [length, parts] of secrets) {
			if (length < shortest) continue;
			for (let at = 0; at + length <= folded.length; at++) {
				if (parts.has(folded.slice(at, at + length))) {
					isSecret.fill(1, from[at], to[at + length - 1]);
				}
			}
		}
	};
	const plain = plainReading(text);
	mark(plain, 1);
	const decoded = decodings(plain);
	for (const reading of decoded) mark(reading, SHORTEST_ENCODED);
	for (const reading of decoded.flatMap(decodings)) mark(reading, SHORTEST_ENCODED);
	return [...text.slice(0, Math.max(0, end)).split('').entries()]
		.map(([at, unit]) => (isSecret[at] ? (isSecret[at - 1] ? '' : MASK) : unit))
		.join('');
}

const MASK = '***';

function plainReading(text: string): Reading {
	const reading: Reading = { bytes: '', from: [], to: [] };
	let at = 0;
	for (const character of text) {
		append(reading, utf8(character), at, at + character.length);
		at += character.length;
	}
	return reading;
}

/** The other readings of what may be encoded; none where it is not. */
function decodings(reading: Reading): Reading[] {
	const unescaped = ESCAPES.map(([pattern, decode]) => replaced(reading, pattern, decode));
	return [
		...unescaped.flatMap((other) => other ?? []),
		...behindBackslashes(reading),
		...inBase64(reading),
		...inHex(reading),
	];
}

/** The most characters that a part of a secret takes, escaped: `\u0061` for a byte, twice as many for some. */
const LONGEST_ESCAPED_PART = PART_OF_LONG * 12;

/**
 * What begins behind a backslash that is not its own. Read with it, the first escape is one of a backslash: `\\u0061` may be `\`
 * and an escaped `a`.
 */
function behindBackslashes({ bytes, from, to }: Reading): Reading[] {
	const [backslashes] = ESCAPES;
	return [...bytes.matchAll(/\\{2,}/g)].flatMap(({ index }) => {
		const [start, end] = [index + 1, index + 1 + LONGEST_ESCAPED_PART];
		const behind = {
			bytes: bytes.slice(start, end),
			from: from.slice(start, end),
			to: to.slice(start, end),
		};
		return replaced(behind, ...backslashes) ?? [];
	});
}

const fromHex = (digits: string) => String.fromCharCode(parseInt(digits, 16));

type Escape = [pattern: RegExp, decode: (escaped: string) => string];

/** Each way of escaping by itself: what is escaped in one may look as if it were in another. */
const ESCAPES: [Escape, ...Escape[]] = [
	// JSON, and what else has backslashes.
	[
		/\\u(d[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|[\da-f]{4})|\\x[\da-f]{2}|\\[^ux]/gi,
		(escaped) => {
			if (/^\\[ux]/i.test(escaped)) {
				return utf8(escaped.slice(2).split(/\\u/i).map(fromHex).join(''));
			}
			return { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[escaped[1] ?? ''] ?? escaped.slice(1);
		},
	],
	// Web addresses, and forms.
	[/%[\da-f]{2}/gi, (escaped) => fromHex(escaped.slice(1))],
	[/%[\da-f]{2}|\+/gi, (escaped) => (escaped === '+' ? ' ' : fromHex(escaped.slice(1)))],
	// HTML.
	[
		/&(#\d{1,6}|#x[\da-f]{1,5}|quot|apos|amp|lt|gt);/gi,
		(escaped) => {
			const name = escaped.slice(1, -1).toLowerCase();
			const named = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' }[name];
			const code = name.startsWith('#x') ? parseInt(name.slice(2), 16) : Number(name.slice(1));
			return named ?? utf8(String.fromCodePoint(code));
		},
	],
];

function replaced(
	{ bytes, from, to }: Reading,
	pattern: RegExp,
	decode: (escaped: string) => string,
): Reading | undefined {
	const reading: Reading = { bytes: '', from: [], to: [] };
	let copied = 0;
	const copyUpTo = (end: number) => {
		reading.bytes += bytes.slice(copied, end);
		reading.from.push(...from.slice(copied, end));
		reading.to.push(...to.slice(copied, end));
	};
	for (const { 0: escaped, index } of bytes.matchAll(pattern)) {
		copyUpTo(index);
		copied = index + escaped.length;
		append(reading, decode(escaped), from[index] ?? 0, to[copied - 1] ?? 0);
	}
	if (copied === 0) return undefined;
	copyUpTo(bytes.length);
	return reading;
}

/** A part of what was encoded may begin at any of the four characters that make three bytes. */
function inBase64(reading: Reading): Reading[] {
	return [0, 1, 2, 3].flatMap((shift) =>
		runs(reading, /[\w+/-]{6,}/g, (run) => [
			Buffer.from(run.slice(shift), 'base64').toString('latin1'),
			(byte) => shift + Math.floor((byte * 4) / 3),
		]),
	);
}

function inHex(reading: Reading): Reading[] {
	return [0, 1].flatMap((shift) =>
		runs(reading, /[\da-f]{8,}/gi, (run) => [
			Buffer.from(run.slice(shift), 'hex').toString('latin1'),
			(byte) => shift + byte * 2,
		]),
	);
}

/** A reading for each run of characters: each byte of it comes from two of them. */
function runs(
	{ bytes, from, to }: Reading,
	pattern: RegExp,
	decode: (run: string) => [decoded: string, placeOf: (byte: number) => number],
): Reading[] {
	return [...bytes.matchAll(pattern)].map(({ 0: run, index }) => {
		const [decoded, placeOf] = decode(run);
		const places = decoded.split('').map((_, byte) => index + placeOf(byte));
		return {
			bytes: decoded,
			from: places.map((place) => from[place] ?? 0),
			to: places.map((place) => to[place + 1] ?? 0),
		};
	});
}

function append(reading: Reading, bytes: string, from: number, to: number): void {
	reading.bytes += bytes;
	for (let count = 0; count < bytes.length; count++) {
		reading.from.push(from);
		reading.to.push(to);
	}
}

function utf8(text: string): string {
	return Buffer.from(text, 'utf8').toString('latin1');
}

/** Of bytes: nothing but ASCII has another case there. */
function lowerCase(bytes: string): string {
	return bytes.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}
