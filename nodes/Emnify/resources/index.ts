import { applicationToken } from './applicationToken';
import { authentication } from './authentication';
import { event } from './event';
import { mfaKey } from './mfaKey';
import type { Resource } from './operation';
import { trustedDevice } from './trustedDevice';
import { user } from './user';

/** Everything the node can do. A new resource is one line here. */
export const resources: Resource[] = [
	applicationToken,
	authentication,
	event,
	mfaKey,
	trustedDevice,
	user,
];
