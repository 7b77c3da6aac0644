/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import Ajv from 'ajv';
import { loadOutputSchema } from 'n8n-core';
import {
	NodeHelpers,
	Workflow,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyOptions,
} from 'n8n-workflow';

import {
	applicationTokenStatuses,
	createWorld,
	eventSeverities,
	eventTypes,
	seed,
	type Described,
} from '../../simulator';
import { PACKAGE_FOLDER } from './engine';
import { PollingWorkflow } from './polling';
import { byId, byUsername, useEmnify, type Bench } from './support';

// How the trigger stands in the editor: its fields, what it refuses, and “Fetch test event”.

const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';

const { administrator, ids, observer, trustedDeviceUser } = seed;
const { engine, start } = useEmnify();

const everything = [
	'application_token_expiring',
	'application_login_failed',
	'mfa_key_removed',
	'support_access',
	'user_login_failed',
	'administrator_added',
	'administrator_removed',
	'mfa_key_activated',
	'mfa_key_pending',
	'trigger_recovered',
	'trigger_unhealthy',
	'trusted_device_added',
	'trusted_device_expiring',
	'trusted_device_removed',
	'user_added',
	'user_reactivated',
	'user_removed',
	'user_suspended',
];

const node = (parameters: INodeParameters): INode => ({
	id: 'trigger',
	name: 'Emnify Trigger',
	type: 'n8n-nodes-emnify.emnifyTrigger',
	typeVersion: 1,
	position: [0, 0],
	parameters,
});
const description = () => engine().triggerType.description;

/** The fields that the editor shows, below the poll times. */
function shown(parameters: INodeParameters): string[] {
	const { properties } = description();
	const filled = NodeHelpers.getNodeParameters(
		properties,
		parameters,
		true,
		false,
		node(parameters),
		description(),
	) as INodeParameters;
	return properties
		.filter((property) =>
			NodeHelpers.displayParameter(filled, property, node(filled), description()),
		)
		.map(({ name }) => name)
		.slice(1);
}

const fetchTestEvent = async (bench: Bench, parameters: INodeParameters) =>
	await new PollingWorkflow(engine(), bench.credential, parameters).fetchTestEvent();

describe('the form', () => {
	test('belongs to a polling trigger, with n8n’s poll times first', () => {
		expect(description()).toMatchObject({
			displayName: 'Emnify Trigger',
			name: 'emnifyTrigger',
			group: ['trigger'],
			polling: true,
			inputs: [],
			credentials: [{ name: 'emnifyApi', required: true }],
		});
		expect(description().properties[0]?.name).toBe('pollTimes');
	});

	test('has the icon of the node', () => {
		expect(description().iconUrl).toEqual(engine().nodeType.description.iconUrl);
		expect(description().iconUrl).toBeDefined();
	});

	test('has a codex file that names it', () => {
		const file = join(PACKAGE_FOLDER, 'dist/nodes/Emnify/EmnifyTrigger.node.json');
		expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
			node: 'n8n-nodes-emnify.emnifyTrigger',
		});
	});

	test('offers the events grouped by what they watch, each with an action for the list of triggers', () => {
		const events = description().properties.find(({ name }) => name === 'events');
		// By this label n8n finds what it lists as the node's triggers.
		expect(events?.displayName).toBe('Trigger On');
		const options = events?.options as INodePropertyOptions[];
		expect(options.map(({ value }) => value)).toEqual(everything);
		const names = options.map(({ name }) => name);
		expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
		const groups = names.map((name) => /^(\S.*): \S/.exec(name)?.[1]);
		expect([...new Set(groups)]).toEqual([
			'Application Tokens',
			'Event Log',
			'Roles and MFA Keys',
			'This Trigger',
			'Trusted Devices',
			'Users',
		]);
		for (const { action, description: text } of options) {
			expect(action).toMatch(/^On [a-zA-Z ]+$/);
			expect(action).not.toMatch(/\b(a|an|the)\b/i);
			expect(text?.split(' ').length).toBeGreaterThan(5);
		}
	});

	test.each([
		[[], ['events']],
		[['support_access'], ['events']],
		[['application_token_expiring'], ['events', 'tokenDays']],
		[['user_login_failed'], ['events', 'scope']],
		[['trusted_device_added'], ['events', 'devicesNotice', 'scope']],
		[['user_added'], ['events', 'scope']],
		[['mfa_key_pending'], ['events', 'devicesNotice', 'scope']],
		[['trigger_unhealthy'], ['events']],
		[['trusted_device_expiring'], ['events', 'devicesNotice', 'deviceDays', 'scope']],
		[everything, ['events', 'devicesNotice', 'deviceDays', 'tokenDays', 'scope']],
	])('for %j has the fields that they need', (events, fields) => {
		expect(shown({ events })).toEqual(fields);
	});

	test.each([
		['chosen', 'chosenUsers'],
		['filtered', 'filters'],
	])('for %s users asks for them', (scope, field) => {
		const events = ['mfa_key_removed'];
		expect(shown({ events, scope })).toEqual(['events', 'scope', field]);
		expect(shown({ events: ['support_access'], scope })).toEqual(['events']);
	});

	test('says what devices cost, and how often to poll', () => {
		const notice = description().properties.find(({ name }) => name === 'devicesNotice');
		expect(notice?.displayName).toMatch(
			/one request for each user.*2,000 requests in 5 minutes.*more than 300 users, poll every 5 minutes.*more than 1,500/,
		);
	});

	test('marks a trigger without any event as unfinished', () => {
		const issues = (events: string[]) =>
			NodeHelpers.getNodeParametersIssues(
				description().properties,
				node({ pollTimes: { item: [{ mode: 'everyMinute' }] }, events }),
				description(),
			)?.parameters;
		expect(issues([])).toHaveProperty('events');
		expect(issues(['support_access'])).toBeUndefined();
	});

	test('has a subtitle on the canvas that says what it waits for', () => {
		const trigger = node({ events: ['trusted_device_added', 'support_access'] });
		const workflow = new Workflow({
			nodes: [trigger],
			connections: {},
			active: false,
			nodeTypes: engine().nodeTypes(),
		});
		const { subtitle } = description();
		expect(workflow.expression.getSimpleParameterValue(trigger, subtitle, 'internal', {})).toBe(
			'trusted device added, support access',
		);
	});

	test('has every method that a field names', () => {
		const named: string[] = [];
		const look = ({ typeOptions, modes = [], options = [], ...rest }: INodeProperties) => {
			if (typeOptions?.loadOptionsMethod) named.push(typeOptions.loadOptionsMethod);
			for (const mode of modes) {
				if (mode.typeOptions?.searchListMethod) named.push(mode.typeOptions.searchListMethod);
			}
			for (const option of options) {
				if ('values' in option) option.values.forEach(look);
				else if ('type' in option) look(option);
			}
			return rest;
		};
		description().properties.forEach(look);
		const { listSearch = {}, loadOptions = {} } = engine().triggerType.methods ?? {};
		expect([...new Set(named)].sort()).toEqual(
			[...Object.keys(listSearch), ...Object.keys(loadOptions)].sort(),
		);
	});
});

describe('fields that are filled in badly are refused before any request', () => {
	const user = (value: unknown) => ({ users: [{ user: byId(value) }] });

	test.each([
		['no event', { events: '={{ [] }}' }, 'Trigger On is empty'],
		['an expression without a result', { events: '={{ undefined }}' }, 'Trigger On is empty'],
		[
			'an event that there is not',
			{ events: ['trusted_device_lost'] },
			`Trigger On is not one of ${everything.join(', ')}`,
		],
		[
			'no days before the end of trust',
			{ events: ['trusted_device_expiring'], deviceDays: 0 },
			'Days Before Trust Ends “0” is not a whole number of days from 1 to 89',
		],
		[
			'more days than the trust lasts',
			{ events: ['trusted_device_expiring'], deviceDays: 90 },
			'Days Before Trust Ends “90” is not a whole number of days from 1 to 89',
		],
		[
			'days that are no number',
			{ events: ['application_token_expiring'], tokenDays: '={{ "soon" }}' },
			'Days Before Token Expires “soon” is not a whole number of days from 1 to 3650',
		],
		[
			'days without a result',
			{ events: ['application_token_expiring'], tokenDays: '={{ undefined }}' },
			'Days Before Token Expires is empty',
		],
		[
			'users of another kind',
			{ events: everything, scope: '={{ "some" }}' },
			'Users “some” is not all, chosen or filtered',
		],
		['no chosen user', { events: everything, scope: 'chosen' }, 'Chosen Users is empty'],
		[
			'a chosen user who is empty',
			{ events: everything, scope: 'chosen', chosenUsers: user('={{ "" }}') },
			'User is empty',
		],
		[
			'a chosen user who is a path',
			{ events: everything, scope: 'chosen', chosenUsers: user('={{ "../1" }}') },
			'User is not a user ID (a whole number above 0, or my)',
		],
		[
			'a chosen user who is “Me”, under an application token',
			{ events: everything, scope: 'chosen', chosenUsers: user('my') },
			'There is no “Me”: an application token is nobody’s login',
		],
		[
			'no filter',
			{ events: everything, scope: 'filtered', filters: {} },
			'Filters is empty, which would be all users',
		],
		[
			'a filter that emnify cannot read',
			{ events: everything, scope: 'filtered', filters: { name: 'a,b' } },
			'The filter Name has a comma or a colon, which emnify’s filters cannot hold',
		],
	])('%s', async (_what, parameters, message) => {
		const bench = await start();
		const workflow = new PollingWorkflow(engine(), bench.credential, parameters as INodeParameters);
		await expect(workflow.activate()).rejects.toThrow(
			`There was a problem activating the workflow: "${message}"`,
		);
		const { error, items } = await workflow.fetchTestEvent();
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			message,
			description: expect.stringMatching(
				/^(emnify knows no user behind the credential’s application token\. )?(Enter|Add|Choose) /,
			),
		});
		expect(items).toEqual([]);
		expect(bench.simulator.requests).toEqual([]);
	});

	test('events may also come as text from an expression', async () => {
		const bench = await start();
		const events = '={{ "support_access, user_login_failed" }}';
		const { items } = await fetchTestEvent(bench, { events });
		expect(items.map(({ event }) => event)).toEqual(['support_access', 'user_login_failed']);
	});
});

describe('Fetch test event', () => {
	const startsAt = new Date('2026-03-01T12:00:00Z');

	test('shows one of each of the chosen events, made of what there is', async () => {
		const bench = await start({ startsAt });
		bench.simulator.world.addApplicationToken({
			id: 300,
			creatorId: administrator.id,
			description: 'Nightly report',
			expiryDate: new Date('2026-06-01T00:00:00Z'),
		});
		const { error, items } = await fetchTestEvent(bench, { events: everything });
		expect(error).toBeUndefined();
		expect(
			items.map(({ id, event }) => (String(id).startsWith('event') ? String(event) : id)),
		).toEqual([
			'application_login_failed',
			'mfa_key_removed',
			'support_access',
			'user_login_failed',
			'application_token_expiring:300:2026-05-18',
			`trusted_device_added:${administrator.id}:${ids.administratorDevice}`,
			`trusted_device_expiring:${administrator.id}:${ids.administratorDevice}:2026-05-23`,
			`trusted_device_removed:${administrator.id}:${ids.administratorDevice}`,
			...['user_added', 'user_removed', 'user_suspended', 'user_reactivated'].map(
				(event) => expect.stringMatching(new RegExp(`^${event}:\\d+:`)) as string,
			),
			...[
				'administrator_added',
				'administrator_removed',
				'mfa_key_activated',
				'mfa_key_pending',
			].map((event) => expect.stringMatching(new RegExp(`^${event}:\\d+:`)) as string),
			expect.stringMatching(/^trigger_unhealthy:/),
			expect.stringMatching(/^trigger_recovered:/),
		]);
		expect(items.find(({ event }) => event === 'trusted_device_added')).toEqual({
			id: `trusted_device_added:${administrator.id}:${ids.administratorDevice}`,
			event: 'trusted_device_added',
			text: expect.any(String),
			occurred_at: '2026-03-01T09:00:00Z',
			user: { id: administrator.id, username: administrator.username, name: 'Ada Lindqvist' },
			device: {
				id: ids.administratorDevice,
				operating_system: 'macOS 15',
				browser: 'Safari 18',
				activation_date: '2026-03-01T09:00:00Z',
			},
			trusted_until: '2026-05-30T09:00:00Z',
		});
	});

	test('shows the latest event, and none that is older than 30 days', async () => {
		const bench = await start({ startsAt });
		const add = (days: number, type: Described = eventTypes.supportAccess) =>
			bench.simulator.world.addEvent({
				organisationId: ids.acme,
				timestamp: new Date(startsAt.getTime() - days * 86_400_000),
				type,
				severity: eventSeverities.warn,
				description: 'Something happened',
			}).id;
		bench.simulator.world.events.length = 0;
		add(5);
		const latest = add(2);
		add(20);
		add(31, eventTypes.multiFactorAuthentication);
		const events = ['mfa_key_removed', 'support_access'];
		const { items } = await fetchTestEvent(bench, { events });
		expect(items.map(({ id }) => id)).toEqual([`event:${latest}`]);
	});

	test.each([
		['chosen', { scope: 'chosen', chosenUsers: { users: [{ user: byId(trustedDeviceUser.id) }] } }],
		[
			'chosen by username',
			{
				scope: 'chosen',
				chosenUsers: { users: [{ user: byUsername(trustedDeviceUser.username) }] },
			},
		],
		['filtered', { scope: 'filtered', filters: { name: 'tara' } }],
	])('shows the devices and failed logins of %s users', async (_how, scope) => {
		const bench = await start();
		const events = ['trusted_device_added', 'user_login_failed'];
		const { items } = await fetchTestEvent(bench, { events, ...scope } as INodeParameters);
		expect(items).toMatchObject([
			{
				event: 'trusted_device_added',
				user: { username: trustedDeviceUser.username, name: 'Tara Novak' },
				device: { id: trustedDeviceUser.deviceId },
			},
		]);
	});

	test.each([
		['mfa_key_removed', {}],
		['application_token_expiring', {}],
		[
			'trusted_device_added',
			{ scope: 'chosen', chosenUsers: { users: [{ user: byId(ids.userWithoutDevices) }] } },
		],
	])('says so where there is no %s to show', async (event, scope) => {
		const bench = await start();
		bench.simulator.world.events.length = 0;
		const { error, items } = await fetchTestEvent(bench, {
			events: [event],
			...scope,
		} as INodeParameters);
		expect(items).toEqual([]);
		expect(error).toMatchObject({
			name: 'NodeOperationError',
			message: 'Nothing was found that could be shown as a test event',
			description: expect.stringMatching(/Choose other events or users.*or publish the workflow/),
		});
	});

	test('shows no application token that was revoked', async () => {
		const bench = await start();
		bench.simulator.world.addApplicationToken({
			creatorId: administrator.id,
			statusId: applicationTokenStatuses.revoked.id,
			expiryDate: new Date(bench.simulator.clock.now().getTime() + 86_400_000),
		});
		const { items } = await fetchTestEvent(bench, { events: ['application_token_expiring'] });
		expect(items).toEqual([]);
	});

	test('passes over a user who is gone by now, and says so where that is the only one', async () => {
		const bench = await start();
		const gone = { kind: 'status', status: 404 } as const;
		bench.simulator.faults.next(gone, { endpoint: DEVICES });
		const { items } = await fetchTestEvent(bench, { events: ['trusted_device_added'] });
		expect(items).toHaveLength(1);
		bench.simulator.faults.next(gone, { endpoint: DEVICES });
		const { error } = await fetchTestEvent(bench, {
			events: ['trusted_device_added'],
			scope: 'chosen',
			chosenUsers: { users: [{ user: byId(observer.id) }] },
		} as INodeParameters);
		expect(error?.message).toMatch(/^Could not list the trusted devices of user 105/);
	});

	test('does not read a whole workspace while a person waits', async () => {
		const now = new Date();
		const world = createWorld({ users: 1000, devicesPerUser: 1, now });
		const bench = await start({ world, startsAt: now });
		const { items } = await fetchTestEvent(bench, { events: ['trusted_device_added'] });
		expect(items).toHaveLength(1);
		expect(bench.calls().length).toBeLessThan(60);
		for (const user of world.users.values()) user.trustedDevices.length = 0;
		const { error } = await fetchTestEvent(bench, { events: ['trusted_device_added'] });
		expect(error?.message).toMatch(/^Nothing was found/);
		expect(bench.calls().length).toBeLessThan(600);
	});

	test('finds a device of a user who is not among the first', async () => {
		const now = new Date();
		const world = createWorld({ users: 120, devicesPerUser: 0, now });
		const bench = await start({ world, startsAt: now });
		const { id } = world.addTrustedDevice(Math.max(...world.users.keys()), { activatedAt: now });
		const { items } = await fetchTestEvent(bench, { events: ['trusted_device_added'] });
		expect(items).toMatchObject([{ device: { id } }]);
	});

	test('has nothing to do with the polls: what it shows is still reported', async () => {
		const bench = await start();
		const workflow = new PollingWorkflow(engine(), bench.credential, { events: everything });
		await workflow.activate();
		const { id } = bench.simulator.world.addTrustedDevice(observer.id, {
			activatedAt: bench.simulator.clock.now(),
		});
		const saved = workflow.saved;
		expect((await workflow.fetchTestEvent()).items).toContainEqual(
			expect.objectContaining({ id: `trusted_device_added:${observer.id}:${id}` }),
		);
		expect(workflow.saved).toBe(saved);
		bench.simulator.clock.advance({ minutes: 1 });
		await workflow.tick();
		expect(workflow.takeItems()).toMatchObject([{ device: { id } }]);
	});

	test('that fails is explained in words for a person', async () => {
		const bench = await start({ applicationToken: seed.observerApplicationToken });
		const { error } = await fetchTestEvent(bench, { events: ['trusted_device_added'] });
		expect(error).toMatchObject({
			name: 'NodeApiError',
			message: expect.stringMatching(/^Could not list the users: emnify does not allow it/),
			description: expect.stringMatching(/Only administrators can list users/),
		});
	});
});

test('the preview is what the trigger really gives', async () => {
	const preview = loadOutputSchema({
		nodeDir: join(PACKAGE_FOLDER, 'dist/nodes/Emnify'),
		version: 1,
	}) as Parameters<Ajv['compile']>[0];
	expect(preview).toBeDefined();
	const bench = await start();
	bench.simulator.world.addApplicationToken({
		creatorId: administrator.id,
		ip: '203.0.113.7',
		expiryDate: new Date(Date.now() + 86_400_000),
	});
	const { items } = await fetchTestEvent(bench, { events: everything });
	expect(items.length).toBeGreaterThan(4);

	// What is not known is `null`, and what is of another event is left out.
	const validate = new Ajv({ allErrors: true }).addVocabulary(['version']).compile(preview);
	const names = new Set<string>();
	for (const item of items) {
		const known = JSON.parse(JSON.stringify(item), (name, value: unknown) =>
			name === 'detail' ? undefined : (value ?? undefined),
		) as object;
		validate(known);
		expect(validate.errors).toBeNull();
		JSON.stringify(known, (name, value: unknown) => (names.add(name), value));
	}
	const promised: string[] = [];
	JSON.stringify(preview, (name, value: { properties?: object }) => {
		if (name === 'properties') promised.push(...Object.keys(value));
		return value as unknown;
	});
	expect(promised.filter((name) => !names.has(name))).toEqual([]);
	// What `detail` holds is of each kind of event, and undocumented.
	const known = ['0', '', ...promised];
	expect([...names].filter((name) => !known.includes(name))).toEqual([]);
});
