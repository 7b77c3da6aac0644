import type { EmnifyClient } from '../api/client';
import { apiPath } from '../api/request';

/** The Workspace that the credential belongs to. */
export interface Workspace {
	id: number;
	name: string | null;
}

/**
 * `GET /api/v1/organisation/my` (§5); `null` where it may not be read, or the answer names none. It is told for information:
 * no failure of it is one of the run, and it is asked for once.
 */
export async function findWorkspace(client: EmnifyClient): Promise<Workspace | null> {
	try {
		const { id, name } = await client.object<{ id?: unknown; name?: unknown }>({
			method: 'GET',
			path: apiPath`/organisation/my`,
			once: true,
			action: 'find the Workspace',
		});
		if (typeof id !== 'number') return null;
		return { id, name: typeof name === 'string' && name.trim() !== '' ? name : null };
	} catch {
		return null;
	}
}
