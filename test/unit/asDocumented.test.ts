import fc from 'fast-check';

import { asDocumented } from '../../nodes/Emnify/api/asDocumented';

test('IDs in digits are numbers, wherever they stand; any other stays', () => {
	const answer = [{ id: '12', user: { id: '0' }, roles: [{ id: '999999999999999' }] }];
	expect(asDocumented(answer)).toEqual([
		{ id: 12, user: { id: 0 }, roles: [{ id: 999999999999999 }] },
	]);
	for (const id of ['007', '-1', '1.5', '9999999999999999', 'a1b2', '', null, 7]) {
		expect(asDocumented({ id })).toEqual({ id });
	}
});

test('a text that is none is null, or the digits of a number', () => {
	for (const name of ['name', 'username', 'description', 'browser', 'timestamp', 'created']) {
		expect(asDocumented({ [name]: 'x' })).toEqual({ [name]: 'x' });
		expect(asDocumented({ [name]: 12 })).toEqual({ [name]: '12' });
		for (const value of [{}, [], ['x'], true, { toString: 1 }]) {
			expect(asDocumented({ user: { [name]: value } })).toEqual({ user: { [name]: null } });
		}
	}
});

test('a list that is none stays, so that whoever needs it notices', () => {
	for (const value of [{}, 'x', 1, [null], [1], [[]], [{}, 'x'], []]) {
		expect(asDocumented({ mfa: value, roles: value })).toEqual({ mfa: value, roles: value });
	}
});

test('what is undocumented stays as it is, but for its IDs', () => {
	const detail = { name: { first: 'A' }, description: [1], mfa: {}, user: { id: '5', name: true } };
	expect(asDocumented({ name: 'x', detail })).toEqual({
		name: 'x',
		detail: { ...detail, user: { id: 5, name: true } },
	});
});

test('what is too deep for any use is null, and overflows nothing', () => {
	const nested = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`) as unknown;
	let depth = 0;
	for (let at = asDocumented(nested); at !== null; at = (at as { a: unknown }).a) depth++;
	expect(depth).toBe(20);
});

test('it takes any JSON, and changes nothing of it twice', () => {
	fc.assert(
		fc.property(fc.jsonValue(), (value) => {
			const once = JSON.stringify(asDocumented(JSON.parse(JSON.stringify(value))));
			expect(JSON.stringify(asDocumented(JSON.parse(once)))).toBe(once);
		}),
	);
});
