import { eventTypes } from '../endpoints/events';
import { mfaKeyTypes } from '../endpoints/mfaKeys';
import { userStatuses } from '../endpoints/users';
import { optionsList } from './list';

/** Fills the lists of event types (§5). */
export const getEventTypes = optionsList(eventTypes);

/** Fills the drop-down of types of MFA keys (§1, endpoint 6). */
export const getMfaKeyTypes = optionsList(mfaKeyTypes);

/** Fills the drop-down of users’ statuses (§5). */
export const getUserStatuses = optionsList(userStatuses);
