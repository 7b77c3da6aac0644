import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';

/**
 * Runs `work` while no other process runs its own under the same lock, and gives back its result.
 *
 * Whoever holds the lock listens on the socket file at `address`; the others connect to it and wait for
 * the connection to end. The system ends it however the holder dies, so nobody waits for a dead process.
 */
export async function withLock<T>(address: string, work: () => Promise<T>): Promise<T> {
	const holder = await acquire(address);
	try {
		return await work();
	} finally {
		holder.release();
	}
}

async function acquire(address: string): Promise<{ release(): void }> {
	for (;;) {
		const server = createServer();
		const waiting = new Set<{ destroy(): void }>();
		server.on('connection', (socket) => {
			waiting.add(socket);
			socket.on('error', () => {});
		});
		if (await listens(server, address)) {
			return {
				release() {
					server.close();
					waiting.forEach((socket) => socket.destroy());
				},
			};
		}
		await holderIsGone(address);
	}
}

async function listens(server: Server, address: string): Promise<boolean> {
	server.listen(address);
	try {
		await once(server, 'listening');
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
		throw error;
	}
}

async function holderIsGone(address: string): Promise<void> {
	const socket = connect(address);
	try {
		await once(socket, 'close');
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		// A holder that was killed leaves its file behind; nobody answers there any more.
		if (code === 'ECONNREFUSED') await rm(address, { force: true });
		else if (code !== 'ENOENT' && code !== 'ECONNRESET') throw error;
	}
}
