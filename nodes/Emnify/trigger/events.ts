import type { INodePropertyOptions } from 'n8n-workflow';

/**
 * Where an event is found: by comparing trusted devices, the list of users, or their roles and MFA keys; in emnify's event log, in
 * the list of application tokens, or by how the polls go.
 */
export type Source = 'devices' | 'directory' | 'details' | 'log' | 'tokens' | 'health';

interface EventDefinition {
	/** How it stands in the drop-down; its value is the `event` of an item. */
	option: INodePropertyOptions & { value: string; action: string };
	source: Source;
	/** Its type in the event log (§5). */
	eventType?: number;
	/** It is about one user: the Users field counts. */
	isOfUser?: true;
	/** Of an event of the log: whom it concerns, who acted or who is named in it (§5). */
	concerns?: 'actor' | 'named';
}

/** What the trigger can report, in the order of their names. */
export const EVENTS = {
	administrator_added: {
		option: {
			name: 'Administrator Added',
			value: 'administrator_added',
			action: 'On administrator added',
			description: 'A user became an administrator. Costs one request a user and poll.',
		},
		source: 'details',
		isOfUser: true,
	},
	administrator_removed: {
		option: {
			name: 'Administrator Removed',
			value: 'administrator_removed',
			action: 'On administrator removed',
			description:
				'An administrator lost the role, or is no user any more. Costs one request a user and poll.',
		},
		source: 'details',
		isOfUser: true,
	},
	application_login_failed: {
		option: {
			name: 'Application Login Failed',
			value: 'application_login_failed',
			action: 'On application login failed',
			description:
				'A program tried to log in with a wrong, revoked or expired application token. Shares one request a poll with the others of the log.',
		},
		source: 'log',
		eventType: 7,
	},
	application_token_expiring: {
		option: {
			name: 'Application Token Expiring',
			value: 'application_token_expiring',
			action: 'On application token expiring',
			description:
				'An application token will stop working in a few days. Costs one request a poll.',
		},
		source: 'tokens',
	},
	mfa_key_activated: {
		option: {
			name: 'MFA Key Activated',
			value: 'mfa_key_activated',
			action: 'On MFA key activated',
			description:
				'A user activated an authenticator app or another MFA key. Costs one request a user and poll.',
		},
		source: 'details',
		isOfUser: true,
	},
	mfa_key_pending: {
		option: {
			name: 'MFA Key Pending',
			value: 'mfa_key_pending',
			action: 'On MFA key pending',
			description:
				'A user has a new MFA key that waits for its activation. Costs one request a user and poll.',
		},
		source: 'details',
		isOfUser: true,
	},
	mfa_key_removed: {
		option: {
			name: 'MFA Key Removed',
			value: 'mfa_key_removed',
			action: 'On MFA key removed',
			description:
				'A user’s authenticator app or other MFA key was deleted. Shares one request a poll with the others of the log.',
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
			description:
				'The support of emnify accessed the workspace. Shares one request a poll with the others of the log.',
		},
		source: 'log',
		eventType: 13,
	},
	trigger_recovered: {
		option: {
			name: 'Trigger Recovered',
			value: 'trigger_recovered',
			action: 'On trigger recovered',
			description:
				'Polls succeed again, and have made up for what happened meanwhile. Costs no request.',
		},
		source: 'health',
	},
	trigger_unhealthy: {
		option: {
			name: 'Trigger Unhealthy',
			value: 'trigger_unhealthy',
			action: 'On trigger unhealthy',
			description: 'Three polls in a row have failed, so that nothing is seen. Costs no request.',
		},
		source: 'health',
	},
	trusted_device_added: {
		option: {
			name: 'Trusted Device Added',
			value: 'trusted_device_added',
			action: 'On trusted device added',
			description:
				'A browser may skip the second factor of a user from now on. Costs one request a user and poll.',
		},
		source: 'devices',
		isOfUser: true,
	},
	trusted_device_expiring: {
		option: {
			name: 'Trusted Device Expiring',
			value: 'trusted_device_expiring',
			action: 'On trusted device expiring',
			description:
				'The 90 days for which a device is trusted will be over in a few days. Costs one request a user and poll.',
		},
		source: 'devices',
		isOfUser: true,
	},
	trusted_device_removed: {
		option: {
			name: 'Trusted Device Removed',
			value: 'trusted_device_removed',
			action: 'On trusted device removed',
			description:
				'The trust in a device was revoked, or it is no longer listed for another reason. Costs one request a user and poll.',
		},
		source: 'devices',
		isOfUser: true,
	},
	user_added: {
		option: {
			name: 'User Added',
			value: 'user_added',
			action: 'On user added',
			description: 'Somebody became a user of the workspace. Costs the list of users in each poll.',
		},
		source: 'directory',
		isOfUser: true,
	},
	user_login_failed: {
		option: {
			name: 'User Login Failed',
			value: 'user_login_failed',
			action: 'On user login failed',
			description:
				'Somebody entered a wrong password or code, or the account is locked. Shares one request a poll with the others of the log.',
		},
		source: 'log',
		eventType: 6,
		isOfUser: true,
		concerns: 'actor',
	},
	user_reactivated: {
		option: {
			name: 'User Reactivated',
			value: 'user_reactivated',
			action: 'On user reactivated',
			description:
				'A user who was suspended may log in again. Costs the list of users in each poll.',
		},
		source: 'directory',
		isOfUser: true,
	},
	user_removed: {
		option: {
			name: 'User Removed',
			value: 'user_removed',
			action: 'On user removed',
			description:
				'Somebody is no user of the workspace any more. Costs the list of users in each poll.',
		},
		source: 'directory',
		isOfUser: true,
	},
	user_suspended: {
		option: {
			name: 'User Suspended',
			value: 'user_suspended',
			action: 'On user suspended',
			description: 'A user may not log in any more. Costs the list of users in each poll.',
		},
		source: 'directory',
		isOfUser: true,
	},
} as const satisfies Record<string, EventDefinition>;

/** The machine name of an event. */
export type EventName = keyof typeof EVENTS;

export const EVENT_NAMES = Object.keys(EVENTS) as EventName[];

export function definitionOf(event: EventName): EventDefinition {
	return EVENTS[event];
}

/** Those of the events that are found there. */
export function eventsOf(source: Source, events: EventName[] = EVENT_NAMES): EventName[] {
	return events.filter((event) => EVENTS[event].source === source);
}

/** Those of the events that are about one user. */
export function eventsOfUsers(events: EventName[] = EVENT_NAMES): EventName[] {
	return events.filter((event) => definitionOf(event).isOfUser === true);
}
