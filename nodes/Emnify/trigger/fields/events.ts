import type { INodeProperties } from 'n8n-workflow';

import { EmnifyError } from '../../api/errors';
import { badValue } from '../../fields/locator';
import { entriesOf } from '../../fields/text';
import { EVENT_NAMES, optionOf, type EventName } from '../events';

export const eventsField: INodeProperties = {
	displayName: 'Trigger On',
	name: 'events',
	type: 'multiOptions',
	required: true,
	options: EVENT_NAMES.map(optionOf),
	default: [],
	description: 'What starts the workflow, with one item for each time that it happens',
};

/**
 * Reads a list, or text such as `trusted_device_added, support_access`, as an expression may give it: at least one event, each
 * once. Throws an `EmnifyError` (`input`).
 */
export function readEvents(label: string, value: unknown): EventName[] {
	const names = entriesOf(value);
	for (const name of names) {
		if (!EVENT_NAMES.some((event) => event === name)) {
			throw badValue(label, name, `one of ${EVENT_NAMES.join(', ')}`);
		}
	}
	if (names.length > 0) return EVENT_NAMES.filter((event) => names.includes(event));
	throw new EmnifyError(
		'input',
		`${label} is empty`,
		'Choose at least one event that is to start the workflow.',
	);
}
