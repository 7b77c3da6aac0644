import fc from 'fast-check';

import { firstElements, pagesFromTheLast, type Page } from '../../nodes/Emnify/api/paging';

interface Element {
	id: number;
}

/** A collection as emnify pages it (§4): sizes are capped silently, and a page past the end is the last one again. */
function collection(
	elements: Element[],
	most: number,
	beforeEach: (page: number) => void = () => {},
) {
	const asked: number[] = [];
	const fetchPage = async (page: number, size: number): Promise<Page<Element>> => {
		beforeEach(asked.length);
		asked.push(page);
		const elementsInAPage = Math.min(size, most);
		const totalPages = Math.max(1, Math.ceil(elements.length / elementsInAPage));
		const currentPage = Math.min(page, totalPages);
		return await Promise.resolve({
			elements: elements.slice((currentPage - 1) * elementsInAPage, currentPage * elementsInAPage),
			currentPage,
			elementsInAPage,
			totalElements: elements.length,
			totalPages,
		});
	};
	return { asked, fetchPage };
}

const elementsUpTo = (count: number): Element[] =>
	Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

async function all(
	fetchPage: Parameters<typeof pagesFromTheLast<Element>>[0],
	readOnce = true,
): Promise<number[]> {
	const found: number[] = [];
	for await (const page of pagesFromTheLast(fetchPage, readOnce)) {
		found.push(...page.map(({ id }) => id));
	}
	return found;
}

test.each([0, 1, 9, 10, 11, 95, 100])(
	'%i elements in pages of 10: one request a page',
	async (count) => {
		const { asked, fetchPage } = collection(elementsUpTo(count), 10);
		const found = await all(fetchPage);
		expect([...found].sort((a, b) => a - b)).toEqual(elementsUpTo(count).map(({ id }) => id));
		expect(asked).toHaveLength(Math.max(1, Math.ceil(count / 10)));
	},
);

test('whatever leaves, or joins at the end, between two pages: what is there all the time comes exactly once', async () => {
	const change: fc.Arbitrary<{ leaves?: number; joins?: true }> = fc.oneof(
		fc.record({ leaves: fc.nat(60) }),
		fc.record({ joins: fc.constant(true as const) }),
		fc.constant({}),
	);
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 0, max: 60 }),
			fc.integer({ min: 1, max: 12 }),
			fc.array(change, { maxLength: 20 }),
			async (count, most, changes) => {
				const elements = elementsUpTo(count);
				const left = new Set<number>();
				let next = count + 1;
				const { fetchPage } = collection(elements, most, (request) => {
					const happens = changes[request] ?? {};
					if (happens.leaves !== undefined) {
						const [gone] = elements.splice(happens.leaves % Math.max(1, elements.length), 1);
						if (gone) left.add(gone.id);
					}
					if (happens.joins) elements.push({ id: next++ });
				});
				const found = await all(fetchPage);
				expect(new Set(found).size).toBe(found.length);
				for (const { id } of elementsUpTo(count)) {
					if (!left.has(id)) expect(found).toContain(id);
				}
			},
		),
		{ numRuns: 500 },
	);
});

test('what joins in the middle moves none out of sight', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 0, max: 60 }),
			fc.integer({ min: 1, max: 12 }),
			fc.array(fc.option(fc.nat(60)), { maxLength: 20 }),
			async (count, most, places) => {
				const elements = elementsUpTo(count);
				let next = count + 1;
				const { fetchPage } = collection(elements, most, (request) => {
					const place = places[request];
					if (typeof place === 'number') elements.splice(place, 0, { id: next++ });
				});
				const found = await all(fetchPage);
				expect(new Set(found).size).toBe(found.length);
				for (const { id } of elementsUpTo(count)) expect(found).toContain(id);
			},
		),
		{ numRuns: 500 },
	);
});

test('joins anywhere while others leave are made up for by reading again, until nothing is new', async () => {
	const change = fc.record({ leaves: fc.option(fc.nat(60)), joins: fc.option(fc.nat(60)) });
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 0, max: 60 }),
			fc.integer({ min: 1, max: 12 }),
			fc.array(change, { maxLength: 20 }),
			async (count, most, changes) => {
				const elements = elementsUpTo(count);
				const left = new Set<number>();
				let next = count + 1;
				const firstReading = { isOver: false };
				const { asked, fetchPage } = collection(elements, most, (request) => {
					firstReading.isOver ||= asked.includes(1);
					const { leaves = null, joins = null } = changes[request] ?? {};
					if (firstReading.isOver) return;
					if (leaves !== null) {
						const [gone] = elements.splice(leaves % Math.max(1, elements.length), 1);
						if (gone) left.add(gone.id);
					}
					if (joins !== null) elements.splice(joins, 0, { id: next++ });
				});
				const found = await all(fetchPage, false);
				expect(new Set(found).size).toBe(found.length);
				for (const { id } of elementsUpTo(count)) {
					if (!left.has(id)) expect(found).toContain(id);
				}
			},
		),
		{ numRuns: 500 },
	);
});

test.each([
	[0, 1],
	[10, 1],
	[11, 4],
	[95, 20],
])('%i elements in pages of 10 that may join anywhere: %i requests', async (count, requests) => {
	const { asked, fetchPage } = collection(elementsUpTo(count), 10);
	expect(await all(fetchPage, false)).toHaveLength(count);
	expect(asked).toHaveLength(requests);
});

test('a collection that never holds still comes to an end', async () => {
	const elements = elementsUpTo(50);
	let next = 100;
	const { asked, fetchPage } = collection(elements, 10, () => {
		elements.pop();
		elements.unshift({ id: next++ });
	});
	await all(fetchPage, false);
	expect(asked.length).toBeLessThan(60);
});

test('a server that gives nothing past the end is understood as well', async () => {
	const { fetchPage } = collection(elementsUpTo(25), 10);
	const strict = async (page: number, size: number) => {
		const answer = await fetchPage(page, size);
		return page > answer.totalPages ? { ...answer, currentPage: page, elements: [] } : answer;
	};
	expect(await all(strict)).toHaveLength(25);
});

test('a total that goes up and down by itself comes to an end', async () => {
	const { asked, fetchPage } = collection(elementsUpTo(50), 10);
	const wavering = async (page: number, size: number) => {
		const answer = await fetchPage(page, size);
		return { ...answer, totalElements: answer.totalElements + (asked.length % 2) };
	};
	expect((await all(wavering)).length).toBe(50);
	expect(asked.length).toBeLessThan(250);
});

test('a server that repeats the number it was asked for is understood as well', async () => {
	const { fetchPage } = collection(elementsUpTo(25), 10);
	const echoing = async (page: number, size: number) => ({
		...(await fetchPage(page, size)),
		currentPage: page,
	});
	expect(await all(echoing)).toHaveLength(25);
});

describe('the first elements', () => {
	test.each([
		[5, 1],
		[10, 1],
		[11, 2],
		[95, 10],
		[1000, 10],
	])('%i of 95 in pages of 10 cost %i requests', async (limit, requests) => {
		const { asked, fetchPage } = collection(elementsUpTo(95), 10);
		const found = await firstElements(fetchPage, limit);
		expect(found.map(({ id }) => id)).toEqual(
			elementsUpTo(Math.min(95, limit)).map(({ id }) => id),
		);
		expect(asked).toHaveLength(requests);
	});

	test('come once where the collection grows at its beginning', async () => {
		const elements = elementsUpTo(30);
		let next = 100;
		const { fetchPage } = collection(elements, 10, (request) => {
			if (request > 0) elements.unshift({ id: next++ });
		});
		const found = await firstElements(fetchPage, 25);
		expect(new Set(found.map(({ id }) => id)).size).toBe(25);
	});
});
