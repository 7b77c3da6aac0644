import {
	NodeOperationError,
	type ICredentialDataDecryptedObject,
	type INodeExecutionData,
	type IPollFunctions,
} from 'n8n-workflow';

import { EmnifyClient } from '../api/client';
import { CREDENTIAL_NAME, readCredential } from '../api/credential';
import { EmnifyError } from '../api/errors';
import { mayPass } from '../api/retry';
import { toNodeError } from '../fields/nodeError';
import { Budget } from './budget';
import { Directory } from './directory';
import { toJson, type Occurrence } from './occurrence';
import { failed, succeeded } from './health';
import { poll } from './poll';
import { isActivation, pollsOf, recall, remember, forget } from './polls';
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
		throw activatable(toNodeError(this.getNode(), error));
	}
}

/** n8n 1.123 and 2.20 never try an activation again whose message holds a certain word, and emnify's own words may hold it. */
function activatable<Shown extends Error>(error: Shown): Shown {
	error.message = error.message.replace(/Authorization/g, 'authorization');
	return error;
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

async function pollOnce(context: IPollFunctions, settings: Settings): Promise<Occurrence[]> {
	const polls = pollsOf(context);
	const activates = isActivation(context);
	// Two at once would tell of everything twice. Nothing is lost: the next poll looks at all that happened.
	if (polls.isUnderWay) return [];
	polls.isUnderWay = true;
	const warn = (message: string) => context.logger.warn(message, { node: context.getNode().name });
	const staticData = context.getWorkflowStaticData('node');
	const before = recall(polls, staticData.state, activates);
	let client: EmnifyClient | undefined;
	try {
		const budget = Budget.of(context);
		const saved = savedState(before, warn);
		client = await EmnifyClient.connect(context, budget.patience());
		const credential = readCredential(
			await context.getCredentials<ICredentialDataDecryptedObject>(CREDENTIAL_NAME),
		);
		const warnOnce = (what: string, message: string) => {
			if (!polls.logged.has(what)) warn(message);
			polls.logged.add(what);
		};
		const reader = { client, directory: new Directory(client), budget, warn, warnOnce };
		const { occurrences, state } = await poll(reader, credential, settings, saved);
		const recovered = succeeded(polls, staticData, settings, client.now());
		if (recovered) occurrences.push(recovered);
		staticData.state = remember(polls, before, writeState(state), occurrences.length > 0);
		// Of a poll that took too long n8n has thrown away what it would give.
		if (budget.isOver()) forget(polls);
		return occurrences;
	} catch (error) {
		const unhealthy = failed(polls, staticData, settings, error, client?.now() ?? new Date());
		if (unhealthy) return [unhealthy];
		const goesOn = before !== undefined || STARTS.includes(context.getActivationMode());
		if (!activates || !goesOn || !passes(error)) return await Promise.reject(error as Error);
		warn(
			`The trigger could not look at emnify when the workflow was activated, and tries again at each poll time. ${before === undefined ? 'The first poll that succeeds is its start.' : 'The first poll that succeeds makes up for what happened meanwhile.'} ${(error as EmnifyError).message}`,
		);
		return [];
	} finally {
		polls.isUnderWay = false;
	}
}

/** n8n comes up, or takes over: nobody is there to try again, and an activation that fails leaves the workflow deaf. */
const STARTS = ['init', 'leadershipChange'];

/** Whether a failure passes by itself, sooner or later. */
function passes(error: unknown): boolean {
	const isLimit = error instanceof EmnifyError && ['rateLimited', 'locked'].includes(error.kind);
	return isLimit || mayPass(error);
}

function savedState(state: unknown, warn: (message: string) => void): TriggerState | undefined {
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
