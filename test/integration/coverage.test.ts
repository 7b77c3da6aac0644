import {
	NodeHelpers,
	Workflow,
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
} from 'n8n-workflow';

import { endpoints, seed, type EndpointLabel } from '../../simulator';
import { byId, pair, useEmnify } from './support';

const { engine, start } = useEmnify();
const { administrator, ids, totpUser, userWithoutMfa } = seed;
const { username, password } = userWithoutMfa;

/** A pair, the endpoint that it is for, and what its form looks like. */
interface Pair {
	resource: string;
	operation: string;
	/** Its number in §1, or the label of one of §5. */
	endpoint: number | EndpointLabel;
	subtitle: string;
	action: string;
	/** The fields in their order, as they stand there first; `*` marks the required ones. */
	form: string[];
	/** Good values for what has no default. */
	fields?: INodeParameters;
	/** Whether it needs the credentials of a user. */
	asUser?: true;
}

const pairs: Pair[] = [
	{
		resource: 'authentication',
		operation: 'retrieveToken',
		endpoint: 1,
		subtitle: 'Retrieve Token: Authentication',
		action: 'Retrieve token',
		form: ['tokenNotice', 'grant', 'forceNewToken'],
	},
	{
		resource: 'mfaKey',
		operation: 'create',
		endpoint: 2,
		subtitle: 'Create: MFA Key',
		action: 'Create MFA key',
		form: ['secretNotice', 'mfaKeyType*', 'password*', 'passwordFormat'],
		fields: { password },
		asUser: true,
	},
	{
		resource: 'mfaKey',
		operation: 'activate',
		endpoint: 3,
		subtitle: 'Activate: MFA Key',
		action: 'Activate MFA key',
		form: ['keyId*', 'codeSource', 'code*'],
		fields: {
			keyId: byId(7001),
			codeSource: 'secretKey',
			secretKey: 'FAKECOVERAGESECRETAAAAAAAAAAAAAA',
		},
		asUser: true,
	},
	{
		resource: 'mfaKey',
		operation: 'delete',
		endpoint: 4,
		subtitle: 'Delete: MFA Key',
		action: 'Delete MFA key',
		form: ['user*', 'keyId*'],
		fields: { user: byId(totpUser.id), keyId: byId(totpUser.keyId) },
	},
	{
		resource: 'mfaKey',
		operation: 'getAll',
		endpoint: 'GET /api/v1/user/{user_id}',
		subtitle: 'Get Many: MFA Key',
		action: 'Get many MFA keys',
		form: ['user*'],
		fields: { user: byId(totpUser.id) },
	},
	{
		resource: 'mfaKey',
		operation: 'getStatuses',
		endpoint: 5,
		subtitle: 'Get Statuses: MFA Key',
		action: 'Get MFA key statuses',
		form: [],
	},
	{
		resource: 'mfaKey',
		operation: 'getTypes',
		endpoint: 6,
		subtitle: 'Get Types: MFA Key',
		action: 'Get MFA key types',
		form: [],
	},
	{
		resource: 'trustedDevice',
		operation: 'audit',
		endpoint: 'GET /api/v1/user',
		subtitle: 'Audit: Trusted Device',
		action: 'Audit trusted devices',
		form: ['scope', 'policy', 'output', 'report', 'revoke', 'stopAtUnreadable'],
	},
	{
		resource: 'trustedDevice',
		operation: 'getAll',
		endpoint: 7,
		subtitle: 'Get Many: Trusted Device',
		action: 'Get many trusted devices',
		form: ['user*', 'returnAll', 'limit'],
		fields: { user: byId(administrator.id) },
	},
	{
		resource: 'trustedDevice',
		operation: 'delete',
		endpoint: 8,
		subtitle: 'Delete: Trusted Device',
		action: 'Delete trusted device',
		form: ['user*', 'deviceId*'],
		fields: { user: byId(administrator.id), deviceId: byId(ids.administratorDevice) },
	},
	{
		resource: 'user',
		operation: 'get',
		endpoint: 'GET /api/v1/user/{user_id}',
		subtitle: 'Get: User',
		action: 'Get user',
		form: ['user*'],
		fields: { user: byId(administrator.id) },
	},
	{
		resource: 'user',
		operation: 'getAll',
		endpoint: 'GET /api/v1/user',
		subtitle: 'Get Many: User',
		action: 'Get many users',
		form: ['returnAll', 'limit', 'simplify', 'filters', 'sort'],
	},
	{
		resource: 'event',
		operation: 'getAll',
		endpoint: 'GET /api/v1/event',
		subtitle: 'Get Many: Event',
		action: 'Get many events',
		form: ['returnAll', 'limit', 'simplify', 'filters', 'sort'],
	},
	{
		resource: 'applicationToken',
		operation: 'create',
		endpoint: 'POST /api/v1/application_token',
		subtitle: 'Create: Application Token',
		action: 'Create application token',
		form: ['secretNotice', 'description', 'expiryDate', 'ip'],
	},
	{
		resource: 'applicationToken',
		operation: 'getAll',
		endpoint: 'GET /api/v1/application_token',
		subtitle: 'Get Many: Application Token',
		action: 'Get many application tokens',
		form: ['returnAll', 'limit'],
	},
	{
		resource: 'applicationToken',
		operation: 'revoke',
		endpoint: 'PATCH /api/v1/application_token/{id}',
		subtitle: 'Revoke: Application Token',
		action: 'Revoke application token',
		form: ['revokeNotice', 'tokenId*'],
		fields: { tokenId: byId(ids.revokedApplicationToken) },
	},
];

const nameOf = ({ resource, operation }: Pair) => `${resource}: ${operation}`;
const named = pairs.map((row) => [nameOf(row), row] as const);
const properties = () => engine().nodeType.description.properties;

/** The fields, and those inside of collections. */
const withInner = (fields: INodeProperties[]): INodeProperties[] =>
	fields.flatMap((field) => {
		const { type, options = [] } = field;
		if (type === 'collection') return [field, ...withInner(options as INodeProperties[])];
		if (type !== 'fixedCollection') return [field];
		const groups = options as INodePropertyCollection[];
		return [field, ...withInner(groups.flatMap(({ values }) => values))];
	});

const optionsOf = (name: string, resource?: string): INodePropertyOptions[] =>
	properties()
		.filter(
			(property) =>
				property.name === name &&
				(resource === undefined || property.displayOptions?.show?.resource?.includes(resource)),
		)
		.flatMap(({ options }) => options as INodePropertyOptions[]);

/** The node as the editor would save it, with the defaults of what is shown. */
function nodeFor({ resource, operation }: Pair, changes: INodeParameters = {}): INode {
	const node: INode = {
		id: '1',
		name: 'Emnify',
		type: 'n8n-nodes-emnify.emnify',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
	};
	const filled = NodeHelpers.getNodeParameters(
		properties(),
		{ resource, operation, ...changes },
		true,
		false,
		node,
		engine().nodeType.description,
	);
	return { ...node, parameters: filled ?? {} };
}

/** The fields that the editor shows, without Resource, Operation and Options. */
function shown(node: INode): INodeProperties[] {
	return properties().filter(
		(property) =>
			!['resource', 'operation', 'options'].includes(property.name) &&
			NodeHelpers.displayParameter(
				node.parameters,
				property,
				node,
				engine().nodeType.description,
				node.parameters,
			),
	);
}

const marked = (fields: INodeProperties[]) =>
	fields.map(({ name, required }) => (required ? `${name}*` : name));

test('the eight endpoints of the Authentication API are all covered', () => {
	const documented = endpoints.flatMap(({ number }) => (number === undefined ? [] : [number]));
	expect(documented).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
	const covered = pairs.map(({ endpoint }) => endpoint);
	expect(covered.filter((endpoint) => typeof endpoint === 'number')).toEqual(documented);
});

test('the node offers these pairs and no other', () => {
	const offered = optionsOf('resource').flatMap(({ value: resource }) =>
		optionsOf('operation', String(resource)).map(({ value }) => `${resource}: ${value}`),
	);
	expect(offered.sort()).toEqual(pairs.map(nameOf).sort());
});

test.each(named)('%s reaches its endpoint', async (_name, row) => {
	const bench = await start(row.asUser && { user: { username, password } });
	if (row.operation === 'activate') {
		await bench.logIn();
		bench.simulator.world.addMfaKey(userWithoutMfa.id, {
			id: 7001,
			secret: 'FAKECOVERAGESECRETAAAAAAAAAAAAAA',
			pending: true,
		});
	}
	const { error, json } = await bench.run(pair(row.resource, row.operation, row.fields));
	expect(error).toBeUndefined();
	expect(json.length).toBeGreaterThan(0);
	const { label } = endpoints.find((one) => one.number === row.endpoint) ?? { label: row.endpoint };
	const succeeded = bench.simulator.requests
		.filter(({ status = 0 }) => status >= 200 && status <= 299)
		.map(({ endpoint }) => endpoint);
	expect(succeeded).toContain(label);
});

test.each(named)('%s has its subtitle on the canvas', (_name, row) => {
	const node = nodeFor(row);
	const workflow = new Workflow({
		nodes: [node],
		connections: {},
		active: false,
		nodeTypes: {
			getByName: () => engine().nodeType,
			getByNameAndVersion: () => engine().nodeType,
			getKnownTypes: () => ({}),
		},
	});
	const subtitle = workflow.expression.getSimpleParameterValue(
		node,
		engine().nodeType.description.subtitle,
		'internal',
		{},
	);
	expect(subtitle).toBe(row.subtitle);
});

test.each(named)('%s has an action in sentence case without articles', (_name, row) => {
	const option = optionsOf('operation', row.resource).find(({ value }) => value === row.operation);
	expect(option?.action).toBe(row.action);
	expect(option?.action).toMatch(/^[A-Z][a-z]+( ([a-z]+|MFA))+$/);
	expect(option?.action).not.toMatch(/\b(a|an|the)\b/i);
});

test.each(named)('%s has a description that adds something to its name', (_name, row) => {
	const option = optionsOf('operation', row.resource).find(({ value }) => value === row.operation);
	expect(option?.description?.split(' ').length).toBeGreaterThan(4);
	expect(option?.description).not.toBe(option?.action);
	expect(option?.description).not.toMatch(/\.$/);
});

test.each(named)('%s shows its fields in their order, the required ones marked', (_name, row) => {
	expect(marked(shown(nodeFor(row)))).toEqual(row.form);
});

test.each([
	[{ grant: 'applicationToken' }, ['applicationToken*']],
	[{ grant: 'userCredentials' }, ['username*', 'password*', 'passwordFormat', 'fingerprint']],
	[{ grant: 'mfaCode' }, ['mfaToken*', 'code*', 'trustedDevice']],
	[{ grant: 'refreshToken' }, ['refreshToken*']],
])('retrieveToken with %j shows the fields of that grant alone', (changes, fields) => {
	const node = nodeFor(pairs[0] as Pair, changes);
	expect(marked(shown(node))).toEqual(['tokenNotice', 'grant', ...fields]);
});

test('activate shows the secret key in place of the code, and getAll no limit for all', () => {
	const row = (operation: string) => pairs.find((one) => one.operation === operation) as Pair;
	expect(marked(shown(nodeFor(row('activate'), { codeSource: 'secretKey' })))).toEqual([
		'keyId*',
		'codeSource',
		'secretKey*',
	]);
	const devices = pairs.find(
		({ resource, operation }) => resource === 'trustedDevice' && operation === 'getAll',
	) as Pair;
	expect(marked(shown(nodeFor(devices, { returnAll: true })))).toEqual(['user*', 'returnAll']);
});

test('every field belongs to one resource and one operation', () => {
	const common = ['resource', 'operation', 'options'];
	for (const { name, displayOptions } of properties()) {
		if (common.includes(name)) continue;
		expect([name, displayOptions?.show?.resource?.length]).toEqual([name, 1]);
		expect([name, displayOptions?.show?.operation?.length]).toEqual([name, 1]);
	}
});

test('every method that a field names is there', () => {
	const named: string[] = [];
	for (const { typeOptions, modes = [] } of withInner(properties())) {
		if (typeOptions?.loadOptionsMethod) named.push(typeOptions.loadOptionsMethod);
		for (const mode of modes) {
			if (mode.typeOptions?.searchListMethod) named.push(mode.typeOptions.searchListMethod);
		}
	}
	const { listSearch = {}, loadOptions = {} } = engine().nodeType.methods ?? {};
	expect([...new Set(named)].sort()).toEqual(
		[...Object.keys(listSearch), ...Object.keys(loadOptions)].sort(),
	);
});

test('every secret field hides what is typed in', () => {
	const secrets = ['applicationToken', 'password', 'fingerprint', 'mfaToken', 'refreshToken'];
	for (const name of [...secrets, 'secretKey']) {
		const fields = properties().filter((property) => property.name === name);
		expect(fields.length).toBeGreaterThan(0);
		for (const { typeOptions } of fields) expect(typeOptions?.password).toBe(true);
	}
});

test('locators offer the list first', () => {
	const locators = withInner(properties()).filter(({ type }) => type === 'resourceLocator');
	expect(locators.length).toBeGreaterThanOrEqual(8);
	for (const { name, modes = [] } of locators) {
		const expected = name === 'user' ? ['list', 'id', 'username'] : ['list', 'id'];
		expect(modes.map((mode) => mode.name)).toEqual(expected);
	}
});

test('an operation that was not chosen yet only reads', () => {
	const defaults = properties()
		.filter(({ name }) => name === 'operation')
		.map(({ displayOptions, default: value }) => [displayOptions?.show?.resource?.[0], value]);
	expect(defaults).toEqual([
		['trustedDevice', 'audit'],
		['user', 'getAll'],
		['mfaKey', 'getAll'],
		['event', 'getAll'],
		['applicationToken', 'getAll'],
		['authentication', 'retrieveToken'],
	]);
});

test('deleting operations say that what they do is for good, or what it brings about', () => {
	for (const resource of ['mfaKey', 'trustedDevice']) {
		const option = optionsOf('operation', resource).find(({ value }) => value === 'delete');
		expect(option?.name).toBe('Delete');
		expect(option?.description).toMatch(/for good|Revoke/);
	}
	expect(engine().nodeType.description.usableAsTool).toBe(true);
});

test('revoking a token says that it cannot be undone, in the drop-down and in the form', () => {
	const option = optionsOf('operation', 'applicationToken').find(({ value }) => value === 'revoke');
	const notice = properties().find(({ name }) => name === 'revokeNotice');
	for (const text of [option?.description, notice?.displayName]) {
		expect(text).toMatch(/cannot be undone/);
	}
});

test('creating a token says that it is shown only once, and that the execution holds it', () => {
	const notice = properties().find(
		({ name, displayOptions }) =>
			name === 'secretNotice' && displayOptions?.show?.resource?.includes('applicationToken'),
	);
	expect(notice?.displayName).toMatch(/shown only once.*execution’s data/);
});

test('resources and operations stand in the order of their names', () => {
	const lists = properties().filter(({ name }) => name === 'resource' || name === 'operation');
	for (const { options } of lists) {
		const names = (options as INodePropertyOptions[]).map(({ name }) => name);
		expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
	}
});
