import { randomUUID } from 'crypto';
import type { IDataObject, IPollFunctions } from 'n8n-workflow';

/** So long n8n may take to save what was handed over, in milliseconds. */
const SAVING_MS = 60_000;

/**
 * States that follow each other while nothing is handed over are of one chain, whose ID stands in each of them: what comes later
 * in it knows more, and has told nothing that the earlier ones have not.
 */
type Chain = string | undefined;

/** What this process of n8n knows of the polls of one trigger. */
export interface Polls {
	isUnderWay: boolean;
	/** What the last poll left. */
	state?: IDataObject;
	/** The chains before its own, the oldest first, each with the time at which something was handed over at its end. */
	handedOver: Array<{ chain: Chain; atMs: number }>;
	/** The chain that its own goes on from without anything handed over: of states that have no ID yet. */
	isFirst: boolean;
	/** How many polls in a row have failed. */
	failures: number;
	/** Since when they fail, in milliseconds since 1970. */
	failingSince?: number;
	/** Whether it was told that they do. */
	isBlind: boolean;
	/** What was logged already. */
	logged: Set<string>;
}

/** By workflow and node: n8n's durable scheduler gives each poll objects of its own, and polls may overlap. */
const triggers = new Map<string, Polls>();

/** The polls of the trigger that the context belongs to. */
export function pollsOf(context: Pick<IPollFunctions, 'getWorkflow' | 'getNode'>): Polls {
	const key = `${context.getWorkflow().id} ${context.getNode().id}`;
	const polls = triggers.get(key) ?? newPolls();
	triggers.set(key, polls);
	return polls;
}

const newPolls = (): Polls => ({
	isUnderWay: false,
	handedOver: [],
	isFirst: false,
	failures: 0,
	isBlind: false,
	logged: new Set(),
});

/**
 * The state to go on from: what n8n has `saved`, or what the polls since then left. n8n does not save that before it starts an
 * execution, and may not have finished saving. What was handed over and is not saved in good time was lost, and is found again.
 * An activation begins with what is saved: what was handed over before it may have been thrown away.
 */
export function recall(polls: Polls, saved: unknown, isActivation: boolean): unknown {
	const { state, handedOver } = polls;
	if (!state) return saved;
	const chain = chainOf(saved);
	const isOfLast = chain === chainOf(state) || (polls.isFirst && chain === undefined);
	if (isOfLast) {
		polls.handedOver = [];
		return state;
	}
	const since = handedOver.findIndex((before) => before.chain === chain);
	const unsaved = handedOver[since];
	if (unsaved && !isActivation && Date.now() - unsaved.atMs <= SAVING_MS) return state;
	polls.state = undefined;
	return saved;
}

/** Gives the state of a poll, that went on from another one, its chain, and keeps it. */
export function remember(
	polls: Polls,
	before: unknown,
	state: IDataObject,
	isHandedOver: boolean,
): IDataObject {
	const previous = chainOf(before);
	const chain = isHandedOver || previous === undefined ? randomUUID() : previous;
	if (isHandedOver) polls.handedOver.push({ chain: previous, atMs: Date.now() });
	polls.isFirst =
		!isHandedOver && (previous === undefined || (polls.isFirst && chain === previous));
	polls.state = { ...state, chain };
	return polls.state;
}

/** Forgets what polls left: what is saved counts. */
export function forget(polls: Polls): void {
	polls.state = undefined;
	polls.handedOver = [];
}

function chainOf(state: unknown): Chain {
	const { chain } = (state ?? {}) as { chain?: unknown };
	return typeof chain === 'string' ? chain : undefined;
}

const activated = new WeakSet<object>();

/** What n8n gives to a poll in its own process, where it sets no limit to one. */
const NO_LIMIT_MS = 5 * 60_000;

/**
 * Whether n8n polls because it activates the workflow: after that it polls with the same context. Its durable scheduler has a
 * context for each poll, and sets a limit to it.
 */
export function isActivation(context: IPollFunctions): boolean {
	if (activated.has(context)) return false;
	activated.add(context);
	const limitMs = (context as Partial<IPollFunctions>).getPollBudgetMs?.() ?? NO_LIMIT_MS;
	return context.getActivationMode() !== 'update' || limitMs === NO_LIMIT_MS;
}
