/* eslint-disable @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import assert from 'node:assert/strict';
import path from 'node:path';

import type { INodeExecutionData } from 'n8n-workflow';

import manifest from '../../package.json';
import { mfaKeyTypes, seed, userStatuses } from '../../simulator';
import type { Stage } from './stage';

/** Something that must hold on every version of n8n. */
export interface Check {
	/** The column of the table that it counts for. */
	column: 'loads' | 'credential' | 'operations';
	name: string;
	/** Throws where it does not hold. */
	run: (stage: Stage) => Promise<void>;
}

/** A user or a device by its ID, from a field of the item where it starts with `=`. */
const byId = (value: string | number) => ({ __rl: true, mode: 'id', value: String(value) });

const jsonOf = (items: INodeExecutionData[]) => items.map(({ json }) => json);

const usersOfAcme = ({ simulator }: Stage) =>
	[...simulator.world.users.values()].filter(({ organisationId }) =>
		simulator.world.sees(seed.ids.acme, organisationId),
	);

const devicesOf = (stage: Stage, user: number) =>
	stage.simulator.world.user(user).trustedDevices.map(({ id }) => id);

/** In this order: the later ones count on one login, and on the devices that are still there. */
export const checks: Check[] = [
	{
		column: 'loads',
		name: 'every node of the package is there, and the node as a tool',
		async run({ n8n }) {
			const names = (await n8n.rest.nodeTypes()).map(({ name }) => name);
			for (const file of manifest.n8n.nodes) {
				const name = path
					.basename(file, '.node.js')
					.replace(/^./, (letter) => letter.toLowerCase());
				assert.ok(names.includes(`${manifest.name}.${name}`), `there is no node ${name}`);
			}
			assert.ok(names.includes(`${manifest.name}.emnifyTool`), 'there is no tool');
		},
	},
	{
		column: 'loads',
		name: 'the credential type and its icon are there',
		async run({ n8n }) {
			const type = (await n8n.rest.credentialTypes()).find(({ name }) => name === 'emnifyApi');
			const { light } = type?.iconUrl as { light: string };
			const icon = await fetch(`${n8n.url}/${light}`);
			assert.match(icon.headers.get('content-type') ?? '', /svg/);
		},
	},
	{
		column: 'credential',
		name: 'the test of a right credential says OK',
		async run({ n8n, administrator }) {
			const { status, message } = await n8n.rest.testCredential(administrator);
			assert.equal(status, 'OK', message);
		},
	},
	{
		column: 'operations',
		name: 'authentication: retrieveToken',
		async run(stage) {
			const [item] = await stage.itemsOf({
				parameters: { resource: 'authentication', operation: 'retrieveToken' },
			});
			assert.equal(typeof item?.json.auth_token, 'string');
			assert.ok(Date.parse(item?.json.expires_at as string) > Date.now());
		},
	},
	{
		column: 'operations',
		name: 'mfaKey: getTypes',
		async run(stage) {
			const items = await stage.itemsOf({
				parameters: { resource: 'mfaKey', operation: 'getTypes' },
			});
			assert.deepEqual(jsonOf(items), mfaKeyTypes);
		},
	},
	{
		column: 'operations',
		name: 'trustedDevice: getAll, each device paired with its item',
		async run(stage) {
			const users = [seed.ids.manyDevicesUser, seed.trustedDeviceUser.id, seed.administrator.id];
			const items = await stage.itemsOf({
				parameters: {
					resource: 'trustedDevice',
					operation: 'getAll',
					user: byId('={{ $json.user }}'),
					returnAll: true,
				},
				items: users.map((user) => ({ user })),
			});
			const expected = users.flatMap((user, item) =>
				devicesOf(stage, user).map((id) => ({ id, pairedItem: { item } })),
			);
			const found = items.map(({ json: { id }, pairedItem }) => ({ id, pairedItem }));
			assert.ok(expected.length > users.length);
			assert.deepEqual(found, expected);
		},
	},
	{
		column: 'operations',
		name: 'trustedDevice: audit, the summary',
		async run(stage) {
			const [item] = await stage.itemsOf({
				parameters: { resource: 'trustedDevice', operation: 'audit', output: 'summary' },
			});
			const users = usersOfAcme(stage);
			assert.equal(item?.json.users_checked, users.length);
			assert.equal(item?.json.devices, users.flatMap((user) => user.trustedDevices).length);
		},
	},
	{
		column: 'operations',
		name: 'trustedDevice: audit, the hint on a user who cannot be read',
		async run(stage) {
			const execution = await stage.execute({
				parameters: {
					resource: 'trustedDevice',
					operation: 'audit',
					output: 'summary',
					scope: 'input',
					user: byId('={{ $json.user }}'),
				},
				items: [{ user: seed.ids.manyDevicesUser }, { user: seed.ids.foreignUser }],
			});
			assert.equal(execution.error, undefined);
			const [hint] = stage.hintsOf(execution);
			assert.match(hint ?? 'no hint', /^The trusted devices of 1 of 2 users could not be read/);
		},
	},
	{
		column: 'operations',
		name: 'trustedDevice: delete, with an item that fails and Continue On Fail',
		async run(stage) {
			const user = seed.ids.manyDevicesUser;
			const [first, second, ...others] = devicesOf(stage, user);
			const items = await stage.itemsOf({
				parameters: {
					resource: 'trustedDevice',
					operation: 'delete',
					user: byId(user),
					deviceId: byId('={{ $json.device }}'),
				},
				items: [{ device: first }, { device: seed.ids.foreignDevice }, { device: second }],
				continueOnFail: true,
			});
			const [, failed] = items;
			assert.match(String(failed?.json.error), /emnify does not find it/);
			assert.deepEqual(
				items.map(({ json, pairedItem }) => ({ deleted: json.deleted, pairedItem })),
				[
					{ deleted: true, pairedItem: { item: 0 } },
					{ deleted: undefined, pairedItem: { item: 1 } },
					{ deleted: true, pairedItem: { item: 2 } },
				],
			);
			assert.deepEqual(devicesOf(stage, user), others);
		},
	},
	{
		column: 'operations',
		name: 'user: getAll',
		async run(stage) {
			const items = await stage.itemsOf({
				parameters: { resource: 'user', operation: 'getAll', returnAll: true },
			});
			const ids = jsonOf(items).map(({ id }) => id);
			assert.deepEqual(
				ids.sort(),
				usersOfAcme(stage)
					.map(({ id }) => id)
					.sort(),
			);
		},
	},
	{
		column: 'operations',
		name: 'event: getAll',
		async run(stage) {
			const items = await stage.itemsOf({
				parameters: { resource: 'event', operation: 'getAll', limit: 2 },
			});
			assert.equal(items.length, 2);
			for (const { type } of jsonOf(items)) assert.ok(type);
		},
	},
	{
		column: 'operations',
		name: 'applicationToken: getAll',
		async run(stage) {
			const items = await stage.itemsOf({
				parameters: { resource: 'applicationToken', operation: 'getAll', returnAll: true },
			});
			const ids = jsonOf(items).map(({ id }) => id);
			assert.ok(ids.includes(seed.ids.applicationToken));
			assert.ok(ids.includes(seed.ids.revokedApplicationToken));
		},
	},
	{
		column: 'operations',
		name: 'the lists of the form: users and their statuses',
		async run(stage) {
			const users = await stage.fillList({ methodName: 'searchUsers', isSearchable: true });
			assert.ok(users.some(({ value }) => value === seed.observer.id));
			const statuses = await stage.fillList({ methodName: 'getUserStatuses', isSearchable: false });
			assert.deepEqual(
				statuses.map(({ value }) => value),
				Object.values(userStatuses).map(({ id }) => id),
			);
		},
	},
	{
		column: 'operations',
		name: 'the credential test and all operations cost one login together',
		async run(stage) {
			await Promise.resolve();
			assert.equal(stage.logins(), 1);
		},
	},
	{
		column: 'operations',
		name: 'a token that died costs one login, however many items',
		async run(stage) {
			stage.simulator.revokeTokens();
			const logins = await stage.loginsDuring(async () => {
				const items = await stage.itemsOf({
					parameters: { resource: 'mfaKey', operation: 'getStatuses' },
					items: [{}, {}, {}],
				});
				assert.ok(items.length > 0);
			});
			assert.equal(logins, 1);
		},
	},
	{
		column: 'operations',
		name: 'the very first request of a credential is refused: one login, and why',
		async run(stage) {
			const credential = await stage.createCredential({
				applicationToken: seed.observerApplicationToken,
			});
			const logins = await stage.loginsDuring(async () => {
				const [item] = await stage.itemsOf({
					parameters: {
						resource: 'trustedDevice',
						operation: 'delete',
						user: byId(seed.administrator.id),
						deviceId: byId(seed.ids.administratorDevice),
					},
					credential,
					continueOnFail: true,
				});
				assert.match(String(item?.json.error), /emnify does not allow it/);
			});
			assert.equal(logins, 1);
		},
	},
	{
		column: 'operations',
		name: 'a service that is not there: why',
		async run(stage) {
			const baseUrl = 'http://127.0.0.1:1';
			const { error } = await stage.execute({
				parameters: { resource: 'mfaKey', operation: 'getStatuses', options: { retries: 0 } },
				credential: await stage.createCredential({ baseUrl }),
			});
			assert.equal(error?.message, 'The connection to 127.0.0.1:1 was refused');
		},
	},
	{
		column: 'credential',
		name: 'a wrong secret is tried once by the node, however many items, and not again by the test',
		async run(stage) {
			const credential = await stage.createCredential({ applicationToken: 'fake-wrong-token' });
			const logins = await stage.loginsDuring(async () => {
				const { error } = await stage.execute({
					parameters: { resource: 'mfaKey', operation: 'getStatuses' },
					items: [{}, {}, {}],
					credential,
				});
				assert.match(error?.message ?? 'no error', /did not accept the application token/);
				const { status, message } = await stage.n8n.rest.testCredential(credential);
				assert.equal(status, 'Error');
				assert.match(message, /did not accept the application token/);
			});
			assert.equal(logins, 1);
		},
	},
	{
		column: 'credential',
		name: 'the session is in n8n’s database, and the rest of the credential still is',
		async run(stage) {
			const getStatuses = { parameters: { resource: 'mfaKey', operation: 'getStatuses' } };
			await stage.itemsOf(getStatuses);
			await stage.restart();
			assert.equal(await stage.loginsDuring(async () => await stage.itemsOf(getStatuses)), 0);
			stage.simulator.revokeTokens();
			assert.equal(await stage.loginsDuring(async () => await stage.itemsOf(getStatuses)), 1);
		},
	},
];
