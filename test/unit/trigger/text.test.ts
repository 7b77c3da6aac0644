import type { IDataObject } from 'n8n-workflow';

import { EVENT_NAMES } from '../../../nodes/Emnify/trigger/events';
import { textOf } from '../../../nodes/Emnify/trigger/text';

const NASTY = '<!channel> @here <b>x</b> [a](http://x) `y` *z*\nnew line & co';

const data = (text: string | null): IDataObject => ({
	ip_addresses: text === null ? [] : [text],
	emnify_event: { description: text },
	application_token: { id: 5, description: text, expiry_date: null },
	device: { id: 1, operating_system: text, browser: text },
	trusted_until: null,
	health: { since: '2026-03-01T12:00:00Z', reason: text },
});

test.each(EVENT_NAMES)('the text of %s is one sentence that nothing in it can break', (event) => {
	const person = { id: null, username: NASTY, name: NASTY, matches: 2 };
	const given = {
		id: 'x',
		event,
		occurredAt: Date.parse('2026-03-01T12:00:00Z'),
		user: person,
		actor: person,
	};
	const text = textOf({ ...given, data: data(NASTY) });
	expect(text).toMatch(/^[^\n]+\.$/);
	expect(text).not.toMatch(/[<>]|(?<![\p{L}\p{N}])@/u);
	// Every foreign word stands in a code span.
	expect(text.replace(/`[^`]*`/g, '')).not.toMatch(/channel|http|\*/);
});

test.each(EVENT_NAMES)('the text of %s is one where emnify tells nothing', (event) => {
	const given = {
		id: 'x',
		event,
		occurredAt: Date.parse('2026-03-01T12:00:00Z'),
		user: null,
		actor: null,
	};
	const text = textOf({ ...given, data: data(null) });
	expect(text).toMatch(/^[A-Z].*\.$/);
	expect(text).not.toMatch(/undefined|null|NaN|``/);
});
