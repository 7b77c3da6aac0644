import { applicationToken } from './applicationToken';
import { authentication } from './authentication';
import { event } from './event';
import { mfaKey } from './mfaKey';
import type { Resource } from './operation';
import { trustedDevice } from './trustedDevice';
import { user } from './user';

/** Everything the node can do, in the order of the editor: what is used most comes first. A new resource is one line here. */
export const resources: Resource[] = [
	trustedDevice,
	user,
	mfaKey,
	event,
	applicationToken,
	authentication,
];
