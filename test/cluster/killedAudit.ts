/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import assert from 'node:assert/strict';

import type { CreatedCredential, WorkflowFile } from '../../tools/real-n8n/rest';
import { until } from '../../tools/real-n8n/until';
import { emnify, runNow, workflowOf } from '../../tools/real-n8n/workflows';
import { createWorld, seed, startSimulator, type Simulator } from '../../simulator';
import type { Cluster } from './cluster';
import { DELETE_DEVICE, LOGIN, sentBy, senderOf, startedBy } from './observe';
import { markdownTable } from './markdownTable';

const USERS = 40;
const DEVICES_PER_USER = 3;
const MAX_AGE_DAYS = 59;
/** The worker is killed while emnify holds its next revocation back. */
const REVOKED_BEFORE = 20;

interface KilledAudit {
	/** What became of the revocation that was under way. */
	inFlight: 'lost' | 'carried out, and nobody heard';
	devices: number;
	toBeRevoked: number;
	revokedBefore: number;
	/** How n8n shows the execution of the killed worker. */
	status: string;
	revokedAfter: number;
	logins: number[];
}

/**
 * A worker is killed in the middle of an audit that revokes: n8n does not run it again by itself, the next audit does what
 * was left, and no device is revoked twice. Gives the figures, as lines of Markdown.
 */
export async function checkKilledAudit(
	cluster: Cluster,
	log: (line: string) => void,
): Promise<string[]> {
	const lost = await withSimulator(async (simulator) => {
		return await killAndRunAgain(cluster, simulator, 'lost', log);
	});
	await cluster.addWorker('worker 3');
	const unheard = await withSimulator(async (simulator) => {
		return await killAndRunAgain(cluster, simulator, 'carried out, and nobody heard', log);
	});
	return tableOf([lost, unheard]);
}

async function withSimulator<Result>(
	work: (simulator: Simulator) => Promise<Result>,
): Promise<Result> {
	const now = new Date();
	const world = createWorld({ users: USERS, devicesPerUser: DEVICES_PER_USER, now });
	const simulator = await startSimulator({ startsAt: now, world });
	try {
		return await work(simulator);
	} finally {
		await simulator.stop();
	}
}

async function killAndRunAgain(
	{ main: { rest }, workers }: Cluster,
	simulator: Simulator,
	inFlight: KilledAudit['inFlight'],
	log: (line: string) => void,
): Promise<KilledAudit> {
	const { faults, requests } = simulator;
	const devices = devicesOf(simulator);
	const old = devices.filter(isOld(simulator));
	const young = devices.filter((device) => !old.includes(device));
	const credential = await rest.createCredential({
		name: 'Emnify of the audit',
		data: { baseUrl: simulator.url, applicationToken: seed.applicationToken },
	});
	const { id: workflowId } = await rest.createWorkflow(revokingAudit(credential));

	log('An audit that revokes');
	faults.next({ kind: 'stall', ms: 0 }, { endpoint: DELETE_DEVICE, times: REVOKED_BEFORE });
	faults.next({ kind: 'stall' }, { endpoint: DELETE_DEVICE });
	const { executionId } = (await rest.request('POST', `/rest/workflows/${workflowId}/run`, {
		triggerToStartFrom: { name: 'Start' },
	})) as { executionId: string };
	await until('a revocation is held back', () => faults.pending === 0 && faults.stalled === 1);
	const held = requests.at(-1);
	assert.ok(held && held.endpoint === DELETE_DEVICE && held.status === undefined);
	const sender = senderOf(held);
	const victim = workers.find(({ name }) => name === sender.name);
	assert.ok(victim, `The audit ran on ${sender.name || 'an unknown process'}, not on a worker`);
	log(`Killing ${victim.name} in the middle of it, and waiting until n8n finds that out`);
	process.kill(sender.pid, 'SIGKILL');
	await victim.exited;
	const participants = [...workers];
	workers.splice(workers.indexOf(victim), 1);

	const crashed = await until('n8n has given the execution up', async () => {
		const execution = await rest.getExecution(executionId);
		return !['new', 'running'].includes(execution.status) && execution;
	});
	// Only now: the worker has hung up, so emnify does not carry it out.
	faults.release();
	assert.ok(['crashed', 'error'].includes(crashed.status), `It ended with ${crashed.status}`);
	assert.equal(requests.at(-1), held, 'Nothing is sent once the worker is killed');
	const revokedBefore = revokedPaths(simulator);
	assert.equal(revokedBefore.length, REVOKED_BEFORE, 'Devices revoked before the worker is killed');
	for (const worker of workers) {
		assert.ok(!startedBy(worker).includes(executionId), `${worker.name} runs the audit again`);
	}
	if (inFlight !== 'lost') removeDevice(simulator, held.path);

	log('The audit again, on the worker that is left');
	const execution = await rest.runWorkflow(workflowId, undefined, { timeoutMs: 180_000 });
	assert.equal(execution.status, 'success', execution.error?.message);
	const outcomes = execution
		.itemsOf('Audit')
		.map(({ json }) => (json as { revocation: { outcome: string } }).revocation.outcome);
	const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
	const left = old.length - REVOKED_BEFORE - (inFlight === 'lost' ? 0 : 1);
	assert.equal(count('revoked'), left, 'Devices that the next audit revokes');
	assert.equal(count('none'), young.length, 'Devices that the next audit lets be');
	assert.equal(outcomes.length, left + young.length, 'Items of the next audit');

	const sent = requests.filter(({ endpoint }) => endpoint === DELETE_DEVICE);
	const carriedOut = [...revokedPaths(simulator), ...(inFlight === 'lost' ? [] : [held.path])];
	const wanted = old.map(({ userId, id }) => pathOf(userId, id));
	assert.deepEqual(carriedOut.sort(), wanted.sort(), 'Each old device is revoked, and once');
	// What the worker sent last is sent again only if emnify has not carried it out.
	assert.equal(sent.length, old.length + (inFlight === 'lost' ? 1 : 0), 'Revocations sent');
	assert.deepEqual(devicesOf(simulator), young, 'The devices that are left');
	const logins = participants.map((worker) => sentBy(simulator, worker, LOGIN).length);
	assert.ok(Math.max(...logins) <= 1, `Logins of the workers: ${logins.join(' and ')}`);
	return {
		inFlight,
		devices: devices.length,
		toBeRevoked: old.length,
		revokedBefore: revokedBefore.length,
		status: crashed.status,
		revokedAfter: count('revoked'),
		logins,
	};
}

function revokingAudit(credential: CreatedCredential): WorkflowFile {
	const parameters = {
		resource: 'trustedDevice',
		operation: 'audit',
		scope: 'all',
		policy: { maxAgeDays: MAX_AGE_DAYS },
		output: 'devices',
		revoke: 'revoke',
		revokeRules: ['maxAgeDays'],
		maxRevocations: 1000,
	};
	return workflowOf('Audit that revokes', [runNow, emnify(parameters, credential, 'Audit')]);
}

interface Device {
	userId: number;
	id: number;
	activatedAt?: Date;
}

const devicesOf = ({ world }: Simulator): Device[] =>
	[...world.users.values()].flatMap(({ id: userId, trustedDevices }) =>
		trustedDevices.map(({ id, activatedAt }) => ({ userId, id, activatedAt })),
	);

const DAY_MS = 86_400_000;

/** The devices of this world are an hour older than whole days: none comes of age while this runs. */
const isOld =
	({ clock }: Simulator) =>
	({ activatedAt }: Device) =>
		activatedAt !== undefined &&
		clock.now().getTime() - activatedAt.getTime() > MAX_AGE_DAYS * DAY_MS;

const pathOf = (userId: number, deviceId: number) =>
	`/api/v1/user/${userId}/mfa/trusted_device/${deviceId}`;

/** What was revoked so far, once for each time. */
const revokedPaths = ({ requests }: Simulator) =>
	requests
		.filter(({ endpoint, status }) => endpoint === DELETE_DEVICE && status === 204)
		.map(({ path }) => path);

/** What emnify does when it carries a revocation out. */
function removeDevice({ world }: Simulator, path: string): void {
	for (const user of world.users.values()) {
		user.trustedDevices = user.trustedDevices.filter(({ id }) => pathOf(user.id, id) !== path);
	}
}

function tableOf(audits: KilledAudit[]): string[] {
	const row = (audit: KilledAudit) => [
		audit.inFlight,
		String(audit.devices),
		String(audit.toBeRevoked),
		String(audit.revokedBefore),
		audit.status,
		String(audit.revokedAfter),
		audit.logins.join(' + '),
	];
	const head = [
		'The revocation in flight',
		'Devices',
		'To be revoked',
		'Revoked before the kill',
		'Execution in n8n',
		'Revoked by the next run',
		'Logins',
	];
	return markdownTable([head, ...audits.map(row)]);
}
