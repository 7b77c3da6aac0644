import type { EmnifyEvent } from '../../nodes/Emnify/api/types';
import {
	concernedUserOf,
	ipAddressesOf,
	withoutTokens,
} from '../../nodes/Emnify/domain/eventFacts';
import { readInstant } from '../../nodes/Emnify/domain/instant';
import { clockOffsetMs, isObject, numberOf, textOf, type Answer } from './emnify';
import { elementsOf, holds, type Observed } from './observe';
import {
	datesIn,
	fieldsWithout,
	idsIn,
	linkRelations,
	looksLikeToken,
	namesIn,
	pagingOf,
	shapeOfDate,
	shapeOfText,
	stringsIn,
} from './shapes';
import {
	asAssumed,
	different,
	lookOf,
	neverAsked,
	notAnswered,
	notSeen,
	unhandled,
	type Verdict,
} from './verdict';

/** Something that docs/emnify-api.md says of emnify, with how it is seen. */
export interface Fact {
	/** Its name in docs/emnify-api.md. */
	id: string;
	/** The section there. */
	section: number;
	/** Its grade there: recorded, documented, inferred or unknown. */
	grade: 'R' | 'D' | 'I' | 'U';
	/** What the node assumes. */
	assumed: string;
	/** What the node does where it is otherwise. */
	otherwise: string;
	see(observed: Observed): Verdict;
}

const DAY_MS = 86_400_000;

/** Every fact that is inferred or unknown, and those documented ones on which a wrong answer of the node would rest. */
export const facts: Fact[] = [
	{
		id: 'mfa-statuses',
		section: 1,
		grade: 'D',
		assumed: 'An MFA key is 0 pending or 1 active',
		otherwise: 'it would take pending keys for active ones',
		see: ({ mfaStatuses, stopped }) =>
			seeLookup(mfaStatuses, { 0: /pending/i, 1: /^active$/i }, stopped),
	},
	{
		id: 'mfa-types',
		section: 1,
		grade: 'D',
		assumed: 'The one type of an MFA key is 0, for time-based codes',
		otherwise: 'it offers whichever types there are',
		see: ({ mfaTypes, stopped }) => handled(seeLookup(mfaTypes, { 0: /time|totp/i }, stopped)),
	},
	{
		id: 'devices-at-once',
		section: 1,
		grade: 'I',
		assumed: 'All trusted devices of a user come at once',
		otherwise: 'it reads the other pages too',
		see: ({ devices, myDevices, stopped }) => seeAtOnce([...devices, myDevices], stopped),
	},
	{
		id: 'delete-device-answer',
		section: 1,
		grade: 'I',
		assumed: 'A revoked device is answered with 204',
		otherwise: 'any other 2xx counts as done',
		see: neverAsked('a device would have to be revoked'),
	},
	{
		id: 'no-secrets',
		section: 1,
		grade: 'D',
		assumed: 'Nothing that is read holds the secret of an MFA key or of an application token',
		otherwise: 'the secret would be in its output',
		see: seeNoSecrets,
	},
	{
		id: 'absent-fields',
		section: 1,
		grade: 'I',
		assumed: 'A field of a user, a device or a token that has no value is left out',
		otherwise: 'null counts as left out',
		see: seeAbsentFields,
	},
	{
		id: 'ids-are-numbers',
		section: 1,
		grade: 'I',
		assumed: 'IDs are whole numbers',
		otherwise: 'it makes numbers of digits in a string',
		see: seeIds,
	},
	{
		id: 'date-forms',
		section: 1,
		grade: 'I',
		assumed: 'Dates are ISO 8601 with a time zone',
		otherwise: 'a date without a time zone is UTC; what cannot be read counts as unknown',
		see: seeDates,
	},
	{
		id: 'date-header',
		section: 1,
		grade: 'I',
		assumed: 'Each answer has a Date header',
		otherwise: 'it goes by the clock of its own machine',
		see: seeDateHeader,
	},
	{
		id: 'refused-token',
		section: 1,
		grade: 'I',
		assumed: 'A token that is none gets a 401 without a body',
		otherwise:
			'any 401 makes it log in again, whatever its body; after another status it would not',
		see: seeRefusedToken,
	},
	{
		id: 'refresh-token-renewed',
		section: 1,
		grade: 'U',
		assumed: 'A refresh token stays the same when it is used',
		otherwise: 'it keeps the new one',
		see: neverAsked('a second login would be needed'),
	},
	{
		id: 'mfa-password-form',
		section: 1,
		grade: 'U',
		assumed: 'A new MFA key wants the password in the same form as the login',
		otherwise: 'emnify’s refusal is shown',
		see: neverAsked('an MFA key would have to be created'),
	},
	{
		id: 'token-claims',
		section: 1,
		grade: 'I',
		assumed: 'A session’s token is a JWT with its end in exp',
		otherwise: 'it shows no end, and logs in again after a 401',
		see: ({ login }) => seeClaims(login.auth_token),
	},
	{
		id: 'my-under-application-token',
		section: 1,
		grade: 'U',
		assumed: 'Under an application token “my” is nobody: 404',
		otherwise: 'it never asks: Me is refused under an application token',
		see: seeMe,
	},
	{
		id: 'trust-ended-still-listed',
		section: 1,
		grade: 'U',
		assumed: 'A device is still listed when its 90 days are over',
		otherwise: 'it finds no device whose trust has ended',
		see: seeEndedTrust,
	},
	{
		id: 'lockout-status',
		section: 1,
		grade: 'U',
		assumed: 'A locked account gets 401 with TooManyRequests',
		otherwise: 'a 429 with user credentials counts as a lockout too',
		see: neverAsked('three logins would have to be refused'),
	},
	{
		id: 'retry-after',
		section: 2,
		grade: 'U',
		assumed: 'A 429 has no Retry-After',
		otherwise: 'it waits as long, within reason',
		see: ({ all }) => {
			const refused = all.find(({ status }) => status === 429);
			if (!refused) return notSeen('no request was over a limit, and none must be on purpose');
			const wait = refused.headers['retry-after'];
			if (wait === undefined) return asAssumed();
			return different(/^\d+$/.test(wait.trim()) ? 'it has one, in seconds' : 'it has one');
		},
	},
	{
		id: 'firewall-403',
		section: 2,
		grade: 'U',
		assumed: 'A 403 comes from emnify itself',
		otherwise: 'its message says that something in between may have refused',
		see: ({ all }) => {
			const refused = all.filter(({ status }) => status === 403);
			if (refused.length === 0) return notSeen('nothing was answered with 403');
			const foreign = refused.find(({ body }) => !isObject(body) || !('error_token' in body));
			return foreign ? different(lookOf(foreign)) : asAssumed();
		},
	},
	{
		id: 'unknown-user',
		section: 3,
		grade: 'I',
		assumed: 'A user who does not exist gets 404',
		otherwise: 'its message shows what emnify answered',
		see: ({ unknownUser, stopped }) => {
			if (!unknownUser) return notAnswered(unknownUser, stopped);
			if (unknownUser.status === 404) return asAssumed(lookOf(unknownUser));
			const isSomebody = unknownUser.status === 200 && isObject(unknownUser.body);
			return (isSomebody ? unhandled : different)(lookOf(unknownUser));
		},
	},
	{
		id: 'paging-of-users',
		section: 4,
		grade: 'I',
		assumed: 'Pages of users have Link and all four X headers',
		otherwise: 'it goes on by Link, or by full pages',
		see: ({ users, stopped }) => seePaging(users, stopped),
	},
	{
		id: 'paging-of-events',
		section: 4,
		grade: 'I',
		assumed: 'Pages of events have Link and all four X headers',
		otherwise: 'it goes on by what there is, or by full pages',
		see: ({ events, stopped }) => seePaging(events, stopped),
	},
	{
		id: 'most-users-in-a-page',
		section: 4,
		grade: 'U',
		assumed: 'Who asks for 1,000 users in a page gets as many as there can be',
		otherwise: 'it could not list users',
		see: ({ users, stopped }) => seePageSize(users, stopped),
	},
	{
		id: 'most-events-in-a-page',
		section: 4,
		grade: 'U',
		assumed: 'Who asks for 1,000 events in a page gets as many as there can be',
		otherwise: 'it could not list events',
		see: ({ events, stopped }) => seePageSize(events, stopped),
	},
	{
		id: 'users-past-the-end',
		section: 4,
		grade: 'D',
		assumed: 'Past the end the last page of users comes again',
		otherwise: 'it asks for nothing past the end on purpose',
		see: ({ usersPastTheEnd, stopped }) => seePastTheEnd(usersPastTheEnd, stopped),
	},
	{
		id: 'events-past-the-end',
		section: 4,
		grade: 'U',
		assumed: 'Past the end the last page of events comes again',
		otherwise: 'it asks for nothing past the end on purpose',
		see: ({ eventsPastTheEnd, stopped }) => seePastTheEnd(eventsPastTheEnd, stopped),
	},
	{
		id: 'tokens-at-once',
		section: 4,
		grade: 'I',
		assumed: 'All application tokens come at once',
		otherwise: 'it reads the other pages too',
		see: ({ tokens, stopped }) => seeAtOnce([tokens], stopped),
	},
	{
		id: 'sort-users',
		section: 4,
		grade: 'I',
		assumed: 'Users are sorted by sort=+id and sort=-id',
		otherwise: 'it could not list users, or would give them in the wrong order',
		see: seeSortedUsers,
	},
	{
		id: 'sort-events',
		section: 4,
		grade: 'D',
		assumed: 'Events are sorted by sort=-timestamp,-id',
		otherwise: 'it could not list events, or would give them in the wrong order',
		see: seeSortedEvents,
	},
	{
		id: 'order-of-events',
		section: 4,
		grade: 'U',
		assumed: 'The newest event comes first where nothing is said',
		otherwise: 'it says the order that it wants',
		see: ({ events, stopped }) => {
			const times = timesOf(events);
			if (times.length < 2)
				return notAnswered(events?.status === 200 ? undefined : events, stopped);
			if (times.every((time, index) => index === 0 || time <= (times[index - 1] ?? 0))) {
				return asAssumed();
			}
			const isAscending = times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0));
			return different(isAscending ? 'the oldest comes first' : 'in no order of time');
		},
	},
	{
		id: 'filter-by-text',
		section: 4,
		grade: 'U',
		assumed: 'A filter finds any part of a name, in upper or lower case',
		otherwise: 'it finds fewer, and says so where nobody is found',
		see: ({ usersByPart, users, stopped }) => {
			if (!usersByPart) return notAnswered(users?.status === 200 ? undefined : users, stopped);
			const { wanted, otherCase, part, whole } = usersByPart;
			if (holds(otherCase, wanted)) return asAssumed();
			if (part && holds(part, wanted)) return different('a part, but as it is written');
			if (whole && holds(whole, wanted)) return different('the whole name alone');
			if (otherCase.status !== 200) return different(lookOf(otherCase));
			return whole ? different('not even the whole name') : notSeen(stopped ?? '');
		},
	},
	{
		id: 'users-of-children',
		section: 5,
		grade: 'D',
		assumed: 'The users of child organisations are listed too',
		otherwise: 'it lists those of the own organisation',
		see: seeChildren,
	},
	{
		id: 'who-may-list-users',
		section: 5,
		grade: 'U',
		assumed: 'Administrators may list users',
		otherwise: 'its message at a 403 advises the wrong thing',
		see: (observed) => seeWhoMay(observed.users, observed),
	},
	{
		id: 'user-statuses',
		section: 5,
		grade: 'D',
		assumed: 'A user is 0 pending, 1 active or 2 suspended',
		otherwise: 'it would take the wrong users for active',
		see: ({ userStatuses, stopped }) =>
			seeLookup(userStatuses, { 0: /pending/i, 1: /^active$/i, 2: /suspended/i }, stopped),
	},
	{
		id: 'role-administrator',
		section: 5,
		grade: 'I',
		assumed: 'The role 1 is the administrator’s',
		otherwise: 'nothing rests on it yet',
		see: ({ roles, stopped }) => handled(seeLookup(roles, { 1: /^administrator$/i }, stopped)),
	},
	{
		id: 'role-superadmin',
		section: 5,
		grade: 'U',
		assumed: 'There is a SuperAdmin, with an ID of its own',
		otherwise: 'it knows no such role',
		see: ({ roles, stopped }) => {
			if (roles?.status !== 200) return notAnswered(roles, stopped);
			const found = elementsOf(roles).find(({ name }) => /super/i.test(textOf(name)));
			if (!found) return notSeen('no such role is listed');
			const id = numberOf(found.id);
			return asAssumed(id >= 0 && id < 100 ? `its ID is ${id}` : undefined);
		},
	},
	{
		id: 'organisation-of-the-session',
		section: 5,
		grade: 'I',
		assumed: 'A login may read its organisation',
		otherwise: 'it names no organisation',
		see: ({ organisation, stopped }) => {
			if (!organisation) return notAnswered(organisation, stopped);
			const { status, body } = organisation;
			const isThere = status === 200 && isObject(body) && 'id' in body && 'name' in body;
			return isThere ? asAssumed() : different(lookOf(organisation));
		},
	},
	{
		id: 'events-of-30-days',
		section: 5,
		grade: 'D',
		assumed: 'No event is older than 30 days',
		otherwise: 'it gives the older ones too',
		see: ({ oldEvents, events, stopped }) => {
			if (oldEvents?.status !== 200) return notAnswered(oldEvents, stopped);
			if (elementsOf(oldEvents).length > 0) return different('there are older ones');
			if (elementsOf(events).length === 0) return notSeen('there are no events at all');
			return asAssumed();
		},
	},
	{
		id: 'event-types',
		section: 5,
		grade: 'D',
		assumed: 'The types 6, 7, 13, 14, 41 and 46 are what the trigger takes them for',
		otherwise: 'the trigger would watch for the wrong events',
		see: ({ eventTypes, stopped }) =>
			seeLookup(
				eventTypes,
				{
					6: /user.*authentication.*fail/i,
					7: /application.*authentication.*fail/i,
					13: /support/i,
					14: /multi.?factor|mfa/i,
					41: /verif/i,
					46: /delet/i,
				},
				stopped,
			),
	},
	{
		id: 'unknown-user-events',
		section: 5,
		grade: 'D',
		assumed: 'The events of a user who does not exist are an empty list',
		otherwise: 'its message shows what emnify answered',
		see: ({ unknownUsersEvents: answer, stopped }) => {
			if (!answer) return notAnswered(answer, stopped);
			if (answer.status !== 200) return different(lookOf(answer));
			if (Array.isArray(answer.body) && answer.body.length === 0) return asAssumed();
			return unhandled(lookOf(answer));
		},
	},
	{
		id: 'token-creator',
		section: 5,
		grade: 'I',
		assumed: 'Each application token names its creator',
		otherwise: 'the creator is unknown',
		see: ({ tokens, stopped }) => {
			const listed = elementsOf(tokens);
			if (listed.length === 0)
				return notAnswered(tokens?.status === 200 ? undefined : tokens, stopped);
			const without = listed.filter(({ creator }) => !isObject(creator)).length;
			if (without === 0) return asAssumed();
			return different(without === listed.length ? 'none does' : 'some do not');
		},
	},
	{
		id: 'token-statuses',
		section: 5,
		grade: 'D',
		assumed: 'An application token is 0 activated or 1 revoked',
		otherwise: 'it would take revoked tokens for others',
		see: seeTokenStatuses,
	},
	{
		id: 'revoked-tokens-listed',
		section: 5,
		grade: 'I',
		assumed: 'Revoked application tokens stay in the list',
		otherwise: 'it lists those that emnify lists',
		see: ({ tokens, stopped }) => {
			if (tokens?.status !== 200) return notAnswered(tokens, stopped);
			const isRevoked = ({ status }: Record<string, unknown>) =>
				isObject(status) && textOf(status.id) === '1';
			return elementsOf(tokens).some(isRevoked)
				? asAssumed()
				: notSeen('none is listed; none may ever have been revoked');
		},
	},
	{
		id: 'who-may-list-tokens',
		section: 5,
		grade: 'U',
		assumed: 'Administrators may list application tokens',
		otherwise: 'its message at a 403 advises the wrong thing',
		see: (observed) => seeWhoMay(observed.tokens, observed),
	},
	{
		id: 'create-token-answer',
		section: 5,
		grade: 'U',
		assumed: 'A new application token is answered with 200',
		otherwise: 'a 201 counts as well',
		see: neverAsked('an application token would have to be created'),
	},
	{
		id: 'event-user-filter',
		section: 5,
		grade: 'D',
		assumed: 'The filter user of events takes a name, and no ID',
		otherwise: 'it does not use this filter',
		see: ({ eventsOfUser, events, stopped }) => {
			if (!eventsOfUser) return notAnswered(events?.status === 200 ? undefined : events, stopped);
			const found = (answer: Answer) => elementsOf(answer).length > 0;
			const { byName, byId } = eventsOfUser;
			if (found(byName) && !found(byId)) return asAssumed();
			if (found(byName)) return different('it takes both');
			return different(found(byId) ? 'it takes the ID, and no name' : 'it finds nothing by either');
		},
	},
	{
		id: 'failed-login-text',
		section: 5,
		grade: 'U',
		assumed: 'The text of a failed login has the user in quotes, and the addresses behind “IP”',
		otherwise: 'the user or the addresses are missing',
		see: (observed) =>
			seeText(
				observed,
				6,
				(event) => ipAddressesOf(event).length > 0 && concernedUserOf(event) !== undefined,
			),
	},
	{
		id: 'removed-key-text',
		section: 5,
		grade: 'U',
		assumed: 'The text of a removed MFA key names its user in quotes',
		otherwise: 'it does not say whose key it was',
		see: (observed) => seeText(observed, 14, (event) => concernedUserOf(event) !== undefined),
	},
	{
		id: 'deleted-user-detail',
		section: 5,
		grade: 'I',
		assumed: 'The event of a deleted user has them in detail.user',
		otherwise: 'it does not say who it was',
		see: (observed) => {
			const deleted = eventsOfType(observed, 46);
			if (deleted.length === 0) return notSeen(observed.stopped ?? 'there is no such event');
			const areNamed = deleted.every(({ detail }) => concernedUserOf({ id: 0, detail }));
			return areNamed ? asAssumed() : different('it is not there');
		},
	},
	{
		id: 'tokens-in-events',
		section: 5,
		grade: 'D',
		assumed: 'Only events of the types 37 and 40 hold tokens that work',
		otherwise: 'it takes them out of all events; one that it does not know, it hands on',
		see: (observed) => {
			const events = [...elementsOf(observed.events), ...elementsOf(observed.securityEvents)];
			if (events.length === 0) return notSeen(observed.stopped ?? 'there are no events');
			const holding = events.filter((event) => stringsIn(event).some(looksLikeToken));
			if (holding.some((event) => stringsIn(withoutTokens(event)).some(looksLikeToken))) {
				return unhandled('some are of a form that is not known');
			}
			if (holding.some((event) => ![37, 40].includes(typeOf(event)))) {
				return different('events of other types hold some too');
			}
			return holding.length > 0 ? asAssumed() : notSeen('no event holds one');
		},
	},
	{
		id: 'stream-failures',
		section: 6,
		grade: 'U',
		assumed: 'A stream ends after some failed deliveries',
		otherwise: 'nothing: there are no streams yet',
		see: neverAsked('deliveries would have to fail'),
	},
	{
		id: 'who-may-stream',
		section: 6,
		grade: 'U',
		assumed: 'Some roles and plans may have streams',
		otherwise: 'nothing: there are no streams yet',
		see: neverAsked('a stream would have to be created'),
	},
];

/** The node copes with whatever the difference is. */
function handled(verdict: Verdict): Verdict {
	return verdict.kind === 'different' ? { ...verdict, handled: true } : verdict;
}

/** A lookup that has these IDs, with descriptions or names that mean the same. More of them do no harm. */
function seeLookup(
	answer: Answer | undefined,
	expected: Record<number, RegExp>,
	stopped: string | undefined,
): Verdict {
	if (answer?.status !== 200 || !Array.isArray(answer.body)) return notAnswered(answer, stopped);
	const words = new Map(
		elementsOf(answer).map(({ id, description, name }) => [numberOf(id), description ?? name]),
	);
	const ids = Object.keys(expected).map(Number);
	const others = ids.filter((id) => words.has(id) && !expected[id]?.test(textOf(words.get(id))));
	if (others.length > 0)
		return unhandled(`${others.join(', ')} ${is(others)} called something else`);
	const missing = ids.filter((id) => !words.has(id));
	if (missing.length > 0) return different(`${missing.join(', ')} ${is(missing)} not listed`);
	const more = words.size - ids.length;
	return asAssumed(more > 0 ? `${more} more ${more === 1 ? 'is' : 'are'} listed` : undefined);
}

const is = (list: unknown[]) => (list.length === 1 ? 'is' : 'are');

function seeAtOnce(answers: Array<Answer | undefined>, stopped: string | undefined): Verdict {
	const lists = answers.filter((answer) => answer?.status === 200 && Array.isArray(answer.body));
	if (lists.length === 0)
		return notAnswered(
			answers.find((answer) => answer),
			stopped,
		);
	const pages = lists.map((answer) => pagingOf(answer as Answer));
	if (pages.every(({ headers }) => headers.length === 0)) return asAssumed();
	const isSplit = pages.some(
		({ totalPages, relations }) => totalPages > 1 || relations.includes('next'),
	);
	return different(
		isSplit ? 'they come in pages, and there is more than one' : 'they have the headers of pages',
	);
}

/** Events are another matter: see `tokens-in-events`. */
function seeNoSecrets({ users, user, devices, tokens, stopped }: Observed): Verdict {
	const read = [users, user, tokens, ...devices].filter((answer) => answer?.status === 200);
	if (read.length === 0) return notSeen(stopped ?? 'nothing was read');
	const names = new Set(read.flatMap((answer) => namesIn(answer?.body)));
	const found = ['secret_key', 'otpauth', 'application_token', 'password', 'refresh_token'].filter(
		(name) => names.has(name),
	);
	if (found.length > 0) return unhandled(`there is a field ${found.join(', ')}`);
	return asAssumed();
}

/** The fields of §1 and §5 that may have no value, by what they belong to. */
function seeAbsentFields({ users, user, devices, myDevices, tokens, stopped }: Observed): Verdict {
	const kinds: Array<[elements: Array<Record<string, unknown>>, fields: string[]]> = [
		[
			[...elementsOf(users), ...(user?.status === 200 && isObject(user.body) ? [user.body] : [])],
			['name', 'created', 'status', 'organisation'],
		],
		[
			[...devices, myDevices].flatMap(elementsOf),
			['operating_system', 'browser', 'activation_date'],
		],
		[elementsOf(tokens), ['description', 'created', 'status', 'expiry_date', 'ip', 'creator']],
	];
	const all = kinds.flatMap(([elements]) => elements);
	if (all.length === 0) return notSeen(stopped ?? 'nothing was listed');
	const nulls = kinds.flatMap(([elements, fields]) =>
		fieldsWithout(elements, fields, (value) => value === null),
	);
	if (nulls.length > 0) return different(`null: ${nulls.join(', ')}`);
	const missing = kinds.flatMap(([elements, fields]) =>
		fieldsWithout(elements, fields, (value) => value === undefined),
	);
	if (missing.length === 0) return notSeen('every field has a value');
	return asAssumed(`left out: ${missing.join(', ')}`);
}

function seeIds({ all, stopped }: Observed): Verdict {
	const ids = all.filter(({ status }) => status === 200).flatMap(({ body }) => idsIn(body));
	if (ids.length === 0) return notSeen(stopped ?? 'nothing with an ID was listed');
	if (ids.some((id) => id === null || id === undefined)) return unhandled('some are null');
	if (ids.some((id) => typeof id === 'number' && !Number.isSafeInteger(id))) {
		return unhandled('some are too large to be exact, or no whole numbers');
	}
	const texts = ids.filter((id) => typeof id !== 'number');
	if (texts.length === 0) return asAssumed();
	const areDigits = texts.every((id) => typeof id === 'string' && /^(0|[1-9]\d{0,14})$/.test(id));
	return areDigits
		? different('digits in a string')
		: unhandled('some are texts that are no digits');
}

function seeDates({ all, stopped }: Observed): Verdict {
	const dates = all.filter(({ status }) => status === 200).flatMap(({ body }) => datesIn(body));
	if (dates.length === 0) return notSeen(stopped ?? 'nothing with a date was listed');
	const shapes = [...new Set(dates.map(shapeOfDate))].sort().join(', ');
	if (dates.some((date) => readInstant(date) === null)) return unhandled(shapes);
	const haveZone = dates.every((date) => /(Z|[+-]\d{2}:?\d{2})$/i.test(textOf(date)));
	return haveZone ? asAssumed(shapes) : different(shapes);
}

function seeDateHeader({ all, stopped }: Observed): Verdict {
	const offsets = all.map(clockOffsetMs);
	if (offsets.length === 0) return notSeen(stopped ?? 'nothing was answered');
	if (offsets.some((offset) => offset === undefined)) return different('some have none');
	const minutes = Math.round(Math.max(...offsets.map((offset) => Math.abs(offset ?? 0))) / 60_000);
	return asAssumed(
		minutes > 0 ? `this machine’s clock differs by ${minutes} min` : 'the clocks agree',
	);
}

function seeRefusedToken({ foreignToken, stopped }: Observed): Verdict {
	if (!foreignToken) return notAnswered(foreignToken, stopped);
	if (foreignToken.status !== 401) return unhandled(lookOf(foreignToken));
	return foreignToken.content === 'empty' ? asAssumed() : different(lookOf(foreignToken));
}

/** Names of claims that say nothing of whom the token is for. */
const CLAIM =
	/^(iss|sub|aud|exp|iat|nbf|jti|scope|scopes|roles?|org|organisation|app|user|purpose|esc(\.[a-zA-Z]{1,20}){1,3})$/;

function seeClaims(token: unknown): Verdict {
	const claims = typeof token === 'string' ? claimsOf(token) : undefined;
	if (!claims) return different('it is no JWT');
	const names = Object.keys(claims).filter((name) => CLAIM.test(name));
	const others = Object.keys(claims).length - names.length;
	const more = others > 0 ? `${others} more` : undefined;
	const listed = `claims: ${[...names.sort(), more].filter((part) => part).join(', ')}`;
	const { exp, iat } = claims;
	if (typeof exp !== 'number') return different(`no exp; ${listed}`);
	const minutes = typeof iat === 'number' ? Math.round((exp - iat) / 60) : undefined;
	return asAssumed(`${minutes === undefined ? '' : `valid for ${minutes} minutes; `}${listed}`);
}

function claimsOf(token: string): Record<string, unknown> | undefined {
	try {
		const claims: unknown = JSON.parse(
			Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
		);
		return isObject(claims) ? claims : undefined;
	} catch {
		return undefined;
	}
}

function seeMe({ asUser, me, myDevices, stopped }: Observed): Verdict {
	if (asUser) return notSeen('the login is that of a user');
	if (!me || !myDevices) return notAnswered(undefined, stopped);
	if (me.status === 404 && myDevices.status === 404) return asAssumed();
	const user = me.status === 200 && isObject(me.body) ? '200 with a user' : lookOf(me);
	return different(`the user: ${user}; the devices: ${lookOf(myDevices)}`);
}

function seeEndedTrust({ devices, myDevices, stopped }: Observed): Verdict {
	const answers = [...devices, ...(myDevices ? [myDevices] : [])];
	const isEnded = (answer: Answer) => {
		const now = answer.atMs + (clockOffsetMs(answer) ?? 0);
		return elementsOf(answer).some(({ activation_date: date }) => {
			const activated = readInstant(date);
			return activated !== null && activated < now - 91 * DAY_MS;
		});
	};
	if (answers.some(isEnded)) return asAssumed();
	return notSeen(stopped ?? 'no device was activated more than 90 days ago');
}

function seePaging(answer: Answer | undefined, stopped: string | undefined): Verdict {
	if (answer?.status !== 200 || !Array.isArray(answer.body)) return notAnswered(answer, stopped);
	const { headers, totalElements, totalPages } = pagingOf(answer);
	const elements = answer.body.length;
	if (headers.length === 0) return different('no header of paging at all');
	if (totalElements < elements || (totalPages === 1 && totalElements > elements)) {
		return unhandled('the headers contradict the list');
	}
	const link = answer.headers.link;
	if (link === '' && headers.length === 5) return different('all of them, with an empty Link');
	if (headers.length === 5) return asAssumed(`Link: ${linkRelations(link).join(', ')}`);
	return different(`only ${headers.join(', ')}`);
}

function seePageSize(answer: Answer | undefined, stopped: string | undefined): Verdict {
	if (!answer) return notAnswered(answer, stopped);
	if (answer.status === 400 || answer.status === 422) return unhandled(lookOf(answer));
	if (answer.status !== 200 || !Array.isArray(answer.body)) return notAnswered(answer, stopped);
	const { elementsInAPage } = pagingOf(answer);
	if (Number.isNaN(elementsInAPage)) return asAssumed('how many that are, no header says');
	return asAssumed(`${elementsInAPage.toLocaleString('en')} at the most`);
}

function seePastTheEnd(answer: Answer | undefined, stopped: string | undefined): Verdict {
	if (!answer) return notAnswered(answer, stopped);
	if (answer.status !== 200) return different(lookOf(answer));
	if (!Array.isArray(answer.body)) return notAnswered(answer, stopped);
	if (answer.body.length > 0) return asAssumed();
	const { totalElements } = pagingOf(answer);
	if (Number.isNaN(totalElements)) return different('an empty list');
	return different(
		totalElements === 0 ? 'an empty list and totals of 0' : 'an empty list, with the totals',
	);
}

function seeSortedUsers({ users, usersDescending, stopped }: Observed): Verdict {
	const refused = [users, usersDescending].find((answer) =>
		[400, 422].includes(answer?.status ?? 0),
	);
	if (refused) return unhandled(lookOf(refused));
	const ids = elementsOf(users).map(({ id }) => numberOf(id));
	const last = elementsOf(usersDescending).map(({ id }) => numberOf(id));
	if (ids.length < 2 || last.length < 2)
		return notAnswered(users?.status === 200 ? undefined : users, stopped);
	const ascends = (numbers: number[]) =>
		numbers.every((id, i) => i === 0 || id > (numbers[i - 1] ?? 0));
	return ascends(ids) && ascends([...last].reverse()) ? asAssumed() : unhandled('in another order');
}

function seeSortedEvents({ eventsDescending, stopped }: Observed): Verdict {
	if (!eventsDescending) return notAnswered(eventsDescending, stopped);
	if ([400, 422].includes(eventsDescending.status)) return unhandled(lookOf(eventsDescending));
	if (eventsDescending.status !== 200) return notAnswered(eventsDescending, stopped);
	const times = timesOf(eventsDescending);
	if (times.length < 2) return notSeen('there are no two events');
	const descends = times.every((time, index) => index === 0 || time <= (times[index - 1] ?? 0));
	return descends ? asAssumed() : unhandled('in another order');
}

function seeChildren({ users, organisation, stopped }: Observed): Verdict {
	const own = isObject(organisation?.body) ? organisation.body.id : undefined;
	const listed = elementsOf(users).map(({ organisation: of }) =>
		isObject(of) ? of.id : undefined,
	);
	if (own === undefined || listed.length === 0) {
		return notAnswered(users?.status === 200 ? organisation : users, stopped);
	}
	const hasOthers = listed.some((id) => id !== undefined && textOf(id) !== textOf(own));
	return hasOthers ? asAssumed() : notSeen('none is listed; there may be no child organisation');
}

function seeWhoMay(answer: Answer | undefined, { asUser, me, stopped }: Observed): Verdict {
	if (!answer) return notAnswered(answer, stopped);
	const may = answer.status === 200;
	const roles = asUser && isObject(me?.body) && Array.isArray(me.body.roles) ? me.body.roles : [];
	if (roles.length === 0) {
		return notSeen(
			`this login ${may ? 'may' : 'may not'} (${lookOf(answer)}); whose rights it has, no answer says`,
		);
	}
	const isAdministrator = roles.some((role) => isObject(role) && /admin/i.test(textOf(role.name)));
	if (may === isAdministrator) return asAssumed();
	return different(may ? 'others may as well' : `an administrator may not (${lookOf(answer)})`);
}

function seeTokenStatuses({ tokens, stopped }: Observed): Verdict {
	if (tokens?.status !== 200) return notAnswered(tokens, stopped);
	const statuses = elementsOf(tokens).flatMap(({ status }) => (isObject(status) ? [status] : []));
	if (statuses.length === 0) return notSeen('no application token with a status is listed');
	const expected: Record<string, RegExp> = { 0: /activ/i, 1: /revoked/i };
	const wrong = statuses.find(
		({ id, description }) => !(expected[textOf(id)]?.test(textOf(description)) ?? false),
	);
	return wrong ? unhandled('there are others, or they are called something else') : asAssumed();
}

/** The times of events that have one, in their order. */
function timesOf(answer: Answer | undefined): number[] {
	return elementsOf(answer).flatMap(({ timestamp }) => readInstant(timestamp) ?? []);
}

const typeOf = (event: Record<string, unknown>) =>
	isObject(event.event_type) ? numberOf(event.event_type.id) : NaN;

function eventsOfType({ events, securityEvents }: Observed, type: number) {
	const found = [...elementsOf(securityEvents), ...elementsOf(events)];
	return found.filter((event) => typeOf(event) === type);
}

/** Whether the node reads the texts of a type; how they look is shown without anything of the account. */
function seeText(
	observed: Observed,
	type: number,
	isRead: (event: EmnifyEvent) => boolean,
): Verdict {
	const events = eventsOfType(observed, type);
	if (events.length === 0) return notSeen(observed.stopped ?? 'there is no such event');
	const texts = events.map(({ description, detail }) => ({
		id: 0,
		description: textOf(description),
		detail,
	}));
	const others = texts.filter((text) => !isRead(text));
	const shown = others.length > 0 ? others : texts;
	const shapes = [...new Set(shown.map(({ description }) => shapeOfText(description)))];
	return (others.length > 0 ? different : asAssumed)(shapes.slice(0, 3).join(' / '));
}
