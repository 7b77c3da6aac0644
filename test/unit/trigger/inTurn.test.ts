import fc from 'fast-check';

import { mostUsers, requestsOfUser, whoseTurn } from '../../../nodes/Emnify/trigger/inTurn';

test('a poll reads 1,500 users, or 750 where both devices and roles are chosen', () => {
	expect(mostUsers(['trusted_device_added'])).toBe(1500);
	expect(mostUsers(['administrator_added', 'mfa_key_pending'])).toBe(1500);
	expect(mostUsers(['trusted_device_added', 'trusted_device_removed', 'mfa_key_pending'])).toBe(
		750,
	);
	expect(requestsOfUser(['user_added', 'support_access'])).toBe(0);
});

test('those come first who were never read, then those who were read longest ago, then by ID', () => {
	const lastRead = new Map([
		[1, 300],
		[2, 100],
		[3, 100],
		[5, 200],
	]);
	expect(whoseTurn([5, 4, 3, 2, 1], (id) => lastRead.get(id) ?? 0, 4)).toEqual([4, 2, 3, 5]);
});

test('everyone is read once in as many polls as it takes, and nobody twice before everyone was', () => {
	fc.assert(
		fc.property(
			fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 60 }),
			fc.integer({ min: 1, max: 70 }),
			(ids, most) => {
				const lastRead = new Map<number, number>();
				const read: number[] = [];
				for (let poll = 1; poll <= Math.ceil(ids.length / most); poll++) {
					const turn = whoseTurn(ids, (id) => lastRead.get(id) ?? 0, most);
					turn.forEach((id) => lastRead.set(id, poll));
					read.push(...turn);
				}
				expect(read.slice(0, ids.length).sort()).toEqual([...ids].sort());
			},
		),
	);
});
