import fc from 'fast-check';

import {
	EVENT_HISTORY_DAYS,
	eventsRequests,
	eventTypes,
	MOST_VALUES,
} from '../../../nodes/Emnify/endpoints/events';
import { toTimestamp } from '../../../nodes/Emnify/endpoints/timestamp';
import { connectTo, failureOf } from './emnify';

const now = Date.parse('2026-03-01T12:00:00Z');
const day = 86_400_000;

describe('the requests for events', () => {
	const only = (query: Partial<Parameters<typeof eventsRequests>[0]>) => {
		const requests = eventsRequests({ types: [], now, ...query });
		expect(requests).toHaveLength(1);
		return requests[0];
	};

	test('ask for everything where nothing narrows them', () => {
		expect(only({})).toEqual({
			method: 'GET',
			path: '/api/v1/event',
			query: {},
			action: 'list the events',
			advice: { 403: expect.stringContaining('may not read events') as string },
		});
	});

	test('ask for what is wanted', () => {
		const sort = [{ field: 'timestamp', descending: true }];
		expect(
			only({
				types: ['6', '13'],
				criteria: ['severity:1'],
				from: now - 1_500,
				until: now,
				sort,
			})?.query,
		).toEqual({
			sort: '-timestamp',
			q: 'type:6|13,severity:1,from:2026-03-01T11:59:58Z,until:2026-03-01T12:00:00Z',
		});
	});

	test('ask for what is wanted of every type', () => {
		expect(only({ criteria: ['severity:1', 'source:2'] })?.query).toEqual({
			q: 'severity:1,source:2',
		});
	});

	test('ask for a time only where it has both ends', () => {
		expect(only({ from: now })?.query).toEqual({});
		expect(only({ until: now })?.query).toEqual({});
	});

	test.each([
		['7', '/api/v1/user/7/event', 'list the events of user 7'],
		['my', '/api/v1/user/my/event', 'list the events of the credential’s own user'],
	])('ask for those of user %s', (userId, path, action) => {
		expect(only({ userId })).toMatchObject({
			path,
			action,
			advice: { 403: expect.stringContaining('of other users') as string },
		});
	});

	test('rely on it that nothing leaves, unless it gets too old meanwhile', () => {
		const edge = now - (EVENT_HISTORY_DAYS - 1) * day;
		expect(only({ from: edge + 1 })).toHaveProperty('guarantee', 'appendOnly');
		expect(only({ from: edge })).not.toHaveProperty('guarantee');
		expect(only({ until: now })).not.toHaveProperty('guarantee');
	});

	test('ask for each type once, in as few requests as a filter allows', () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: 1, max: 40 }).map(String)), (types) => {
				const distinct = [...new Set(types)];
				const asked = eventsRequests({ types, criteria: ['a:1'], now }).map(({ query }) => {
					const [type = '', rest] = String(query?.q).split(',');
					if (types.length === 0) return [];
					expect(rest).toBe('a:1');
					return type.replace('type:', '').split('|');
				});
				expect(asked.flat()).toEqual(distinct);
				expect(asked).toHaveLength(Math.max(1, Math.ceil(distinct.length / MOST_VALUES)));
				expect(asked.every((group) => group.length <= MOST_VALUES)).toBe(true);
			}),
		);
	});
});

test('a time is in whole seconds', () => {
	expect(toTimestamp(new Date('2026-03-01T12:00:00.999Z'))).toBe('2026-03-01T12:00:00Z');
});

test('the types of events', async () => {
	const { client, sent } = await connectTo(() => ({ body: [{ id: 6, description: 'Login' }] }));
	expect(await eventTypes(client)).toEqual([{ id: 6, description: 'Login' }]);
	expect(sent).toEqual([{ what: 'GET /event/type' }]);
	const bad = await connectTo(() => ({ body: [{ id: 'x' }] }));
	expect(await failureOf(eventTypes(bad.client))).toMatchObject({ kind: 'notEmnify' });
});
