/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/require-node-api-error -- this runs in Node, not in n8n */
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs `work` while no other process runs its own under the same lock.
 *
 * Whoever holds the lock listens on the socket file `file`; the others connect to it and wait until the
 * connection ends. The system ends it however the holder dies, so nobody waits for a dead process.
 */
export async function withLock(file: string, work: () => Promise<void>): Promise<void> {
	const waiting = new Set<Socket>();
	const server = createServer((socket) => {
		waiting.add(socket.on('error', () => waiting.delete(socket)));
	});
	while (!(await listensOn(server, file))) await holderEnds(file);
	try {
		await work();
	} finally {
		server.close();
		waiting.forEach((socket) => socket.destroy());
	}
}

async function listensOn(server: Server, file: string): Promise<boolean> {
	server.listen(file);
	try {
		await once(server, 'listening');
		return true;
	} catch (error) {
		if (codeOf(error) === 'EADDRINUSE') return false;
		throw error;
	}
}

/**
 * Nobody answers for a moment while a holder comes or goes, so only a file that stays mute was left
 * behind by a holder that was killed, and may be removed.
 */
async function holderEnds(file: string): Promise<void> {
	for (let attempt = 1; attempt <= 10; attempt++) {
		try {
			await once(connect(file).resume(), 'close');
			return;
		} catch (error) {
			if (['ENOENT', 'ECONNRESET'].includes(codeOf(error) ?? '')) return;
			if (codeOf(error) !== 'ECONNREFUSED') throw error;
		}
		await delay(50);
	}
	await rm(file, { force: true });
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
