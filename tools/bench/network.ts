/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate of 127.0.0.1, which holds for a day; its file is for `NODE_EXTRA_CA_CERTS`. */
export interface Certificate {
	key: string;
	certificate: string;
	file: string;
	remove(): Promise<void>;
}

/** Makes a certificate by OpenSSL. */
export async function makeCertificate(): Promise<Certificate> {
	const folder = await mkdtemp(path.join(tmpdir(), 'emnify-bench-'));
	const [keyFile, file] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
	await run('openssl', [
		...['req', '-x509', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'],
		...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
		...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', file],
	]);
	return {
		key: await readFile(keyFile, 'utf8'),
		certificate: await readFile(file, 'utf8'),
		file,
		remove: async () => await rm(folder, { recursive: true, force: true }),
	};
}

/** A server reached over TLS and a slow network. */
export interface TlsNetwork {
	url: string;
	/** The most connections there were at once. */
	readonly mostAtOnce: number;
	stop(): Promise<void>;
}

/**
 * Puts TLS and a round trip of `roundTripMs` before a local HTTP server: the first bytes of a connection come a round trip
 * later, which stands for TCP's handshake, and all bytes half of one later in each direction. So a request over a
 * connection of its own takes three, as it does over the Internet with TLS 1.3.
 */
export async function tlsNetwork(
	{ key, certificate }: Certificate,
	port: number,
	roundTripMs: number,
): Promise<TlsNetwork> {
	const tls = createTlsServer({ key, cert: certificate }, (secure) => {
		join(secure, connect(port, '127.0.0.1'), 0, 0);
	});
	const inner = await listen(tls);
	let open = 0;
	let mostAtOnce = 0;
	const outer = createServer({ noDelay: true }, (client) => {
		mostAtOnce = Math.max(mostAtOnce, ++open);
		client.on('close', () => open--);
		join(client, connect(inner, '127.0.0.1').setNoDelay(), roundTripMs / 2, roundTripMs);
	});
	return {
		get mostAtOnce() {
			return mostAtOnce;
		},
		url: `https://127.0.0.1:${await listen(outer)}`,
		stop: async () => {
			for (const server of [outer, tls]) await new Promise((resolve) => server.close(resolve));
		},
	};
}

async function listen(server: Server): Promise<number> {
	await once(server.listen(0, '127.0.0.1'), 'listening');
	return (server.address() as AddressInfo).port;
}

/** Carries bytes both ways, each `delayMs` later, and those of the client's handshake by as much more. */
function join(client: Socket, server: Socket, delayMs: number, handshakeMs: number): void {
	const openMs = performance.now() + handshakeMs;
	carry(client, server, () => Math.max(0, openMs - performance.now()) + delayMs);
	carry(server, client, () => delayMs);
}

/** What arrives later is never carried earlier: each byte waits for those before it. */
function carry(from: Socket, to: Socket, delayMs: () => number): void {
	let lastMs = 0;
	const later = (work: () => void) => {
		const dueMs = Math.max(lastMs, performance.now() + delayMs());
		lastMs = dueMs;
		if (dueMs <= performance.now()) work();
		else setTimeout(work, dueMs - performance.now());
	};
	from.on('data', (chunk: Buffer) => later(() => to.writable && to.write(chunk)));
	from.on('end', () => later(() => to.end()));
	from.on('error', () => to.destroy());
	from.on('close', () => later(() => to.destroy()));
}
