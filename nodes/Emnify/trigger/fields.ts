import type { INodeProperties } from 'n8n-workflow';

import { TRUST_DAYS } from '../domain/auditUser';
import { userField } from '../fields/user';
import { userFiltersField } from '../fields/userFilters';
import { EVENT_NAMES, eventsOf, eventsOfUsers, optionOf } from './events';

/** The fields of the Emnify Trigger; n8n adds its poll times above them. */
export const triggerFields: INodeProperties[] = [
	{
		displayName: 'Trigger On',
		name: 'events',
		type: 'multiOptions',
		required: true,
		options: EVENT_NAMES.map(optionOf),
		default: [],
		description: 'What starts the workflow, with one item for each time that it happens',
	},
	{
		displayName:
			'To notice changes of trusted devices, each poll sends one request for each user, another one for administrators and new MFA keys, and emnify allows 2,000 requests in 5 minutes for your IP address. With more than 300 users, poll every 5 minutes or less often. With more than 1,500 users (750 where both are chosen), a poll reads so many, in turn.',
		name: 'devicesNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { events: [...eventsOf('devices'), ...eventsOf('details')] } },
	},
	{
		displayName: 'Days Before Trust Ends',
		name: 'deviceDays',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: TRUST_DAYS - 1 },
		default: 7,
		description: `How long before the end of its trust a device counts as expiring. A device is trusted for ${TRUST_DAYS} days.`,
		displayOptions: { show: { events: ['trusted_device_expiring'] } },
	},
	{
		displayName: 'Days Before Token Expires',
		name: 'tokenDays',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 14,
		description: 'How long before its expiry date an application token counts as expiring',
		displayOptions: { show: { events: ['application_token_expiring'] } },
	},
	{
		displayName: 'Users',
		name: 'scope',
		type: 'options',
		default: 'all',
		description:
			'Whose accounts, trusted devices, MFA keys and failed logins count. Other events concern the workspace, and always count.',
		options: [
			{
				name: 'All Users',
				value: 'all',
				description: 'Everyone in the workspace and its child organisations',
			},
			{ name: 'Chosen Users', value: 'chosen', description: 'The users named here' },
			{ name: 'Filtered Users', value: 'filtered', description: 'Those that fit the filters' },
		],
		displayOptions: { show: { events: eventsOfUsers() } },
	},
	{
		displayName: 'Chosen Users',
		name: 'chosenUsers',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add User' },
		placeholder: 'Add User',
		default: {},
		options: [
			{
				displayName: 'User',
				name: 'users',
				values: [userField],
			},
		],
		displayOptions: { show: { events: eventsOfUsers(), scope: ['chosen'] } },
	},
	{
		...userFiltersField,
		displayOptions: { show: { events: eventsOfUsers(), scope: ['filtered'] } },
	},
];
