/* eslint-disable @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import type { IDataObject, INodeExecutionData } from 'n8n-workflow';

import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import type { N8nVersion } from '../../tools/real-n8n/paths';
import type { CreatedCredential, Execution } from '../../tools/real-n8n/rest';
import { emnify, runNow, workflowOf } from '../../tools/real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';

/** How a node of a workflow is set up for one run. */
export interface Task {
	parameters: object;
	/** What comes in; one empty item where it is absent. */
	items?: IDataObject[];
	/** The administrator's where it is absent. */
	credential?: CreatedCredential;
	continueOnFail?: boolean;
}

/** An n8n of one version with this package in it, and an emnify of its own. */
export class Stage {
	private constructor(
		private running: RealN8n,
		private readonly version: N8nVersion,
		readonly simulator: Simulator,
		/** Of an administrator; it is the only one that has ever logged in when the stage starts. */
		readonly administrator: CreatedCredential,
	) {}

	static async start(version: N8nVersion): Promise<Stage> {
		const n8n = await startRealN8n({ version, keepUserFolder: true });
		const simulator = await startSimulator();
		try {
			const administrator = await n8n.rest.createCredential({
				name: 'Emnify account',
				data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
			});
			return new Stage(n8n, version, simulator, administrator);
		} catch (error) {
			await simulator.stop();
			await n8n.stop();
			throw error;
		}
	}

	get n8n(): RealN8n {
		return this.running;
	}

	/** Ends n8n, and starts it again on its database: what only its process knew is gone. For once, as the last thing. */
	async restart(): Promise<void> {
		const { userFolder } = this.running;
		await this.running.stop();
		this.running = await startRealN8n({ version: this.version, userFolder });
	}

	async stop(): Promise<void> {
		await this.n8n.stop();
		await this.simulator.stop();
	}

	/** A credential that differs from the administrator's by `data`, and has never logged in. */
	async createCredential(data: IDataObject): Promise<CreatedCredential> {
		return await this.n8n.rest.createCredential({
			name: 'Another account',
			data: { baseUrl: this.simulator.url, applicationToken: seed.applicationToken, ...data },
		});
	}

	/** Runs the Emnify node and gives what came out, which may be items that failed. */
	async itemsOf(task: Task): Promise<INodeExecutionData[]> {
		const execution = await this.execute(task);
		if (execution.error) throw execution.error as Error;
		return execution.itemsOf(NODE);
	}

	/** Runs the Emnify node in a workflow of its own. */
	async execute({
		parameters,
		items = [{}],
		credential = this.administrator,
		continueOnFail = false,
	}: Task): Promise<Execution> {
		const node = emnify(parameters, credential, NODE);
		const onError = continueOnFail ? { onError: 'continueRegularOutput' } : {};
		const { id } = await this.n8n.rest.createWorkflow(
			workflowOf('Compatibility', [runNow, { ...node, ...onError }], items),
		);
		return await this.n8n.rest.runWorkflow(id);
	}

	/** What the node has to say beside its items. */
	hintsOf(execution: Execution): string[] {
		const hints = execution.data.resultData.runData[NODE]?.at(-1)?.hints ?? [];
		return hints.map(({ message }) => message);
	}

	/** Fills a list of the node's form, as the editor does. */
	async fillList(list: { methodName: string; isSearchable: boolean }): Promise<ListEntry[]> {
		const { methodName, isSearchable } = list;
		const kind = isSearchable ? 'resource-locator-results' : 'options';
		const filled = await this.n8n.rest.request('POST', `/rest/dynamic-node-parameters/${kind}`, {
			methodName,
			path: 'parameters.user',
			nodeTypeAndVersion: { name: 'n8n-nodes-emnify.emnify', version: 1 },
			currentNodeParameters: { resource: 'user', operation: 'getAll' },
			credentials: { emnifyApi: this.administrator },
		});
		return isSearchable ? (filled as { results: ListEntry[] }).results : (filled as ListEntry[]);
	}

	/** How many logins `work` cost. */
	async loginsDuring(work: () => Promise<unknown>): Promise<number> {
		const before = this.logins();
		await work();
		return this.logins() - before;
	}

	logins(): number {
		return this.simulator.count('POST /api/v1/authenticate');
	}
}

const NODE = 'Emnify';

export interface ListEntry {
	name: string;
	value: string | number;
}
