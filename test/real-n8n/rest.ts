import { parse } from 'flatted';
import { setTimeout as delay } from 'node:timers/promises';
import type {
	ExecutionStatus,
	ICredentialType,
	IDataObject,
	INodeTypeDescription,
	IRunExecutionData,
	IWorkflowBase,
} from 'n8n-workflow';
import type { Owner } from './userFolder';

/** A workflow as it is exported by the editor, and imported again. */
export type WorkflowFile = Pick<IWorkflowBase, 'name' | 'nodes' | 'connections' | 'settings'>;

export interface StoredWorkflow extends WorkflowFile {
	id: string;
	versionId: string;
	active: boolean;
}

export interface Credential {
	name: string;
	type: string;
	data: IDataObject;
}

/** The answer to a test of a credential; `message` is what the editor shows. */
export interface CredentialTestResult {
	status: 'OK' | 'Error';
	message: string;
}

export interface Execution {
	id: string;
	status: ExecutionStatus;
	data: IRunExecutionData;
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

	async createCredential(credential: Credential): Promise<{ id: string }> {
		return (await this.request('POST', '/rest/credentials', credential)) as { id: string };
	}

	/** With `includeData`, as the editor gets it: what is secret comes blanked. */
	async getCredential(
		id: string,
		{ includeData = false } = {},
	): Promise<Credential & { id: string }> {
		const path = `/rest/credentials/${id}?includeData=${includeData}`;
		return (await this.request('GET', path)) as Credential & { id: string };
	}

	async updateCredential(id: string, credential: Credential): Promise<void> {
		await this.request('PATCH', `/rest/credentials/${id}`, credential);
	}

	async deleteCredential(id: string): Promise<void> {
		await this.request('DELETE', `/rest/credentials/${id}`);
	}

	/** Tests a saved credential as the editor does once one is saved, or is opened and tested again. */
	async testCredential(id: string): Promise<CredentialTestResult> {
		const { name, type, data } = await this.getCredential(id, { includeData: true });
		const credentials = { id, name, type, data };
		const result = await this.request('POST', '/rest/credentials/test', { credentials });
		return result as CredentialTestResult;
	}

	async createWorkflow(workflow: WorkflowFile): Promise<StoredWorkflow> {
		return (await this.request('POST', '/rest/workflows', workflow)) as StoredWorkflow;
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

	/** n8n deletes only what is in the archive. */
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
	async runWorkflow(
		id: string,
		trigger?: string,
		{ timeoutMs = 60_000 } = {},
	): Promise<Execution> {
		const name = trigger ?? manualTriggerOf(await this.getWorkflow(id));
		const { executionId } = (await this.request('POST', `/rest/workflows/${id}/run`, {
			triggerToStartFrom: { name },
		})) as { executionId: string };

		const deadline = AbortSignal.timeout(timeoutMs);
		for (;;) {
			const execution = await this.getExecution(executionId);
			if (!['new', 'running'].includes(execution.status)) return execution;
			if (deadline.aborted) {
				throw new Error(`Execution ${executionId} has not ended after ${timeoutMs / 1000} seconds.`);
			}
			await delay(100);
		}
	}

	async getExecution(id: string): Promise<Execution> {
		const execution = (await this.request('GET', `/rest/executions/${id}`)) as Execution & {
			data: string;
		};
		return { ...execution, data: parse(execution.data) as IRunExecutionData };
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
	throw new Error(`n8n answered ${answer.status} to ${method} ${pathname}: ${await answer.text()}`);
}
