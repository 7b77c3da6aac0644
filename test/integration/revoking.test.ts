import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { seed, type Fault } from '../../simulator';
import { AT_ONCE, byId, failureOf, pair, useEmnify, type Bench } from './support';

// Trusted Device → Audit with Revoke: what became of each device, and how many at the most.

const DEVICES = 'GET /api/v1/user/{user_id}/mfa/trusted_device';
const DELETE = 'DELETE /api/v1/user/{user_id}/mfa/trusted_device/{device_id}';

const { start } = useEmnify();

/** Those that break the rule, as they are revoked: those trusted for the longest first. */
const OLD = [11081, 11110, 11109, 11052, 11051, 11082, 11108, 11061, 11107];

const revoking = (fields: INodeParameters = {}) =>
	pair('trustedDevice', 'audit', {
		scope: 'all',
		policy: { maxAgeDays: 59 },
		output: 'findings',
		revoke: 'revoke',
		revokeRules: ['maxAgeDays'],
		maxRevocations: 3,
		options: AT_ONCE,
		...fields,
	});

interface DeviceItem {
	device: { id: number };
	revocation: { outcome: string; message?: string };
}

/** The devices of each outcome. */
const byOutcome = (json: IDataObject[]) => {
	const groups: Record<string, number[]> = {};
	for (const { device, revocation } of json as unknown as DeviceItem[]) {
		(groups[revocation.outcome] ??= []).push(device.id);
	}
	return groups;
};

const devicesLeft = ({ simulator }: Bench) =>
	[...simulator.world.users.values()].flatMap(({ trustedDevices }) =>
		trustedDevices.map(({ id }) => id),
	);

const isLeft = (bench: Bench, id: number) => devicesLeft(bench).includes(id);

/** How many of the old devices are gone. */
const revoked = (bench: Bench) => OLD.filter((id) => !isLeft(bench, id)).length;

/** Whenever emnify is asked to delete, this comes back; where `carriedOut` says so, it is done all the same. */
const onDelete = (
	{ simulator }: Bench,
	faultFor: (deviceId: number, request: number) => Fault | undefined,
	carriedOut: (deviceId: number) => boolean = () => false,
) => {
	const { requests } = simulator;
	const push = requests.push.bind(requests);
	requests.push = (...more) => {
		for (const { endpoint, path } of more) {
			if (endpoint !== DELETE) continue;
			const id = Number(path.split('/').at(-1));
			const fault = faultFor(id, simulator.count(DELETE) + 1);
			if (fault) simulator.faults.next(fault, { endpoint: DELETE });
			if (!fault || !carriedOut(id)) continue;
			for (const user of simulator.world.users.values()) {
				const index = user.trustedDevices.findIndex((device) => device.id === id);
				if (index >= 0) user.trustedDevices.splice(index, 1);
			}
		}
		return push(...more);
	};
};

const status = (code: number, body?: unknown): Fault => ({
	kind: 'status',
	status: code,
	...(body !== undefined && { body }),
});

const lost: Array<[string, Fault]> = [
	['200 with JSON', status(200, { message: 'OK' })],
	['200 with HTML', { kind: 'status', status: 200, html: true }],
	['202', status(202)],
	['408', status(408)],
	['500', status(500)],
	['504 of a proxy', { kind: 'status', status: 504, html: true }],
	['a reset', { kind: 'reset' }],
];

test.each(lost)(
	'carried out, but answered with %s: revoked, once, and counted',
	async (_what, fault) => {
		const bench = await start();
		onDelete(
			bench,
			() => fault,
			() => true,
		);
		const { json, error } = await bench.run(revoking(), { retryOnFail: true });
		expect(error).toBeUndefined();
		expect(byOutcome(json).revoked).toHaveLength(3);
		expect(revoked(bench)).toBe(3);
		expect(bench.simulator.count(DELETE)).toBe(3);
	},
);

test('the gateway’s answers to a write are as good as 204', async () => {
	const bench = await start({ dialects: ['gateway'] });
	const { json } = await bench.run(revoking({ maxRevocations: 5 }));
	expect(byOutcome(json).revoked).toHaveLength(5);
	expect(revoked(bench)).toBe(5);
	expect(bench.simulator.count(DELETE)).toBe(5);
});

test('a device that emnify lists twice is one device', async () => {
	const bench = await start();
	const { id, trustedDevices } = bench.simulator.world.user(seed.ids.manyDevicesUser);
	trustedDevices.push(...trustedDevices);
	const parameters = { scope: 'input', user: byId(id), output: 'devices' };
	const { json } = await bench.run(revoking(parameters));
	expect(byOutcome(json).revoked).toHaveLength(3);
	expect(json).toHaveLength(10);
	expect(bench.simulator.count(DELETE)).toBe(3);
});

test('devices that are always refused do not eat the cap', async () => {
	const bench = await start();
	const refused = OLD.slice(0, 4);
	onDelete(bench, (id) => (refused.includes(id) ? status(403) : undefined));
	const { json } = await bench.run(revoking());
	expect(byOutcome(json)).toEqual({
		failed: expect.arrayContaining(refused),
		revoked: expect.arrayContaining(OLD.slice(4, 7)),
		over_limit: expect.arrayContaining(OLD.slice(7)),
	});
	expect(revoked(bench)).toBe(3);
});

test('nor do those that are gone already', async () => {
	const bench = await start();
	onDelete(bench, (id) => (id === OLD[0] ? status(404) : undefined));
	const groups = byOutcome((await bench.run(revoking())).json);
	expect(groups.gone_already).toEqual([OLD[0]]);
	expect(groups.revoked).toHaveLength(3);
});

test('after a hundred refusals in a row the others are not tried', async () => {
	const bench = await start();
	const { trustedDevices } = bench.simulator.world.user(seed.ids.manyDevicesUser);
	for (let index = 0; index < 105; index++) {
		bench.simulator.world.addTrustedDevice(seed.ids.manyDevicesUser, {
			browser: 'Old',
			operatingSystem: 'Old',
			activatedAt: new Date('2020-01-01T00:00:00Z'),
		});
	}
	const all = trustedDevices.length;
	onDelete(bench, () => status(403));
	const { json } = await bench.run(revoking());
	expect(bench.simulator.count(DELETE)).toBe(100);
	expect(byOutcome(json).failed).toHaveLength(100);
	expect(byOutcome(json).not_tried).toHaveLength(5 + OLD.length);
	expect(trustedDevices).toHaveLength(all);
});

describe('only emnify itself proves a device gone:', () => {
	test.each([
		['HTML', { kind: 'status', status: 404, html: true }],
		['JSON of its own', status(404, { message: 'no Route matched with those values' })],
		['nothing', status(404, '')],
	] as Array<[string, Fault]>)(
		'a 404 of a gateway, with %s, is a failure',
		async (_what, fault) => {
			const bench = await start();
			onDelete(bench, (id) => (id === OLD[0] ? fault : undefined));
			const groups = byOutcome((await bench.run(revoking())).json);
			expect(groups.failed).toEqual([OLD[0]]);
			expect(groups.gone_already).toBeUndefined();
			expect(isLeft(bench, OLD[0] ?? 0)).toBe(true);
		},
	);

	test('or that the list does not hold it any more', async () => {
		const bench = await start();
		const fault: Fault = { kind: 'status', status: 404, html: true };
		onDelete(
			bench,
			(id) => (id === OLD[0] ? fault : undefined),
			() => true,
		);
		expect(byOutcome((await bench.run(revoking())).json).gone_already).toEqual([OLD[0]]);
	});
});

describe('with Retry On Fail', () => {
	/** The next look after a DELETE is refused. */
	const hideList = ({ simulator }: Bench, times = 1) =>
		simulator.faults.next(status(403), { endpoint: DEVICES, times });

	test.each(lost)(
		'and answers of %s the cap holds for all tries together',
		async (_what, fault) => {
			const bench = await start();
			// Each second request ends the try.
			onDelete(
				bench,
				(_id, request) => (request % 2 === 0 ? status(429) : fault),
				(id) => bench.simulator.count(DELETE) % 2 === 0 && isLeft(bench, id),
			);
			await bench.run(revoking({ maxRevocations: 2 }), { retryOnFail: true });
			expect(revoked(bench)).toBeLessThanOrEqual(2);
		},
	);

	test('a device is one entry: perhaps revoked in one try, seen to be gone in the next', async () => {
		const bench = await start();
		onDelete(
			bench,
			(_id, request) => {
				if (request === 1) hideList(bench);
				return request === 1 ? { kind: 'reset' } : request === 2 ? status(429) : undefined;
			},
			(id) => id === OLD[0],
		);
		const { json, error } = await bench.run(revoking(), { retryOnFail: true });
		expect(error).toBeUndefined();
		const ids = (json as unknown as DeviceItem[]).map(({ device }) => device.id);
		expect(new Set(ids).size).toBe(ids.length);
		expect(byOutcome(json).unknown).toBeUndefined();
		expect(byOutcome(json).revoked).toContain(OLD[0]);
		expect(byOutcome(json).revoked).toHaveLength(3);
		expect(revoked(bench)).toBe(3);
	});

	test('and one that is still there is revoked by the next', async () => {
		const bench = await start();
		onDelete(bench, (_id, request) => {
			if (request === 1) hideList(bench);
			return request === 1 ? { kind: 'reset' } : request === 2 ? status(429) : undefined;
		});
		const { json } = await bench.run(revoking(), { retryOnFail: true });
		expect(byOutcome(json).revoked).toHaveLength(3);
		expect(byOutcome(json).revoked).toContain(OLD[0]);
		expect(revoked(bench)).toBe(3);
	});

	test('where nobody can look, the one that may be revoked counts', async () => {
		const bench = await start();
		const owner = [...bench.simulator.world.users.values()].find(({ trustedDevices }) =>
			trustedDevices.some(({ id }) => id === OLD[0]),
		);
		onDelete(
			bench,
			(_id, request) => {
				if (request === 1) hideList(bench);
				return request === 1 ? { kind: 'reset' } : undefined;
			},
			(id) => id === OLD[0],
		);
		const { json } = await bench.run(revoking());
		expect(owner).toBeDefined();
		expect(byOutcome(json).unknown).toEqual([OLD[0]]);
		expect(byOutcome(json).revoked).toHaveLength(2);
		expect(revoked(bench)).toBe(3);
	});
});

test('the account of a failure names what may have been revoked', async () => {
	const bench = await start();
	onDelete(bench, (_id, request) => {
		if (request !== 1) return status(429);
		bench.simulator.faults.next(status(403), { endpoint: DEVICES });
		return { kind: 'reset' };
	});
	const { message, description } = failureOf(await bench.run(revoking()));
	expect(message).toMatch(/\. 0 of 3 devices were revoked before this: none$/);
	expect(description).toMatch(/ Not revoked: (\d+ of user \d+(, )?){2}\./);
	expect(description).toMatch(/ Perhaps revoked: 11081 of user 108\./);
});

test.each([1, 3, 9, 100])(
	'a dry run lists exactly what a run does, with a cap of %p',
	async (max) => {
		const dry = await start();
		const real = await start();
		const planned = await dry.run(revoking({ revoke: 'dryRun', maxRevocations: max }));
		const done = await real.run(revoking({ maxRevocations: max }));
		const withOutcomes = (json: IDataObject[]) =>
			(json as unknown as DeviceItem[]).map(({ device, revocation }) => [
				device.id,
				revocation.outcome.replace('would_be_revoked', 'revoked'),
			]);
		expect(withOutcomes(planned.json)).toEqual(withOutcomes(done.json));
		expect(dry.simulator.count(DELETE)).toBe(0);
	},
);
