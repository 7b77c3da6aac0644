/* eslint-disable @n8n/community-nodes/no-restricted-globals -- tests run in Node, not in n8n */
import fc from 'fast-check';

import { concurrently, type Pace } from '../../nodes/Emnify/api/concurrently';

const upTo = (width: number): Pace => ({ width: () => width, whenIdle: async () => {} });

/** Lets other work go on for some turns. */
const turns = async (count: number) => {
	for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
};

async function* asGenerator<Element>(elements: Element[]): AsyncGenerator<Element, void> {
	for (const element of elements) {
		await turns(1);
		yield element;
	}
}

test('works on each element once, in their order, with no more than so many at once', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.nat(3), { maxLength: 30 }),
			fc.integer({ min: 1, max: 12 }),
			fc.boolean(),
			async (elements, width, isAsync) => {
				const started: number[] = [];
				let underWay = 0;
				let most = 0;
				await concurrently(
					isAsync ? asGenerator(elements) : elements,
					upTo(width),
					async (duration, index) => {
						started.push(index);
						most = Math.max(most, ++underWay);
						await turns(duration);
						underWay--;
					},
				);
				expect(started).toEqual(elements.map((_, index) => index));
				expect(underWay).toBe(0);
				expect(most).toBeLessThanOrEqual(width);
			},
		),
		{ numRuns: 50 },
	);
});

/** Something to wait for until it is opened. */
function gate(): { open: () => void; isOpen: Promise<void> } {
	let open = () => {};
	const isOpen = new Promise<void>((resolve) => (open = resolve));
	return { open, isOpen };
}

test('uses the whole width', async () => {
	const allAreThere = gate();
	let underWay = 0;
	// Nobody goes on before ten are there: with less this would not end.
	await concurrently(Array.from({ length: 40 }), upTo(10), async () => {
		if (++underWay === 10) allAreThere.open();
		await allAreThere.isOpen;
	});
	expect(underWay).toBe(40);
});

test('takes no new element after a failure, waits for what is under way, and throws the first one', async () => {
	const ended: number[] = [];
	const started: number[] = [];
	const failed = gate();
	const allAreThere = gate();
	const all = concurrently([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], upTo(3), async (element) => {
		started.push(element);
		if (started.length === 3) allAreThere.open();
		await allAreThere.isOpen;
		if (element === 1) {
			failed.open();
			throw new RangeError('one');
		}
		await failed.isOpen;
		await turns(5);
		ended.push(element);
	});
	await expect(all).rejects.toThrow('one');
	expect(started).toEqual([0, 1, 2]);
	expect(ended).toEqual([0, 2]);
});

test('a failure of the source itself is thrown', async () => {
	const begun = gate();
	async function* failing() {
		yield await Promise.resolve(1);
		await begun.isOpen;
		throw new RangeError('no more pages');
	}
	const seen: number[] = [];
	const all = concurrently(failing(), upTo(4), async (element) => {
		seen.push(element);
		begun.open();
		await turns(1);
	});
	await expect(all).rejects.toThrow('no more pages');
	expect(seen).toEqual([1]);
});

test('takes more in hand, or less, as the pace changes', async () => {
	let width = 1;
	let underWay = 0;
	const seen: number[] = [];
	const pace: Pace = { width: () => width, whenIdle: async () => {} };
	await concurrently(Array.from({ length: 30 }), pace, async (_, index) => {
		seen.push(++underWay);
		if (index === 5) width = 6;
		if (index === 20) width = 2;
		await turns(3);
		underWay--;
	});
	expect(Math.max(...seen.slice(0, 5))).toBe(1);
	expect(Math.max(...seen)).toBe(6);
	expect(seen.at(-1)).toBeLessThanOrEqual(2);
});

test('takes no more in hand while what is in hand waits for its turn', async () => {
	const mayGoOn = gate();
	let waits = 0;
	const begun: number[] = [];
	const pace: Pace = {
		width: () => 10,
		whenIdle: async () => {
			waits++;
			if (begun.length === 3) await mayGoOn.isOpen;
		},
	};
	const all = concurrently([0, 1, 2, 3, 4], pace, async (element) => {
		begun.push(element);
		await turns(1);
	});
	await turns(10);
	expect(begun).toEqual([0, 1, 2]);
	mayGoOn.open();
	await all;
	expect({ begun, waits }).toEqual({ begun: [0, 1, 2, 3, 4], waits: 5 });
});
