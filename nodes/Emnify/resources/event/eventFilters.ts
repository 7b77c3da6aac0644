import type { INodeProperties } from 'n8n-workflow';

import { EmnifyError } from '../../api/errors';
import { readEventTypes } from '../../shared/eventType';
import { filterValue, readFilterText, refuseWithoutResult } from '../../shared/filters';
import { badValue } from '../../shared/locator';
import { readTimestamp, toTimestamp } from '../../shared/timestamp';
import { readUser, userField, type UserReference } from '../../shared/user';
import type { ItemFields } from '../operation';

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
			displayName: 'Description',
			name: 'description',
			type: 'string',
			default: '',
			placeholder: 'e.g. Invalid password',
			description: 'The text of the event, or a part of it. It can hold no comma and no colon.',
		},
		{
			displayName: 'From',
			name: 'from',
			type: 'dateTime',
			default: '',
			description:
				'The earliest moment. In an expression: <code>{{ $now.minus({ hours: 24 }) }}</code>. Without it everything up to Until.',
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
			description: 'The latest moment. Without it everything from From up to now.',
		},
		{
			...userField,
			required: false,
			default: { mode: 'list', value: '' },
			description: 'Whom the event is about',
		},
	],
};

export interface EventFilters {
	/** The criteria of §4 for a request, such as `severity:1`; empty for all events. */
	criteria: string[];
	/** Whether From is filled in: nothing leaves what happened since a time. */
	hasStart: boolean;
	/** The user is yet to be looked up. */
	user?: UserReference;
}

/** Reads the Filters field. Throws an `EmnifyError` (`input`) for what emnify cannot filter by. */
export function readEventFilters(item: ItemFields): EventFilters {
	const chosen = (item.field('filters') ?? {}) as Record<string, unknown>;
	refuseWithoutResult(eventFiltersField, chosen);
	const types = readEventTypes('Type', chosen.type);
	const values = {
		type: types.length > 0 ? types.join('|') : undefined,
		severity: readOneOf('Severity', chosen.severity, '0 (Info), 1 (Warn) or 2 (Critical)'),
		source: readOneOf('Source', chosen.source, '0 (Network), 1 (Policy Control) or 2 (API)'),
		description: readFilterText('Description', chosen.description),
		alert: readAlert(chosen.alert),
		...readPeriod(chosen, item.timezone),
	};
	const criteria = Object.entries(values).flatMap(([field, value]) =>
		value === undefined ? [] : [`${field}:${value}`],
	);
	const hasStart = values.from !== undefined && values.from !== BEFORE_THE_FIRST_EVENT;
	if (String(filterValue(chosen.user) ?? '').trim() === '') return { criteria, hasStart };
	return { criteria, hasStart, user: readUser({ ...item, field: () => chosen.user }) };
}

function readOneOf(field: string, value: unknown, expected: string): string | undefined {
	const text = String(value ?? '').trim();
	if (text === '') return undefined;
	if (/^[012]$/.test(text)) return text;
	throw badValue(field, text, expected);
}

function readAlert(value: unknown): string | undefined {
	const text = String(value ?? '').trim();
	if (text === '') return undefined;
	if (text === 'true' || text === 'false') return text;
	throw badValue('Alert', text, 'true or false');
}

const BEFORE_THE_FIRST_EVENT = '2000-01-01T00:00:00Z';
const DAY_MS = 86_400_000;

/** emnify takes both ends or none (§5). A day from now: where n8n's clock is slow, what happens now still counts. */
function readPeriod(
	chosen: Record<string, unknown>,
	timezone: string,
): { from?: string; until?: string } {
	const from = readTimestamp('From', chosen.from, timezone);
	const until = readTimestamp('Until', chosen.until, timezone);
	if (from === undefined && until === undefined) return {};
	const period = {
		from: from ?? BEFORE_THE_FIRST_EVENT,
		until: until ?? toTimestamp(new Date(Date.now() + DAY_MS)),
	};
	if (period.from <= period.until) return period;
	throw new EmnifyError(
		'input',
		until === undefined
			? `From (${period.from}) is in the future`
			: `From (${period.from}) is later than Until (${period.until})`,
		'There can be no event in between. Correct From or Until.',
	);
}
