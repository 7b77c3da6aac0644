import { WorkflowExecute, ExecutionLifecycleHooks } from 'n8n-core';
import {
	NodeConnectionTypes,
	Workflow,
	type IExecuteFunctions,
	type INode,
	type INodeExecutionData,
	type INodeParameters,
	type INodeType,
} from 'n8n-workflow';

import type { Engine, StoredCredential } from './engine';

/** What n8n makes of a connected node: an agent calls it with arguments of its own, and gets an answer as text. */
interface Tool {
	name: string;
	invoke(args: object): Promise<string>;
}

/** A tool that the agent has: the Emnify node with these settings. */
interface ToolToRun {
	parameters: INodeParameters;
	retryOnFail?: boolean;
}

export interface AgentRun {
	engine: Engine;
	credential: StoredCredential;
	/** By the name of the tool. */
	tools: Record<string, ToolToRun>;
	/** What the agent does: it calls a tool, and hears the answer or the failure, as text. */
	think(call: (tool: string, args?: object) => Promise<string>): Promise<void>;
}

/**
 * Runs an agent whose tools are Emnify nodes, in n8n's own engine: it is n8n that makes the tools, and that tries again
 * with Retry On Fail, as agent v2 has it. What a language model would decide stands in `think`.
 */
export async function runAgent({ engine, credential, tools, think }: AgentRun): Promise<void> {
	const position: [number, number] = [0, 0];
	const node = (name: string, type: string, more: Partial<INode> = {}): INode => ({
		id: name,
		name,
		type,
		typeVersion: 1,
		position,
		parameters: {},
		...more,
	});
	const agent: INodeType = {
		description: {
			displayName: 'Agent',
			name: 'agent',
			group: ['transform'],
			version: 1,
			description: 'Calls its tools',
			defaults: { name: 'Agent' },
			inputs: [NodeConnectionTypes.Main, { type: NodeConnectionTypes.AiTool }],
			outputs: [NodeConnectionTypes.Main],
			properties: [],
		},
		async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			const connected = (await this.getInputConnectionData(
				NodeConnectionTypes.AiTool,
				0,
			)) as Tool[];
			await think(async (name, args = {}) => {
				const tool = connected.find((candidate) => candidate.name === name);
				if (!tool) throw new RangeError(`There is no tool ${name}`);
				return await tool.invoke(args).catch((error: Error) => error.message);
			});
			return [[]];
		},
	};
	const emnify = engine.nodeType;
	// As n8n does when it offers a node as a tool.
	const tool = Object.create(emnify, {
		description: {
			value: {
				...emnify.description,
				name: 'emnifyTool',
				inputs: [],
				outputs: [NodeConnectionTypes.AiTool],
				properties: [
					...emnify.description.properties,
					{ displayName: 'Description', name: 'toolDescription', type: 'string', default: '' },
				],
			},
		},
	}) as INodeType;
	const types = engine.nodeTypes();
	const find = (type: string) =>
		({ 'test.agent': agent, 'n8n-nodes-emnify.emnifyTool': tool })[type] ?? types.getByName(type);
	const workflow = new Workflow({
		id: 'agent',
		nodes: [
			node('Items', 'test.items', { parameters: { items: '[{}]' } }),
			node('Agent', 'test.agent'),
			...Object.entries(tools).map(([name, { parameters, retryOnFail }]) =>
				node(name, 'n8n-nodes-emnify.emnifyTool', {
					parameters: { ...parameters, toolDescription: name },
					credentials: { emnifyApi: credential },
					...(retryOnFail && { retryOnFail, maxTries: 3, waitBetweenTries: 1 }),
				}),
			),
		],
		connections: {
			Items: { main: [[{ node: 'Agent', type: 'main', index: 0 }]] },
			...Object.fromEntries(
				Object.keys(tools).map((name) => [
					name,
					{ ai_tool: [[{ node: 'Agent', type: 'ai_tool', index: 0 }]] },
				]),
			),
		},
		active: false,
		nodeTypes: { getByName: find, getByNameAndVersion: find, getKnownTypes: () => ({}) },
		settings: { executionOrder: 'v1' },
	} as unknown as ConstructorParameters<typeof Workflow>[0]);
	const hooks = new ExecutionLifecycleHooks('trigger', `agent-${Math.random()}`, {
		id: 'agent',
		name: 'Agent',
		active: false,
		nodes: Object.values(workflow.nodes),
		connections: workflow.connectionsBySourceNode,
	} as unknown as ConstructorParameters<typeof ExecutionLifecycleHooks>[2]);
	const { data } = await new WorkflowExecute(engine.additionalData(hooks), 'trigger').run({
		workflow,
		startNode: workflow.getNode('Items') as INode,
	});
	if (data.resultData.error) throw data.resultData.error;
}
