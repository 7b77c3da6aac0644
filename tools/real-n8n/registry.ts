/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import fastify from 'fastify';

import manifest from '../../package.json';
import { npm } from './npm';
import { checkout } from './paths';

/** An npm registry that holds this package alone, as it would be published. */
export interface Registry {
	/** Environment variables that let n8n, whose own code knows no other than npm's registry, install from this one. */
	readonly env: Record<string, string>;
	/** How often the package was downloaded. */
	downloads(): number;
	stop(): Promise<void>;
}

/** Packs the package and serves it on a free port of 127.0.0.1. */
export async function startRegistry(): Promise<Registry> {
	const folder = await mkdtemp(path.join(tmpdir(), 'n8n-nodes-emnify-registry-'));
	const tarball = await pack(folder);
	let downloads = 0;
	const server = fastify({ forceCloseConnections: true });
	const url = () => `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
	server.get(`/${manifest.name}`, () => ({
		name: manifest.name,
		'dist-tags': { latest: manifest.version },
		versions: {
			[manifest.version]: {
				...manifest,
				dist: {
					tarball: `${url()}/tarball.tgz`,
					integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
				},
			},
		},
	}));
	server.get('/tarball.tgz', (_request, reply) => {
		downloads++;
		return reply.type('application/octet-stream').send(tarball);
	});
	await server.listen({ host: '127.0.0.1', port: 0 });
	await writeNpm(folder, url());
	return {
		env: {
			PATH: [folder, process.env.PATH].join(path.delimiter),
			// What n8n asks of other hosts beside npm (is the package banned?) ends here, without an answer.
			HTTPS_PROXY: url(),
			NO_PROXY: '127.0.0.1',
		},
		downloads: () => downloads,
		stop: async () => {
			await server.close();
			await rm(folder, { recursive: true, force: true });
		},
	};
}

async function pack(folder: string): Promise<Buffer> {
	await npm({
		step: 'Packing the package',
		args: ['pack', '--pack-destination', folder],
		cwd: checkout,
		advice: 'Run `npm run build` first.',
	});
	return await readFile(path.join(folder, `${manifest.name}-${manifest.version}.tgz`));
}

/**
 * An `npm` that stands before the real one on the PATH and hands over to it, but for the registry: n8n names npm's own on
 * the command line, and the last name counts.
 */
async function writeNpm(folder: string, registry: string): Promise<void> {
	const script = path.join(folder, 'npm');
	const lines = ['#!/bin/sh', 'PATH="${PATH#*:}"', `exec npm "$@" --registry=${registry}`, ''];
	await writeFile(script, lines.join('\n'), { mode: 0o755 });
}
