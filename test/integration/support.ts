/* eslint-disable @n8n/community-nodes/no-restricted-globals -- tests run in Node, not in n8n */
/* eslint-disable @n8n/community-nodes/no-restricted-imports -- tests run in Node, not in n8n */
import { inspect } from 'node:util';

import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import {
	seed,
	startSimulator,
	type Fault,
	type RecordedRequest,
	type Simulator,
	type SimulatorOptions,
} from '../../simulator';
import { Engine, type NodeRun, type NodeToRun, type StoredCredential } from './engine';

export const LOGIN = 'POST /api/v1/authenticate';

/** One test's emnify, and the node connected to it. */
export interface Bench {
	simulator: Simulator;
	credential: StoredCredential;
	/** Runs the Emnify node. */
	run(parameters: INodeParameters, more?: Partial<NodeToRun>): Promise<NodeRun>;
	/** What reached emnify, but for the logins. */
	calls(): RecordedRequest[];
	/** Logs in, and forgets that request: what follows finds a session. */
	logIn(): Promise<void>;
}

export interface BenchOptions extends SimulatorOptions {
	/** Whose application token the credential holds; Acme Fleet's administrator's by default. */
	applicationToken?: string;
	/** The user whose credentials the credential holds, instead of an application token. */
	user?: { username: string; password: string; passwordFormat?: 'sha1' };
}

/**
 * Sets a test file up: one engine for the file, a simulator and a credential for each test. Sessions are kept by base
 * URL, so each test has its own.
 */
export function useEmnify(): {
	engine: () => Engine;
	start: (options?: BenchOptions) => Promise<Bench>;
} {
	let engine: Engine;
	const running: Simulator[] = [];

	beforeAll(async () => {
		engine = await Engine.start();
	});

	afterEach(async () => {
		jest.restoreAllMocks();
		await Promise.all(running.splice(0).map(async (simulator) => await simulator.stop()));
	});

	const start = async ({ applicationToken, user, ...options }: BenchOptions = {}) => {
		const simulator = await startSimulator(options);
		running.push(simulator);
		const credential = engine.storeCredential({
			baseUrl: simulator.url,
			...(user
				? {
						authenticationMethod: 'userCredentials',
						...user,
					}
				: { applicationToken: applicationToken ?? seed.applicationToken }),
		});
		const run: Bench['run'] = async (parameters, more = {}) =>
			await engine.run({ credential, parameters, ...more });
		return {
			simulator,
			credential,
			run,
			calls: () => simulator.requests.filter(({ endpoint }) => endpoint !== LOGIN),
			logIn: async () => {
				const { error } = await run({ resource: 'mfaKey', operation: 'getStatuses' });
				if (error) throw error;
				simulator.forget();
			},
		};
	};

	return { engine: () => engine, start };
}

/** A resource locator as the editor saves it. */
export const byId = (value: unknown) => ({ __rl: true, mode: 'id', value }) as INodeParameters;
export const byUsername = (value: unknown) =>
	({ __rl: true, mode: 'username', value }) as INodeParameters;

/** What n8n shows of a failure. */
export interface Shown {
	message: string;
	description?: string | null;
	/** The class that n8n chooses the icon and the wording by. */
	name: string;
	itemIndex?: number;
	httpCode?: string | null;
}

/** The failure of a run, as n8n shows it. */
export function failureOf({ error }: NodeRun): Shown {
	if (!error) throw new RangeError('The run did not fail');
	return shown(error);
}

/** The failure that an output item carries with Continue On Fail. */
export function failureIn(item: INodeExecutionData | undefined): Shown {
	if (!item?.error) throw new RangeError('The item carries no failure');
	return shown(item.error);
}

function shown(error: unknown): Shown {
	const { message, description, name, context, httpCode } = error as {
		message: string;
		description?: string;
		name: string;
		context?: { itemIndex?: number };
		httpCode?: string;
	};
	return { message, description, name, itemIndex: context?.itemIndex, httpCode };
}

/** Everything that n8n keeps of what the Emnify node gave: its output, its failure and what hangs on them. */
export function everythingStored({ stored }: NodeRun): string {
	const { runData, error } = stored.data.resultData;
	return inspect([runData.Emnify, error], {
		depth: Infinity,
		showHidden: true,
		maxArrayLength: Infinity,
		maxStringLength: Infinity,
	});
}

/** The input item of each output item. */
export const pairedItems = (items: INodeExecutionData[]) =>
	items.map(({ pairedItem }) => (pairedItem as { item: number }).item);

/** What the node before Emnify gave, after the run. */
export const inputAfter = ({ stored }: NodeRun) =>
	stored.data.resultData.runData.Items?.[0]?.data?.main?.[0]?.map(({ json }) => json);

/** The JSON that went over the wire, as far as a test is about it. */
export const onTheWire = ({ method, path, headers, body }: RecordedRequest) => ({
	method,
	path,
	authorization: headers.authorization?.replace(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/, 'Bearer <JWT>'),
	body,
});

/** Options with which a failure is told at once: what waits and tries again is proved in transport.test.ts. */
export const AT_ONCE = { rateLimitWait: 0, retries: 0 };

/** What emnify answers to anything that is wrong, and what the node makes of it. */
export interface Refusal {
	what: string;
	fault: Fault;
	/** After “Could not …: ”. */
	reason: string;
	description: RegExp;
}

const errorBody = (code: number, token: string, message: string, errors?: IDataObject[]) => ({
	error_code: code,
	error_token: token,
	message,
	...(errors && { errors }),
});

/** The failures that any endpoint can give (§2 and §3), in the words of the node. */
const refusals: Refusal[] = [
	{
		what: '400',
		fault: {
			kind: 'status',
			status: 400,
			body: errorBody(1400, 'InputValidationFailed', 'Malformed request'),
		},
		reason: 'emnify could not read the request: “Malformed request” (InputValidationFailed 1400)',
		description: /Check the values of the node’s fields/,
	},
	{
		what: '403',
		fault: { kind: 'status', status: 403 },
		reason:
			'emnify does not allow it: “The requesting user is not permitted to do this” (Forbidden 1104)',
		description: /Use a credential/,
	},
	{
		what: '404',
		fault: { kind: 'status', status: 404 },
		reason: 'emnify does not find it: “The requested resource was not found” (NotFound 1201)',
		description: /Check|List|Choose|Use/,
	},
	{
		what: '409',
		fault: {
			kind: 'status',
			status: 409,
			body: errorBody(1406, 'NotAllowed', 'There is one already'),
		},
		reason: 'it conflicts with what is already there: “There is one already” (NotAllowed 1406)',
		description: /Look at the present state|already/,
	},
	{
		what: '422 with what is wrong in errors[]',
		fault: {
			kind: 'status',
			status: 422,
			body: errorBody(1400, 'InputValidationFailed', 'Input validation failed', [
				errorBody(1402, 'Required', 'something is required'),
			]),
		},
		reason:
			'emnify does not accept a value: “Input validation failed” (InputValidationFailed 1400), “something is required” (Required 1402)',
		description: /Correct|Check|Use/,
	},
	{
		what: '429',
		fault: { kind: 'status', status: 429 },
		reason: 'emnify’s rate limit is reached: “Too many requests” (TooManyRequests 1105)',
		description: /2,000 requests in 5 minutes.*Wait five minutes/,
	},
	{
		what: '500 with an empty body',
		fault: { kind: 'status', status: 500 },
		reason: 'emnify failed to process it (HTTP 500)',
		description: /on emnify’s side.*again later/,
	},
	{
		what: '502 with an HTML page',
		fault: { kind: 'status', status: 502, html: true },
		reason: 'a proxy, a firewall or a gateway answered instead of emnify (HTTP 502)',
		description: /again later.*check Base URL.*proxy/,
	},
	{
		what: '403 of a firewall',
		fault: { kind: 'status', status: 403, html: true },
		reason: 'a proxy, a firewall or a gateway answered instead of emnify (HTTP 403)',
		description: /^Check Base URL.*network.*not about the values/,
	},
	{
		what: '404 of a gateway',
		fault: { kind: 'status', status: 404, body: { message: 'Not Found' } },
		reason: 'a proxy, a firewall or a gateway answered instead of emnify (HTTP 404)',
		description: /^Check Base URL.*network.*not about the values/,
	},
	{
		what: '407 of a proxy',
		fault: { kind: 'status', status: 407 },
		reason: 'the proxy or the network between n8n and emnify wants a login of its own (HTTP 407)',
		description: /login of the proxy/,
	},
	{
		what: '302 to somewhere else',
		fault: { kind: 'status', status: 302 },
		reason: 'the server points elsewhere (HTTP 302)',
		description: /Check Base URL/,
	},
	{
		what: '200 with an HTML page',
		fault: { kind: 'html' },
		reason: 'the answer (HTTP 200) was cut off, or is not from emnify',
		description: /Try again.*check Base URL.*proxy/,
	},
];

/** For an endpoint that answers JSON: a 200 whose body arrives as a string. */
const truncated: Refusal = {
	what: '200 with JSON that is cut off',
	fault: { kind: 'truncate' },
	reason: 'the answer (HTTP 200) was cut off, or is not from emnify',
	description: /Try again.*check Base URL.*proxy/,
};

/** A pair whose failures are all put to the test. */
export interface FailingPair {
	/** The pair with good values in its fields. */
	parameters: INodeParameters;
	/** Completes “Could not …”. */
	action: string;
	/** The label of its endpoint. */
	endpoint: string;
	/** Whether the endpoint answers JSON. */
	answersJson: boolean;
	/** Who is logged in, where it matters. */
	as?: BenchOptions;
}

/**
 * Adds the tests for every failure that any endpoint can give, and for those of the network. One function is behind all
 * pairs, so that a read and a write prove it, and of the others {@link testAdvice} proves what is their own.
 */
export function testFailures(
	start: (options?: BenchOptions) => Promise<Bench>,
	engine: () => Engine,
	{ action, endpoint, answersJson, as, ...pair }: FailingPair,
): void {
	const parameters = { ...pair.parameters, options: AT_ONCE };
	const secretsOf = ({ simulator, credential }: Bench) => [
		...Object.values(seed).filter((value) => typeof value === 'string'),
		...['sessionToken', 'sessionRefreshToken', 'sessionKey']
			.map((field) => String(engine().storedCredential(credential)[field]))
			.filter((secret) => secret !== ''),
		...simulator.requests.flatMap(({ headers }) => headers.authorization?.slice(7) ?? []),
	];

	const expectNoSecret = (bench: Bench, run: NodeRun) => {
		const stored = everythingStored(run);
		for (const secret of secretsOf(bench)) expect(stored).not.toContain(secret);
	};

	test.each([...refusals, ...(answersJson ? [truncated] : [])])(
		'$what is told in emnify’s own words, with what to do',
		async ({ fault, reason, description }) => {
			const bench = await start(as);
			await bench.logIn();
			bench.simulator.faults.next(fault, { endpoint });
			const run = await bench.run(parameters);
			expect(failureOf(run)).toMatchObject({
				name: 'NodeApiError',
				message: `Could not ${action}: ${reason}`,
				description: expect.stringMatching(description),
				itemIndex: 0,
			});
			expect(bench.simulator.count(endpoint)).toBe(1);
			expectNoSecret(bench, run);
		},
	);

	test('no answer in time, a reset and a refused connection are told apart', async () => {
		const bench = await start(as);
		await bench.logIn();
		const { faults, url } = bench.simulator;
		const host = new URL(url).host;

		faults.next({ kind: 'stall' }, { endpoint });
		const late = await bench.run({ ...parameters, options: { ...AT_ONCE, timeout: 0.2 } });
		expect(failureOf(late)).toMatchObject({
			message: `No answer from ${host} within 0.2 s`,
			description: expect.stringMatching(/Try again later.*raise Timeout/),
			itemIndex: 0,
		});

		faults.next({ kind: 'reset' }, { endpoint });
		const reset = await bench.run(parameters);
		expect(failureOf(reset)).toMatchObject({
			message: `The connection to ${host} broke off before an answer came`,
			description: expect.stringMatching(/Try again.*check the network/),
			itemIndex: 0,
		});

		await bench.simulator.stop();
		const refused = await bench.run(parameters);
		expect(failureOf(refused)).toMatchObject({
			message: `The connection to ${host} was refused`,
			description: expect.stringMatching(/Check Base URL/),
			itemIndex: 0,
		});

		for (const run of [late, reset, refused]) expectNoSecret(bench, run);
	});

	test('a secret that emnify repeats is not passed on', async () => {
		const bench = await start(as);
		await bench.logIn();
		const token = String(engine().storedCredential(bench.credential).sessionToken);
		bench.simulator.faults.next(
			{ kind: 'status', status: 422, body: { message: `Bad Bearer ${token}`.slice(0, 300) } },
			{ endpoint },
		);
		const run = await bench.run(parameters);
		expect(failureOf(run).message).toMatch(/emnify does not accept a value: “Bad Bearer/);
		expect(everythingStored(run)).not.toContain(token.slice(0, 200));
	});
}

/** The refusals whose advice depends on the pair. */
const ADVISED = ['403', '404', '409', '422 with what is wrong in errors[]'];

/** Adds the test that a pair says what could not be done, and what to do where emnify refuses it. */
export function testAdvice(
	start: (options?: BenchOptions) => Promise<Bench>,
	{ action, endpoint, as, ...pair }: Omit<FailingPair, 'answersJson'>,
): void {
	test('a refusal is told in emnify’s own words, with what to do', async () => {
		const bench = await start(as);
		await bench.logIn();
		for (const { what, fault, reason, description } of refusals) {
			if (!ADVISED.includes(what)) continue;
			bench.simulator.forget();
			bench.simulator.faults.next(fault, { endpoint });
			const run = await bench.run({ ...pair.parameters, options: AT_ONCE });
			expect(failureOf(run)).toMatchObject({
				name: 'NodeApiError',
				message: `Could not ${action}: ${reason}`,
				description: expect.stringMatching(description),
				itemIndex: 0,
			});
			expect(bench.simulator.count(endpoint)).toBe(1);
		}
	});
}

/**
 * What a refusal shows of a value: nothing is said to be empty, what cannot be a secret is quoted, and of anything else
 * there is the kind at the most.
 */
export type ShownValue = string | { kind: string } | undefined;
export const HIDDEN = { kind: '' };
const A_LIST = { kind: ', but a list' };
export const AN_OBJECT = { kind: ', but an object' };

/** How the node refuses a value. */
export function refusedValue(label: string, quoted: ShownValue, expected: string): string {
	if (quoted === undefined) return `${label} is empty`;
	if (typeof quoted === 'string') return `${label} “${quoted}” is not ${expected}`;
	return `${label} is not ${expected}${quoted.kind}`;
}

/** Values that no field takes for an ID, and how the node quotes them. */
export const badIds: Array<{ what: string; value: unknown; quoted: ShownValue }> = [
	{ what: 'an empty text', value: '', quoted: undefined },
	{ what: 'spaces', value: '   ', quoted: undefined },
	{ what: '0', value: 0, quoted: '0' },
	{ what: '-3', value: -3, quoted: '-3' },
	{ what: '1.5', value: 1.5, quoted: '1.5' },
	{ what: 'letters', value: 'abc', quoted: 'abc' },
	{ what: 'a path', value: '../../x', quoted: HIDDEN },
	{ what: 'an encoded path', value: '1%2F..%2F2', quoted: HIDDEN },
	{ what: 'an ID and a query', value: '12?x=1', quoted: HIDDEN },
	{ what: 'a number in words of computers', value: '1e3', quoted: '1e3' },
	{ what: 'a leading zero', value: '012', quoted: '012' },
	{ what: 'digits of another script', value: '١٢', quoted: HIDDEN },
	{ what: 'a number beyond exactness', value: 1e21, quoted: '1e+21' },
	{ what: 'an expression without result', value: undefined, quoted: undefined },
	{ what: 'null', value: null, quoted: undefined },
	{ what: 'a secret', value: 'JBSWY3DPEHPK3PXP', quoted: HIDDEN },
	{ what: 'an object', value: {}, quoted: AN_OBJECT },
	{ what: 'a list', value: [12], quoted: A_LIST },
	{ what: 'true', value: true, quoted: 'true' },
];

/** One of each way to be refused. All of them go through one function, and trustedDevice.test.ts puts all to the test. */
export const someBadIds = badIds.filter(({ what }) =>
	['an expression without result', 'letters', 'a secret', 'an object'].includes(what),
);

/**
 * Waits until something holds, by letting Node work on: for what happens by itself, such as a request's arrival. Gives
 * up before jest does, so that a test that fails leaves nothing running.
 */
export async function until(holds: () => boolean): Promise<void> {
	const deadline = Date.now() + 4_000;
	while (!holds()) {
		if (Date.now() > deadline) throw new RangeError(`It did not come true: ${holds.toString()}`);
		await new Promise((resolve) => setImmediate(resolve));
	}
}

/** The parameters of a pair. */
export const pair = (resource: string, operation: string, fields: INodeParameters = {}) => ({
	resource,
	operation,
	...fields,
});

/** Items of one field each, as the node before gives them. */
export const itemsOf = (values: unknown[]): IDataObject[] =>
	values.map((value) => ({ value }) as IDataObject);

/** So many empty items. */
export const times = (count: number): IDataObject[] => Array.from({ length: count }, () => ({}));

/** An expression that gives the item's value. */
export const VALUE = '={{ $json.value }}';
