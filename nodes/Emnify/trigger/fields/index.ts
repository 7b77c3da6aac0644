import type { INodeProperties } from 'n8n-workflow';

import { eventsOfUsers, type EventName } from '../events';
import { chosenUsersField } from './chosenUsers';
import { deviceDaysField, readDeviceDays } from './deviceDays';
import { devicesNotice } from './devicesNotice';
import { eventsField, readEvents } from './events';
import { filtersField } from './filters';
import { readUserScope, scopeField, type UserScope } from './scope';
import { readTokenDays, tokenDaysField } from './tokenDays';

/** The fields of the Emnify Trigger, a file each; n8n adds its poll times above them. */
export const triggerFields: INodeProperties[] = [
	eventsField,
	devicesNotice,
	deviceDaysField,
	tokenDaysField,
	scopeField,
	chosenUsersField,
	filtersField,
];

/** What the node's fields say. */
export interface TriggerSettings {
	/** At least one, each once. */
	events: EventName[];
	/** How many days before the end of its trust a device counts as expiring. */
	deviceDays: number;
	/** How many days before its expiry date an application token counts as expiring. */
	tokenDays: number;
	scope: UserScope;
}

/**
 * Reads and checks the node's fields: `field` gives one by its name. Those that the chosen events do not show are left alone.
 * Throws an `EmnifyError` (`input`).
 */
export function readTriggerSettings(
	field: (name: string) => unknown,
	credential: { actsAsUser: boolean },
): TriggerSettings {
	const events = readEvents('Trigger On', field('events'));
	return {
		events,
		deviceDays: events.includes('trusted_device_expiring')
			? readDeviceDays('Days Before Trust Ends', field('deviceDays'))
			: 0,
		tokenDays: events.includes('application_token_expiring')
			? readTokenDays('Days Before Token Expires', field('tokenDays'))
			: 0,
		scope:
			eventsOfUsers(events).length > 0
				? readUserScope('Users', field('scope'), field, credential)
				: { which: 'all' },
	};
}
