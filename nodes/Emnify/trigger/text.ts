import type { IDataObject } from 'n8n-workflow';

import type { ApplicationToken, EmnifyEvent, TrustedDevice } from '../api/types';
import { codeSpan } from '../report/codeSpan';
import { day, minute } from '../domain/day';
import { readInstant } from '../domain/instant';
import type { EventName } from './events';
import type { Occurrence, Someone } from './occurrence';

/**
 * What happened in one sentence: who, what, when, from where. Others' words stand in code spans, so that it can be pasted into
 * Slack, Markdown and HTML as it is: nothing in it makes a link, a mention or a tag.
 */
export function textOf(occurrence: Occurrence): string {
	return SENTENCES[occurrence.event](occurrence);
}

const SENTENCES: Record<EventName, (occurrence: Occurrence) => string> = {
	administrator_added: (it) => `${who(it.user)} became an administrator. Noticed on ${when(it)}.`,
	administrator_removed: (it) =>
		`${who(it.user)} is no administrator any more. Noticed on ${when(it)}.`,
	application_login_failed: (it) =>
		`A program could not log in with an application token on ${when(it)}${from(it)}${words(it)}.`,
	application_token_expiring: (it) => {
		const { id, description, expiry_date } = it.data
			.application_token as unknown as ApplicationToken;
		const name = span(description) ?? `number ${id}`;
		const end = dayIn(expiry_date);
		return `The application token ${name}${it.user ? ` of ${who(it.user)}` : ''} stops working${end === '' ? ' soon' : ` on ${end}`}.`;
	},
	mfa_key_activated: (it) => `${who(it.user)} activated an MFA key on ${when(it)}.`,
	mfa_key_pending: (it) =>
		`${who(it.user)} has a new MFA key that waits for its activation since ${when(it)}.`,
	mfa_key_removed: (it) =>
		`An MFA key of ${who(it.user)} was deleted on ${when(it)}${it.actor ? ` by ${who(it.actor)}` : ''}${from(it)}.`,
	support_access: (it) =>
		`The support of emnify accessed the workspace on ${when(it)}${from(it)}${words(it)}.`,
	trigger_recovered: (it) =>
		`Emnify Trigger sees again since ${when(it)}, and has made up for what happened meanwhile.`,
	trigger_unhealthy: (it) => {
		const { reason, since } = it.data.health as { reason: string; since: string };
		return `Emnify Trigger has not seen anything since ${minuteIn(since)}: ${span(reason) ?? 'polls fail'}. Until it does, no news is not good news.`;
	},
	trusted_device_added: (it) =>
		`${who(it.user)} trusts a new device${device(it)} since ${when(it)}: it skips the second factor${until(it)}.`,
	trusted_device_expiring: (it) =>
		`The trust in a device of ${who(it.user)}${device(it)} ends${dayIn(it.data.trusted_until) === '' ? ' soon' : ` on ${dayIn(it.data.trusted_until)}`}.`,
	trusted_device_removed: (it) =>
		`A device of ${who(it.user)}${device(it)} is not trusted any more. Noticed on ${when(it)}.`,
	user_added: (it) => `${who(it.user)} is a new user since ${when(it)}.`,
	user_login_failed: (it) =>
		`${who(it.user)} could not log in on ${when(it)}${from(it)}${words(it)}.`,
	user_reactivated: (it) => `${who(it.user)} is not suspended any more. Noticed on ${when(it)}.`,
	user_removed: (it) => `${who(it.user)} is no user any more. Noticed on ${when(it)}.`,
	user_suspended: (it) => `${who(it.user)} was suspended. Noticed on ${when(it)}.`,
};

function who(user: Someone | null | undefined): string {
	if (!user) return 'Somebody whom emnify does not name';
	const name = span(user.username) ?? span(user.name);
	const ambiguous = 'matches' in user && user.matches !== undefined;
	if (name === undefined) return user.id === null ? 'Somebody without a name' : `User ${user.id}`;
	return ambiguous ? `${name} (a name of ${String(user.matches)} users)` : name;
}

const when = ({ occurredAt }: Occurrence): string => `${minute(occurredAt)} UTC`;

function from({ data }: Occurrence): string {
	const addresses = (data.ip_addresses as string[] | undefined) ?? [];
	return addresses.length === 0
		? ''
		: ` from ${addresses.map((address) => span(address)).join(' and ')}`;
}

/** emnify's own words. */
function words({ data }: Occurrence): string {
	const said = span((data.emnify_event as unknown as EmnifyEvent).description);
	return said === undefined ? '' : `: ${said}`;
}

function device({ data }: Occurrence): string {
	const { browser, operating_system } = data.device as unknown as TrustedDevice;
	const parts = [span(browser), span(operating_system)].filter((part) => part !== undefined);
	return parts.length === 0 ? '' : `, ${parts.join(' on ')},`;
}

function until({ data }: Occurrence): string {
	const end = dayIn(data.trusted_until);
	return end === '' ? '' : ` until ${end}`;
}

function dayIn(date: IDataObject[string]): string {
	const instant = readInstant(date);
	return instant === null ? '' : day(instant);
}

function minuteIn(date: string): string {
	const instant = readInstant(date);
	return instant === null ? date : `${minute(instant)} UTC`;
}

/** Cut at 80 characters, as {@link codeSpan} does it. */
function span(text: string | null | undefined): string | undefined {
	return typeof text === 'string' ? codeSpan(text) : undefined;
}
