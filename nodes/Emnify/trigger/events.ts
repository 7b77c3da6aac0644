import type { INodePropertyOptions } from 'n8n-workflow';

/** Where an event is found: by comparing trusted devices, in emnify's event log, or in the list of application tokens. */
export type Source = 'devices' | 'log' | 'tokens';

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
	application_token_expiring: {
		option: {
			name: 'Application Token Expiring',
			value: 'application_token_expiring',
			action: 'On application token expiring',
			description: 'An application token will stop working in a few days',
		},
		source: 'tokens',
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
	trusted_device_added: {
		option: {
			name: 'Trusted Device Added',
			value: 'trusted_device_added',
			action: 'On trusted device added',
			description: 'A browser may skip the second factor of a user from now on',
		},
		source: 'devices',
		isOfUser: true,
	},
	trusted_device_expiring: {
		option: {
			name: 'Trusted Device Expiring',
			value: 'trusted_device_expiring',
			action: 'On trusted device expiring',
			description: 'The 90 days for which a device is trusted will be over in a few days',
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
				'The trust in a device was revoked, or it is no longer listed for another reason',
		},
		source: 'devices',
		isOfUser: true,
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
