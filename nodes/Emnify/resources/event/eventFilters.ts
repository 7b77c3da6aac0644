import type { INodeProperties } from 'n8n-workflow';

import { EmnifyError } from '../../api/errors';
import { DAY_MS } from '../../domain/day';
import { isIpAddress } from '../../domain/ipAddress';
import { MOST_VALUES, type EventQuery } from '../../endpoints/events';
import type { UserReference } from '../../endpoints/users';
import { readCollection } from '../../fields/collection';
import { readEventTypes } from '../../fields/eventTypes';
import { filterValue, readFilterText, refuseWithoutResult } from '../../fields/filters';
import type { ItemFields } from '../../fields/itemFields';
import { badValue } from '../../fields/locator';
import { isEmpty, plainText } from '../../fields/text';
import { readTimestamp } from '../../fields/timestamp';
import { readUser, userField } from '../../fields/user';

/** Which events: what emnify can filter by (§5). */
export const eventFiltersField: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add filter',
	default: {},
	description: 'An event must fit all of them',
	options: [
		{
			displayName: 'Alert',
			name: 'alert',
			type: 'boolean',
			default: true,
			description: 'Whether the event is an alert',
		},
		{
			displayName: 'Country',
			name: 'country',
			type: 'string',
			default: '',
			placeholder: 'e.g. Germany',
			description:
				'Where the endpoint was. Separate several values with <code>|</code> (six at most).',
		},
		{
			displayName: 'Description',
			name: 'description',
			type: 'string',
			default: '',
			placeholder: 'e.g. Invalid password',
			description: 'The text of the event, or a part of it. It can hold no comma and no colon.',
		},
		{
			displayName: 'Endpoint',
			name: 'endpoint',
			type: 'string',
			default: '',
			placeholder: 'e.g. Truck 12',
			description:
				'The name of the endpoint. Separate several values with <code>|</code> (six at most).',
		},
		{
			displayName: 'From',
			name: 'from',
			type: 'dateTime',
			default: '',
			description:
				'Only events from this time on. Leave empty for all up to Until. emnify keeps events for 30 days. For the last day, use the expression <code>{{ $now.minus({ hours: 24 }) }}</code>.',
		},
		{
			displayName: 'ICCID',
			name: 'iccid',
			type: 'string',
			default: '',
			placeholder: 'e.g. 8988303000123456789',
			description:
				'The number of the SIM card. Separate several values with <code>|</code> (six at most).',
		},
		{
			displayName: 'IMEI',
			name: 'imei',
			type: 'string',
			default: '',
			placeholder: 'e.g. 353456789012345',
			description: 'The number of the endpoint’s modem',
		},
		{
			displayName: 'IMSI',
			name: 'imsi',
			type: 'string',
			default: '',
			placeholder: 'e.g. 901430123456789',
			description: 'The number by which the network knows the SIM card',
		},
		{
			displayName: 'IP Address',
			name: 'ip_address',
			type: 'string',
			default: '',
			placeholder: 'e.g. 10.64.0.7',
			description: 'The IP address of the endpoint, not that of a login',
		},
		{
			displayName: 'Network',
			name: 'network',
			type: 'string',
			default: '',
			placeholder: 'e.g. Telekom',
			description:
				'The network that the endpoint was in. Separate several values with <code>|</code> (six at most).',
		},
		{
			displayName: 'Organisation',
			name: 'organisation',
			type: 'string',
			default: '',
			placeholder: 'e.g. Acme Fleet',
			description: 'The name of the workspace, where the credential sees several',
		},
		{
			displayName: 'Severity',
			name: 'severity',
			type: 'options',
			options: [
				{ name: 'Critical', value: 2 },
				{ name: 'Info', value: 0 },
				{ name: 'Warn', value: 1 },
			],
			default: 1,
		},
		{
			displayName: 'Source',
			name: 'source',
			type: 'options',
			options: [
				{ name: 'API', value: 2 },
				{ name: 'Network', value: 0 },
				{ name: 'Policy Control', value: 1 },
			],
			default: 2,
			description: 'What part of emnify recorded it',
		},
		{
			displayName: 'Tags',
			name: 'tags',
			type: 'string',
			default: '',
			placeholder: 'e.g. fleet',
			description: 'A tag of the endpoint',
		},
		{
			displayName: 'Type Names or IDs',
			name: 'type',
			type: 'multiOptions',
			typeOptions: { loadOptionsMethod: 'getEventTypes' },
			default: [],
			description:
				'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		},
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '',
			description: 'Only events up to this time. Leave empty for all from From up to now.',
		},
		{
			...userField,
			required: false,
			default: { mode: 'list', value: '' },
			description: 'The user who did it. Actions of application tokens have no user.',
		},
	],
};

/** What to ask emnify for; the user is yet to be looked up. */
export type EventFilters = Pick<EventQuery, 'types' | 'criteria' | 'from' | 'until'> & {
	user?: UserReference;
};

/** Reads the Filters field. Throws an `EmnifyError` (`input`) for what emnify cannot filter by. */
export function readEventFilters(
	label: string,
	filters: unknown,
	item: Pick<ItemFields, 'timezone' | 'actsAsUser'>,
): EventFilters {
	const chosen = readCollection(label, filters);
	refuseWithoutResult(eventFiltersField, chosen);
	const values = {
		severity: readOneOf('Severity', chosen.severity, '0 (Info), 1 (Warn) or 2 (Critical)'),
		source: readOneOf('Source', chosen.source, '0 (Network), 1 (Policy Control) or 2 (API)'),
		description: readFilterText('Description', chosen.description),
		alert: readAlert(chosen.alert),
		organisation: readFilterText('Organisation', chosen.organisation),
		endpoint: readTexts('Endpoint', chosen.endpoint),
		tags: readFilterText('Tags', chosen.tags),
		ip_address: readIpAddress(chosen.ip_address),
		iccid: readNumbers('ICCID', chosen.iccid, MOST_VALUES),
		imsi: readNumbers('IMSI', chosen.imsi, 1),
		imei: readNumbers('IMEI', chosen.imei, 1),
		network: readTexts('Network', chosen.network),
		country: readTexts('Country', chosen.country),
	};
	const criteria = Object.entries(values).flatMap(([field, value]) =>
		value === undefined ? [] : [`${field}:${value}`],
	);
	const request = {
		types: readEventTypes('Type', chosen.type),
		criteria,
		...readPeriod(chosen, item.timezone),
	};
	if (isEmpty(filterValue(chosen.user))) return request;
	return { ...request, user: readUser('User', chosen.user, item) };
}

/** One value, or several with `|` between them. */
function readTexts(field: string, value: unknown): string | undefined {
	const text = readFilterText(field, value);
	if (text === undefined) return undefined;
	const values = text.split('|').map((part) => part.trim());
	if (values.length <= MOST_VALUES && !values.includes('')) return values.join('|');
	throw badValue(field, text, `one value, or up to ${MOST_VALUES} with | between them`);
}

function readNumbers(field: string, value: unknown, most: number): string | undefined {
	const text = readTexts(field, value);
	if (text === undefined) return undefined;
	const numbers = text.split('|');
	if (numbers.length <= most && numbers.every((number) => /^\d{1,20}$/.test(number))) return text;
	throw badValue(
		field,
		text,
		most === 1 ? 'a number of digits' : `a number of digits, or up to ${most} with | between them`,
	);
}

/** In an IPv6 address, unlike elsewhere in a filter, colons are documented (§5). */
function readIpAddress(value: unknown): string | undefined {
	if (isEmpty(value)) return undefined;
	const text = plainText(value);
	if (isIpAddress(text)) return text;
	throw badValue('IP Address', value, 'an IPv4 or IPv6 address');
}

function readOneOf(field: string, value: unknown, expected: string): string | undefined {
	if (isEmpty(value)) return undefined;
	const text = plainText(value);
	if (/^[012]$/.test(text)) return text;
	throw badValue(field, value, expected);
}

function readAlert(value: unknown): string | undefined {
	if (isEmpty(value)) return undefined;
	const text = plainText(value);
	if (text === 'true' || text === 'false') return text;
	throw badValue('Alert', value, 'true or false');
}

/** emnify takes both ends or none (§5). A day from now: where n8n's clock is slow, what happens now still counts. */
function readPeriod(
	chosen: Record<string, unknown>,
	timezone: string,
): { from?: number; until?: number } {
	const from = readTimestamp('From', chosen.from, timezone);
	const until = readTimestamp('Until', chosen.until, timezone);
	if (from === undefined && until === undefined) return {};
	const period = {
		from: Date.parse(from ?? BEFORE_THE_FIRST_EVENT),
		until: until === undefined ? Date.now() + DAY_MS : Date.parse(until),
	};
	if (period.from <= period.until) return period;
	throw new EmnifyError(
		'input',
		until === undefined
			? `From (${from}) is in the future`
			: `From (${from ?? BEFORE_THE_FIRST_EVENT}) is later than Until (${until})`,
		'There can be no event in between. Correct From or Until.',
	);
}

const BEFORE_THE_FIRST_EVENT = '2000-01-01T00:00:00Z';
