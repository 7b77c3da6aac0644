import { EVENT_NAMES, type EventName } from '../../../nodes/Emnify/trigger/events';
import type { Occurrence } from '../../../nodes/Emnify/trigger/occurrence';
import type { Someone } from '../../../nodes/Emnify/trigger/person';
import { sentenceOf } from '../../../nodes/Emnify/trigger/sentence';

const NASTY = '<!channel> @here <b>x</b> [a](http://x) `y` *z*\nnew line & co';

/** An occurrence of which every text is this one. */
const occurrence = (event: EventName, text: string | null, user: Someone | null) =>
	({
		id: 'x',
		event,
		occurredAt: Date.parse('2026-03-01T12:00:00Z'),
		user,
		actor: user,
		data: {
			ip_addresses: text === null ? [] : [text],
			emnify_event: { id: 1, description: text },
			application_token: { id: 5, description: text, expiry_date: null },
			device: { id: 1, operating_system: text, browser: text, activation_date: null },
			trusted_until: null,
			mfa_key: { id: 1 },
			health: { since: '2026-03-01T12:00:00Z', until: null, failed_polls: 3, reason: text },
		},
	}) as Occurrence;

test.each(EVENT_NAMES)('the text of %s is one sentence that nothing in it can break', (event) => {
	const person = { id: null, username: NASTY, name: NASTY, matches: 2 };
	const text = sentenceOf(occurrence(event, NASTY, person));
	expect(text).toMatch(/^[^\n]+\.$/);
	expect(text).not.toMatch(/[<>]|(?<![\p{L}\p{N}])@/u);
	// Every foreign word stands in a code span.
	expect(text.replace(/`[^`]*`/g, '')).not.toMatch(/channel|http|\*/);
});

test.each(EVENT_NAMES)('the text of %s is a sentence where emnify gives no details', (event) => {
	const text = sentenceOf(occurrence(event, null, null));
	expect(text).toMatch(/^[A-Z].*\.$/);
	expect(text).not.toMatch(/undefined|null|NaN|``/);
});
