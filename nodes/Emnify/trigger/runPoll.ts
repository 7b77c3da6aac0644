import type { INodeExecutionData, IPollFunctions } from 'n8n-workflow';

import { EmnifyClient } from '../api/client';
import { INTERACTIVE } from '../api/retryPolicy';
import { toNodeError } from '../fields/nodeError';
import { isActivation, isActiveAnyway } from './activation';
import { Budget } from './budget';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import { Directory } from './directory';
import { readTriggerSettings, type TriggerSettings } from './fields';
import { countFailure, countSuccess } from './health';
import { toItem } from './item';
import type { Occurrence } from './occurrence';
import { poll } from './poll';
import { dropCheckpoint, keepCheckpoint, latestCheckpoint, processStateOf } from './processState';
import { testEvents } from './testEvent';

/** What n8n calls at each poll time, at activation, and for “Fetch test event”. */
export async function runPoll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
	try {
		const occurrences =
			this.getMode() === 'manual' ? await fetchTestEvent(this) : await pollOnce(this);
		if (occurrences.length === 0) return null;
		return [occurrences.map((occurrence) => ({ json: toItem(occurrence) }))];
	} catch (error) {
		throw activatable(toNodeError(this.getNode(), error));
	}
}

/** n8n 1.123 and 2.20 never try an activation again whose message holds a certain word, and emnify's own words may hold it. */
function activatable<Shown extends Error>(error: Shown): Shown {
	error.message = error.message.replace(/Authorization/g, 'authorization');
	return error;
}

function settingsOf(context: IPollFunctions, { actsAsUser }: EmnifyClient): TriggerSettings {
	return readTriggerSettings((name) => context.getNodeParameter(name, null), { actsAsUser });
}

async function fetchTestEvent(context: IPollFunctions): Promise<Occurrence[]> {
	const client = await EmnifyClient.connect(context, INTERACTIVE);
	const settings = settingsOf(context, client);
	return await testEvents(context.getNode(), client, new Directory(client), settings);
}

/**
 * The checkpoint is put into n8n's static data at the very end, in one piece: a poll that fails leaves it as it was. n8n saves
 * it together with handing the items over.
 */
async function pollOnce(context: IPollFunctions): Promise<Occurrence[]> {
	const budget = Budget.of(context);
	const client = await EmnifyClient.connect(context, budget.retryPolicy());
	const settings = settingsOf(context, client);
	const trigger = processStateOf(context);
	const activates = isActivation(context);
	// Two at once would report everything twice. Nothing is lost: the next poll looks at all that happened.
	if (trigger.isPolling) return [];
	trigger.isPolling = true;
	const warn = (message: string) => context.logger.warn(message, { node: context.getNode().name });
	const warnOnce = (name: string, message: string) => {
		if (!trigger.logged.has(name)) warn(message);
		trigger.logged.add(name);
	};
	const staticData = context.getWorkflowStaticData('node');
	const before = latestCheckpoint(trigger, staticData.state, activates);
	try {
		const tools = { client, directory: new Directory(client), budget, warn, warnOnce };
		const saved = savedCheckpoint(before, warn);
		const { occurrences, checkpoint } = await poll(tools, settings, saved);
		const recovered = countSuccess(trigger, staticData, settings, client.now());
		if (recovered) occurrences.push(recovered);
		const isHandedOver = occurrences.length > 0;
		staticData.state = keepCheckpoint(trigger, before, writeCheckpoint(checkpoint), isHandedOver);
		// n8n throws away what a poll gives that took too long.
		if (budget.isOver()) dropCheckpoint(trigger);
		return occurrences;
	} catch (error) {
		const unhealthy = countFailure(trigger, staticData, settings, error, client.now());
		if (unhealthy) return [unhealthy];
		const hasCheckpoint = before !== undefined;
		if (!activates || !isActiveAnyway(context, hasCheckpoint, error)) {
			throw toNodeError(context.getNode(), error);
		}
		warn(
			`The trigger could not look at emnify when the workflow was activated, and tries again at each poll time. ${hasCheckpoint ? 'The first poll that succeeds makes up for what happened meanwhile.' : 'The first poll that succeeds is its start.'} ${error.message}`,
		);
		return [];
	} finally {
		trigger.isPolling = false;
	}
}

function savedCheckpoint(before: unknown, warn: (message: string) => void): Checkpoint | undefined {
	const saved = readCheckpoint(before);
	if (before !== undefined && !saved) {
		warn(
			'What the trigger remembered of its last poll cannot be read, perhaps because a later version of the node has written it: this poll is a new start.',
		);
	}
	return saved;
}
