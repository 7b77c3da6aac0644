/* eslint-disable @n8n/community-nodes/no-restricted-globals -- tests run in Node, not in n8n */
import fc from 'fast-check';

import { concurrently } from '../../nodes/Emnify/api/concurrently';

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
					width,
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

test('uses the whole width', async () => {
	let underWay = 0;
	let most = 0;
	await concurrently(Array.from({ length: 40 }), 10, async () => {
		most = Math.max(most, ++underWay);
		await turns(3);
		underWay--;
	});
	expect(most).toBe(10);
});

test('takes no new element after a failure, waits for what is under way, and throws the first one', async () => {
	const ended: number[] = [];
	const started: number[] = [];
	const all = concurrently([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3, async (element) => {
		started.push(element);
		await turns(element === 1 ? 1 : 5);
		if (element === 1) throw new RangeError('one');
		ended.push(element);
	});
	await expect(all).rejects.toThrow('one');
	expect(started).toEqual([0, 1, 2]);
	expect(ended).toEqual([0, 2]);
});

test('a failure of the source itself is thrown', async () => {
	async function* failing() {
		yield await Promise.resolve(1);
		throw new RangeError('no more pages');
	}
	const seen: number[] = [];
	const all = concurrently(failing(), 4, async (element) => {
		seen.push(element);
		await turns(1);
	});
	await expect(all).rejects.toThrow('no more pages');
	expect(seen).toEqual([1]);
});
