import type { INodeProperties } from 'n8n-workflow';

import { EmnifyError } from '../../api/errors';
import { rulesInForce } from '../../domain/policy';
import type { UserReference } from '../../endpoints/users';
import { readBoolean } from '../../fields/boolean';
import { readChoice } from '../../fields/choice';
import { readUser, userField } from '../../fields/user';
import { readUserFilters, userFiltersField } from '../../fields/userFilters';
import { defineBatchOperation } from '../operation';
import { policyField, readPolicy } from './auditPolicy';
import { readRevokePlan, revokeFields, type DoneRevocation } from './auditRevoke';
import { Audit, type AuditSettings } from './auditRun';

/** One user an item: what an item calls its user is offered as the placeholder, and nobody is preset. */
const userOfItemField: INodeProperties = {
	...userField,
	default: { mode: 'id', value: '' },
	description: 'The user of each item. Only administrators can act on other users.',
	modes: (userField.modes ?? []).map((mode) =>
		mode.name === 'id'
			? {
					...mode,
					placeholder: 'e.g. {{ $json.id }}',
					hint: 'An expression for the number of each item’s user, such as the field “id” of User: Get Many',
				}
			: mode,
	),
	displayOptions: { show: { scope: ['input'] } },
};

const fields: INodeProperties[] = [
	{
		displayName: 'Users',
		name: 'scope',
		type: 'options',
		default: 'all',
		description: 'Whose trusted devices to audit',
		options: [
			{
				name: 'All Users',
				value: 'all',
				description: 'Everyone in the workspace and its child organisations',
			},
			{ name: 'Filtered Users', value: 'filtered', description: 'Those that fit the filters' },
			{ name: 'Users From Input Items', value: 'input', description: 'One user for each item' },
		],
	},
	{ ...userFiltersField, displayOptions: { show: { scope: ['filtered'] } } },
	userOfItemField,
	policyField,
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		default: 'findings',
		description: 'What to return. A user whose devices could not be read is reported in each case.',
		options: [
			{ name: 'Devices', value: 'devices', description: 'One item for each device' },
			{
				name: 'Findings',
				value: 'findings',
				description: 'One item for each rule that a device breaks',
			},
			{
				name: 'Summary',
				value: 'summary',
				description: 'One item with the counts, and a text for Slack and e-mail',
			},
		],
	},
	{
		displayName: 'Report File',
		name: 'report',
		type: 'options',
		default: 'none',
		description:
			'Whether to attach a file with all findings. It is in the binary field <code>report</code> of the first item.',
		options: [
			{ name: 'None', value: 'none' },
			{ name: 'CSV', value: 'csv', description: 'A table for a spreadsheet, one row per finding' },
			{
				name: 'HTML',
				value: 'html',
				description: 'A page with charts, to open in a browser, print, or archive',
			},
		],
	},
	...revokeFields,
	{
		displayName: 'Stop at First Unreadable User',
		name: 'stopAtUnreadable',
		type: 'boolean',
		default: false,
		description:
			'Whether to stop when a user’s devices cannot be read, rather than report that user and go on',
	},
];

/** All users (§5) × their trusted devices (endpoint 7, §1), checked against a policy. */
export const audit = defineBatchOperation<AuditSettings, UserReference | undefined, DoneRevocation>(
	{
		option: {
			name: 'Audit',
			value: 'audit',
			action: 'Audit trusted devices',
			description: 'Check the trusted devices of many users against a policy',
		},
		fields,
		access: 'read',
		readSettings(first) {
			const policy = readPolicy(first);
			const output = readChoice('Output', first.field('output'), [
				'findings',
				'devices',
				'summary',
			]);
			if (output === 'findings' && rulesInForce(policy).length === 0) {
				throw new EmnifyError(
					'input',
					'Policy has no rule, so there can be no findings',
					'Add a rule to Policy, or choose Devices or Summary as the output.',
				);
			}
			return {
				users: readScope(first.field('scope'), first.field('filters')),
				policy,
				output,
				report: readChoice('Report File', first.field('report') ?? 'none', ['none', 'html', 'csv']),
				revoke: readRevokePlan(first, policy),
				stopAtUnreadable: readBoolean(
					'Stop at First Unreadable User',
					first.field('stopAtUnreadable'),
				),
			};
		},
		readItem: (item, { users }) =>
			users === 'input' ? readUser('User', item.field('user'), item) : undefined,
		run: async (batch, settings, inputs) => await new Audit(batch, settings).run(inputs),
	},
);

function readScope(value: unknown, filters: unknown): AuditSettings['users'] {
	const scope = readChoice('Users', value, ['all', 'filtered', 'input']);
	if (scope === 'all') return [];
	if (scope === 'input') return scope;
	const criteria = readUserFilters('Filters', filters);
	if (criteria.length > 0) return criteria;
	throw new EmnifyError(
		'input',
		'Filters is empty, which would be all users',
		'Add a filter, or choose All Users. If it is an expression, it has no result.',
	);
}
