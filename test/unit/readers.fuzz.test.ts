import fc from 'fast-check';
import { DateTime } from 'luxon';

import { readCredential } from '../../nodes/Emnify/api/credential';
import { EmnifyError } from '../../nodes/Emnify/api/errors';
import { resources } from '../../nodes/Emnify/resources';
import type { ItemFields } from '../../nodes/Emnify/fields/itemFields';
import { readRetryPolicy } from '../../nodes/Emnify/fields/options';
import { readTriggerSettings, triggerFields } from '../../nodes/Emnify/trigger/fields';
import { fuzzRuns } from '../fuzz';

// Every reader of fields is fed anything that an expression may give: it ends in a value or in a refusal in words.

/** What an expression may give: any JSON, and what is none. */
const anything = fc.oneof(
	{ weight: 4, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
	{
		weight: 2,
		arbitrary: fc.anything({ withDate: true, withNullPrototype: true, withBigInt: true }),
	},
	fc.constantFrom<unknown>(
		undefined,
		null,
		NaN,
		-0,
		Infinity,
		'',
		'  ',
		'\ud800',
		'x'.repeat(100_000),
		'1'.repeat(100_000),
		JSON.parse('{"__proto__": {"value": 1}}'),
		JSON.parse('{"toString": 1, "valueOf": 2}'),
		JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`),
		JSON.parse(`${'{"value":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
		Object.create(null),
		new Date(),
		new Date(NaN),
		DateTime.now(),
		DateTime.invalid('none'),
		Symbol('x'),
		() => 1,
		'constructor',
		'__proto__',
	),
	// What the fields do take, so that the others are read as well.
	fc.constantFrom<unknown>(
		1,
		'12',
		'my',
		true,
		false,
		'all',
		'a@b.example',
		'123456',
		'2026-03-01',
	),
	fc.constantFrom<unknown>('applicationToken', 'userCredentials', 'mfaCode', 'refreshToken'),
	fc.constantFrom<unknown>(
		'filtered',
		'input',
		'chosen',
		'findings',
		'summary',
		'revoke',
		'dryRun',
	),
	fc.constantFrom<unknown>('secretKey', 'code', 'plain', 'sha1', 'list', 'id', 'username'),
);

/** The fields of a collection or a locator, some of them there. */
const within = (names: string[]) =>
	fc.dictionary(fc.constantFrom(...names, 'other', 'toString'), anything, { maxKeys: 5 });

interface Field {
	name: string;
	options?: unknown;
	values?: unknown;
}

function valueOf({ options, values }: Field): fc.Arbitrary<unknown> {
	const inner = [options, values].flatMap((list) => (Array.isArray(list) ? (list as Field[]) : []));
	const names = inner.flatMap(({ name, values: more }) => [
		name,
		...(Array.isArray(more) ? (more as Field[]).map((field) => field.name) : []),
	]);
	const known = within([...names, 'value', 'mode']);
	const rows = fc.dictionary(
		fc.constantFrom(...names, 'rules', 'users'),
		fc.oneof(fc.array(fc.oneof(known, anything), { maxLength: 3 }), anything),
		{ maxKeys: 3 },
	);
	return fc.oneof(anything, known, rows, fc.array(anything, { maxLength: 3 }));
}

const allOf = (fields: Field[]) =>
	fc.record(Object.fromEntries(fields.map((field) => [field.name, valueOf(field)])));

const itemWith = (values: Record<string, unknown>, actsAsUser: boolean): ItemFields => ({
	timezone: 'Europe/Berlin',
	actsAsUser,
	field: (name) => values[name],
});

/** Runs it, and lets nothing pass but a refusal in words, within bounds. */
function endsInWords(read: () => unknown): void {
	try {
		read();
	} catch (error) {
		expect(error).toBeInstanceOf(EmnifyError);
		const { kind, message, description } = error as EmnifyError;
		expect(kind).toBe('input');
		expect(message).toMatch(/^\S.{3,}/s);
		expect(message.length + description.length).toBeLessThan(1_000);
	}
}

const operations = resources.flatMap(({ option, operations: list }) =>
	list.map((operation) => [`${option.name}: ${operation.option.name}`, operation] as const),
);

test.each(operations)('%s', (_name, operation) => {
	fc.assert(
		fc.property(allOf(operation.fields), fc.boolean(), (values, actsAsUser) => {
			const item = itemWith(values, actsAsUser);
			endsInWords(() => {
				if (!('prepareBatch' in operation)) return operation.prepare(item);
				const { readItem } = operation.prepareBatch(item);
				return readItem(item);
			});
		}),
		fuzzRuns(300),
	);
});

test('the trigger', () => {
	fc.assert(
		fc.property(allOf(triggerFields), fc.boolean(), (values, actsAsUser) => {
			const { field } = itemWith(values, actsAsUser);
			endsInWords(() => readTriggerSettings(field, { actsAsUser }));
		}),
		fuzzRuns(300),
	);
});

test('the options', () => {
	fc.assert(
		fc.property(fc.oneof(anything, within(['timeout', 'retries', 'rateLimitWait'])), (options) => {
			endsInWords(() => readRetryPolicy('Options', options));
		}),
		fuzzRuns(300),
	);
});

test('the credential', () => {
	const fields = ['applicationToken', 'username', 'password', 'passwordFormat', 'totpSecret'];
	const more = ['authenticationMethod', 'fingerprint', 'sessionToken', 'sessionKey', 'baseUrl'];
	const names = [...fields, ...more].map((name) => ({ name }));
	fc.assert(
		fc.property(allOf(names), fc.boolean(), (data, isReachable) => {
			const baseUrl = isReachable ? 'https://emnify.example' : data.baseUrl;
			endsInWords(() => readCredential({ ...data, baseUrl } as never));
		}),
		fuzzRuns(300),
	);
});
