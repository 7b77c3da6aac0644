import fc from 'fast-check';

import type { Answer } from './emnify';
import { facts } from './facts';
import type { Observed } from './observe';
import { Redactor } from './redact';
import { toMarkdown } from './report';
import { looksLikeToken, shapeOfDate, shapeOfText } from './shapes';

// Nothing of an account comes into the report: first because it is made of shapes, then because it is blacked out as well.

const MARK = 'zqxj';

/** Texts that belong to somebody: each has the mark in it. */
const secret = fc.oneof(
	fc.constantFrom(
		`${MARK}@example.com`,
		`Ada ${MARK}`,
		`https://${MARK}.example/api`,
		`eyJ${MARK}AAAA.${MARK}BBBBBB.${MARK}`,
		`2026-${MARK}-01T00:00:00Z`,
		`404 ${MARK}`,
		`rel="${MARK}"`,
	),
	fc.string({ maxLength: 12 }).map((text) => `${text}${MARK}`),
);

/** An ID, or any other number of an account; the digits stand in no text of the report. */
const privateNumber = fc.constantFrom(777_123_456, 7_771_234, 0.777_1234);

const FIELDS = [
	'id',
	'name',
	'username',
	'description',
	'created',
	'activation_date',
	'timestamp',
	'expiry_date',
	'status',
	'roles',
	'creator',
	'organisation',
	'event_type',
	'user',
	'detail',
	'operating_system',
	'error_token',
	'error_code',
	'message',
	'exp',
	'iat',
	'secret_key',
	'ip',
];

/** JSON in which every text, every number and many a name is somebody's. */
const body = fc.letrec((tie) => ({
	value: fc.oneof(
		{ depthSize: 'small', maxDepth: 4 },
		secret,
		privateNumber,
		fc.constantFrom(null, true, 0, 1, 2, 6, 14, 46),
		fc.array(tie('object'), { maxLength: 3 }),
		tie('object'),
	),
	object: fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), secret), tie('value'), { maxKeys: 6 }),
})).value;

const answer: fc.Arbitrary<Answer> = fc.record({
	status: fc.constantFrom(200, 200, 200, 400, 401, 403, 404, 422, 429, 500),
	headers: fc.dictionary(
		fc.constantFrom('link', 'date', 'retry-after', 'x-total-count', 'x-total-pages'),
		secret,
	),
	content: fc.constantFrom('json', 'json', 'json', 'html', 'text', 'empty'),
	body,
	atMs: fc.constant(1_770_000_000_000),
});

const maybe = fc.option(answer, { nil: undefined });

const token = fc.oneof(
	secret,
	fc
		.dictionary(
			fc.oneof(fc.constantFrom('exp', 'iat', 'sub'), secret),
			fc.oneof(secret, fc.integer()),
		)
		.map((claims) => `${MARK}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`),
);

const observed: fc.Arbitrary<Observed> = fc
	.record({
		asUser: fc.boolean(),
		login: fc.record({ auth_token: token }),
		organisation: maybe,
		users: maybe,
		usersPastTheEnd: maybe,
		usersDescending: maybe,
		usersByPart: fc.option(
			fc.record({ wanted: privateNumber, otherCase: answer, part: maybe, whole: maybe }),
			{ nil: undefined },
		),
		userStatuses: maybe,
		roles: maybe,
		mfaStatuses: maybe,
		mfaTypes: maybe,
		me: maybe,
		myDevices: maybe,
		unknownUser: maybe,
		unknownUsersEvents: maybe,
		user: maybe,
		devices: fc.array(answer, { maxLength: 2 }),
		eventTypes: maybe,
		events: maybe,
		eventsPastTheEnd: maybe,
		eventsDescending: maybe,
		securityEvents: maybe,
		oldEvents: maybe,
		eventsOfUser: fc.option(fc.record({ byName: answer, byId: answer }), { nil: undefined }),
		tokens: maybe,
		foreignToken: maybe,
	})
	.map((parts) => ({
		...parts,
		all: Object.values(parts).filter(
			(part): part is Answer => part !== undefined && Object.hasOwn(Object(part), 'atMs'),
		),
	}));

const reportOn = (seen: Observed) =>
	toMarkdown({
		packageVersion: '0.0.0',
		nodeVersion: 'v20',
		day: '2026-03-01',
		login: 'a user',
		server: 'another address',
		requests: 1,
		verdicts: facts.map((fact) => ({ fact, verdict: fact.see(seen) })),
	});

test('no answer, whatever is in it, brings anything of an account into the report, or ends it', () => {
	fc.assert(
		fc.property(observed, (seen) => {
			const report = reportOn(seen);
			expect(report.toLowerCase()).not.toContain(MARK);
			expect(report).not.toMatch(/777.?123/);
		}),
		{ numRuns: 300 },
	);
});

test('most of such answers are looked at, and not put aside', () => {
	const kinds = new Set(
		fc
			.sample(observed, { numRuns: 200, seed: 7 })
			.flatMap((seen) => facts.map((fact) => `${fact.id} ${fact.see(seen).kind}`)),
	);
	expect(kinds.size).toBeGreaterThan(facts.length * 1.5);
});

describe('texts keep emnify’s words alone', () => {
	test.each([
		[
			"Failed authentication request from 'a@b.org', Reason: Invalid password from IP 203.0.113.7, 198.51.100.4",
			"Failed authentication request from '…', Reason: Invalid password from IP …",
		],
		["MFA key deleted for user 'Ada Lindqvist'", "MFA key deleted for user '…'"],
		[
			"Failed authentication request from 'O'Hara, Reason: x",
			"Failed authentication request from '…'…, Reason: …",
		],
		['Login of ada.lindqvist from 2001:db8::1 on host-7', 'Login of … from … on …'],
		['Ошибка входа: Ада', '…: …'],
		['a <user> | `token`', 'a user  token'],
	])('%s', (text, shape) => {
		expect(shapeOfText(text)).toBe(shape);
	});

	test.each([
		['2026-02-03T04:05:06Z', '0000-00-00T00:00:00Z'],
		['2021-11-18T08:25:53.000+0000', '0000-00-00T00:00:00.000+0000'],
		[1_770_000_000, 'a number'],
		['1 February 2026', 'another form'],
		[{ year: 2026 }, 'another form'],
	])('a date %s', (date, shape) => expect(shapeOfDate(date)).toBe(shape));
});

describe('the last look blacks out', () => {
	const redactor = new Redactor(
		[{ applicationToken: 'fake-token-A1', password: 'hunter2!' }],
		[
			[
				{ id: 4711, name: 'Ann', username: 'ann.lee', organisation: { name: 'Acme (Fleet)' } },
				'Active',
			],
		],
		(text) => text === 'Active',
	);

	test.each([
		['a secret of the login', 'sent fake-token-A1 twice'],
		['a password with a mark at its end', 'sent hunter2! twice'],
		['a name with brackets', 'Acme (Fleet) has'],
		['a username in other letters', 'ANN.LEE has'],
		['an ID of four digits', 'user 4711'],
		['any long number', 'user 900012345'],
		['any e-mail address', 'of some.body@else.example,'],
		['any IPv4 address', 'from 203.0.113.7.'],
		['any IPv6 address', 'from 2001:db8::1 and'],
		['any JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'],
		['any UUID', 'x 0b7f1c9e-1d2e-4f3a-9b8c-7d6e5f4a3b2c x'],
		['any hash', 'x 37c5bde6f5ab51d4ccb6ae1c4ab1a2b8 x'],
	])('%s', (_what, text) => {
		expect(redactor.clean(text)).toContain('█████');
		expect(redactor.clean(text)).not.toMatch(
			/A1|hunter|Fleet|LEE|4711|9000|else|203|db8|eyJ|0b7f|37c5/,
		);
	});

	test.each([
		'1 Active, 404 with emnify’s NotFound, cannot',
		'0000-00-00T00:00:00.000+0000',
		'valid for 240 minutes; claims: exp, iat',
	])('and leaves “%s”', (text) => expect(redactor.clean(text)).toBe(text));
});

test('knows a token by its look', () => {
	expect(looksLikeToken('session eyJhbGciOi.eyJzdWIiOi.abc of')).toBe(true);
	expect(looksLikeToken('eye and eyJ')).toBe(false);
});
