import type { IPollFunctions } from 'n8n-workflow';

import { EmnifyError } from '../api/errors';
import { isTransient } from '../api/retry';

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

/** n8n comes up, or takes over: nobody is there to try again, and an activation that fails leaves the workflow deaf. */
const STARTS = ['init', 'leadershipChange'];

/**
 * Whether the workflow is to become active though its first poll failed: where the failure passes by itself, and there is a
 * checkpoint from which the next poll makes up for it, or nobody is there to try again.
 */
export function isActiveAnyway(
	context: IPollFunctions,
	hasCheckpoint: boolean,
	failure: unknown,
): failure is EmnifyError {
	return (hasCheckpoint || STARTS.includes(context.getActivationMode())) && passes(failure);
}

/** Whether a failure passes by itself, sooner or later. */
function passes(failure: unknown): failure is EmnifyError {
	if (!(failure instanceof EmnifyError)) return false;
	return ['rateLimited', 'locked'].includes(failure.kind) || isTransient(failure);
}
