/* eslint-disable @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/no-restricted-imports -- this runs in Node, not in n8n */
import { readdir, readFile, writeFile } from 'node:fs/promises';

/**
 * The resident memory of a process by Linux's `/proc`. Elsewhere nothing can be said about it: then every
 * number is undefined.
 */
export class ProcessMemory {
	private constructor(private readonly folder: string | undefined) {}

	/** The memory of the n8n that works in a user folder; of n8n itself, not of what it starts. */
	static async ofN8n(userFolder: string): Promise<ProcessMemory> {
		if (process.platform !== 'linux') return new ProcessMemory(undefined);
		for (const name of await readdir('/proc')) {
			if (/^\d+$/.test(name) && (await isN8n(`/proc/${name}`, userFolder))) {
				return new ProcessMemory(`/proc/${name}`);
			}
		}
		throw new Error(`No process of n8n works in ${userFolder}`);
	}

	/** What it holds now, in bytes. */
	async now(): Promise<number | undefined> {
		return await this.read('VmRSS');
	}

	/** Forgets the peak so far. */
	async resetPeak(): Promise<void> {
		// proc(5): 5 resets the peak resident set size to the current one.
		if (this.folder !== undefined) await writeFile(`${this.folder}/clear_refs`, '5');
	}

	/** The most it has held since `resetPeak`, in bytes. */
	async peak(): Promise<number | undefined> {
		return await this.read('VmHWM');
	}

	private async read(field: string): Promise<number | undefined> {
		if (this.folder === undefined) return undefined;
		const status = await readFile(`${this.folder}/status`, 'utf8');
		const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
		return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
	}
}

/** Its supervisor has the same environment, and so have the programs that it starts: the script tells them apart. */
async function isN8n(folder: string, userFolder: string): Promise<boolean> {
	try {
		const script = (await readFile(`${folder}/cmdline`, 'utf8')).split('\0')[1] ?? '';
		if (!script.endsWith('/n8n/bin/n8n')) return false;
		const environment = (await readFile(`${folder}/environ`, 'utf8')).split('\0');
		return environment.includes(`N8N_USER_FOLDER=${userFolder}`);
	} catch {
		// It has ended, or belongs to somebody else.
		return false;
	}
}
