/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { parse } from 'flatted';
import { setTimeout as delay } from 'node:timers/promises';
import type {
	ExecutionStatus,
	ICredentialType,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeTypeDescription,
	IRunExecutionData,
} from 'n8n-workflow';
import type { Owner } from './userFolder';

/** A workflow as the editor exports it, and imports it again. */
export interface WorkflowFile {
	name: string;
	nodes: object[];
	connections: object;
	settings?: object;
}

export interface StoredWorkflow extends WorkflowFile {
	nodes: INode[];
	id: string;
	versionId: string;
	active: boolean;
	/** What its triggers remember. */
	staticData?: IDataObject | null;
}

export interface Credential {
	name: string;
	/** `emnifyApi` where it is absent. */
	type?: string;
	data: IDataObject;
}

/** What a node of a workflow says about its credential, and what identifies it. */
export interface CreatedCredential {
	id: string;
	name: string;
}

/** The answer to a test of a credential; `message` is what the editor shows. */
export interface CredentialTestResult {
	status: 'OK' | 'Error';
	message: string;
}

/** What a workflow did when it ran once. */
export class Execution {
	constructor(
		readonly id: string,
		readonly status: ExecutionStatus,
		readonly data: IRunExecutionData,
	) {}

	/** Whether it has, well or not, and n8n has stored what it did. */
	get hasEnded(): boolean {
		const isStored = (this.data as IRunExecutionData | undefined) !== undefined;
		return isStored && !['new', 'running'].includes(this.status);
	}

	/** Why it ended early, where it did. */
	get error() {
		return this.data.resultData.error as
			{ message: string; description?: string | null; node?: { name: string } } | undefined;
	}

	/** What a node gave at its last run; nothing if it did not run. */
	itemsOf(node: string): INodeExecutionData[] {
		return this.data.resultData.runData[node]?.at(-1)?.data?.main?.[0] ?? [];
	}
}

/** n8n's own REST interface, which the editor uses too: the calls the editor makes, as the owner. */
export class Rest {
	private constructor(
		private readonly url: string,
		private readonly cookie: string,
	) {}

	/** Logs in as the owner, who is created if this n8n has none yet. */
	static async logIn(url: string, { email, password }: Owner): Promise<Rest> {
		const settings = (await new Rest(url, '').request('GET', '/rest/settings')) as {
			userManagement: { showSetupOnFirstLoad: boolean };
		};
		const answer = settings.userManagement.showSetupOnFirstLoad
			? await send(`${url}/rest/owner/setup`, 'POST', {
					body: { email, password, firstName: 'Olivia', lastName: 'Owner' },
				})
			: await send(`${url}/rest/login`, 'POST', { body: { emailOrLdapLoginId: email, password } });
		const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
		return new Rest(url, cookies.join('; '));
	}

	async createCredential({ type = 'emnifyApi', ...rest }: Credential): Promise<CreatedCredential> {
		const created = await this.request('POST', '/rest/credentials', { type, ...rest });
		const { id, name } = created as CreatedCredential;
		return { id, name };
	}

	/** With `includeData`, as the editor gets it: what is secret comes blanked. */
	async getCredential(
		id: string,
		{ includeData = false } = {},
	): Promise<Required<Credential> & CreatedCredential> {
		const path = `/rest/credentials/${id}?includeData=${includeData}`;
		return (await this.request('GET', path)) as Required<Credential> & CreatedCredential;
	}

	async updateCredential(id: string, { type = 'emnifyApi', ...rest }: Credential): Promise<void> {
		await this.request('PATCH', `/rest/credentials/${id}`, { type, ...rest });
	}

	async deleteCredential(id: string): Promise<void> {
		await this.request('DELETE', `/rest/credentials/${id}`);
	}

	/**
	 * Tests a saved credential as the editor does: with the `data` of its form, or without one with what is
	 * stored, as when somebody opens the credential and tests it again.
	 */
	async testCredential(
		{ id }: Pick<CreatedCredential, 'id'>,
		data?: IDataObject,
	): Promise<CredentialTestResult> {
		const stored = await this.getCredential(id, { includeData: true });
		const { name, type } = stored;
		const credentials = { id, name, type, data: data ?? stored.data };
		const result = await this.request('POST', '/rest/credentials/test', { credentials });
		return result as CredentialTestResult;
	}

	async createWorkflow(workflow: WorkflowFile): Promise<StoredWorkflow> {
		// n8n 1 does not add the `active` itself.
		const body = { active: false, ...workflow };
		return (await this.request('POST', '/rest/workflows', body)) as StoredWorkflow;
	}

	async getWorkflow(id: string): Promise<StoredWorkflow> {
		return (await this.request('GET', `/rest/workflows/${id}`)) as StoredWorkflow;
	}

	/** Makes the workflow's triggers run it. */
	async activateWorkflow(id: string): Promise<void> {
		const { versionId } = await this.getWorkflow(id);
		await this.request('POST', `/rest/workflows/${id}/activate`, { versionId });
	}

	async deactivateWorkflow(id: string): Promise<void> {
		await this.request('POST', `/rest/workflows/${id}/deactivate`, {});
	}

	/** Deletes a workflow. For some moments after its deactivation n8n refuses that with 409. */
	async deleteWorkflow(id: string): Promise<void> {
		await this.request('POST', `/rest/workflows/${id}/archive`, {});
		await this.request('DELETE', `/rest/workflows/${id}`);
	}

	/**
	 * Runs a workflow once, from the trigger named or else from its Manual Trigger, and gives the
	 * execution when it has ended, well or not.
	 *
	 * @throws Error if it has not ended after `timeoutMs`
	 */
	async runWorkflow(id: string, trigger?: string, { timeoutMs = 60_000 } = {}): Promise<Execution> {
		const workflowData = await this.getWorkflow(id);
		const name = trigger ?? manualTriggerOf(workflowData);
		const { executionId } = (await this.request('POST', `/rest/workflows/${id}/run`, {
			triggerToStartFrom: { name },
			// n8n 1 runs the workflow as it is on the screen, later ones as it is stored.
			workflowData,
		})) as { executionId: string };

		const deadline = AbortSignal.timeout(timeoutMs);
		for (;;) {
			// Until n8n has stored what the execution did, older ones answer without it, or with 500.
			const read = await this.getExecution(executionId).catch((error: Error) => error);
			if (read instanceof Execution && read.hasEnded) return read;
			if (deadline.aborted) {
				throw new Error(
					`Execution ${executionId} has not ended after ${timeoutMs / 1000} seconds.`,
					{ cause: read },
				);
			}
			await delay(100);
		}
	}

	async getExecution(id: string): Promise<Execution> {
		const { status, data } = (await this.request('GET', `/rest/executions/${id}`)) as {
			status: ExecutionStatus;
			data: string;
		};
		return new Execution(id, status, parse(data) as IRunExecutionData);
	}

	/** The executions of a workflow so far, in the order of their start. */
	async executionsOf(workflowId: string): Promise<Array<{ id: string; status: ExecutionStatus }>> {
		const filter = encodeURIComponent(JSON.stringify({ workflowId }));
		const path = `/rest/executions?filter=${filter}&limit=100`;
		const { results } = (await this.request('GET', path)) as {
			results: Array<{ id: string; status: ExecutionStatus }>;
		};
		return results.sort((a, b) => Number(a.id) - Number(b.id));
	}

	async nodeTypes(): Promise<INodeTypeDescription[]> {
		return (await this.request('GET', '/types/nodes.json')) as INodeTypeDescription[];
	}

	async credentialTypes(): Promise<ICredentialType[]> {
		return (await this.request('GET', '/types/credentials.json')) as ICredentialType[];
	}

	/** Any call of the REST interface; what it answers is without the `data` around it. */
	async request(method: string, path: string, body?: object): Promise<unknown> {
		const answer = await send(`${this.url}${path}`, method, { body, cookie: this.cookie });
		const json = (await answer.json()) as unknown;
		const isWrapped = path.startsWith('/rest/') && typeof json === 'object' && json !== null;
		return isWrapped && 'data' in json ? json.data : json;
	}
}

function manualTriggerOf({ name, nodes }: StoredWorkflow): string {
	const trigger = nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger');
	if (trigger) return trigger.name;
	throw new Error(`The workflow "${name}" has no Manual Trigger. Name the trigger to start from.`);
}

async function send(
	url: string,
	method: string,
	{ body, cookie }: { body?: object; cookie?: string } = {},
): Promise<Response> {
	const answer = await fetch(url, {
		method,
		headers: {
			...(body && { 'content-type': 'application/json' }),
			...(cookie && { cookie }),
		},
		...(body && { body: JSON.stringify(body) }),
		signal: AbortSignal.timeout(60_000),
	});
	if (answer.ok) return answer;
	const { pathname } = new URL(url);
	throw new Error(
		`n8n answered ${answer.status} to ${method} ${pathname}: ${await reason(answer)}`,
	);
}

/** n8n's own message, without the stack trace that comes with it. */
async function reason(answer: Response): Promise<string> {
	const text = await answer.text();
	try {
		return (JSON.parse(text) as { message: string }).message;
	} catch {
		return text;
	}
}
