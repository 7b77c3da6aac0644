import { EmnifyError } from '../../nodes/Emnify/api/errors';
import { requireIds, requireSomeIds } from '../../nodes/Emnify/api/ids';

const kindOf = (check: () => unknown): string => {
	try {
		check();
		return 'fine';
	} catch (error) {
		expect(error).toBeInstanceOf(EmnifyError);
		expect((error as EmnifyError).message).toMatch(/^Could not list the users: /);
		return (error as EmnifyError).kind;
	}
};
const some = (elements: unknown[]) => kindOf(() => requireSomeIds(elements, 'list the users'));
const numbers = (elements: unknown) =>
	kindOf(() => requireIds(elements as Array<{ id: number }>, 'list the users'));

test.each([
	['none at all', [], 'fine', 'fine'],
	['numbers', [{ id: 1 }, { id: 0 }], 'fine', 'fine'],
	['a text', [{ id: 1 }, { id: 'abc' }], 'fine', 'notEmnify'],
	['one without', [{ id: 1 }, { name: 'x' }], 'notEmnify', 'notEmnify'],
	['an empty text', [{ id: '' }], 'notEmnify', 'notEmnify'],
	['a negative number', [{ id: -1 }], 'notEmnify', 'notEmnify'],
	['a fraction', [{ id: 1.5 }], 'notEmnify', 'notEmnify'],
	['a number beyond exactness', [{ id: 2 ** 53 }], 'notEmnify', 'notEmnify'],
	['true', [{ id: true }], 'notEmnify', 'notEmnify'],
	['nothing in the list', [null, { id: 1 }], 'notEmnify', 'notEmnify'],
])('IDs: %s', (_what, elements, anyIds, numberIds) => {
	expect(some(elements)).toBe(anyIds);
	expect(numbers(elements)).toBe(numberIds);
});

test('what is no list holds no IDs', () => {
	expect(numbers({ length: 0 })).toBe('notEmnify');
	expect(numbers(undefined)).toBe('notEmnify');
});

test('a list with IDs is given back as it is', () => {
	const elements = [{ id: 7, name: 'x' }];
	expect(requireIds(elements, 'list the users')).toBe(elements);
});
