import type { Browser, Page } from 'playwright-core';

import { openEditor, screenshot } from '../../tools/real-n8n/browser';
import { executeButton, openNode, outputPanel } from '../../tools/real-n8n/editor';
import { startRealN8n, type RealN8n } from '../../tools/real-n8n/n8n';
import type { CreatedCredential } from '../../tools/real-n8n/rest';
import { emnify, runNow, workflowOf } from '../../tools/real-n8n/workflows';
import { seed, startSimulator, type Simulator } from '../../simulator';

// Each pair, run by its form in the editor of a real n8n. The screenshots in artifacts/ are for a person to look at.

jest.setTimeout(300_000);

let n8n: RealN8n;
let simulator: Simulator;
let browser: Browser;
let page: Page;
let administrator: CreatedCredential;
let user: CreatedCredential;

beforeAll(async () => {
	simulator = await startSimulator();
	n8n = await startRealN8n();
	({ browser, page } = await openEditor(n8n));
	const { url: baseUrl } = simulator;
	administrator = await n8n.rest.createCredential({
		name: 'Emnify account',
		data: { baseUrl, applicationToken: seed.applicationToken },
	});
	const { username, password } = seed.userWithoutMfa;
	user = await n8n.rest.createCredential({
		name: 'Emnify user',
		data: { baseUrl, authenticationMethod: 'userCredentials', username, password },
	});
}, 300_000);

afterAll(async () => {
	await browser?.close();
	await n8n?.stop();
	await simulator?.stop();
});

interface Form {
	resource: string;
	operation: string;
	credential: () => CreatedCredential;
	fields?: () => object;
	/** What the output panel shows at the end. */
	shows: RegExp;
}

const locator = (value: string | number) => ({ __rl: true, mode: 'id', value: String(value) });

const keyOfUser = () => simulator.world.user(seed.userWithoutMfa.id).mfaKeys[0];

const forms: Form[] = [
	{
		resource: 'applicationToken',
		operation: 'create',
		credential: () => administrator,
		fields: () => ({ description: 'Created in the editor', ip: '203.0.113.0/24' }),
		shows: /application_token/,
	},
	{
		resource: 'applicationToken',
		operation: 'getAll',
		credential: () => administrator,
		fields: () => ({ returnAll: true }),
		shows: /Created in the editor/,
	},
	{
		resource: 'applicationToken',
		operation: 'revoke',
		credential: () => administrator,
		fields: () => ({
			tokenId: locator([...simulator.world.applicationTokens.keys()].at(-1) ?? 0),
		}),
		shows: /revoked/,
	},
	{
		resource: 'authentication',
		operation: 'retrieveToken',
		credential: () => administrator,
		shows: /expires_at/,
	},
	{
		resource: 'event',
		operation: 'getAll',
		credential: () => administrator,
		fields: () => ({ filters: { severity: 1 } }),
		shows: /Support user sue\.port/,
	},
	{
		resource: 'mfaKey',
		operation: 'getStatuses',
		credential: () => administrator,
		shows: /Activation Pending/,
	},
	{
		resource: 'mfaKey',
		operation: 'getTypes',
		credential: () => administrator,
		shows: /Time-Based One-Time Password/,
	},
	{
		resource: 'mfaKey',
		operation: 'create',
		credential: () => user,
		fields: () => ({ mfaKeyType: 0, password: seed.userWithoutMfa.password }),
		shows: /secret_key/,
	},
	{
		resource: 'mfaKey',
		operation: 'activate',
		credential: () => user,
		fields: () => ({
			keyId: locator(keyOfUser()?.id ?? 0),
			codeSource: 'secretKey',
			secretKey: keyOfUser()?.secret,
		}),
		shows: /success/,
	},
	{
		resource: 'mfaKey',
		operation: 'getAll',
		credential: () => administrator,
		fields: () => ({ user: locator(seed.userWithoutMfa.id) }),
		shows: /user_id/,
	},
	{
		resource: 'mfaKey',
		operation: 'delete',
		credential: () => administrator,
		fields: () => ({
			user: locator(seed.userWithoutMfa.id),
			keyId: locator(keyOfUser()?.id ?? 0),
		}),
		shows: /deleted/,
	},
	{
		resource: 'trustedDevice',
		operation: 'audit',
		credential: () => administrator,
		shows: /Trusted for \d+ days/,
	},
	{
		resource: 'trustedDevice',
		operation: 'getAll',
		credential: () => administrator,
		fields: () => ({ user: locator(seed.ids.manyDevicesUser), returnAll: true }),
		shows: /Internet Explorer/,
	},
	{
		resource: 'trustedDevice',
		operation: 'delete',
		credential: () => administrator,
		fields: () => ({
			user: locator(seed.trustedDeviceUser.id),
			deviceId: locator(seed.trustedDeviceUser.deviceId),
		}),
		shows: /deleted/,
	},
	{
		resource: 'user',
		operation: 'get',
		credential: () => administrator,
		fields: () => ({ user: locator(seed.observer.id) }),
		shows: /otis.berg/,
	},
	{
		resource: 'user',
		operation: 'getAll',
		credential: () => administrator,
		shows: /otis.berg/,
	},
];

async function openForm({ resource, operation, credential, fields }: Form): Promise<void> {
	const node = emnify({ resource, operation, ...fields?.() }, credential());
	const { id } = await n8n.rest.createWorkflow(
		workflowOf(`${resource} ${operation}`, [runNow, node]),
	);
	await openNode(page, n8n, id, 'Emnify');
}

test.each(forms)('$resource: $operation runs by its form', async (form) => {
	const name = `${form.resource}-${form.operation}`;
	await openForm(form);
	await screenshot(page, `pair-${name}-before`);
	await executeButton(page).click();
	await outputPanel(page).getByText(form.shows).first().waitFor();
	await screenshot(page, `pair-${name}-after`);
});

test('a user and one of their devices are chosen from searchable lists', async () => {
	await openForm({
		resource: 'trustedDevice',
		operation: 'delete',
		credential: () => administrator,
		fields: () => ({
			user: { __rl: true, mode: 'list', value: '' },
			deviceId: { __rl: true, mode: 'list', value: '' },
		}),
		shows: /deleted/,
	});
	await openList('user');
	await expectInList('Ada Lindqvist');
	await screenshot(page, 'list-user');
	await page.locator('[data-test-id="rlc-search"]').fill('devlin');
	await choose('Max Devlin (max.devlin@acme-fleet.example)');
	await openList('deviceId');
	await screenshot(page, 'list-device');
	await choose(/^Internet Explorer 11 on Windows 7 · trusted since/);
	await executeButton(page).click();
	await outputPanel(page).getByText('deleted').first().waitFor();
	const deleted = simulator.requests.at(-1);
	expect(deleted).toMatchObject({ method: 'DELETE', status: 204 });
	expect(deleted?.path).toMatch(`/api/v1/user/${seed.ids.manyDevicesUser}/mfa/trusted_device/`);
});

const openList = async (field: string) =>
	await page.locator(`[data-test-id="resource-locator-${field}"] input`).last().click();

const listItem = (text: string | RegExp) =>
	page.locator('[data-test-id="rlc-item"]', { hasText: text }).first();

const expectInList = async (text: string) => await listItem(text).waitFor();

const choose = async (text: string | RegExp) => await listItem(text).click();
