/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { join } from 'node:path';

import Ajv from 'ajv';
import { loadOutputSchema } from 'n8n-core';
import type { IDataObject, INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import { eventSeverities, eventTypes, seed } from '../../simulator';
import { PACKAGE_FOLDER } from './engine';
import { byId, pair, useEmnify, type Bench } from './support';

const { engine, start } = useEmnify();
const { administrator, ids, observer, totpUser, trustedDeviceUser, userWithoutMfa } = seed;
const { username, password } = userWithoutMfa;

interface Schema {
	type: string;
	properties?: Record<string, Schema>;
	/** Of the elements of an array. */
	items?: Schema;
	additionalProperties?: boolean;
	version?: number;
}

/** The preview that n8n would serve for a pair, found and read by n8n's own code in the built package. */
const previewOf = (resource: string, operation: string) =>
	loadOutputSchema({
		nodeDir: join(PACKAGE_FOLDER, 'dist/nodes/Emnify'),
		version: engine().nodeType.description.version as number,
		resource,
		operation,
	}) as unknown as Schema | undefined;

/** The same, but with no property beyond those it names. */
function closed({ properties, items, ...schema }: Schema): Schema {
	if (items) return { ...schema, items: closed(items) };
	if (!properties) return schema;
	const inner = Object.entries(properties).map(([name, property]) => [name, closed(property)]);
	return { ...schema, properties: Object.fromEntries(inner), additionalProperties: false };
}

/** The names in a schema and in real output, such as `status.id`. */
function namesIn(schema: Schema, prefix = ''): string[] {
	// Of an array the first element will do.
	const inner = Object.entries(schema.properties ?? (schema.items && { 0: schema.items }) ?? {});
	return inner.flatMap(([name, property]) => [
		prefix + name,
		...namesIn(property, `${prefix}${name}.`),
	]);
}

function namesOf(json: IDataObject, prefix = ''): string[] {
	return Object.entries(json).flatMap(([name, value]) => [
		prefix + name,
		...(typeof value === 'object' && value !== null
			? namesOf(value as IDataObject, `${prefix}${name}.`)
			: []),
	]);
}

/** What a pair really returns, in all the forms that it has. */
interface Run {
	resource: string;
	operation: string;
	fields?: INodeParameters[];
	as?: { user: { username: string; password: string } };
	before?: (bench: Bench) => Promise<void>;
}

const as = { user: { username, password } };
const runs: Run[] = [
	{
		resource: 'authentication',
		operation: 'retrieveToken',
		fields: [
			{ grant: 'credential' },
			{ grant: 'applicationToken', applicationToken: seed.applicationToken },
			{ grant: 'userCredentials', username, password },
			{ grant: 'userCredentials', username: totpUser.username, password: totpUser.password },
		],
	},
	{
		resource: 'mfaKey',
		operation: 'activate',
		fields: [
			{
				keyId: byId(7001),
				codeSource: 'secretKey',
				secretKey: 'FAKESCHEMASSECRETAAAAAAAAAAAAAAA',
			},
		],
		as,
		before: async ({ logIn, simulator }) => {
			await logIn();
			simulator.world.addMfaKey(userWithoutMfa.id, {
				id: 7001,
				secret: 'FAKESCHEMASSECRETAAAAAAAAAAAAAAA',
				pending: true,
			});
		},
	},
	{ resource: 'mfaKey', operation: 'create', fields: [{ password }], as },
	{
		resource: 'mfaKey',
		operation: 'delete',
		fields: [{ user: byId(totpUser.id), keyId: byId(totpUser.keyId) }],
	},
	{
		resource: 'mfaKey',
		operation: 'getAll',
		fields: [{ user: byId(totpUser.id) }, { user: byId(ids.pendingKeyUser) }],
	},
	{ resource: 'mfaKey', operation: 'getStatuses' },
	{ resource: 'mfaKey', operation: 'getTypes' },
	{
		resource: 'trustedDevice',
		operation: 'audit',
		fields: [{ policy: { maxAgeDays: 1 }, scope: 'filtered', filters: { name: 'Elif' } }],
	},
	{
		resource: 'trustedDevice',
		operation: 'getAll',
		fields: [
			{ returnAll: true, user: byId(observer.id) },
			{ returnAll: true, user: byId(trustedDeviceUser.id) },
			{ returnAll: true, user: byId(seed.suspendedUser.id) },
		],
	},
	{
		resource: 'trustedDevice',
		operation: 'delete',
		fields: [{ user: byId(administrator.id), deviceId: byId(ids.administratorDevice) }],
	},
	{
		resource: 'user',
		operation: 'get',
		fields: [{ user: byId(totpUser.id) }, { user: byId(ids.pendingKeyUser) }],
	},
	{ resource: 'user', operation: 'getAll', fields: [{ returnAll: true }] },
	{
		resource: 'event',
		operation: 'getAll',
		fields: [{ returnAll: true }],
		before: async ({ simulator: { clock, world } }) => {
			world.addEvent({
				organisationId: ids.acme,
				timestamp: clock.now(),
				type: eventTypes.userAuthenticationFailed,
				severity: eventSeverities.warn,
				description: 'Failed authentication request from IP 203.0.113.7',
			});
		},
	},
	{ resource: 'applicationToken', operation: 'create', fields: [{ description: 'n8n' }] },
	{ resource: 'applicationToken', operation: 'getAll', fields: [{ returnAll: true }] },
	{
		resource: 'applicationToken',
		operation: 'revoke',
		fields: [{ tokenId: byId(ids.revokedApplicationToken) }],
	},
];

const named = runs.map((run) => [`${run.resource}: ${run.operation}`, run] as const);

test('every operation of the node has a preview', () => {
	const { properties } = engine().nodeType.description;
	const operations = properties.filter(({ name }) => name === 'operation');
	const all = operations.flatMap(({ displayOptions, options = [] }) =>
		(displayOptions?.show?.resource ?? []).flatMap((resource) =>
			(options as INodePropertyOptions[]).map(({ value }) => [String(resource), String(value)]),
		),
	);
	expect(all.map((names) => names.join(': ')).sort()).toEqual(named.map(([name]) => name).sort());
	for (const [resource = '', operation = ''] of all) {
		expect(previewOf(resource, operation)).toMatchObject({ type: 'object', version: 1 });
	}
});

test.each(named)('the preview of %s is what it really returns', async (_name, run) => {
	const bench = await start(run.as);
	await run.before?.(bench);
	const returned: IDataObject[] = [];
	for (const fields of run.fields ?? [{}]) {
		const { error, json } = await bench.run(pair(run.resource, run.operation, fields));
		expect(error).toBeUndefined();
		returned.push(...json);
	}
	expect(returned.length).toBeGreaterThan(0);

	const preview = previewOf(run.resource, run.operation) as Schema;
	const validate = new Ajv({ allErrors: true }).addVocabulary(['version']).compile(closed(preview));
	for (const json of returned) {
		validate(json);
		expect(validate.errors).toBeNull();
	}
	// Nor does it promise what never comes.
	const names = new Set(returned.flatMap((json) => namesOf(json)));
	expect(namesIn(preview).filter((name) => !names.has(name))).toEqual([]);
});
