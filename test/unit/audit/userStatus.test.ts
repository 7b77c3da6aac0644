import type { Lookup } from '../../../nodes/Emnify/api/types';
import { auditUser } from '../../../nodes/Emnify/domain/auditUser';
import { readUserStatus } from '../../../nodes/Emnify/domain/userStatus';
import { NOW } from './arbitraries';

describe('the status of a user', () => {
	test.each<[unknown, string | null, boolean | null]>([
		[{ id: 0, description: 'Activation pending' }, 'Activation pending', false],
		[{ id: 1, description: 'Active' }, 'Active', true],
		[{ id: 2, description: 'Suspended' }, 'Suspended', false],
		// In other words than documented.
		[{ id: 1, description: ' activated ' }, 'activated', true],
		[{ id: 2, description: 'Gesperrt' }, 'Gesperrt', false],
		// Without words the ID has its own.
		[{ id: 0 }, 'Activation pending', false],
		[{ id: 1, description: null }, 'Active', true],
		[{ id: 2, description: ' ' }, 'Suspended', false],
		[{ id: 7 }, 'Status 7', false],
		// Where the two differ the ID decides.
		[{ id: 1, description: 'Suspended' }, 'Active', true],
		[{ id: 2, description: 'Active' }, 'Suspended', false],
		[{ id: 7, description: 'Active' }, 'Status 7', false],
		// Without an ID the words are all there is.
		[{ description: 'ACTIVE' }, 'ACTIVE', true],
		[{ id: null, description: 'Suspended' }, 'Suspended', false],
		[{ description: 'Inactive' }, 'Inactive', false],
		['Active', 'Active', true],
		// Nothing is known.
		[null, null, null],
		[undefined, null, null],
		[{}, null, null],
		[{ id: null, description: null }, null, null],
		[{ id: null, description: 3 }, null, null],
		['', null, null],
		[3, null, null],
		[[], null, null],
	])('%j is read', (status, text, active) => {
		expect(readUserStatus(status as Lookup)).toEqual({ text, active });
	});

	test('is judged by what is known of it, not by its words', () => {
		const user = { id: 7, username: 'ada@a.example', name: null, status: 'Aktiv' };
		const messages = (active?: boolean | null) =>
			auditUser(user, [{ id: 1 }], { flagInactiveUsers: true }, NOW, active).flatMap(
				({ findings }) => findings.map(({ message }) => message),
			);
		expect(messages(true)).toEqual([]);
		expect(messages(false)).toEqual(['User is Aktiv']);
		expect(messages(null)).toEqual(['Status of the user is unknown']);
		expect(messages()).toEqual(['User is Aktiv']);
	});
});
