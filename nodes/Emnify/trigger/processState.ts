import { randomUUID } from 'crypto';
import type { IDataObject, IPollFunctions } from 'n8n-workflow';

/** How long n8n may take to save what was handed over, in milliseconds. */
const SAVING_MS = 60_000;

/**
 * Checkpoints that follow each other while nothing is handed over are of one chain, whose ID stands in each of them. A later
 * one knows more than an earlier one, and nothing was reported between the two.
 */
type Chain = string | undefined;

/** What this process of n8n knows of the polls of one trigger. */
export interface ProcessState {
	/** Whether a poll is under way. */
	isPolling: boolean;
	/** What the last poll left, as n8n's static data holds it. */
	checkpoint?: IDataObject | undefined;
	/** The chains before its own, the oldest first, each with the time at which something was handed over at its end. */
	handedOver: Array<{ chain: Chain; atMs: number }>;
	/** Whether its chain goes on, without anything handed over, from a checkpoint that has no chain yet. */
	isFirst: boolean;
	/** How many polls in a row have failed. */
	failures: number;
	/** When the first of them failed, in milliseconds since 1970. */
	failingSince?: number | undefined;
	/** Whether the trigger counts as blind. */
	isBlind: boolean;
	/** Which warnings were logged already. */
	logged: Set<string>;
}

/** By workflow and node: n8n's durable scheduler gives each poll objects of its own, and polls may overlap. */
const triggers = new Map<string, ProcessState>();

/** What is known of the trigger that the context belongs to. */
export function processStateOf(
	context: Pick<IPollFunctions, 'getWorkflow' | 'getNode'>,
): ProcessState {
	const key = `${context.getWorkflow().id} ${context.getNode().id}`;
	const trigger = triggers.get(key) ?? newProcessState();
	triggers.set(key, trigger);
	return trigger;
}

const newProcessState = (): ProcessState => ({
	isPolling: false,
	handedOver: [],
	isFirst: false,
	failures: 0,
	isBlind: false,
	logged: new Set(),
});

/**
 * The checkpoint to go on from: what n8n has `saved`, or what the polls since then left. n8n does not save that before it
 * starts an execution, and may not have finished saving. What was handed over but is not saved within a minute was lost, and
 * is found again. An activation begins with what is saved: what was handed over before it may have been thrown away.
 */
export function latestCheckpoint(
	trigger: ProcessState,
	saved: unknown,
	isActivation: boolean,
): unknown {
	const { checkpoint, handedOver } = trigger;
	if (!checkpoint) return saved;
	const chain = chainOf(saved);
	const isOfLast = chain === chainOf(checkpoint) || (trigger.isFirst && chain === undefined);
	if (isOfLast) {
		trigger.handedOver = [];
		return checkpoint;
	}
	const since = handedOver.findIndex((before) => before.chain === chain);
	const unsaved = handedOver[since];
	if (unsaved && !isActivation && Date.now() - unsaved.atMs <= SAVING_MS) return checkpoint;
	trigger.checkpoint = undefined;
	return saved;
}

/** Gives the checkpoint of a poll that went on from `before` its chain, and keeps it. */
export function keepCheckpoint(
	trigger: ProcessState,
	before: unknown,
	checkpoint: IDataObject,
	isHandedOver: boolean,
): IDataObject {
	const previous = chainOf(before);
	const chain = isHandedOver || previous === undefined ? randomUUID() : previous;
	if (isHandedOver) trigger.handedOver.push({ chain: previous, atMs: Date.now() });
	trigger.isFirst =
		!isHandedOver && (previous === undefined || (trigger.isFirst && chain === previous));
	trigger.checkpoint = { ...checkpoint, chain };
	return trigger.checkpoint;
}

/** Drops what polls left: what is saved counts. */
export function dropCheckpoint(trigger: ProcessState): void {
	trigger.checkpoint = undefined;
	trigger.handedOver = [];
}

function chainOf(checkpoint: unknown): Chain {
	const { chain } = (checkpoint ?? {}) as { chain?: unknown };
	return typeof chain === 'string' ? chain : undefined;
}
