import type { INodePropertyOptions } from 'n8n-workflow';

/**
 * Where an event is found: by comparing trusted devices, the list of users, or their roles and MFA keys; in emnify's event log, in
 * the list of application tokens, or by how the polls go.
 */
type Source = 'devices' | 'directory' | 'details' | 'log' | 'tokens' | 'health';

interface EventDefinition {
	/** Its name within its {@link GROUPS group}; its value is the `event` of an item. */
	option: INodePropertyOptions & { value: string; action: string; description: string };
	source: Source;
	/** Its type in the event log (§5). */
	eventType?: number;
	/** It is about one user: the Users field counts. */
	isOfUser?: true;
	/** Of an event of the log: whom it concerns, who acted or who is named in it (§5). */
	concerns?: 'actor' | 'named';
}

/** n8n's drop-down has no groups: what is found in the same place begins with the same words, and costs the same. */
const GROUPS: Record<Source, { name: string; costs: string }> = {
	tokens: { name: 'Application Tokens', costs: 'Costs one request a poll.' },
	log: {
		name: 'Event Log',
		costs: 'Costs one request a poll, shared with the others of the event log.',
	},
	details: {
		name: 'Roles and MFA Keys',
		costs: 'Costs one request a poll for the roles and keys of each user, and the list of users.',
	},
	health: {
		name: 'This Trigger',
		costs: 'Costs no request beside other events, and one a poll where it is chosen alone.',
	},
	devices: {
		name: 'Trusted Devices',
		costs: 'Costs one request a poll for the devices of each user, and the list of users.',
	},
	directory: {
		name: 'Users',
		costs: 'Costs the list of users in each poll: one request for each 100.',
	},
};

/** What the trigger can report, in the order in which the drop-down shows it: by group, then by name. */
const EVENTS = {
	application_token_expiring: {
		option: {
			name: 'Expiring',
			value: 'application_token_expiring',
			action: 'On application token expiring',
			description: 'An application token will stop working in a few days',
		},
		source: 'tokens',
	},
	application_login_failed: {
		option: {
			name: 'Application Login Failed',
			value: 'application_login_failed',
			action: 'On application login failed',
			description: 'A program tried to log in with a wrong, revoked or expired application token',
		},
		source: 'log',
		eventType: 7,
	},
	mfa_key_removed: {
		option: {
			name: 'MFA Key Removed',
			value: 'mfa_key_removed',
			action: 'On MFA key removed',
			description: 'A user’s authenticator app or other MFA key was deleted',
		},
		source: 'log',
		eventType: 14,
		isOfUser: true,
		concerns: 'named',
	},
	support_access: {
		option: {
			name: 'Support Access',
			value: 'support_access',
			action: 'On support access',
			description: 'The support of emnify accessed the workspace',
		},
		source: 'log',
		eventType: 13,
	},
	user_login_failed: {
		option: {
			name: 'User Login Failed',
			value: 'user_login_failed',
			action: 'On user login failed',
			description: 'Somebody entered a wrong password or code, or the account is locked',
		},
		source: 'log',
		eventType: 6,
		isOfUser: true,
		concerns: 'actor',
	},
	administrator_added: {
		option: {
			name: 'Administrator Added',
			value: 'administrator_added',
			action: 'On administrator added',
			description: 'A user became an administrator',
		},
		source: 'details',
		isOfUser: true,
	},
	administrator_removed: {
		option: {
			name: 'Administrator Removed',
			value: 'administrator_removed',
			action: 'On administrator removed',
			description: 'An administrator lost the role, or is no longer a user',
		},
		source: 'details',
		isOfUser: true,
	},
	mfa_key_activated: {
		option: {
			name: 'MFA Key Activated',
			value: 'mfa_key_activated',
			action: 'On MFA key activated',
			description: 'A user activated an authenticator app or another MFA key',
		},
		source: 'details',
		isOfUser: true,
	},
	mfa_key_pending: {
		option: {
			name: 'MFA Key Pending',
			value: 'mfa_key_pending',
			action: 'On MFA key pending',
			description: 'A user has a new MFA key that waits for its activation',
		},
		source: 'details',
		isOfUser: true,
	},
	trigger_recovered: {
		option: {
			name: 'Recovered',
			value: 'trigger_recovered',
			action: 'On trigger recovered',
			description: 'Polls succeed again, and have made up for what happened meanwhile',
		},
		source: 'health',
	},
	trigger_unhealthy: {
		option: {
			name: 'Unhealthy',
			value: 'trigger_unhealthy',
			action: 'On trigger unhealthy',
			description: 'Three polls in a row have failed, so no event can be noticed',
		},
		source: 'health',
	},
	trusted_device_added: {
		option: {
			name: 'Added',
			value: 'trusted_device_added',
			action: 'On trusted device added',
			description: 'A browser may skip the second factor of a user from now on',
		},
		source: 'devices',
		isOfUser: true,
	},
	trusted_device_expiring: {
		option: {
			name: 'Expiring',
			value: 'trusted_device_expiring',
			action: 'On trusted device expiring',
			description: 'The 90 days for which a device is trusted end in a few days',
		},
		source: 'devices',
		isOfUser: true,
	},
	trusted_device_removed: {
		option: {
			name: 'Removed',
			value: 'trusted_device_removed',
			action: 'On trusted device removed',
			description:
				'The trust in a device was revoked, or it is no longer listed for another reason',
		},
		source: 'devices',
		isOfUser: true,
	},
	user_added: {
		option: {
			name: 'Added',
			value: 'user_added',
			action: 'On user added',
			description: 'Somebody became a user of the workspace',
		},
		source: 'directory',
		isOfUser: true,
	},
	user_reactivated: {
		option: {
			name: 'Reactivated',
			value: 'user_reactivated',
			action: 'On user reactivated',
			description: 'A user who was suspended can log in again',
		},
		source: 'directory',
		isOfUser: true,
	},
	user_removed: {
		option: {
			name: 'Removed',
			value: 'user_removed',
			action: 'On user removed',
			description: 'Somebody is no longer a user of the workspace',
		},
		source: 'directory',
		isOfUser: true,
	},
	user_suspended: {
		option: {
			name: 'Suspended',
			value: 'user_suspended',
			action: 'On user suspended',
			description: 'A user can no longer log in',
		},
		source: 'directory',
		isOfUser: true,
	},
} as const satisfies Record<string, EventDefinition>;

/** The machine name of an event. */
export type EventName = keyof typeof EVENTS;

/** The events that are found there. */
export type EventFrom<Place extends Source> = {
	[Name in EventName]: (typeof EVENTS)[Name]['source'] extends Place ? Name : never;
}[EventName];

export const EVENT_NAMES = Object.keys(EVENTS) as EventName[];

export function definitionOf(event: EventName): EventDefinition {
	return EVENTS[event];
}

/** How an event stands in the drop-down: its group and name, and what it costs. */
export function optionOf(event: EventName): INodePropertyOptions {
	const { option, source } = EVENTS[event];
	const { name, costs } = GROUPS[source];
	return {
		...option,
		name: `${name}: ${option.name}`,
		description: `${option.description}. ${costs}`,
	};
}

/** Those of the events that are found there. */
export function eventsFrom<Place extends Source>(
	source: Place,
	events: EventName[] = EVENT_NAMES,
): Array<EventFrom<Place>> {
	return events.filter((event): event is EventFrom<Place> => definitionOf(event).source === source);
}

/** Those of the events that are about one user. */
export function eventsOfUsers(events: EventName[] = EVENT_NAMES): EventName[] {
	return events.filter((event) => definitionOf(event).isOfUser === true);
}
