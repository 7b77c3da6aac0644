import type { INodeParameters, INodeProperties, INodePropertyCollection } from 'n8n-workflow';

import { dialects, seed, type Dialect } from '../../simulator';
import { PollingWorkflow } from './polling';
import { byId, failureIn, failureOf, itemsOf, pair, useEmnify, VALUE } from './support';

// “Me” is the user who logs in. Under an application token that is nobody (§1), whatever emnify would answer.

const { administrator, ids, userWithoutMfa } = seed;
const { engine, start } = useEmnify();

const fromList = { __rl: true, mode: 'list', value: 'my', cachedResultName: 'Me' };

const NO_ME = 'There is no “Me”: an application token is nobody’s login';
const CHOOSE_ANOTHER =
	'emnify knows no user behind the credential’s application token. Choose a user from the list, or enter an ID or a username. Use a credential with User Credentials.';

describe('nobody is preset:', () => {
	const locators = (fields: INodeProperties[]): INodeProperties[] =>
		fields.flatMap((field) => {
			const inner = (field.options ?? []).flatMap((option) =>
				'values' in option
					? (option as INodePropertyCollection).values
					: 'type' in option
						? [option as INodeProperties]
						: [],
			);
			return [...(field.name === 'user' ? [field] : []), ...locators(inner)];
		});

	test('each field for a user is empty, and required unless it is a filter', () => {
		const node = locators(engine().nodeType.description.properties);
		const trigger = locators(engine().triggerType.description.properties);
		expect(trigger).toHaveLength(1);
		expect(node.length).toBeGreaterThanOrEqual(6);
		const [isFilter, isRequired] = [false, true].map((required) =>
			[...node, ...trigger].filter((field) => (field.required ?? false) === required),
		);
		expect(isFilter).toHaveLength(1);
		expect(isRequired?.length).toBe(node.length);
		for (const { default: preset } of [...node, ...trigger])
			expect(preset).toMatchObject({ value: '' });
	});

	test('for the users of the input the number of the item’s user is the example', () => {
		const [field] = locators(engine().nodeType.description.properties).filter(
			({ displayOptions }) => displayOptions?.show?.scope?.includes('input'),
		);
		expect(field?.default).toEqual({ mode: 'id', value: '' });
		const byNumber = field?.modes?.find(({ name }) => name === 'id');
		expect(byNumber?.placeholder).toBe('e.g. {{ $json.id }}');
	});

	test.each([
		pair('trustedDevice', 'getAll', { returnAll: true }),
		pair('trustedDevice', 'delete', { deviceId: byId(ids.administratorDevice) }),
		pair('trustedDevice', 'audit', { scope: 'input' }),
		pair('mfaKey', 'delete', { keyId: byId(administrator.keyId) }),
		pair('user', 'get'),
	])('$resource: $operation without a user does not run', async (parameters) => {
		const { run, simulator } = await start({ user: userWithoutMfa });
		await expect(run(parameters, { items: itemsOf([1, 2, 3]) })).rejects.toThrow(
			/"User" is required|User.*is required/,
		);
		expect(simulator.requests).toEqual([]);
	});
});

describe('under an application token “Me” is refused before anything is sent:', () => {
	const pairs: Array<(user: unknown) => INodeParameters> = [
		(user) => pair('trustedDevice', 'getAll', { user } as INodeParameters),
		(user) =>
			pair('trustedDevice', 'delete', { user, deviceId: byId(1) } as unknown as INodeParameters),
		(user) =>
			pair('trustedDevice', 'audit', { scope: 'input', user } as unknown as INodeParameters),
		(user) => pair('mfaKey', 'delete', { user, keyId: byId(1) } as unknown as INodeParameters),
		(user) => pair('user', 'get', { user } as INodeParameters),
		(user) => pair('event', 'getAll', { filters: { user } } as unknown as INodeParameters),
	];
	const ways: Array<[way: string, user: unknown]> = [
		['chosen from the list', fromList],
		['entered as an ID', byId('my')],
		['by an expression', byId(VALUE)],
		['by an expression for the whole field', VALUE],
	];

	test.each(
		pairs.flatMap((parametersWith) =>
			ways.map(([way, user]) => {
				const parameters = parametersWith(user);
				return [
					`${String(parameters.resource)}: ${String(parameters.operation)}, ${way}`,
					parameters,
				] as const;
			}),
		),
	)('%s', async (_what, parameters) => {
		const { run, simulator } = await start();
		// The last of several items is enough.
		const values = [administrator.id, administrator.id, ' my '];
		const result = await run(parameters, { items: itemsOf(values) });
		const itemIndex = JSON.stringify(parameters).includes(VALUE) ? 2 : 0;
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message: NO_ME,
			description: CHOOSE_ANOTHER,
			itemIndex,
		});
		expect(simulator.requests).toEqual([]);
	});

	test.each([
		['create', { password: userWithoutMfa.password }, 'Could not create the MFA key'],
		['activate', { keyId: byId(1), code: '123456' }, 'Could not activate the MFA key'],
	])('and so is MFA Key: %s', async (operation, fields, what) => {
		const { run, simulator } = await start();
		const result = await run(pair('mfaKey', operation, fields));
		expect(failureOf(result)).toMatchObject({
			name: 'NodeOperationError',
			message: `${what}: an application token is nobody’s login`,
			description:
				'emnify knows no user behind the credential’s application token. Use a credential with User Credentials.',
		});
		expect(simulator.requests).toEqual([]);
	});

	const nobody = dialects.filter((dialect): dialect is Dialect => dialect.startsWith('nobody'));
	test.each(nobody)('whatever emnify would answer: %s', async (dialect) => {
		const { run, simulator } = await start({ dialects: [dialect] });
		const result = await run(pair('trustedDevice', 'getAll', { user: byId('my') }));
		expect(failureOf(result).message).toBe(NO_ME);
		expect(simulator.requests).toEqual([]);
	});

	test('with Continue On Fail the other items go on', async () => {
		const { run, calls } = await start();
		const result = await run(pair('user', 'get', { user: byId(VALUE) }), {
			items: itemsOf(['my', administrator.id]),
			onError: 'continueRegularOutput',
		});
		expect(result.json).toEqual([
			{ error: NO_ME },
			expect.objectContaining({ id: administrator.id }),
		]);
		expect(failureIn(result.items[0]).description).toBe(CHOOSE_ANOTHER);
		expect(calls().map(({ path }) => path)).toEqual([`/api/v1/user/${administrator.id}`]);
	});

	test('by the trigger, when it is published and tested', async () => {
		const { simulator, credential } = await start();
		const workflow = new PollingWorkflow(engine(), credential, {
			events: ['trusted_device_added'],
			scope: 'chosen',
			chosenUsers: { users: [{ user: fromList }] },
		} as unknown as INodeParameters);
		await expect(workflow.activate()).rejects.toThrow(NO_ME);
		expect((await workflow.fetchTestEvent()).error).toMatchObject({
			message: NO_ME,
			description: CHOOSE_ANOTHER,
		});
		expect(simulator.requests).toEqual([]);
	});

	test.each(['searchTrustedDevices', 'searchMfaKeys'])(
		'by the list of the form: %s',
		async (method) => {
			const { simulator, credential } = await start();
			const parameters = { user: fromList } as unknown as INodeParameters;
			await expect(engine().search(method, { credential, parameters })).rejects.toMatchObject({
				message: NO_ME,
				description: CHOOSE_ANOTHER,
			});
			expect(simulator.requests).toEqual([]);
		},
	);

	test('and the list of one’s own MFA keys says why it is empty', async () => {
		const { simulator, credential } = await start();
		const list = engine().search('searchOwnMfaKeys', { credential, parameters: {} });
		await expect(list).rejects.toMatchObject({
			message:
				'Could not list the MFA keys of the credential’s own user: an application token is nobody’s login',
			description: expect.stringMatching(/Use a credential with User Credentials\.$/),
		});
		expect(simulator.requests).toEqual([]);
	});

	test('nor does the list of users offer it', async () => {
		const { credential } = await start();
		const { results } = await engine().search('searchUsers', { credential, parameters: {} });
		expect(results.length).toBeGreaterThan(10);
		expect(results.map(({ value }) => value)).not.toContain('my');
	});
});

describe('with user credentials “Me” is whoever logs in:', () => {
	test.each([
		['from the list', fromList],
		['as an ID', byId(' my ')],
	])('chosen %s', async (_way, user) => {
		const { run, calls } = await start({ user: userWithoutMfa });
		const result = await run(pair('user', 'get', { user } as INodeParameters));
		expect(result.json).toMatchObject([{ id: userWithoutMfa.id }]);
		expect(calls().map(({ path }) => path)).toEqual(['/api/v1/user/my']);
	});
});
