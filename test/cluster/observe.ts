/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { setTimeout as delay } from 'node:timers/promises';

import type { ExecutionStatus } from 'n8n-workflow';

import type { Rest } from '../real-n8n/rest';
import type { RecordedRequest, Simulator } from '../simulator';
import type { Worker } from './cluster';

export const LOGIN = 'POST /api/v1/authenticate';
export const LIST_DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
export const DELETE_DEVICE = 'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}';

/** The process that sent a request: see markRequests.cjs. */
export function senderOf({ headers }: RecordedRequest): { name: string; pid: number } {
	const [, name = '', pid = ''] = /^(.*) (\d+)$/.exec(String(headers['x-sent-by'])) ?? [];
	return { name, pid: Number(pid) };
}

/** The requests to an endpoint that a process sent. */
export const sentBy = (simulator: Simulator, { name }: { name: string }, endpoint: string) =>
	simulator.requests.filter(
		(request) => request.endpoint === endpoint && senderOf(request).name === name,
	);

/** The executions that a worker says it started, in that order; twice where it started one twice. */
export const startedBy = (worker: Worker): string[] =>
	[...worker.output().matchAll(/Worker started execution (\d+) /g)].map(([, id]) => id as string);

/** The executions of a workflow, in the order of their start. */
export async function executionsOf(
	rest: Rest,
	workflowId: string,
): Promise<Array<{ id: string; status: ExecutionStatus }>> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const path = `/rest/executions?filter=${filter}&limit=100`;
	const { results } = (await rest.request('GET', path)) as {
		results: Array<{ id: string; status: ExecutionStatus }>;
	};
	return results.sort((a, b) => Number(a.id) - Number(b.id));
}

/** So long something may take that happens by itself; this only ends what hangs. */
const PATIENCE_MS = 180_000;

/**
 * Waits until something holds, and gives it.
 *
 * @throws Error that names it where it does not come true
 */
export async function until<Value>(
	what: string,
	look: () => Value | undefined | false | Promise<Value | undefined | false>,
): Promise<Value> {
	const deadline = AbortSignal.timeout(PATIENCE_MS);
	for (;;) {
		const value = await look();
		if (value !== undefined && value !== false) return value;
		if (deadline.aborted) throw new Error(`It did not come true: ${what}`);
		await delay(50);
	}
}
