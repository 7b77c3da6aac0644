/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import type { CreatedCredential } from '../../tools/real-n8n/rest';
import { emnify, runNow, workflowOf } from '../../tools/real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';

// The rows of the session's table that concern n8n itself, in the real one. The others: test/integration/session.test.ts.

jest.setTimeout(300_000);

let n8n: RealN8n;
let simulator: Simulator;

beforeAll(async () => {
	n8n = await startRealN8n({ keepUserFolder: true });
});

afterAll(async () => await n8n.stop());

beforeEach(async () => {
	simulator = await startSimulator();
});

afterEach(async () => await simulator.stop());

const logins = () => simulator.count('POST /api/v1/authenticate');

const data = (applicationToken: string = seed.applicationToken) => ({
	baseUrl: simulator.url,
	applicationToken,
});

/** What n8n has signed requests with so far. */
const sentTokens = () => [
	...new Set(simulator.requests.flatMap(({ headers }) => headers.authorization?.slice(7) ?? [])),
];

const listUsers = { resource: 'user', operation: 'getAll', returnAll: true };

async function workflowWith(credential: CreatedCredential) {
	const node = emnify(listUsers, credential, 'Users');
	return (await n8n.rest.createWorkflow(workflowOf('Session', [runNow, node]))).id;
}

async function run(workflowId: string) {
	const execution = await n8n.rest.runWorkflow(workflowId);
	expect(execution.error).toBeUndefined();
	return execution.itemsOf('Users');
}

test('the credential test with a wrong secret tries once, and says why', async () => {
	const credential = await n8n.rest.createCredential({ name: 'Wrong', data: data('fake-wrong') });
	expect(await n8n.rest.testCredential(credential)).toEqual({
		status: 'Error',
		message: expect.stringMatching(/^emnify did not accept the application token/),
	});
	expect(logins()).toBe(1);
});

test('the stored session serves further executions, and an n8n that was restarted', async () => {
	const credential = await n8n.rest.createCredential({ name: 'Restart', data: data() });
	const workflowId = await workflowWith(credential);
	expect(await run(workflowId)).not.toHaveLength(0);
	await run(workflowId);
	const { userFolder } = n8n;
	await n8n.stop();
	n8n = await startRealN8n({ userFolder });
	expect(await run(workflowId)).not.toHaveLength(0);
	expect(logins()).toBe(1);
});

test('the hidden session fields never reach the browser', async () => {
	const credential = await n8n.rest.createCredential({ name: 'Hidden', data: data() });
	await run(await workflowWith(credential));
	const opened = JSON.stringify(await n8n.rest.getCredential(credential.id, { includeData: true }));
	expect(opened).toContain(simulator.url);
	expect(sentTokens()).toHaveLength(1);
	for (const secret of [...sentTokens(), seed.applicationToken]) {
		expect(opened).not.toContain(secret);
	}
});

test('an edited credential sends no request with the old account’s token and costs one login', async () => {
	const credential = await n8n.rest.createCredential({ name: 'Edited', data: data() });
	const workflowId = await workflowWith(credential);
	await run(workflowId);
	const [oldToken] = sentTokens();
	simulator.forget();
	// As the editor saves it: with the blanked secrets that it got, and the one that was typed over.
	const opened = await n8n.rest.getCredential(credential.id, { includeData: true });
	await n8n.rest.updateCredential(credential.id, {
		name: credential.name,
		data: { ...opened.data, applicationToken: seed.secondApplicationToken },
	});
	await run(workflowId);
	expect(sentTokens()).toHaveLength(1);
	expect(sentTokens()).not.toContain(oldToken);
	expect(simulator.requests.map(({ organisationId }) => organisationId)).not.toContain(
		seed.ids.acme,
	);
	expect(logins()).toBe(1);
});

test('five workflows that start at once with an empty token cost one login', async () => {
	const credential = await n8n.rest.createCredential({ name: 'Five', data: data() });
	const workflowIds = await Promise.all(
		Array.from({ length: 5 }, async () => await workflowWith(credential)),
	);
	await Promise.all(workflowIds.map(run));
	expect(logins()).toBe(1);
});

test('20 requests of the HTTP Request node that each end in 404 cost at most one login', async () => {
	const credential = await n8n.rest.createCredential({ name: 'HTTP Request', data: data() });
	const url = `=${simulator.url}/api/v1/user/{{ 999000 + $itemIndex }}`;
	const list = '={{ { list: [...Array(20).keys()] } }}';
	const workflow = workflowOf('Twenty requests', [
		runNow,
		{
			name: 'Items',
			type: 'n8n-nodes-base.set',
			typeVersion: 3.4,
			parameters: { mode: 'raw', jsonOutput: list, options: {} },
		},
		{
			name: 'Split',
			type: 'n8n-nodes-base.splitOut',
			parameters: { fieldToSplitOut: 'list', options: {} },
		},
		{
			name: 'Users',
			type: 'n8n-nodes-base.httpRequest',
			typeVersion: 4.2,
			onError: 'continueRegularOutput',
			credentials: { emnifyApi: credential },
			parameters: {
				url,
				authentication: 'predefinedCredentialType',
				nodeCredentialType: 'emnifyApi',
				options: {},
			},
		},
	]);
	const { id } = await n8n.rest.createWorkflow(workflow);
	expect(await run(id)).toHaveLength(20);
	expect(simulator.count('GET /api/v1/user/{user_id}')).toBeGreaterThanOrEqual(20);
	expect(logins()).toBeLessThanOrEqual(1);
});

test('no secret stands in what n8n stored or printed', async () => {
	const wrong = { ...data(), authenticationMethod: 'userCredentials' };
	const secrets = { username: 'someone@example.com', password: 'MARKED-password' };
	const credential = await n8n.rest.createCredential({
		name: 'Marked',
		data: { ...wrong, ...secrets, fingerprint: 'MARKED-fingerprint' },
	});
	const failed = await n8n.rest.runWorkflow(await workflowWith(credential));
	expect(failed.error?.message).toMatch(/did not accept the username or the password/);
	await n8n.rest.testCredential(credential);
	const fine = await n8n.rest.createCredential({ name: 'Fine', data: data() });
	await run(await workflowWith(fine));

	const kept = [n8n.output(), ...(await textsBelow(n8n.userFolder))].join('\n');
	expect(kept).toContain('did not accept the username or the password');
	const marked = ['MARKED-password', 'MARKED-fingerprint', seed.applicationToken, ...sentTokens()];
	for (const secret of marked) expect(kept).not.toContain(secret);
});

async function textsBelow(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	const files = entries.filter((entry) => entry.isFile());
	return await Promise.all(
		files.map(async (file) => await readFile(path.join(file.parentPath, file.name), 'latin1')),
	);
}
