/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import type { AddressInfo } from 'node:net';

import fastify, { type FastifyInstance } from 'fastify';

import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import type { WorkflowFile } from '../../tools/real-n8n/rest';
import { seed, startSimulator, type Simulator } from '../../simulator';

// The node as a tool of n8n's AI agent, with a language model that is played by a server of this test.

jest.setTimeout(120_000);

interface ChatRequest {
	messages: Array<{ role: string; content: unknown }>;
	tools?: Array<{ function: { name: string; description: string; parameters: object } }>;
}

let n8n: RealN8n;
let simulator: Simulator;
let model: FastifyInstance;
const asked: ChatRequest[] = [];

/** Calls the first tool with the user it was asked about, and then repeats what the tool answered. */
function reply({ messages, tools = [] }: ChatRequest): object {
	const answered = messages.find(({ role }) => role === 'tool');
	if (answered) return { role: 'assistant', content: JSON.stringify(answered.content) };
	return {
		role: 'assistant',
		content: null,
		tool_calls: [
			{
				id: 'call_1',
				type: 'function',
				function: {
					name: tools[0]?.function.name,
					arguments: JSON.stringify({ user: String(seed.ids.manyDevicesUser) }),
				},
			},
		],
	};
}

beforeAll(async () => {
	simulator = await startSimulator();
	model = fastify();
	model.post('/v1/chat/completions', (request) => {
		const body = request.body as ChatRequest;
		asked.push(body);
		const message = reply(body);
		return {
			id: 'chat_1',
			object: 'chat.completion',
			created: 1,
			model: 'test',
			choices: [
				{ index: 0, message, finish_reason: 'tool_calls' in message ? 'tool_calls' : 'stop' },
			],
			usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
		};
	});
	await model.listen({ host: '127.0.0.1', port: 0 });
	n8n = await startRealN8n();
}, 300_000);

afterAll(async () => {
	await n8n?.stop();
	await model?.close();
	await simulator?.stop();
});

test('the agent fills the user in, and gets that user’s devices', async () => {
	const { port } = model.server.address() as AddressInfo;
	const emnify = await n8n.rest.createCredential({
		name: 'Emnify account',
		data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
	});
	const openAi = await n8n.rest.createCredential({
		name: 'Model',
		type: 'openAiApi',
		data: { apiKey: 'fake', url: `http://127.0.0.1:${port}/v1`, header: false },
	});
	const position = [0, 0];
	const link = (node: string, type: string) => ({ [type]: [[{ node, type, index: 0 }]] });
	const { id } = await n8n.rest.createWorkflow({
		name: 'Agent',
		nodes: [
			{
				name: 'Start',
				type: 'n8n-nodes-base.manualTrigger',
				typeVersion: 1,
				position,
				parameters: {},
			},
			{
				name: 'Agent',
				type: '@n8n/n8n-nodes-langchain.agent',
				typeVersion: 2,
				position,
				parameters: {
					promptType: 'define',
					text: `Which browsers does user ${seed.ids.manyDevicesUser} skip MFA with?`,
					options: { enableStreaming: false },
				},
			},
			{
				name: 'Model',
				type: '@n8n/n8n-nodes-langchain.lmChatOpenAi',
				typeVersion: 1.2,
				position,
				parameters: { model: { __rl: true, mode: 'id', value: 'test' }, options: {} },
				credentials: { openAiApi: openAi },
			},
			{
				name: 'Devices of a user',
				type: 'n8n-nodes-emnify.emnifyTool',
				typeVersion: 1,
				position,
				parameters: {
					descriptionType: 'auto',
					resource: 'trustedDevice',
					operation: 'getAll',
					returnAll: true,
					user: {
						__rl: true,
						mode: 'id',
						value: "={{ $fromAI('user', 'The ID of the user', 'string') }}",
					},
				},
				credentials: { emnifyApi: emnify },
			},
		] as WorkflowFile['nodes'],
		connections: {
			Start: link('Agent', 'main'),
			Model: link('Agent', 'ai_languageModel'),
			'Devices of a user': link('Agent', 'ai_tool'),
		},
		settings: { executionOrder: 'v1' },
	});

	const execution = await n8n.rest.runWorkflow(id);

	expect(execution.error).toBeUndefined();
	const [tool] = asked[0]?.tools ?? [];
	expect(tool?.function.description).toMatch(/trusted devices/i);
	expect(tool?.function.parameters).toMatchObject({
		properties: { user: { description: 'The ID of the user' } },
	});
	const path = `/api/v1/user/${seed.ids.manyDevicesUser}/mfa/trusted_device`;
	expect(simulator.requests.map((request) => request.path)).toContain(path);
	expect(JSON.stringify(execution.itemsOf('Agent'))).toContain('Internet Explorer 11');
});
