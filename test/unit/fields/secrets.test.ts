import { readCode } from '../../../nodes/Emnify/fields/code';
import { readPassword } from '../../../nodes/Emnify/fields/password';
import { refusalOf } from './refusal';

describe('a code', () => {
	test.each<[unknown, string]>([
		['012345', '012345'],
		[' 012345 ', '012345'],
		['012 345', '012345'],
		['012-345', '012345'],
		[12345, '012345'],
		[0, '000000'],
	])('of six digits is read from %j', (value, code) => {
		expect(readCode('Code', value, 'digits')).toBe(code);
		expect(readCode('Code', value, 'lettersAndDigits')).toBe(code);
	});

	test('can have letters where it may come from an e-mail', () => {
		expect(readCode('Code', 'x7Q2kP', 'lettersAndDigits')).toBe('x7Q2kP');
		expect(refusalOf(() => readCode('Code', 'x7Q2kP', 'digits'))).toBe(
			'Code does not look like a code of emnify',
		);
	});

	test.each<unknown>([
		'12345',
		'1234567',
		1234567,
		-1,
		1.5,
		'01 2345',
		'012  345',
		'012_345',
		'x012 345',
		'012 345x',
		'äöüabc',
		'abc-def',
		[123456],
		{},
		true,
	])('is not %j', (value) => {
		for (const allowed of ['digits', 'lettersAndDigits'] as const) {
			expect(refusalOf(() => readCode('Code', value, allowed))).toBe(
				'Code does not look like a code of emnify',
			);
		}
	});

	test('is asked for where it can be found', () => {
		const refused = (allowed: 'digits' | 'lettersAndDigits') => () =>
			readCode('Code', 'x', allowed);
		const description = expect.stringContaining('e-mail') as unknown;
		expect(refused('lettersAndDigits')).toThrow(expect.objectContaining({ description }));
		expect(refused('digits')).not.toThrow(expect.objectContaining({ description }));
	});

	test.each<unknown>(['', '  ', null, undefined])('is missing in %j', (value) => {
		expect(refusalOf(() => readCode('Code', value, 'digits'))).toBe('Code is empty');
	});
});

describe('a password', () => {
	const read = (password: unknown, passwordFormat: unknown) => {
		const fields: Record<string, unknown> = { password, passwordFormat };
		return readPassword({ timezone: 'UTC', actsAsUser: true, field: (name) => fields[name] });
	};

	test('goes out as its SHA-1, or as it is', () => {
		expect(read('password', 'plain')).toBe('5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8');
		expect(read(' password ', 'sha1')).toBe(' password ');
	});

	test.each<[unknown, unknown, string]>([
		['', 'plain', 'Password is empty'],
		[' ', 'sha1', 'Password is empty'],
		['password', 'md5', 'Password Format “md5” is not one of plain, sha1'],
		['password', undefined, 'Password Format is empty'],
	])('%j in the format %j is refused', (password, format, message) => {
		expect(refusalOf(() => read(password, format))).toBe(message);
	});
});
