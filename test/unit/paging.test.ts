import fc from 'fast-check';

import { EmnifyError } from '../../nodes/Emnify/api/errors';
import { hasMoreAfter, hasMoreThan, pageOf, type Page } from '../../nodes/Emnify/api/page';
import { allPages, firstElements } from '../../nodes/Emnify/api/paging';
import { pageAfter, type Collection } from '../../nodes/Emnify/api/reading';

interface Element {
	id: number;
}

/** Which headers a server sends. */
const HEADERS = ['all', 'x', 'link', 'total', 'pages', 'none'] as const;
/** What it gives past the end. */
const PAST_THE_END = ['last', 'empty', 'refused'] as const;

interface Server {
	/** It puts so many elements on a page at the most, whatever is asked for. */
	most: number;
	headers?: (typeof HEADERS)[number];
	pastTheEnd?: (typeof PAST_THE_END)[number];
	guarantee?: Collection<Element>['guarantee'];
	/** What happens between two requests. */
	beforeEach?(request: number): void;
	/** What goes wrong with an answer: it is changed, or another is given instead. */
	spoil?(response: Response, request: { number: number; page: number; size: number }): Response;
}

interface Response {
	status: number;
	headers: Record<string, string | undefined>;
	body: Element[];
}

/** A collection as servers page it (§4): the size of a page is capped in silence. */
function serve(elements: Element[], server: Server) {
	const { most, headers = 'all', pastTheEnd = 'last', guarantee, beforeEach, spoil } = server;
	const asked: number[] = [];
	const ofX = { all: true, x: true, link: false, total: true, pages: true, none: false }[headers];
	const answer = (page: number, askedSize: number): Response => {
		const size = Math.min(askedSize, most);
		const pages = Math.max(1, Math.ceil(elements.length / size));
		const isPast = page > pages;
		const current = isPast && pastTheEnd === 'last' ? pages : page;
		const total = isPast && pastTheEnd === 'empty' ? 0 : elements.length;
		const link = [
			`<https://emnify.example/api/v1/user?per_page=${size}&page=1>; rel="first"`,
			...(current < pages ? [`<https://emnify.example/?page=${current + 1}>; rel="next"`] : []),
			`</api/v1/user?q=a,b&page=${pages}&per_page=${size}>; rel="last"`,
		];
		return {
			status: isPast && pastTheEnd === 'refused' ? 400 : 200,
			headers: {
				...(['all', 'link'].includes(headers) && { link: link.join(', ') }),
				...(ofX && headers !== 'pages' && { 'x-total-count': String(total) }),
				...(ofX &&
					headers !== 'total' && { 'x-total-pages': String(total === 0 && isPast ? 0 : pages) }),
				...(['all', 'x'].includes(headers) && {
					'x-count-per-page': String(size),
					'x-current-page': String(current),
				}),
			},
			body: elements.slice((current - 1) * size, current * size),
		};
	};
	const fetch = async (page: number, size: number): Promise<Page<Element>> => {
		beforeEach?.(asked.length);
		asked.push(page);
		const given = answer(page, size);
		const number = asked.length;
		const response = spoil ? spoil(given, { number, page, size }) : given;
		if (response.status === 400) {
			return { elements: [], refusal: new EmnifyError('rejected', 'Incorrect paging', '') };
		}
		return await Promise.resolve(pageOf<Element>(response, { page, size }));
	};
	return { asked, collection: { action: 'list the users', fetch, guarantee } };
}

const elementsUpTo = (count: number): Element[] =>
	Array.from({ length: count }, (_, index) => ({ id: index + 1 }));

const idsUpTo = (count: number) => elementsUpTo(count).map(({ id }) => id);

async function all(collection: Collection<Element>, first?: Page<Element>): Promise<number[]> {
	const found: number[] = [];
	for await (const page of allPages(collection, first)) found.push(...page.map(({ id }) => id));
	return found;
}

const sorted = (ids: number[]) => [...ids].sort((a, b) => a - b);

const everyDialect = HEADERS.flatMap((headers) =>
	PAST_THE_END.map((pastTheEnd) => ({ headers, pastTheEnd })),
);

describe('how many requests a collection costs', () => {
	const sizes = [0, 1, 37, 100, 101, 198, 199, 450, 1000, 1001, 2500];

	test.each(everyDialect)(
		'with headers: $headers, past the end: $pastTheEnd',
		async ({ headers, pastTheEnd }) => {
			for (const most of [100, 1000]) {
				for (const count of sizes) {
					for (const guarantee of ['appendOnly', 'sortedById', undefined] as const) {
						const server = { most, headers, pastTheEnd, guarantee };
						const { asked, collection } = serve(elementsUpTo(count), server);
						expect(await all(collection)).toHaveLength(count);
						const pages = Math.max(1, Math.ceil(count / most));
						const isTold = headers !== 'none';
						const isLong =
							pages > (isTold ? 10 : 9) &&
							(guarantee === undefined || !['all', 'x'].includes(headers));
						const allowed =
							(pages === 1 && isTold) || count === 0
								? 1
								: guarantee === 'appendOnly' && isTold
									? pages
									: isLong && guarantee !== 'appendOnly'
										? Math.ceil(pages * 1.16)
										: pages + 1;
						expect([most, count, guarantee, asked.length]).toEqual([
							most,
							count,
							guarantee,
							Math.min(asked.length, allowed),
						]);
						expect(asked[0]).toBe(1);
					}
				}
			}
		},
	);

	test.each(['all', 'x', 'link', 'total', 'pages'] as const)(
		'with headers (%s) no page past the end is asked for',
		async (headers) => {
			for (const guarantee of ['appendOnly', 'sortedById', undefined] as const) {
				for (const count of [0, 1, 5, 99, 100, 101, 200, 1250]) {
					let isPast = false;
					const { collection } = serve(elementsUpTo(count), {
						most: 100,
						headers,
						guarantee,
						spoil(response, { page, size }) {
							isPast ||= page > Math.max(1, Math.ceil(count / Math.min(size, 100)));
							return response;
						},
					});
					await all(collection);
					expect([count, guarantee, isPast]).toEqual([count, guarantee, false]);
				}
			}
		},
	);
});

describe('nobody is lost who is there all the time', () => {
	const sizes = { count: fc.integer({ min: 0, max: 60 }), most: fc.integer({ min: 1, max: 12 }) };
	const dialect = fc.record({
		headers: fc.constantFrom(...HEADERS),
		pastTheEnd: fc.constantFrom(...PAST_THE_END),
	});

	test('whatever leaves, or joins at the end', async () => {
		const change: fc.Arbitrary<{ leaves?: number; joins?: true }> = fc.oneof(
			fc.record({ leaves: fc.nat(60) }),
			fc.record({ joins: fc.constant(true as const) }),
			fc.constant({}),
		);
		await fc.assert(
			fc.asyncProperty(
				fc.record({ ...sizes, most: fc.integer({ min: 1, max: 30 }) }),
				fc.array(change, { maxLength: 20 }),
				fc.constantFrom('all' as const, 'x' as const),
				fc.constantFrom(...PAST_THE_END),
				async ({ count, most }, changes, headers, pastTheEnd) => {
					const elements = elementsUpTo(count);
					const left = new Set<number>();
					let next = count + 1;
					let isOver = false;
					const { asked, collection } = serve(elements, {
						most,
						headers,
						pastTheEnd,
						guarantee: 'sortedById',
						beforeEach(request) {
							// Pages of a few elements cannot all overlap: there it is the second reading that finds the rest.
							isOver ||= asked.filter((page) => page === 1).length > 1;
							const happens = isOver ? {} : (changes[request] ?? {});
							if (happens.leaves !== undefined) {
								const [gone] = elements.splice(happens.leaves % Math.max(1, elements.length), 1);
								if (gone) left.add(gone.id);
							}
							if (happens.joins) elements.push({ id: next++ });
						},
					});
					const found = await all(collection);
					expect(new Set(found).size).toBe(found.length);
					for (const id of idsUpTo(count)) if (!left.has(id)) expect(found).toContain(id);
				},
			),
			{ numRuns: 200 },
		);
	});

	test('whatever joins, where nothing leaves', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.record(sizes),
				dialect,
				fc.array(fc.option(fc.nat(60)), { maxLength: 20 }),
				async ({ count, most }, server, places) => {
					// Without headers a page of one element that is pushed on looks like the last one again.
					fc.pre(most > 1 || server.headers !== 'none');
					const elements = elementsUpTo(count);
					let next = count + 1;
					const { collection } = serve(elements, {
						...server,
						most,
						guarantee: 'appendOnly',
						beforeEach(request) {
							const place = places[request];
							if (typeof place === 'number') elements.splice(place, 0, { id: next++ });
						},
					});
					const found = await all(collection);
					expect(new Set(found).size).toBe(found.length);
					for (const id of idsUpTo(count)) expect(found).toContain(id);
				},
			),
			{ numRuns: 200 },
		);
	});

	test('whatever joins and leaves anywhere, all the while', async () => {
		const change = fc.record({ leaves: fc.option(fc.nat(400)), joins: fc.option(fc.nat(400)) });
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 0, max: 400 }),
				fc.integer({ min: 30, max: 60 }),
				dialect,
				fc.array(change, { maxLength: 40 }),
				async (count, most, server, changes) => {
					const elements = elementsUpTo(count);
					const left = new Set<number>();
					let next = count + 1;
					const { collection } = serve(elements, {
						...server,
						most,
						beforeEach(request) {
							const { leaves = null, joins = null } = changes[request] ?? {};
							if (leaves !== null) {
								const [gone] = elements.splice(leaves % Math.max(1, elements.length), 1);
								if (gone) left.add(gone.id);
							}
							if (joins !== null) elements.splice(joins, 0, { id: next++ });
						},
					});
					const found = await all(collection);
					expect(new Set(found).size).toBe(found.length);
					for (const id of idsUpTo(count)) if (!left.has(id)) expect(found).toContain(id);
				},
			),
			{ numRuns: 200 },
		);
	});

	test('in pages of a few elements, which cannot overlap, as long as it is still while they are read again', async () => {
		const change = fc.record({ leaves: fc.option(fc.nat(60)), joins: fc.option(fc.nat(60)) });
		await fc.assert(
			fc.asyncProperty(
				fc.record(sizes),
				dialect,
				fc.array(change, { maxLength: 20 }),
				async ({ count, most }, server, changes) => {
					fc.pre(server.headers !== 'none' || most > 2);
					const elements = elementsUpTo(count);
					const left = new Set<number>();
					let next = count + 1;
					let isOver = false;
					const { asked, collection } = serve(elements, {
						...server,
						most,
						beforeEach(request) {
							isOver ||= asked.filter((page) => page === 1).length > 1;
							const { leaves = null, joins = null } = changes[request] ?? {};
							if (isOver) return;
							if (leaves !== null) {
								const [gone] = elements.splice(leaves % Math.max(1, elements.length), 1);
								if (gone) left.add(gone.id);
							}
							if (joins !== null) elements.splice(joins, 0, { id: next++ });
						},
					});
					const found = await all(collection);
					expect(new Set(found).size).toBe(found.length);
					for (const id of idsUpTo(count)) if (!left.has(id)) expect(found).toContain(id);
				},
			),
			{ numRuns: 200 },
		);
	});

	test('where hundreds leave between two pages', async () => {
		const elements = elementsUpTo(1000);
		const { asked, collection } = serve(elements, {
			most: 100,
			beforeEach(request) {
				if (request === 3) elements.splice(0, 190);
			},
		});
		const found = await all(collection);
		expect(found).toEqual(expect.arrayContaining(idsUpTo(1000).slice(190)));
		expect(asked.length).toBeLessThan(30);
	});

	test('a collection that never holds still comes to an end', async () => {
		const elements = elementsUpTo(50);
		let next = 100;
		const { asked, collection } = serve(elements, {
			most: 10,
			beforeEach() {
				elements.pop();
				elements.unshift({ id: next++ });
			},
		});
		await all(collection);
		expect(asked.length).toBeLessThan(100);
	});
});

describe('headers and pages that do not fit', () => {
	const guarantees = ['appendOnly', 'sortedById', undefined] as const;

	type Spoil = NonNullable<Server['spoil']>;
	const withHeaders =
		(headers: Record<string, string | undefined>): Spoil =>
		(response) => ({ ...response, headers: { ...response.headers, ...headers } });

	test.each<[string, Record<string, string | undefined>]>([
		['a total of 0', { 'x-total-count': '0' }],
		['a total of 0 and no pages', { 'x-total-count': '0', 'x-total-pages': '0' }],
		['the total of the page', { 'x-total-count': '10' }],
		['a total that is no number', { 'x-total-count': 'NaN', 'x-total-pages': 'undefined' }],
		['a negative total', { 'x-total-count': '-1', 'x-total-pages': '-1' }],
		['an infinite total', { 'x-total-count': 'Infinity' }],
		['a total beyond all numbers', { 'x-total-count': '9'.repeat(400) }],
		['empty headers', { 'x-total-count': '', 'x-total-pages': ' ', link: '' }],
		['a size that is too small', { 'x-count-per-page': '1' }],
		['a size of 0', { 'x-count-per-page': '0' }],
		['a size that is too large', { 'x-count-per-page': '1000000' }],
		['a wrong number of the page', { 'x-current-page': '77' }],
		['one page', { 'x-total-pages': '1', link: undefined }],
		['a link to the same page', { link: '<https://a.example/?page=1>; rel="next"' }],
		['a link elsewhere', { link: '<https://evil.example/?page=9999999>; rel="next"' }],
		['a link without a page', { link: '<https://a.example/?cursor=abc>; rel=next' }],
		['a link that is broken', { link: '<<<;;;rel="next' }],
	])('%s: all of it is read', async (_what, headers) => {
		for (const guarantee of guarantees) {
			for (const count of [25, 30]) {
				const server = { most: 10, guarantee, spoil: withHeaders(headers) };
				const { asked, collection } = serve(elementsUpTo(count), server);
				expect(sorted(await all(collection))).toEqual(idsUpTo(count));
				expect(asked.length).toBeLessThan(80);
			}
		}
	});

	test.each<[string, Spoil]>([
		['a total that is too large', withHeaders({ 'x-total-count': '31' })],
		['a huge total', withHeaders({ 'x-total-count': '999999999' })],
		[
			'a huge total and as many pages',
			withHeaders({ 'x-total-count': '90000', 'x-total-pages': '9000' }),
		],
		[
			'one page less than there is',
			(response) => ({ ...response, body: response.body.filter(({ id }) => id < 11 || id > 20) }),
		],
		['an empty page', (response, { page }) => (page === 2 ? { ...response, body: [] } : response)],
		['pages that are cut short', (response) => ({ ...response, body: response.body.slice(0, 7) })],
		['no element where there are some', (response) => ({ ...response, body: [] })],
	])('%s is a failure in words, after it was read again', async (_what, spoil) => {
		for (const guarantee of guarantees) {
			const { asked, collection } = serve(elementsUpTo(30), { most: 10, guarantee, spoil });
			const found = await all(collection).catch((error: unknown) => error);
			if (Array.isArray(found)) {
				// Pages that overlap may make up for it.
				expect(sorted(found as number[])).toEqual(idsUpTo(30));
				continue;
			}
			expect(found).toMatchObject({
				kind: 'notEmnify',
				message: 'Could not list the users: emnify’s pages hold less than they promise',
			});
			expect(asked.filter((page) => page === 1).length).toBeGreaterThan(1);
			expect(asked.length).toBeLessThan(500);
		}
	});

	test.each<[string, Spoil]>([
		['an empty page', (response) => ({ ...response, body: [] })],
		['a page cut short', (response) => ({ ...response, body: response.body.slice(0, 3) })],
		['a page with a total of 0', withHeaders({ 'x-total-count': '0', 'x-total-pages': '0' })],
	])('%s that comes once is made up for', async (_what, spoil) => {
		for (const guarantee of guarantees) {
			for (const spoilt of [1, 2, 3]) {
				const { collection } = serve(elementsUpTo(30), {
					most: 10,
					guarantee,
					spoil: (response, request) =>
						request.number === spoilt ? spoil(response, request) : response,
				});
				expect(sorted(await all(collection))).toEqual(idsUpTo(30));
			}
		}
	});

	test('a server that has pages of its own size only is understood as well', async () => {
		for (const headers of HEADERS) {
			const elements = elementsUpTo(250);
			const fixed = serve(elements, { most: 100, headers });
			const { collection } = serve(elements, { most: 100 });
			const found = await all({
				...collection,
				fetch: async (page) => await fixed.collection.fetch(page, 100),
			});
			expect(sorted(found)).toEqual(idsUpTo(250));
			expect(fixed.asked.length).toBeLessThan(30);
		}
	});

	test('a server that gives the first page whatever it is asked for comes to an end', async () => {
		const { asked, collection } = serve(elementsUpTo(100), { most: 100, headers: 'none' });
		const found = await all({
			...collection,
			fetch: async (_page, size) => await collection.fetch(1, size),
		});
		expect(found).toEqual(idsUpTo(100));
		expect(asked.length).toBeLessThan(80);
	});

	test.each(guarantees)(
		'pages whose number grows with each one come to an end (%s)',
		async (guarantee) => {
			const { asked, collection } = serve(elementsUpTo(50), {
				most: 10,
				guarantee,
				spoil: (response, { page }) => ({
					...response,
					headers: { 'x-total-pages': String(page + 1) },
				}),
			});
			const found = await all(collection).catch((error: unknown) => error);
			if (Array.isArray(found)) expect(sorted(found as number[])).toEqual(idsUpTo(50));
			else expect(found).toBeInstanceOf(EmnifyError);
			expect(asked.length).toBeLessThan(400);
		},
	);

	test.each(guarantees)(
		'a total that goes up and down by itself comes to an end (%s)',
		async (guarantee) => {
			const { asked, collection } = serve(elementsUpTo(50), {
				most: 10,
				guarantee,
				spoil: (response, { number }) =>
					withHeaders({ 'x-total-count': String(50 + (number % 2)) })(response, {
						number,
						page: 0,
						size: 0,
					}),
			});
			expect(sorted(await all(collection))).toEqual(idsUpTo(50));
			expect(asked.length).toBeLessThan(250);
		},
	);

	test('whatever the headers say, there is an end, and what came is given or it fails in words', async () => {
		const header = fc.oneof(
			fc.constant(undefined),
			fc.integer({ min: -2, max: 40 }).map(String),
			fc.string(),
			fc.constantFrom('NaN', '1e9', '999999999', '10, 10'),
		);
		const headers = fc.record({
			'x-total-count': header,
			'x-total-pages': header,
			'x-count-per-page': header,
			'x-current-page': header,
			link: fc.oneof(
				header,
				fc
					.tuple(fc.integer({ min: -1, max: 9 }), fc.constantFrom('next', 'last', 'prev', 'first'))
					.map(([page, rel]) => `<https://a.example/?page=${page}>; rel="${rel}"`),
			),
		});
		await fc.assert(
			fc.asyncProperty(
				fc.integer({ min: 0, max: 40 }),
				fc.integer({ min: 1, max: 20 }),
				fc.array(headers, { minLength: 1, maxLength: 5 }),
				fc.constantFrom(...guarantees),
				async (count, most, said, guarantee) => {
					const { asked, collection } = serve(elementsUpTo(count), {
						most,
						guarantee,
						spoil: (response, { number }) => ({
							...response,
							headers: said[number % said.length] ?? {},
						}),
					});
					const found: number[] = [];
					try {
						for await (const page of allPages(collection)) found.push(...page.map(({ id }) => id));
						if (count > 0) expect(found.length).toBeGreaterThanOrEqual(Math.min(count, most));
					} catch (error) {
						expect(error).toBeInstanceOf(EmnifyError);
					}
					expect(new Set(found).size).toBe(found.length);
					expect(asked.length).toBeLessThan(600);
				},
			),
			{ numRuns: 200 },
		);
	});

	test('a refused page in the middle is told of in the words of the refusal', async () => {
		const { collection } = serve(elementsUpTo(30), {
			most: 10,
			spoil: (response, { page }) => (page > 1 ? { ...response, status: 400 } : response),
		});
		await expect(all(collection)).rejects.toThrow('Incorrect paging');
	});
});

describe('a list that documents no paging', () => {
	test('is whole without headers, and read on where headers say so', async () => {
		const whole = serve(elementsUpTo(100), { most: 100, headers: 'none' });
		const first = await whole.collection.fetch(1, 1000);
		expect(hasMoreThan(first, true)).toBe(false);
		for (const headers of ['all', 'x', 'link', 'total', 'pages'] as const) {
			const paged = serve(elementsUpTo(250), { most: 100, headers });
			const page = await paged.collection.fetch(1, 1000);
			expect(hasMoreThan(page, true)).toBe(true);
			const found = await all({ ...paged.collection, isWhole: true }, page);
			expect(sorted(found)).toEqual(idsUpTo(250));
			expect(paged.asked).toHaveLength(3);
		}
	});
});

describe('a page', () => {
	test('is short or full by what the first one held, where no header says', async () => {
		const { collection } = serve(elementsUpTo(70), { most: 30, headers: 'none' });
		const [first, second, third] = [
			await collection.fetch(1, 50),
			await collection.fetch(2, 50),
			await collection.fetch(3, 50),
		];
		expect(hasMoreThan(first)).toBe(true);
		expect(hasMoreAfter(second, 2, 30)).toBe(true);
		expect(hasMoreAfter(third, 3, 30)).toBe(false);
	});

	test('that reaches furthest begins before the end of what is read, and ends behind it', () => {
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 20_000 }),
				fc.integer({ min: 1, max: 300 }),
				fc.integer({ min: 1, max: 1000 }),
				(end, overlap, most) => {
					const next = pageAfter(end, overlap, most);
					if (!next) return;
					expect(next.size).toBeLessThanOrEqual(most);
					expect((next.page - 1) * next.size).toBeLessThanOrEqual(Math.max(0, end - overlap));
					expect(next.end).toBe(next.page * next.size);
					if (overlap <= end) expect(next.end).toBeGreaterThan(end);
				},
			),
		);
	});
});

describe('the first elements', () => {
	test.each([
		[5, 1],
		[10, 1],
		[11, 2],
		[95, 10],
		[1000, 10],
	])('%i of 95 in pages of 10 cost %i requests', async (limit, requests) => {
		const { asked, collection } = serve(elementsUpTo(95), { most: 10 });
		const found = await firstElements(collection, limit);
		expect(found.map(({ id }) => id)).toEqual(idsUpTo(Math.min(95, limit)));
		expect(asked).toHaveLength(requests);
	});

	test.each(everyDialect)(
		'come with headers: $headers, past the end: $pastTheEnd',
		async ({ headers, pastTheEnd }) => {
			for (const count of [0, 1, 9, 10, 11, 20, 95, 100]) {
				for (const limit of [1, 10, 15, 100, 1000]) {
					const { asked, collection } = serve(elementsUpTo(count), {
						most: 10,
						headers,
						pastTheEnd,
					});
					const found = await firstElements(collection, limit);
					expect(found.map(({ id }) => id)).toEqual(idsUpTo(Math.min(count, limit)));
					const pages = Math.max(1, Math.ceil(Math.min(count, limit) / 10));
					expect(asked.length).toBeLessThanOrEqual(headers === 'none' ? pages + 1 : pages);
				}
			}
		},
	);

	test('come once where the collection grows at its beginning', async () => {
		const elements = elementsUpTo(30);
		let next = 100;
		const { collection } = serve(elements, {
			most: 10,
			beforeEach(request) {
				if (request > 0) elements.unshift({ id: next++ });
			},
		});
		const found = await firstElements(collection, 25);
		expect(new Set(found.map(({ id }) => id)).size).toBe(25);
	});

	test('are a failure in words where there are fewer than the headers promise', async () => {
		const { collection } = serve(elementsUpTo(30), {
			most: 10,
			spoil: (response, { page }) => (page > 1 ? { ...response, body: [] } : response),
		});
		await expect(firstElements(collection, 25)).rejects.toThrow(/hold less than they promise/);
	});
});
