import {
	NodeOperationError,
	type ICredentialDataDecryptedObject,
	type IDataObject,
	type INodeExecutionData,
	type IPollFunctions,
} from 'n8n-workflow';

import { EmnifyClient } from '../api/client';
import { CREDENTIAL_NAME, readCredential } from '../api/credential';
import { toNodeError } from '../nodeError';
import { Budget } from './budget';
import { Directory } from './directory';
import { toJson, type Occurrence } from './occurrence';
import { poll } from './poll';
import { sample } from './sample';
import { readSettings, type Settings } from './settings';
import { readState, writeState, type TriggerState } from './state';

/**
 * What n8n calls at each poll time, at activation, and for “Fetch test event”. The state is put into n8n's static data at
 * the very end, in one piece: a poll that fails leaves it as it was. n8n saves it together with handing the items over.
 */
export async function runPoll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	try {
		const { login } = readCredential(
			await this.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_NAME),
		);
		const settings = readSettings({
			timezone: this.getTimezone(),
			actsAsUser: login.method === 'userCredentials',
			field: (name) => this.getNodeParameter(name, null),
		});
		return this.getMode() === 'manual'
			? toItems(await fetchTestEvent(this, settings))
			: toItems(await pollOnce(this, settings));
	} catch (error) {
		throw toNodeError(this.getNode(), error);
	}
}

async function fetchTestEvent(context: IPollFunctions, settings: Settings): Promise<Occurrence[]> {
	const client = await EmnifyClient.connect(context);
	const samples = await sample(client, new Directory(client), settings);
	if (samples.length > 0) return samples;
	throw new NodeOperationError(
		context.getNode(),
		'Nothing was found that could be shown as a test event',
		{
			description:
				'The test looks at the devices of the first 500 users, and at the 100 latest events of a kind in the last 30 days. Choose other events or users for it, or publish the workflow: it starts when the first event happens.',
		},
	);
}

/** The static data of the polls that are under way: n8n does not wait for one to end before it starts the next. */
const underWay = new WeakSet<IDataObject>();

async function pollOnce(context: IPollFunctions, settings: Settings): Promise<Occurrence[]> {
	const staticData = context.getWorkflowStaticData('node');
	// Two at once would tell of everything twice. Nothing is lost: the next poll looks at all that happened.
	if (underWay.has(staticData)) return [];
	underWay.add(staticData);
	try {
		const budget = Budget.of(context);
		const warn = (message: string) =>
			context.logger.warn(message, { node: context.getNode().name });
		const saved = savedState(staticData, warn);
		const client = await EmnifyClient.connect(context, budget.patience());
		const credential = readCredential(
			await context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_NAME),
		);
		const reader = { client, directory: new Directory(client), budget, warn };
		const { occurrences, state } = await poll(reader, credential, settings, saved);
		staticData.state = writeState(state);
		return occurrences;
	} finally {
		underWay.delete(staticData);
	}
}

function savedState(
	{ state }: IDataObject,
	warn: (message: string) => void,
): TriggerState | undefined {
	const saved = readState(state);
	if (state !== undefined && !saved) {
		warn(
			'What the trigger remembered of its last poll cannot be read, perhaps because a later version of the node has written it: this poll is a new start.',
		);
	}
	return saved;
}

function toItems(occurrences: Occurrence[]): INodeExecutionData[][] | null {
	if (occurrences.length === 0) return null;
	return [occurrences.map((occurrence) => ({ json: toJson(occurrence) }))];
}
