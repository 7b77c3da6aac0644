import type { EmnifyEvent } from '../api/types';
import { day, minute } from '../domain/day';
import { readInstant } from '../domain/instant';
import { codeSpan } from '../report/codeSpan';
import type { EventFrom, EventName } from './events';
import type { Occurrence } from './occurrence';
import type { Someone } from './person';

/**
 * What happened in one sentence: who, what, when, from where. Others' words stand in code spans, so that it can be pasted into
 * Slack, Markdown and HTML as it is: nothing in it makes a link, a mention or a tag.
 */
export function sentenceOf<Name extends EventName>(occurrence: Occurrence<Name>): string {
	return SENTENCES[occurrence.event](occurrence);
}

const SENTENCES: { [Name in EventName]: (it: Occurrence<Name>) => string } = {
	administrator_added: (it) => `${who(it.user)} became an administrator. Noticed on ${when(it)}.`,
	administrator_removed: (it) =>
		`${who(it.user)} is no longer an administrator. Noticed on ${when(it)}.`,
	application_login_failed: (it) =>
		`A program could not log in with an application token on ${when(it)}${from(it)}${words(it)}.`,
	application_token_expiring: ({ user, data }) => {
		const { id, description, expiry_date } = data.application_token;
		const name = span(description) ?? `number ${id}`;
		return `The application token ${name}${user ? ` of ${who(user)}` : ''} stops working${on(expiry_date) ?? ' soon'}.`;
	},
	mfa_key_activated: (it) => `${who(it.user)} activated an MFA key on ${when(it)}.`,
	mfa_key_pending: (it) =>
		`${who(it.user)} has a new MFA key that waits for its activation since ${when(it)}.`,
	mfa_key_removed: (it) =>
		`An MFA key of ${who(it.user)} was deleted on ${when(it)}${it.actor ? ` by ${who(it.actor)}` : ''}${from(it)}.`,
	support_access: (it) =>
		`The support of emnify accessed the workspace on ${when(it)}${from(it)}${words(it)}.`,
	trigger_recovered: (it) =>
		`Emnify Trigger recovered on ${when(it)}, and has made up for what happened meanwhile.`,
	trigger_unhealthy: ({ data: { health } }) => {
		const instant = readInstant(health.since);
		const since = instant === null ? health.since : `${minute(instant)} UTC`;
		return `Emnify Trigger has failed to look at emnify since ${since}: ${span(health.reason) ?? 'polls fail'}. Until it recovers, it reports nothing else.`;
	},
	trusted_device_added: (it) =>
		`${who(it.user)} trusts a new device${device(it)} since ${when(it)}: it skips the second factor${untilTrustEnds(it)}.`,
	trusted_device_expiring: (it) =>
		`The trust in a device of ${who(it.user)}${device(it)} ends${on(it.data.trusted_until) ?? ' soon'}.`,
	trusted_device_removed: (it) =>
		`A device of ${who(it.user)}${device(it)} is not trusted any more. Noticed on ${when(it)}.`,
	user_added: (it) => `${who(it.user)} is a new user since ${when(it)}.`,
	user_login_failed: (it) =>
		`${who(it.user)} could not log in on ${when(it)}${from(it)}${words(it)}.`,
	user_reactivated: (it) => `${who(it.user)} is not suspended any more. Noticed on ${when(it)}.`,
	user_removed: (it) => `${who(it.user)} is no longer a user. Noticed on ${when(it)}.`,
	user_suspended: (it) => `${who(it.user)} was suspended. Noticed on ${when(it)}.`,
};

type OfDevice = Occurrence<EventFrom<'devices'>>;
type OfLog = Occurrence<EventFrom<'log'>>;

function who(user: Someone | null): string {
	if (!user) return 'Somebody whom emnify does not name';
	const name = span(user.username) ?? span(user.name);
	const matches = 'matches' in user ? user.matches : undefined;
	if (name === undefined) return user.id === null ? 'Somebody without a name' : `User ${user.id}`;
	return matches === undefined ? name : `${name} (a name of ${matches} users)`;
}

const when = ({ occurredAt }: Occurrence): string => `${minute(occurredAt)} UTC`;

function from({ data }: OfLog): string {
	const addresses = data.ip_addresses.map((address) => span(address));
	return addresses.length === 0 ? '' : ` from ${addresses.join(' and ')}`;
}

/** emnify's own words. */
function words({ data }: OfLog): string {
	const said = span(data.emnify_event.description);
	return said === undefined ? '' : `: ${said}`;
}

function device({ data }: OfDevice): string {
	const { browser, operating_system } = data.device;
	const parts = [span(browser), span(operating_system)].filter((part) => part !== undefined);
	return parts.length === 0 ? '' : `, ${parts.join(' on ')},`;
}

function untilTrustEnds({ data }: OfDevice): string {
	const instant = readInstant(data.trusted_until);
	return instant === null ? '' : ` until ${day(instant)}`;
}

/** `undefined` for what is no date. */
function on(date: unknown): string | undefined {
	const instant = readInstant(date);
	return instant === null ? undefined : ` on ${day(instant)}`;
}

/** Cut at 80 characters, as {@link codeSpan} does it. */
function span(text: EmnifyEvent['description']): string | undefined {
	return typeof text === 'string' ? codeSpan(text) : undefined;
}
