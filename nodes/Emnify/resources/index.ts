import { authentication } from './authentication';
import { mfaKey } from './mfaKey';
import type { Resource } from './operation';
import { trustedDevice } from './trustedDevice';

/** Everything the node can do. A new resource is one line here. */
export const resources: Resource[] = [authentication, mfaKey, trustedDevice];
