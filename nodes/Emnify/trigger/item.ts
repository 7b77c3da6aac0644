import type { IDataObject } from 'n8n-workflow';

import { toTimestamp } from '../endpoints/timestamp';
import type { Occurrence } from './occurrence';
import { sentenceOf } from './sentence';

/** An occurrence as the output item. */
export function toItem(occurrence: Occurrence): IDataObject {
	const { id, event, occurredAt, user, actor, data } = occurrence;
	return {
		id,
		event,
		text: sentenceOf(occurrence),
		occurred_at: toTimestamp(new Date(occurredAt)),
		user: user && { ...user },
		...(actor !== undefined && { actor: actor && { ...actor } }),
		...data,
	};
}
