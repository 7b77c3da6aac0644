import fc from 'fast-check';

import { EmnifyError } from '../../nodes/Emnify/api/errors';
import {
	allPages,
	firstElements,
	pageAfter,
	pageOf,
	type Page,
} from '../../nodes/Emnify/api/paging';

interface Element {
	id: number;
}

/** What a server says of the whole collection, and what it gives past the end (§4). */
type Dialect =
	| 'documented'
	| 'events service'
	| 'no headers'
	| 'link only'
	| 'empty past the end'
	| 'total only';
const DIALECTS: Dialect[] = [
	'documented',
	'events service',
	'no headers',
	'link only',
	'empty past the end',
	'total only',
];

/** A collection as a server pages it: sizes are capped silently at `most`. */
function collection(
	elements: Element[],
	most: number,
	beforeEach: (page: number) => void = () => {},
	dialect: Dialect = 'documented',
) {
	const asked: number[] = [];
	const fetchPage = async (page: number): Promise<Page<Element>> => {
		beforeEach(asked.length);
		asked.push(page);
		const last = Math.max(1, Math.ceil(elements.length / most));
		if (page > last && dialect === 'events service') {
			throw new EmnifyError('rejected', 'Incorrect paging', '', { httpStatus: 400 });
		}
		const isPastEnd = page > last && dialect === 'empty past the end';
		const current = Math.min(page, last);
		const body = isPastEnd ? [] : elements.slice((current - 1) * most, current * most);
		const total = isPastEnd ? 0 : elements.length;
		const link = (name: string, number: number) =>
			`<https://cdn.emnify.net/api/v1/user?page=${number}&per_page=${most}>; rel="${name}"`;
		const links = [
			link('first', 1),
			...(page < last ? [link('next', page + 1)] : []),
			link('last', last),
		];
		const totals = {
			'x-total-count': String(total),
			'x-total-pages': String(isPastEnd ? 0 : last),
			'x-current-page': String(current),
			'x-count-per-page': String(most),
		};
		const headers: Record<Dialect, Record<string, string>> = {
			documented: { ...totals, link: links.join(', ') },
			'events service': { ...totals, link: '' },
			'no headers': {},
			'link only': { link: links.join(', ') },
			'empty past the end': totals,
			'total only': { 'x-total-count': String(total) },
		};
		return await Promise.resolve(pageOf<Element>({ status: 200, headers: headers[dialect], body }));
	};
	return { asked, fetchPage };
}

const elementsUpTo = (count: number): Element[] =>
	Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

type Fetch = (page: number) => Promise<Page<Element>>;

async function all(fetchPage: Fetch, readOnce = true): Promise<number[]> {
	const found: number[] = [];
	for await (const { elements } of allPages(fetchPage, readOnce, 'list the users')) {
		found.push(...elements.map(({ id }) => id));
	}
	return found;
}

describe.each(DIALECTS)('%s', (dialect) => {
	test.each([0, 1, 9, 10, 11, 12, 95, 100])(
		'%i elements in pages of 10: page 1 first, one request for one page, one more than pages otherwise',
		async (count) => {
			const { asked, fetchPage } = collection(elementsUpTo(count), 10, undefined, dialect);
			const found = await all(fetchPage);
			expect([...found].sort((a, b) => a - b)).toEqual(elementsUpTo(count).map(({ id }) => id));
			const pages = Math.max(1, Math.ceil(count / 10));
			expect(asked[0]).toBe(1);
			if (dialect === 'no headers') {
				// Whether a full page is the last can only be seen behind it, and that nobody got lost only by reading again.
				const pastEnd = count > 0 && count % 10 === 0 ? 1 : 0;
				expect(asked).toHaveLength(pages === 1 ? 1 + pastEnd : 2 * pages + pastEnd);
			} else {
				expect(asked).toHaveLength(pages === 1 ? 1 : pages + 1);
				expect(Math.max(...asked)).toBe(pages);
			}
		},
	);

	test.each([1, 10, 11, 25, 30])(
		'the first %i of 95 are what emnify gives first',
		async (limit) => {
			const { asked, fetchPage } = collection(elementsUpTo(95), 10, undefined, dialect);
			const found = await firstElements(fetchPage, limit, 'list the users');
			expect(found.map(({ id }) => id)).toEqual(elementsUpTo(limit).map(({ id }) => id));
			expect(asked).toEqual(elementsUpTo(Math.ceil(limit / 10)).map(({ id }) => id));
		},
	);

	test('more than there are: all, and nothing is asked for twice', async () => {
		const { asked, fetchPage } = collection(elementsUpTo(23), 10, undefined, dialect);
		expect(await firstElements(fetchPage, 50, 'list the users')).toHaveLength(23);
		expect(asked).toEqual([1, 2, 3]);
	});

	test.each([true, false])(
		'whoever is there all the time comes exactly once, whatever leaves meanwhile or joins at the end (read once: %s)',
		async (readOnce) => {
			const change: fc.Arbitrary<{ leaves?: number; joins?: true }> = fc.oneof(
				fc.record({ leaves: fc.nat(60) }),
				fc.record({ joins: fc.constant(true as const) }),
				fc.constant({}),
			);
			await fc.assert(
				fc.asyncProperty(
					fc.integer({ min: 0, max: 60 }),
					fc.constantFrom(5, 10, 16, 20),
					fc.array(change, { maxLength: 12 }),
					async (count, most, changes) => {
						const elements = elementsUpTo(count);
						const left = new Set<number>();
						let next = count + 1;
						const { fetchPage } = collection(
							elements,
							most,
							(request) => {
								const happens = changes[request] ?? {};
								if (happens.leaves !== undefined) {
									const [gone] = elements.splice(happens.leaves % Math.max(1, elements.length), 1);
									if (gone) left.add(gone.id);
								}
								if (happens.joins) elements.push({ id: next++ });
							},
							dialect,
						);
						const found = await all(fetchPage, readOnce);
						expect(new Set(found).size).toBe(found.length);
						for (const { id } of elementsUpTo(count))
							if (!left.has(id)) expect(found).toContain(id);
					},
				),
				{ numRuns: 200 },
			);
		},
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
					firstReading.isOver ||= asked.length > 1 && asked.slice(1).includes(1);
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
	[11, 5],
	[95, 21],
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

test('a total that goes up and down by itself comes to an end', async () => {
	const { asked, fetchPage } = collection(elementsUpTo(50), 10);
	const wavering = async (page: number) => {
		const answer = await fetchPage(page);
		return { ...answer, totalElements: (answer.totalElements ?? 0) + (asked.length % 2) };
	};
	expect((await all(wavering)).length).toBe(50);
	expect(asked.length).toBeLessThan(250);
});

test('a server that repeats the number it was asked for is understood as well', async () => {
	const { fetchPage } = collection(elementsUpTo(25), 10);
	const echoing = async (page: number) => ({
		...(await fetchPage(page)),
		currentPage: page,
	});
	expect(await all(echoing)).toHaveLength(25);
});

describe('the first elements', () => {
	test('come once where the collection grows at its beginning', async () => {
		const elements = elementsUpTo(30);
		let next = 100;
		const { fetchPage } = collection(elements, 10, (request) => {
			if (request > 0) elements.unshift({ id: next++ });
		});
		const found = await firstElements(fetchPage, 25, 'list the users');
		expect(new Set(found.map(({ id }) => id)).size).toBe(25);
	});
});

describe('headers that lie', () => {
	const lying = (headers: Record<string, string>, count: number, most = 10) => {
		const asked: number[] = [];
		const fetchPage = async (page: number) => {
			asked.push(page);
			const last = Math.max(1, Math.ceil(count / most));
			const current = Math.min(page, last);
			const body = elementsUpTo(count).slice((current - 1) * most, current * most);
			return await Promise.resolve(pageOf<Element>({ status: 200, headers, body }));
		};
		return { asked, fetchPage };
	};

	test.each([
		['a total of 0 with elements', { 'x-total-count': '0', 'x-total-pages': '0' }],
		['no numbers', { 'x-total-count': 'many', 'x-total-pages': 'NaN', 'x-current-page': '-1' }],
		['a total below what came', { 'x-total-count': '3' }],
		['a huge number of pages', { 'x-total-pages': '999999999999' }],
		['a Link to elsewhere', { link: '<https://evil.example/?page=3>; rel="next"' }],
		['a Link that is none', { link: 'next' }],
	])('%s: all come, and it ends', async (_what, headers) => {
		const { asked, fetchPage } = lying(headers, 25);
		expect((await all(fetchPage)).sort((a, b) => a - b)).toHaveLength(25);
		expect(asked.length).toBeLessThan(60);
	});

	test.each([
		['more elements than come', { 'x-total-count': '30', 'x-total-pages': '3' }, 25],
		['elements, and none come', { 'x-total-count': '30' }, 0],
	])('%s: a failure that says so, and no list that looks whole', async (_what, headers, count) => {
		const { asked, fetchPage } = lying(headers, count);
		await expect(all(fetchPage)).rejects.toThrow(
			new RegExp(`^Could not list the users: emnify gave ${count} of 30, each time$`),
		);
		await expect(firstElements(fetchPage, 100, 'list the users')).rejects.toThrow(/gave \d+ of 30/);
		expect(asked.length).toBeLessThan(100);
	});

	test('a page in the middle that is cut short is read again', async () => {
		const { fetchPage } = collection(elementsUpTo(45), 10);
		let isCut = true;
		const found = await all(async (page) => {
			const answer = await fetchPage(page);
			if (page !== 3 || !isCut) return answer;
			isCut = false;
			return { ...answer, elements: answer.elements.slice(0, 4) };
		});
		expect(found).toHaveLength(45);
	});

	test('a server that knows no pages gives the same again and again, and that is noticed', async () => {
		const first = elementsUpTo(10);
		const asked: number[] = [];
		const fetchPage = async (page: number) => {
			asked.push(page);
			return await Promise.resolve(pageOf<Element>({ status: 200, headers: {}, body: first }));
		};
		expect(await all(fetchPage)).toHaveLength(10);
		expect(asked).toEqual([1, 2]);
	});

	test('a refusal of page 1 is a failure', async () => {
		const refusal = new EmnifyError('rejected', 'No', '', { httpStatus: 400 });
		await expect(all(async () => await Promise.reject(refusal))).rejects.toBe(refusal);
	});

	test('a failure of a page that is no refusal is a failure', async () => {
		const { fetchPage } = collection(elementsUpTo(25), 10);
		const failure = new EmnifyError('server', 'Down', '', { httpStatus: 503 });
		const failing = async (page: number) =>
			page === 2 ? await Promise.reject(failure) : await fetchPage(page);
		await expect(all(failing)).rejects.toBe(failure);
	});
});

test('the page after the last is none, by whatever says so', () => {
	const elements = elementsUpTo(10);
	expect(pageAfter({ elements, lastPage: 2 }, 1, undefined)).toBe(2);
	expect(pageAfter({ elements, lastPage: 2 }, 2, undefined)).toBeUndefined();
	expect(pageAfter({ elements, links: { next: 2 } }, 1, undefined)).toBe(2);
	expect(pageAfter({ elements, links: { last: 1 } }, 1, undefined)).toBeUndefined();
	expect(pageAfter({ elements }, 1, 10)).toBe(2);
	expect(pageAfter({ elements }, 1, 11)).toBeUndefined();
	expect(pageAfter({ elements: elementsUpTo(13) }, 1, undefined)).toBeUndefined();
});
