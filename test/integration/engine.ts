/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';

import {
	CredentialTestContext,
	ExecutionLifecycleHooks,
	getAdditionalKeys,
	LoadOptionsContext,
	PackageDirectoryLoader,
	WorkflowExecute,
} from 'n8n-core';
import {
	ICredentialsHelper,
	NodeHelpers,
	Workflow,
	type ICredentialDataDecryptedObject,
	type ICredentials,
	type ICredentialTestFunction,
	type ICredentialType,
	type IDataObject,
	type IHttpRequestHelper,
	type IHttpRequestOptions,
	type INode,
	type INodeCredentialsDetails,
	type INodeCredentialTestResult,
	type INodeExecutionData,
	type INodeListSearchResult,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyOptions,
	type INodeType,
	type INodeTypes,
	type IRun,
	type IWorkflowExecuteAdditionalData,
	type NodeError,
} from 'n8n-workflow';

import { authenticatedRequestNode, itemsNode } from './testNodes';
import { useUntimedRegex } from './untimedRegex';

/** The package's folder, the one that `npm run build` has built. */
export const PACKAGE_FOLDER = resolve(__dirname, '../..');

/** What one run of the node gave. */
export interface NodeRun {
	/** The items of the first output, `[]` where the run failed. */
	items: INodeExecutionData[];
	json: IDataObject[];
	/** The items of the error output, with “Continue (using error output)”. */
	errorItems: INodeExecutionData[];
	/** The failure of the execution. */
	error?: NodeError;
	/** The whole run as n8n would store it. */
	stored: IRun;
}

/** One node to run, as the editor would have saved it. */
export interface NodeToRun {
	parameters: INodeParameters;
	/** The items that come in; one empty item by default. */
	items?: IDataObject[];
	/** A credential that {@link Engine.storeCredential} has stored. */
	credential: StoredCredential;
	onError?: INode['onError'];
	retryOnFail?: boolean;
	/** The type; the Emnify node by default. */
	type?: string;
	/** Stops the execution when it settles, as the Stop button does. */
	stopWhen?: Promise<unknown>;
}

export interface StoredCredential {
	id: string;
	name: string;
}

/**
 * n8n's own engine (`WorkflowExecute`, the package directory loader and the real HTTP helpers of `n8n-core`) with the
 * built package in it. What n8n keeps in its database stands here in memory.
 */
export class Engine {
	/** n8n's variables: what `$vars` gives in an expression. */
	readonly variables: Record<string, string> = {};

	private constructor(
		private readonly loader: PackageDirectoryLoader,
		private readonly store: CredentialStore,
	) {}

	static async start(): Promise<Engine> {
		useUntimedRegex();
		const loader = new PackageDirectoryLoader(PACKAGE_FOLDER);
		await loader.loadAll();
		return new Engine(loader, new CredentialStore(loader));
	}

	get nodeType(): INodeType {
		return this.loader.getNode('emnify').type as INodeType;
	}

	get triggerType(): INodeType {
		return this.loader.getNode('emnifyTrigger').type as INodeType;
	}

	get credentialType(): ICredentialType {
		return this.loader.getCredential('emnifyApi').type;
	}

	storeCredential(data: ICredentialDataDecryptedObject): StoredCredential {
		return this.store.add(data);
	}

	/** What n8n has stored for the credential, decrypted. */
	storedCredential(credential: StoredCredential): ICredentialDataDecryptedObject {
		return this.store.read(credential);
	}

	/** Changes fields of a credential and keeps the rest, the hidden ones too, as saving it in the editor does. */
	async editCredential(
		credential: StoredCredential,
		changes: ICredentialDataDecryptedObject,
	): Promise<void> {
		const data = this.storedCredential(credential);
		await this.store.updateCredentials(credential, 'emnifyApi', { ...data, ...changes });
	}

	/** From now on credentials are stored as n8n 1.123 and 2.20 do: all that `preAuthentication` was given, evaluated. */
	storeLikeOlderN8n(): void {
		this.store.storesAllThatItWasGiven = true;
	}

	/** The credential's Test button. */
	async testCredential(data: ICredentialDataDecryptedObject): Promise<INodeCredentialTestResult> {
		const test = this.nodeType.methods?.credentialTest?.testCredential as ICredentialTestFunction;
		const context = new CredentialTestContext(this.additionalData(undefined));
		return await test.call(context, {
			id: 'test',
			name: 'Emnify',
			type: 'emnifyApi',
			data: { ...this.store.defaults(), ...data },
		});
	}

	/** What a resource locator's list shows. */
	async search(
		method: string,
		node: Pick<NodeToRun, 'parameters' | 'credential'>,
		filter?: string,
		paginationToken?: string,
	): Promise<INodeListSearchResult> {
		const search = this.nodeType.methods?.listSearch?.[method];
		if (!search) throw new Error(`The node has no list search “${method}”`);
		return await search.call(this.loadOptionsContext(node), filter, paginationToken);
	}

	/** What a drop-down that is filled from emnify shows. */
	async loadOptions(
		method: string,
		node: Pick<NodeToRun, 'parameters' | 'credential'>,
	): Promise<INodePropertyOptions[]> {
		const load = this.nodeType.methods?.loadOptions?.[method];
		if (!load) throw new Error(`The node has no options “${method}”`);
		return await load.call(this.loadOptionsContext(node));
	}

	/** Runs a node in an execution of its own, behind a node that emits the items. */
	async run(node: NodeToRun): Promise<NodeRun> {
		const { workflow, tested } = this.workflowWith(node);
		const hooks = new ExecutionLifecycleHooks('trigger', randomUUID(), {
			id: workflow.id as string,
			name: 'Test',
			active: false,
			isArchived: false,
			createdAt: new Date(),
			updatedAt: new Date(),
			activeVersionId: null,
			nodes: Object.values(workflow.nodes),
			connections: workflow.connectionsBySourceNode,
		} as ConstructorParameters<typeof ExecutionLifecycleHooks>[2]);
		const execution = new WorkflowExecute(this.additionalData(hooks), 'trigger').run({
			workflow,
			startNode: workflow.getNode('Items') as INode,
		});
		void node.stopWhen?.then(() => execution.cancel());
		const stored = await execution;
		const result = stored.data.resultData;
		const output = result.runData[tested]?.[0]?.data?.main ?? [];
		const items = output[0] ?? [];
		return {
			items,
			json: items.map(({ json }) => json),
			errorItems: output[1] ?? [],
			error: result.error as NodeError | undefined,
			stored,
		};
	}

	private workflowWith({
		parameters,
		items = [{}],
		credential,
		type = 'n8n-nodes-emnify.emnify',
		...settings
	}: NodeToRun): { workflow: Workflow; tested: string } {
		const position: [number, number] = [0, 0];
		const start: INode = {
			id: randomUUID(),
			name: 'Items',
			type: 'test.items',
			typeVersion: 1,
			position,
			parameters: { items: JSON.stringify(items) },
		};
		const tested: INode = {
			id: randomUUID(),
			name: 'Emnify',
			type,
			typeVersion: 1,
			position,
			parameters: { ...parameters },
			credentials: { emnifyApi: credential },
			...(settings.onError && { onError: settings.onError }),
			...(settings.retryOnFail && { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 }),
		};
		const workflow = new Workflow({
			id: randomUUID(),
			nodes: [start, tested],
			connections: { Items: { main: [[{ node: 'Emnify', type: 'main', index: 0 }]] } },
			active: false,
			nodeTypes: this.nodeTypes(),
			settings: { executionOrder: 'v1' },
		});
		return { workflow, tested: tested.name };
	}

	/** The types of the package and of the tests. */
	nodeTypes(): INodeTypes {
		const extra: Record<string, INodeType> = {
			'test.items': itemsNode,
			'test.authenticatedRequest': authenticatedRequestNode,
			'n8n-nodes-emnify.emnifyTrigger': this.triggerType,
		};
		const find = (name: string) => extra[name] ?? this.nodeType;
		return {
			getByName: find,
			getByNameAndVersion: find,
			getKnownTypes: () => ({}),
		};
	}

	private loadOptionsContext({
		parameters,
		credential,
	}: Pick<NodeToRun, 'parameters' | 'credential'>): LoadOptionsContext {
		const { workflow, tested } = this.workflowWith({ parameters, credential });
		const additionalData = { ...this.additionalData(undefined), currentNodeParameters: parameters };
		return new LoadOptionsContext(workflow, workflow.getNode(tested) as INode, additionalData, '');
	}

	/** What n8n gives each execution along. */
	additionalData(hooks: ExecutionLifecycleHooks | undefined): IWorkflowExecuteAdditionalData {
		return {
			credentialsHelper: this.store,
			executionId: hooks?.executionId,
			hooks,
			variables: this.variables,
			currentNodeExecutionIndex: 0,
			restApiUrl: 'http://n8n.invalid/rest',
			instanceBaseUrl: 'http://n8n.invalid/',
			webhookBaseUrl: 'http://n8n.invalid/webhook',
			webhookWaitingBaseUrl: 'http://n8n.invalid/webhook-waiting',
			formWaitingBaseUrl: 'http://n8n.invalid/form-waiting',
			setExecutionStatus: () => {},
			sendDataToUI: () => {},
			logAiEvent: () => {},
		} as unknown as IWorkflowExecuteAdditionalData;
	}
}

/** The node of no workflow. */
const NOWHERE = {
	id: 'nowhere',
	name: '',
	type: 'mock',
	typeVersion: 1,
	position: [0, 0] as [number, number],
};

const NO_NODES: INodeTypes = {
	getByName: () => itemsNode,
	getByNameAndVersion: () => itemsNode,
	getKnownTypes: () => ({}),
};

/**
 * n8n's credentials helper is part of n8n, not of n8n-core. This one keeps to what it does (n8n-notes, “The credential
 * machinery”): preAuthentication is asked where the expirable property is empty or the token was refused, and all that it
 * gives is stored. The end-to-end tests prove the same in the real one.
 */
class CredentialStore extends ICredentialsHelper {
	storesAllThatItWasGiven = false;

	private readonly stored = new Map<string, string>();

	constructor(private readonly loader: PackageDirectoryLoader) {
		super();
	}

	add(data: ICredentialDataDecryptedObject): StoredCredential {
		const id = randomUUID();
		this.stored.set(id, JSON.stringify(data));
		return { id, name: `Emnify ${id}` };
	}

	read({ id }: Pick<INodeCredentialsDetails, 'id'>): ICredentialDataDecryptedObject {
		const found = this.stored.get(id ?? '');
		if (found === undefined) throw new Error('No such credential');
		return JSON.parse(found) as ICredentialDataDecryptedObject;
	}

	/** What the fields hold where nothing was filled in. */
	defaults(): ICredentialDataDecryptedObject {
		const fields = this.getCredentialsProperties('emnifyApi');
		return NodeHelpers.getNodeParameters(
			fields,
			{},
			true,
			false,
			null,
			null,
		) as ICredentialDataDecryptedObject;
	}

	getParentTypes(): string[] {
		return [];
	}

	isCredentialUsableByNode(): boolean {
		return true;
	}

	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const { authenticate } = this.loader.getCredential(typeName).type;
		if (typeof authenticate !== 'function') throw new Error('The credential signs nothing');
		return await authenticate(credentials, requestOptions);
	}

	async preAuthentication(
		helpers: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
		typeName: string,
		node: INode,
		credentialsExpired: boolean,
	): Promise<ICredentialDataDecryptedObject | undefined> {
		const type = this.loader.getCredential(typeName).type;
		const expirable = type.properties.find(
			(property) => property.type === 'hidden' && property.typeOptions?.expirable === true,
		);
		if (!expirable || !type.preAuthentication) return undefined;
		if (credentials[expirable.name] !== '' && !credentialsExpired) return undefined;
		const output = await type.preAuthentication.call(helpers, credentials);
		const details = node.credentials?.[typeName] as INodeCredentialsDetails;
		await this.updateCredentials(details, typeName, {
			...(this.storesAllThatItWasGiven ? credentials : this.read(details)),
			...(output as ICredentialDataDecryptedObject),
		});
		return Object.assign(credentials, output);
	}

	async runPreAuthentication(): Promise<undefined> {
		return undefined;
	}

	async getCredentials(): Promise<ICredentials> {
		throw new Error('Nothing under test asks for encrypted credentials');
	}

	/**
	 * Expressions are evaluated for the item that it is asked for; where there are no items (a poll, the editor's lists), in a
	 * workflow of nothing. So n8n does it, in `applyDefaultsAndOverwrites`.
	 */
	async getDecrypted(
		...[additionalData, details, , mode, executeData, , values]: Parameters<
			ICredentialsHelper['getDecrypted']
		>
	): Promise<ICredentialDataDecryptedObject> {
		const data = { ...this.defaults(), ...this.read(details) } as INodeParameters;
		const keys = getAdditionalKeys(additionalData, mode, null);
		if (!values) {
			const node: INode = { ...NOWHERE, parameters: {} };
			const workflow = new Workflow({
				nodes: [node],
				connections: {},
				active: false,
				nodeTypes: NO_NODES,
			});
			return workflow.expression.getComplexParameterValue(
				node,
				data,
				mode,
				keys,
				undefined,
				undefined,
				data,
			) as ICredentialDataDecryptedObject;
		}
		const { workflow, runExecutionData, runIndex, itemIndex, node, connectionInputData } = values;
		return workflow.expression.getParameterValue(
			data,
			runExecutionData,
			runIndex,
			itemIndex,
			node.name,
			connectionInputData,
			mode,
			keys,
			executeData,
		) as ICredentialDataDecryptedObject;
	}

	async updateCredentials(
		{ id }: INodeCredentialsDetails,
		_type: string,
		data: ICredentialDataDecryptedObject,
	): Promise<void> {
		this.stored.set(id ?? '', JSON.stringify(data));
	}

	async updateCredentialsOauthTokenData(): Promise<void> {}

	getCredentialsProperties(type: string): INodeProperties[] {
		return this.loader.getCredential(type).type.properties;
	}
}
