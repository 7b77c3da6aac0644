import type { RecordedRequest, Simulator } from '../../simulator';
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
