import fc from 'fast-check';

import { matchesWildcard } from '../../../nodes/Emnify/domain/wildcard';

/** Another way to say it: the pattern as a regular expression. */
const oracle = (text: string, pattern: string) =>
	new RegExp(
		`^${pattern
			.split('*')
			.map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
			.join('[^]*')}$`,
		'i',
	).test(text);

/** Few letters, so that texts and patterns do match, and all that means something in a regular expression. */
const text = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '.', '\n'), maxLength: 12 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'B', '.', '\n', '*', '*'), maxLength: 8 });
const anyPattern = fc.string({ unit: fc.constantFrom(...'*\\^$.|?+()[]{}-/aA1 '), maxLength: 6 });

describe('a wildcard', () => {
	test.each([
		['Chrome 125', 'Chrome*', true],
		['Chrome', 'Chrome*', true],
		['Google Chrome', 'Chrome*', false],
		['Google Chrome', '*chrome', true],
		['Mobile Chrome 9', '*chrome*', true],
		['Chrome 125', 'Chrome', false],
		['Windows 10', 'Windows 1?', false],
		['Windows NT 10.0', 'win*nt*0', true],
		['Windows NT 10.1', 'win*nt*0', false],
		['aba', 'ab*ba', false],
		['abba', 'ab*ba', true],
		['abab', 'a*ab', true],
		['xayb', 'x*a*b*y', false],
		['anything', '*', true],
		['', '*', true],
		['', '', true],
		['a', '', false],
		['a*b', 'a*b', true],
	])('tells whether %j matches %j', (given, wanted, expected) => {
		expect(matchesWildcard(given, wanted)).toBe(expected);
	});

	test('agrees with a regular expression', () => {
		fc.assert(
			fc.property(text, fc.oneof(pattern, anyPattern), (given, wanted) => {
				expect(matchesWildcard(given, wanted)).toBe(oracle(given, wanted));
			}),
			{ numRuns: 5000 },
		);
	});

	test('matches a text of which any parts are replaced by stars', () => {
		const parts = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.boolean()));
		fc.assert(
			fc.property(parts, (pieces) => {
				const whole = pieces.map(([piece]) => piece).join('');
				const wanted = pieces.map(([piece, isStar]) => (isStar ? '*' : piece)).join('');
				expect(matchesWildcard(whole, wanted)).toBe(true);
			}),
		);
	});

	test('does not care about capitals, in any script', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (any) => {
				expect(matchesWildcard(any.toUpperCase(), any)).toBe(true);
				expect(matchesWildcard(any.toLowerCase(), any)).toBe(true);
				expect(matchesWildcard(any, any.toUpperCase())).toBe(true);
				expect(matchesWildcard(any, any.toLowerCase())).toBe(true);
			}),
			{ numRuns: 2000 },
		);
		expect(matchesWildcard('ΟΔΟΣ', 'οδος')).toBe(true);
		expect(matchesWildcard('ΟΔΟΣΑ', 'ΟΔΟΣ*')).toBe(true);
		expect(matchesWildcard('\u212Aelvin', 'kelvin')).toBe(true);
	});

	// One that tries every way to split the text would not come to an end here.
	test('answers for patterns that are made to take for ever', () => {
		const many = 'a'.repeat(100_000);
		expect(matchesWildcard(many, '*a*a*a*a*b')).toBe(false);
		expect(matchesWildcard(many, `${'*a'.repeat(1000)}*b`)).toBe(false);
		expect(matchesWildcard(`${many}b`, `${'*a'.repeat(1000)}*b`)).toBe(true);
		expect(matchesWildcard(many, '*'.repeat(100_000))).toBe(true);
		expect(matchesWildcard(many, `${'*a'.repeat(100_000)}*`)).toBe(true);
		expect(matchesWildcard(many, `${'*a'.repeat(100_001)}*`)).toBe(false);
	});
});
